/** A seeded generator of 32-bit words (splitmix32). */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  /** A signed 32-bit word. */
  word(): number {
    this.state = (this.state + 0x9e37_79b9) | 0;
    let z = this.state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0_aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a_2d97);
    return z ^ (z >>> 15);
  }

  /** An integer in [0, n). */
  below(n: number): number {
    return Math.floor(((this.word() >>> 0) / 0x1_0000_0000) * n);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  big64(): bigint {
    return BigInt.asUintN(64, (BigInt(this.word()) << 32n) | BigInt(this.word() >>> 0));
  }
}
