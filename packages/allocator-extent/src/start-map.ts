/**
 * A set of frame indices that finds the last member at or before an index: one bit for each, and two levels of bits
 * above that say which words below are not empty.
 */
export class StartMap {
  readonly #bits: Int32Array;
  readonly #words: Int32Array;
  readonly #groups: Int32Array;

  constructor(count: number) {
    const words = (count + 31) >>> 5;
    const groups = (words + 31) >>> 5;
    this.#bits = new Int32Array(words);
    this.#words = new Int32Array(groups);
    this.#groups = new Int32Array((groups + 31) >>> 5);
  }

  add(index: number): void {
    const word = index >>> 5;
    const before = this.#bits[word]!;
    this.#bits[word] = before | (1 << (index & 31));
    if (before !== 0) return;
    const group = word >>> 5;
    const beforeWords = this.#words[group]!;
    this.#words[group] = beforeWords | (1 << (word & 31));
    if (beforeWords === 0) this.#groups[group >>> 5]! |= 1 << (group & 31);
  }

  delete(index: number): void {
    const word = index >>> 5;
    const bits = this.#bits[word]! & ~(1 << (index & 31));
    this.#bits[word] = bits;
    if (bits !== 0) return;
    const group = word >>> 5;
    const words = this.#words[group]! & ~(1 << (word & 31));
    this.#words[group] = words;
    if (words === 0) this.#groups[group >>> 5]! &= ~(1 << (group & 31));
  }

  has(index: number): boolean {
    return ((this.#bits[index >>> 5]! >>> (index & 31)) & 1) !== 0;
  }

  /** The last member at or before an index, or -1. */
  lastUpTo(index: number): number {
    const word = index >>> 5;
    const bits = this.#bits[word]! & upTo(index);
    if (bits !== 0) return word * 32 + highestBit(bits);
    const group = word >>> 5;
    const words = this.#words[group]! & below(word);
    if (words !== 0) return this.#lastOf(group * 32 + highestBit(words));
    let at = group >>> 5;
    let groups = this.#groups[at]! & below(group);
    while (groups === 0) {
      if (--at < 0) return -1;
      groups = this.#groups[at]!;
    }
    const found = at * 32 + highestBit(groups);
    return this.#lastOf(found * 32 + highestBit(this.#words[found]!));
  }

  clear(): void {
    this.#bits.fill(0);
    this.#words.fill(0);
    this.#groups.fill(0);
  }

  /** Whether the levels above agree with the bits. */
  isConsistent(): boolean {
    return agrees(this.#words, this.#bits) && agrees(this.#groups, this.#words);
  }

  #lastOf(word: number): number {
    return word * 32 + highestBit(this.#bits[word]!);
  }
}

function highestBit(word: number): number {
  return 31 - Math.clz32(word);
}

/** The bits of an index's word up to the index's own. */
function upTo(index: number): number {
  return -1 >>> (31 - (index & 31));
}

/** The bits of an index's word below the index's own. */
function below(index: number): number {
  return (1 << (index & 31)) - 1;
}

function agrees(upper: Int32Array, lower: Int32Array): boolean {
  return lower.every((word, at) => (word !== 0) === (((upper[at >>> 5]! >>> (at & 31)) & 1) !== 0));
}
