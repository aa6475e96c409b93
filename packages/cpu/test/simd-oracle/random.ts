/** A small seeded generator of 32-bit numbers: a Weyl sequence through a mixing function. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  /** An unsigned 32-bit number. */
  next(): number {
    this.state = (this.state + 0x9e37_79b9) | 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b_3c6d);
    mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a_2d39);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor((this.next() / 2 ** 32) * limit);
  }

  /** True once in `n` times. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}

/** A seed for a name and a number. */
export function seedOf(name: string, index: number): number {
  let hash = 0x811c_9dc5 ^ Math.imul(index, 0x9e37_79b1);
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x0100_0193);
  return hash | 0;
}
