/** Seeded random numbers: the same in every run, and in `programs/allocators/harness.h`. */

/** Whole numbers from 0, below a bound. */
export type Random = (bound: number) => number;

/** Marsaglia's xorshift with 32 bits. @param seed any but 0 */
export function randomOf(seed = 0x9e37_79b9): Random {
  let state = seed;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

/** The numbers from 0 to `length` - 1 in random order. */
export function shuffled(length: number, random: Random): Int32Array {
  const order = Int32Array.from({ length }, (_, index) => index);
  for (let last = length - 1; last > 0; last--) {
    const other = random(last + 1);
    const value = order[last]!;
    order[last] = order[other]!;
    order[other] = value;
  }
  return order;
}

/** A normally distributed number with mean 0 and variance 1 (Box and Muller). */
export function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log((random(0x7fff_fffe) + 1) / 0x7fff_ffff));
  return radius * Math.cos((2 * Math.PI * random(0x7fff_ffff)) / 0x7fff_ffff);
}
