/** Words of 32 bits. Nothing here allocates. */

/** Position of the lowest set bit of a word that is not zero. */
export function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** Position of the highest set bit of a word that is not zero. */
export function highestBit(word: number): number {
  return 31 - Math.clz32(word);
}

/** Number of set bits of a word. */
export function popcount(word: number): number {
  let bits = word - ((word >>> 1) & 0x5555_5555);
  bits = (bits & 0x3333_3333) + ((bits >>> 2) & 0x3333_3333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}

/** The bits `from` (inclusive) to `to` (exclusive) of one word, `from` below 32 and below `to`, at most 32. */
export function maskOf(from: number, to: number): number {
  return (-1 << from) & (-1 >>> (32 - to));
}

/**
 * The first bits of the naturally aligned groups of 2^order bits that are all set, for orders 0 to 5. Folding the
 * word onto itself halves the distance that is left to check.
 */
export function alignedGroups(word: number, order: number): number {
  if (order === 0) return word;
  let groups = word & (word >>> 1) & 0x5555_5555;
  if (order === 1) return groups;
  groups &= (groups >>> 2) & 0x1111_1111;
  if (order === 2) return groups;
  groups &= (groups >>> 4) & 0x0101_0101;
  if (order === 3) return groups;
  groups &= (groups >>> 8) & 0x0001_0001;
  if (order === 4) return groups;
  return groups & (groups >>> 16) & 1;
}
