import { highestBit, lowestBit } from './bits.ts';

/** A set of small integers as a bitmap with one summary bit for each word. */
export class HugeSet {
  readonly #bits: Int32Array;
  readonly #summary: Int32Array;

  /** @param capacity members are 0 to `capacity - 1` */
  constructor(capacity: number) {
    this.#bits = new Int32Array((capacity + 31) >>> 5);
    this.#summary = new Int32Array((capacity + 1023) >>> 10);
  }

  get bytes(): number {
    return this.#bits.byteLength + this.#summary.byteLength;
  }

  /** Adds a number that is not a member. */
  add(member: number): void {
    const at = member >>> 5;
    const before = this.#bits[at]!;
    this.#bits[at] = before | (1 << (member & 31));
    if (before === 0) this.#summary[at >>> 5]! |= 1 << (at & 31);
  }

  /** Removes a member. */
  remove(member: number): void {
    const at = member >>> 5;
    const left = this.#bits[at]! & ~(1 << (member & 31));
    this.#bits[at] = left;
    if (left === 0) this.#summary[at >>> 5]! &= ~(1 << (at & 31));
  }

  has(member: number): boolean {
    return ((this.#bits[member >>> 5]! >>> (member & 31)) & 1) !== 0;
  }

  /** The members `index * 32` to `index * 32 + 31` as bits. */
  word(index: number): number {
    return this.#bits[index]!;
  }

  /** The smallest member, or -1. */
  lowest(): number {
    for (let top = 0; top < this.#summary.length; top++) {
      const words = this.#summary[top]!;
      if (words !== 0) {
        const at = top * 32 + lowestBit(words);
        return at * 32 + lowestBit(this.#bits[at]!);
      }
    }
    return -1;
  }

  /** Removes the largest member and returns it, or -1. */
  removeHighest(): number {
    let top = this.#summary.length - 1;
    while (top >= 0 && this.#summary[top] === 0) top--;
    if (top < 0) return -1;
    const words = this.#summary[top]!;
    const inTop = highestBit(words);
    const at = (top << 5) + inTop;
    const members = this.#bits[at]!;
    const inWord = highestBit(members);
    const left = members ^ (1 << inWord);
    this.#bits[at] = left;
    if (left === 0) this.#summary[top] = words ^ (1 << inTop);
    return (at << 5) + inWord;
  }

  /** The largest member, or -1. */
  highest(): number {
    for (let top = this.#summary.length - 1; top >= 0; top--) {
      const words = this.#summary[top]!;
      if (words !== 0) {
        const at = top * 32 + highestBit(words);
        return at * 32 + highestBit(this.#bits[at]!);
      }
    }
    return -1;
  }
}
