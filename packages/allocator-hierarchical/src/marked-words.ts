/**
 * Words of marks of huge frames in which few of the 16 words have one: only those are kept, from `marks` of the layout on.
 * Where they are is told by the kind of a huge frame:
 *
 * - `ONLY_WORD` plus a word's number: one word, which is in a table with a place for each huge frame;
 * - the size of a chunk, plus 4 times half of its place, which is even: a chunk, which is a mask of the words that it has,
 *   then these words in their order; in the largest size all 16, and 0 where there is none. A chunk has two words at least.
 *
 * The table is there from the first mark on. Memory grows only when more is needed than ever before.
 */
import { popcount } from './bits.ts';
import type { HugeLevels } from './huge-levels.ts';
import {
  ALL_WORDS,
  CHUNK_SIZES,
  FIRST_KIND,
  firstChunkOf,
  type Layout,
  ONLY_WORD,
  STATE,
  WORDS,
} from './layout.ts';

/** Words that a chunk of each size has room for, besides its mask, and words that it takes. */
const CAPACITIES = [3, 7, WORDS] as const;
const LENGTHS = [4, 8, WORDS + 2] as const;

const chunkOf = ({ marks }: Layout, kind: number): number => marks + (kind >>> 2) * 2;

/** The word with a number from 0 to 15 of a huge frame with a kind. */
export function markedWord(
  { words, layout }: HugeLevels,
  huge: number,
  kind: number,
  number: number,
): number {
  if (kind < FIRST_KIND) return kind === ONLY_WORD + number ? words[layout.marks + huge]! : 0;
  const chunk = chunkOf(layout, kind);
  const mask = words[chunk]!;
  if (((mask >>> number) & 1) === 0) return 0;
  const before = (kind & 3) === ALL_WORDS ? number : popcount(mask & ((1 << number) - 1));
  return words[chunk + 1 + before]!;
}

/** Whether all words with a mark are kept once, and each place is that of a huge frame with one of these kinds, or spare. */
export function areWordsConsistent(levels: HugeLevels, kinds: readonly number[]): boolean {
  const { words, layout } = levels;
  const made = words[layout.state + STATE.marksMade]!;
  if (made === 0) return kinds.every((kind) => kind < ONLY_WORD);
  const seen = new Set<number>();
  let counted = firstChunkOf(layout);
  for (const [huge, kind] of kinds.entries()) {
    if (kind < ONLY_WORD) continue;
    const has = Array.from({ length: WORDS }, (_, number) => markedWord(levels, huge, kind, number) !== 0);
    const marked = has.filter((each) => each).length;
    if (kind < FIRST_KIND) {
      if (marked !== 1) return false;
      continue;
    }
    const chunk = chunkOf(layout, kind);
    if (seen.has(chunk) || marked < 2 || marked > CAPACITIES[kind & 3]!) return false;
    if (has.some((each, number) => each !== (((words[chunk]! >>> number) & 1) !== 0))) return false;
    seen.add(chunk);
    counted += LENGTHS[kind & 3]!;
  }
  for (let size = 0; size < CHUNK_SIZES; size++) {
    for (let kind = words[layout.state + STATE.spare + size]!; kind !== 0 && counted <= made; ) {
      counted += LENGTHS[size]!;
      kind = words[chunkOf(layout, kind)]!;
    }
  }
  return counted === made;
}
