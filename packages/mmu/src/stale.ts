import type { TranslationObserver } from '@armature/core';

const FILTER_BITS = 1 << 12;

/**
 * Tells observers what became stale, as narrowly as it can.
 *
 * Observers cache single pages, also of blocks. A guest may invalidate a whole block by any address in it, so
 * blocks that were handed out are remembered in a filter (by 2 MiB, and by 1 GiB for larger ones): an address
 * that may lie in one makes 2 MiB or 1 GiB stale, any other only its page.
 */
export class StaleNotifier {
  private readonly observers: TranslationObserver[] = [];
  private readonly blocks = new Uint8Array(FILTER_BITS);
  private readonly largeBlocks = new Uint8Array(FILTER_BITS);
  private hasBlocks = false;
  /** log2 of the largest block that was handed out. */
  private largestBits = 0;

  observe(observer: TranslationObserver): void {
    this.observers.push(observer);
  }

  /** Remembers that pages of a block were handed out. */
  noteBlock(vaLo: number, vaHi: number, blockBits: number): void {
    this.hasBlocks = true;
    this.largestBits = Math.max(this.largestBits, blockBits);
    if (blockBits > 21) this.largeBlocks[filterIndex(vaLo, vaHi, 30)] = 1;
    else this.blocks[filterIndex(vaLo, vaHi, 21)] = 1;
  }

  all(): void {
    if (this.hasBlocks) {
      this.blocks.fill(0);
      this.largeBlocks.fill(0);
      this.hasBlocks = false;
      this.largestBits = 0;
    }
    for (const observer of this.observers) observer.allStale();
  }

  /** One granule of `granuleBits`, or what holds a block that the address may lie in; `asid` -1 is every one. */
  address(vaLo: number, vaHi: number, granuleBits: number, asid: number): void {
    let bits = granuleBits;
    if (this.hasBlocks) {
      if (this.largeBlocks[filterIndex(vaLo, vaHi, 30)]) bits = this.largestBits;
      else if (this.blocks[filterIndex(vaLo, vaHi, 21)]) bits = 21;
    }
    for (const observer of this.observers) observer.rangeStale(vaLo, vaHi, bits, asid);
  }

  asid(asid: number): void {
    for (const observer of this.observers) observer.asidStale(asid);
  }

  addressSpace(): void {
    for (const observer of this.observers) observer.addressSpaceChanged();
  }
}

function filterIndex(vaLo: number, vaHi: number, bits: number): number {
  const block = (vaLo >>> bits) | (vaHi << (32 - bits));
  return (block ^ (block >>> 12) ^ (vaHi >>> 20)) & (FILTER_BITS - 1);
}
