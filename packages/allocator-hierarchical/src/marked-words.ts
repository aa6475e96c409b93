/**
 * Words of marks of huge frames in which few of the 16 words have one: only those are kept, in chunks. A chunk is a mask
 * of the words that it has, then these words in their order; in the largest size all 16, and 0 where there is none. No
 * word of the mask is 0, and there are two at least but in the smallest size, which has one.
 *
 * A kind is the size of a chunk plus 4 times half of its place, which is even and counts words from `marks` of the layout
 * on. Memory grows only when more is needed than ever before.
 */
import { popcount } from './bits.ts';
import type { HugeLevels } from './huge-levels.ts';
import { ALL_WORDS, CHUNK_SIZES, FIRST_CHUNK, STATE, WORDS } from './layout.ts';

/** Words that a chunk of each size has room for, besides its mask, and words that it takes. */
const CAPACITIES = [1, 3, 7, WORDS] as const;
const LENGTHS = [2, 4, 8, WORDS + 2] as const;

/** Whether these are the kinds of all chunks in use, and each place is that of one of them, or spare. */
export function areWordsConsistent({ words, layout }: HugeLevels, kinds: readonly number[]): boolean {
  const { marks, state } = layout;
  const made = words[state + STATE.marksMade]!;
  const chunkOf = (kind: number): number => marks + (kind >>> 2) * 2;
  const seen = new Set<number>();
  let counted: number = FIRST_CHUNK;
  let whole = true;
  for (const kind of kinds) {
    const [chunk, size] = [chunkOf(kind), kind & 3];
    if (seen.has(chunk)) return false;
    seen.add(chunk);
    counted += LENGTHS[size]!;
    const mask = words[chunk]!;
    const marked = popcount(mask);
    if (marked > CAPACITIES[size]! || marked < Math.min(2, CAPACITIES[size]!)) whole = false;
    for (let number = 0, at = chunk + 1; number < WORDS; number++) {
      const has = (mask >>> number) & 1;
      if (has !== 0 && words[at] === 0) whole = false;
      if (size === ALL_WORDS && has === 0 && words[at] !== 0) whole = false;
      if (has !== 0 || size === ALL_WORDS) at++;
    }
  }
  for (let size = 0; size < CHUNK_SIZES; size++) {
    for (let kind = words[state + STATE.spare + size]!; kind !== 0 && counted <= made; ) {
      counted += LENGTHS[size]!;
      kind = words[chunkOf(kind)]!;
    }
  }
  return whole && counted === made;
}
