/**
 * Words of bits of huge frames in which few of the 16 words have a bit set: only those are kept. What a huge frame has is
 * told by a number, its kind:
 *
 * - 0: no word;
 * - {@link ONE}, plus 16 times a place in `#ones`, plus the word's number: one word;
 * - a class of {@link CAPACITIES}, plus 4 times half of a place in `#chunks`: a chunk, which is a mask of the words that
 *   it has, then these words in their order; in the largest class all 16. A chunk has two words at least that are not 0.
 *
 * Chunks have an even number of words, and the first two are unused, so that a kind is 4 or more.
 * Memory is allocated only when more is needed than ever before: an eighth more than there was.
 */
import { lowestBit, popcount } from './bits.ts';

const ONE = 0x1000_0000;
/** Words that a chunk of each class has room for, besides its mask. */
const CAPACITIES = [3, 7, 17] as const;
/** The class with room for all words. */
const ALL = 2;

export class MarkedWords {
  #ones = new Int32Array(32);
  #onesMade = 0;
  /** The first spare place, or -1. Each spare place holds the next one. */
  #spareOne = -1;
  #chunks = new Int32Array(32);
  #chunksMade = 2;
  /** The first spare chunk of each class, or -1, as in `#ones`. */
  readonly #spareChunks = new Int32Array(CAPACITIES.length).fill(-1);

  get bytes(): number {
    return this.#ones.byteLength + this.#chunks.byteLength + this.#spareChunks.byteLength;
  }

  /** The word with a number from 0 to 15 of what a kind tells. */
  get(kind: number, number: number): number {
    if (kind >= ONE) return (kind & 15) === number ? this.#ones[(kind - ONE) >>> 4]! : 0;
    if (kind === 0) return 0;
    const chunks = this.#chunks;
    const at = (kind >>> 2) * 2;
    const mask = chunks[at]!;
    const bit = 1 << number;
    return (mask & bit) === 0 ? 0 : chunks[placeOf(kind, mask, number)]!;
  }

  /** Changes some bits of a word. Returns the kind from now on. */
  toggle(kind: number, number: number, bits: number): number {
    if (kind === 0) return this.#newOne(number, bits);
    return kind >= ONE ? this.#toggleOne(kind, number, bits) : this.#toggleInChunk(kind, number, bits);
  }

  /** Whether these are all kinds there are but 0, and each place is that of one of them, or spare. */
  isConsistent(kinds: readonly number[]): boolean {
    let [ones, chunks] = [0, 2];
    const seen = new Set<number>();
    let whole = true;
    for (const kind of kinds) {
      if (seen.has(kind >= ONE ? kind & ~15 : kind >>> 2)) return false;
      seen.add(kind >= ONE ? kind & ~15 : kind >>> 2);
      if (kind >= ONE) {
        ones++;
        if (this.get(kind, kind & 15) === 0) whole = false;
        continue;
      }
      const length = CAPACITIES[kind & 3]! + 1;
      chunks += length;
      const mask = this.#chunks[(kind >>> 2) * 2]!;
      const words = popcount(mask);
      if (words < 2 || words >= length) whole = false;
      for (let left = mask; left !== 0; left &= left - 1) {
        if (this.get(kind, lowestBit(left)) === 0) whole = false;
      }
    }
    for (let at = this.#spareOne; at >= 0 && ones <= this.#onesMade; at = this.#ones[at]!) ones++;
    for (const [size, first] of this.#spareChunks.entries()) {
      for (let at = first; at >= 0 && chunks <= this.#chunksMade; at = this.#chunks[at]!) {
        chunks += CAPACITIES[size]! + 1;
      }
    }
    return whole && ones === this.#onesMade && chunks === this.#chunksMade;
  }

  #newOne(number: number, bits: number): number {
    let at = this.#spareOne;
    if (at >= 0) {
      this.#spareOne = this.#ones[at]!;
    } else {
      at = this.#onesMade++;
      if (at === this.#ones.length) this.#ones = grown(this.#ones, 1);
    }
    this.#ones[at] = bits;
    return ONE + (at << 4) + number;
  }

  #toggleOne(kind: number, number: number, bits: number): number {
    const at = (kind - ONE) >>> 4;
    const other = kind & 15;
    const before = this.#ones[at]!;
    if (other === number && before !== bits) {
      this.#ones[at] = before ^ bits;
      return kind;
    }
    this.#ones[at] = this.#spareOne;
    this.#spareOne = at;
    if (other === number) return 0;
    const made = this.#newChunk(0);
    const chunk = (made >>> 2) * 2;
    const chunks = this.#chunks;
    chunks[chunk] = (1 << number) | (1 << other);
    chunks[chunk + 1] = number < other ? bits : before;
    chunks[chunk + 2] = number < other ? before : bits;
    return made;
  }

  #toggleInChunk(kind: number, number: number, bits: number): number {
    const chunks = this.#chunks;
    const mask = chunks[(kind >>> 2) * 2]!;
    const bit = 1 << number;
    const place = placeOf(kind, mask, number);
    if ((mask & bit) === 0) return this.#insertWord(kind, place, mask | bit, bits);
    const left = chunks[place]! ^ bits;
    chunks[place] = left;
    return left === 0 ? this.#removeWord(kind, place, mask ^ bit) : kind;
  }

  /** @param mask without the word at the place */
  #removeWord(kind: number, place: number, mask: number): number {
    const at = (kind >>> 2) * 2;
    const chunks = this.#chunks;
    const words = popcount(mask);
    chunks[at] = mask;
    if ((kind & 3) !== ALL) {
      const end = at + 1 + words;
      for (let word = place; word < end; word++) chunks[word] = chunks[word + 1]!;
    }
    if (words > 1) return kind;
    const last = lowestBit(mask);
    const bits = chunks[placeOf(kind, mask, last)]!;
    this.#giveChunk(kind);
    return this.#newOne(last, bits);
  }

  /** @param mask with the word that comes to the place */
  #insertWord(kind: number, place: number, mask: number, bits: number): number {
    const words = popcount(mask);
    if (words > CAPACITIES[kind & 3]!) return this.#insertEnlarged(kind, mask, bits);
    const chunks = this.#chunks;
    const at = (kind >>> 2) * 2;
    chunks[at] = mask;
    if ((kind & 3) !== ALL)
      for (let word = at + words; word > place; word--) chunks[word] = chunks[word - 1]!;
    chunks[place] = bits;
    return kind;
  }

  /** As `#insertWord`, into a chunk of the next class. */
  #insertEnlarged(kind: number, mask: number, bits: number): number {
    const into = this.#newChunk((kind & 3) + 1);
    const chunks = this.#chunks;
    const from = (kind >>> 2) * 2;
    const before = chunks[from]!;
    chunks[(into >>> 2) * 2] = mask;
    for (let left = mask; left !== 0; left &= left - 1) {
      const number = lowestBit(left);
      const kept = (before >>> number) & 1;
      chunks[placeOf(into, mask, number)] = kept ? chunks[placeOf(kind, before, number)]! : bits;
    }
    this.#giveChunk(kind);
    return into;
  }

  /** The kind of a chunk of a class. */
  #newChunk(size: number): number {
    let at = this.#spareChunks[size]!;
    if (at >= 0) {
      this.#spareChunks[size] = this.#chunks[at]!;
    } else {
      at = this.#chunksMade;
      const length = CAPACITIES[size]! + 1;
      this.#chunksMade += length;
      if (this.#chunksMade > this.#chunks.length) this.#chunks = grown(this.#chunks, length);
    }
    return at * 2 + size;
  }

  #giveChunk(kind: number): void {
    const at = (kind >>> 2) * 2;
    this.#chunks[at] = this.#spareChunks[kind & 3]!;
    this.#spareChunks[kind & 3] = at;
  }
}

/** Where a word is, or would be, in a chunk with a mask. */
function placeOf(kind: number, mask: number, number: number): number {
  const first = (kind >>> 2) * 2 + 1;
  return first + ((kind & 3) === ALL ? number : popcount(mask & ((1 << number) - 1)));
}

/** A copy with an eighth more words, and at least so many more. */
function grown(words: Int32Array, least: number): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(words.length + Math.max(least, words.length >>> 3));
  copy.set(words);
  return copy;
}
