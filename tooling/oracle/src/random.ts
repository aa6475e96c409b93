/**
 * A small seeded generator of 32-bit numbers (a Weyl sequence through a mixing function). Recorded vectors depend
 * on its sequence: a change of it makes them stale.
 */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  /** Begins anew, as a generator of that seed. */
  reseed(seed: number): void {
    this.state = seed | 0;
  }

  /** An unsigned 32-bit number. */
  next(): number {
    this.state = (this.state + 0x9e37_79b9) | 0;
    let z = this.state;
    z = Math.imul(z ^ (z >>> 16), 0x85eb_ca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2_ae35);
    return (z ^ (z >>> 16)) >>> 0;
  }

  /** A whole number from 0 to `limit` - 1; `limit` is at most 2^32. */
  below(limit: number): number {
    return Math.floor((this.next() / 2 ** 32) * limit);
  }

  /** True once in `n` times. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

/** A seed for a name and a number, spread over 32 bits. */
export function seedOf(name: string, index: number): number {
  let hash = 0x811c_9dc5 ^ index;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x0100_0193);
  return new Random(hash ^ Math.imul(index, 0x9e37_79b1)).next();
}
