/**
 * Bitmaps in 32-bit words, scanned and changed a word at a time. Bit `i` is bit `i % 32` of word `i / 32`.
 * Nothing here allocates; bounds are the caller's.
 */

/** Words that hold `count` bits. */
export function wordsFor(count: number): number {
  return Math.ceil(count / 32);
}

export function testBit(words: Int32Array, index: number): boolean {
  return ((words[index >>> 5]! >>> (index & 31)) & 1) !== 0;
}

export function setBit(words: Int32Array, index: number): void {
  words[index >>> 5]! |= 1 << (index & 31);
}

export function clearBit(words: Int32Array, index: number): void {
  words[index >>> 5]! &= ~(1 << (index & 31));
}

/** Position of the lowest set bit of a word that is not zero. */
export function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** Number of set bits of a word. */
export function popcount(word: number): number {
  let bits = word - ((word >>> 1) & 0x5555_5555);
  bits = (bits & 0x3333_3333) + ((bits >>> 2) & 0x3333_3333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}

/** The bits of word `word` that lie in `from` (inclusive) to `to` (exclusive); the range must touch the word. */
function maskOf(word: number, from: number, to: number): number {
  const low = from > word * 32 ? from & 31 : 0;
  const high = to < word * 32 + 32 ? 31 - ((to - 1) & 31) : 0;
  return (-1 << low) & (-1 >>> high);
}

/** Sets the bits `from` (inclusive) to `to` (exclusive). */
export function setRange(words: Int32Array, from: number, to: number): void {
  for (let word = from >>> 5; word * 32 < to; word++) words[word]! |= maskOf(word, from, to);
}

/** Clears the bits `from` (inclusive) to `to` (exclusive). */
export function clearRange(words: Int32Array, from: number, to: number): void {
  for (let word = from >>> 5; word * 32 < to; word++) words[word]! &= ~maskOf(word, from, to);
}

/** The lowest clear bit in `from` to `to`, or `to`. */
export function nextClear(words: Int32Array, from: number, to: number): number {
  for (let word = from >>> 5; word * 32 < to; word++) {
    const clear = ~words[word]! & maskOf(word, from, to);
    if (clear !== 0) return word * 32 + lowestBit(clear);
  }
  return to;
}

/** The lowest set bit in `from` to `to`, or `to`. */
export function nextSet(words: Int32Array, from: number, to: number): number {
  for (let word = from >>> 5; word * 32 < to; word++) {
    const set = words[word]! & maskOf(word, from, to);
    if (set !== 0) return word * 32 + lowestBit(set);
  }
  return to;
}

/** The highest set bit in `from` to `to`, or -1. */
export function lastSet(words: Int32Array, from: number, to: number): number {
  for (let word = (to - 1) >> 5; word >= from >>> 5; word--) {
    const set = words[word]! & maskOf(word, from, to);
    if (set !== 0) return word * 32 + 31 - Math.clz32(set);
  }
  return -1;
}
