import { lowestBit } from './bits.ts';

/** Number of sets; each has a bit in {@link HugeSets.occupied}. */
const SETS = 32;

/** Sets of small integers as bitmaps with one summary bit for each word, all of the same capacity. */
export class HugeSets {
  /** Bit `set` is set when the set has members. */
  occupied = 0;
  /** 32-bit words of one set. */
  readonly words: number;
  readonly #tops: number;
  readonly #bits: Int32Array;
  readonly #summary: Int32Array;

  /** @param capacity members are 0 to `capacity - 1` */
  constructor(capacity: number) {
    this.words = (capacity + 31) >>> 5;
    this.#tops = (this.words + 31) >>> 5;
    this.#bits = new Int32Array(SETS * this.words);
    this.#summary = new Int32Array(SETS * this.#tops);
  }

  get bytes(): number {
    return this.#bits.byteLength + this.#summary.byteLength;
  }

  /** Adds a number that is not a member. */
  add(set: number, member: number): void {
    const at = set * this.words + (member >>> 5);
    const before = this.#bits[at]!;
    this.#bits[at] = before | (1 << (member & 31));
    if (before === 0) {
      this.#summary[set * this.#tops + (member >>> 10)]! |= 1 << ((member >>> 5) & 31);
      this.occupied |= 1 << set;
    }
  }

  /** Removes a member. */
  remove(set: number, member: number): void {
    const at = set * this.words + (member >>> 5);
    const left = this.#bits[at]! & ~(1 << (member & 31));
    this.#bits[at] = left;
    if (left === 0) this.#emptyWord(set, member);
  }

  has(set: number, member: number): boolean {
    return ((this.#bits[set * this.words + (member >>> 5)]! >>> (member & 31)) & 1) !== 0;
  }

  /** The smallest member, or -1. */
  lowest(set: number): number {
    const summary = set * this.#tops;
    for (let top = 0; top < this.#tops; top++) {
      const words = this.#summary[summary + top]!;
      if (words !== 0) {
        const word = top * 32 + lowestBit(words);
        return word * 32 + lowestBit(this.#bits[set * this.words + word]!);
      }
    }
    return -1;
  }

  /** Takes the word of a member out of the summary, and the set out of {@link occupied} when it is empty now. */
  #emptyWord(set: number, member: number): void {
    const first = set * this.#tops;
    this.#summary[first + (member >>> 10)]! &= ~(1 << ((member >>> 5) & 31));
    for (let top = first; top < first + this.#tops; top++) {
      if (this.#summary[top] !== 0) return;
    }
    this.occupied &= ~(1 << set);
  }

  /** The smallest member of both sets, or -1. */
  lowestCommon(one: number, other: number): number {
    for (let top = 0; top < this.#tops; top++) {
      let words = this.#summary[one * this.#tops + top]! & this.#summary[other * this.#tops + top]!;
      for (; words !== 0; words &= words - 1) {
        const word = top * 32 + lowestBit(words);
        const members = this.#bits[one * this.words + word]! & this.#bits[other * this.words + word]!;
        if (members !== 0) return word * 32 + lowestBit(members);
      }
    }
    return -1;
  }
}
