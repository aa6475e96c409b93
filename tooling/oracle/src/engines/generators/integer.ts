import { Random } from '../../random.ts';
import { word } from '../assembly.ts';
import { SCTLR_BIT } from '../firmware.ts';
import { type Operands, randomWordOf, rowsOf, Weighted } from '../instructions.ts';
import type { Code } from '../program.ts';
import { type Flesh, FREE, skeleton } from '../skeleton.ts';
import { caseOf, caseSeed, type Generator, randomLength, randomShape, slices, usualStart } from './shared.ts';

const ROWS = new Weighted([
  [10, rowsOf(/^add-subtract-(immediate|shifted|extended)/)],
  [6, rowsOf(/^add-subtract-with-carry/)],
  [6, rowsOf(/^logical/)],
  [3, rowsOf(/^(bitfield|extract|move-wide|pc-relative)/)],
  [3, rowsOf(/^data-processing/)],
  [5, rowsOf(/^conditional-compare/)],
  [5, rowsOf(/^conditional-select/)],
  [3, rowsOf(/^flag-manipulation/)],
  [1, rowsOf(/^floating-point-(compare|conditional)/, /^F(CMP|CCMP|CSEL)/)],
]);

/** Mostly a few registers, so that results meet again; all of them at times. */
export const NARROW: Operands = {
  destination: (random) => (random.oneIn(3) ? random.below(FREE) : random.below(5)),
  source: (random) => (random.oneIn(3) ? random.below(31) : random.below(5)),
};

/** One random integer instruction, those on flags included. */
export function integerInstruction(code: Code, random: Random): void {
  code.add(randomWordOf(random.pick(ROWS.pick(random)), random, NARROW));
}

/** NZCV as a system register: calls out of compiled code, so not in every program. */
function flagAccess(code: Code, random: Random): void {
  const register = random.below(FREE);
  code.add(word(random.oneIn(2) ? `mrs x${register}, nzcv` : `msr nzcv, x${register}`));
}

function flesh(random: Random): Flesh {
  const flagAccesses = random.oneIn(8);
  return {
    body(code, body) {
      if (flagAccesses && body.oneIn(20)) flagAccess(code, body);
      else integerInstruction(code, body);
    },
  };
}

/** With the MMU off. */
const UNTRANSLATED = { mode: 'el1h', code: 'kernel', data: 'kernel', sctlr: SCTLR_BIT.M } as const;

/** Data processing and branches, with flags that live across blocks, loops and calls. */
export const integer: Generator = {
  name: 'integer',
  about: 'data processing, flags that live across blocks, loops and calls',
  share: 70,
  generate(seed, index, scale = 1) {
    const random = new Random(caseSeed('integer', seed, index));
    const made = skeleton(random, flesh(random), randomShape(random));
    return caseOf('integer', seed, index, scale, random, made, {
      start: usualStart(random, made.start, random.oneIn(10) ? UNTRANSLATED : {}),
      actions: slices(random, randomLength(random, scale)),
    });
  },
};
