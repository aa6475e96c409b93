import { decode, type Row } from '@armature/isa';
import { exclusionOf } from './exclusions.ts';
import type { Random } from './random.ts';

const REGISTER_FIELDS = new Set(['Rd', 'Rn', 'Rm', 'Ra', 'Rt', 'Rt2', 'Rs']);

/** A value of a field: registers lean towards 31 and a few others, immediates towards their ends. */
function fieldValue(name: string, width: number, random: Random): number {
  const all = 2 ** width;
  if (REGISTER_FIELDS.has(name))
    return random.oneIn(8) ? 31 : random.oneIn(4) ? random.below(4) : random.below(32);
  if (width < 3 || !random.oneIn(4)) return random.below(all);
  return random.pick([0, 1, all - 1, all / 2, all / 2 - 1]);
}

/** A random word of a row that no exclusion applies to. @throws Error when none is found. */
export function randomWord(row: Row, random: Random): number {
  for (let attempt = 0; attempt < 10_000; attempt++) {
    let word: number = row.value;
    for (const { name, lo, width } of row.fields.values()) {
      const fixed = row.defaults?.[name];
      word |= (typeof fixed === 'number' ? fixed : fieldValue(name, width, random)) << lo;
    }
    word >>>= 0;
    if (decode(word) === row && exclusionOf(row, word) === undefined) return word;
  }
  throw new Error(`${row.id}: no word found that is not excluded`);
}
