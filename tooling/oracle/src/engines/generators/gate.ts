import type { Random } from '../../random.ts';
import { words } from '../assembly.ts';
import { branchTo, type Code } from '../program.ts';
import { RANDOM } from '../skeleton.ts';

/** How rarely something is to happen: bits of this turn's random number that must all be zero. */
export type Rarity = 0 | 1 | 2 | 4 | 6;

const CONDITION_NE = 0x5400_0001;

/** Adds code that is passed over in most turns. Changes the flags. */
export function rarely(code: Code, random: Random, rarity: Rarity, add: (code: Code) => void): void {
  if (rarity === 0) {
    add(code);
    return;
  }
  const mask = ((1n << BigInt(rarity)) - 1n) << BigInt(20 + random.below(30));
  const past = code.newLabel();
  code.group([...words(`tst x${RANDOM}, ${mask}`), branchTo(CONDITION_NE, 'imm19', past)]);
  add(code);
  code.mark(past);
}
