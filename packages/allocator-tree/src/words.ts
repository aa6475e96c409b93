/** Arithmetic on 32-bit words that say of 32 frames which are busy. */

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

/** Bits `from` (inclusive) to `to` (exclusive), 0 to 32; at least one. */
export function bitRange(from: number, to: number): number {
  return (-1 << from) & (-1 >>> (32 - to));
}

/** The bits of word `at` that lie in `from` (inclusive) to `to` (exclusive); the range must touch the word. */
export function maskOf(at: number, from: number, to: number): number {
  return bitRange(Math.max(from - at * 32, 0), Math.min(to - at * 32, 32));
}

/** The first bit of each naturally aligned block of 2^order clear bits, order 0 to 5. */
export function freeStarts(busy: number, order: number): number {
  let starts = ~busy;
  if (order === 0) return starts;
  starts &= (starts >>> 1) & 0x5555_5555;
  if (order === 1) return starts;
  starts &= (starts >>> 2) & 0x1111_1111;
  if (order === 2) return starts;
  starts &= (starts >>> 4) & 0x0101_0101;
  if (order === 3) return starts;
  starts &= (starts >>> 8) & 0x0001_0001;
  if (order === 4) return starts;
  return busy === 0 ? 1 : 0;
}

/** The order of the largest naturally aligned block of clear bits, 0 to 5, or -1 when every bit is set. */
export function largestOrder(busy: number): number {
  if (busy === -1) return -1;
  let order = 0;
  while (order < 5 && freeStarts(busy, order + 1) !== 0) order++;
  return order;
}
