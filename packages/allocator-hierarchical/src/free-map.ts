/**
 * Which frames are free, and where to take the next ones from. `huge-levels.ts` says what is kept.
 *
 * Placement: single frames come from a huge frame of the fullest class at all times, the current one while it is in it.
 * Blocks come from the fullest class that has one of the order. Huge frames come from the top of memory. So what is
 * small gathers in few huge frames, and the others stay whole.
 *
 * The best order is exact except for the few huge frames in the stale list, where it may be too high because frames were
 * taken since. A search for an order looks only where the best order says that there is one, so it fails after at most
 * as many looks, however broken up memory is.
 */
import { lowestBit } from './bits.ts';
import { HugeFrames } from './huge-frames.ts';
import { HUGE_FRAMES, HUGE_ORDER, layoutOf, ORIGIN_ALIGN, WORDS } from './layout.ts';

export class FreeMap extends HugeFrames {
  /**
   * Exactly the indices `first` to `end` are free.
   *
   * @param origin absolute frame of index 0, a multiple of {@link ORIGIN_ALIGN}
   */
  constructor(origin: number, first: number, end: number) {
    super(layoutOf(origin, first, end));
    this.reset();
  }

  /** Makes all frames free. */
  reset(): void {
    this.clear();
    this.operations.freeAll();
  }

  /** Free frames, counted. */
  get free(): number {
    let free = 0;
    for (let huge = 0; huge < this.hugeFrames; huge++) free += this.count(huge);
    return free;
  }

  isFree(index: number): boolean {
    return this.count(index >>> 9) !== 0 && ((this.words[index >>> 5]! >>> (index & 31)) & 1) !== 0;
  }

  /** One word of the map: the bits of free frames. */
  word(at: number): number {
    return this.count(at >>> 4) === 0 ? 0 : this.words[at]!;
  }

  /** Takes as many single frames as `out` has slots, adding `origin` to their indices. There must be enough. */
  takeMany(out: Int32Array, origin: number): void {
    const { words } = this;
    const { length } = out;
    let slot = 0;
    while (slot < length) {
      const huge = this.current;
      if (this.count(huge) === 0) {
        // Another huge frame is chosen. It is in the class of its count, even when this was its last frame.
        out[slot++] = this.operations.take();
        this.operations.changeCount(this.current, 0);
        continue;
      }
      const place = this.summaries + huge;
      const first = slot;
      let mask = words[place]! & 0xffff;
      while (mask !== 0 && slot < length) {
        const at = (huge << 4) + 31 - Math.clz32(mask & -mask);
        const frame = origin + (at << 5) + 31;
        let word = words[at]!;
        while (word !== 0 && slot < length) {
          out[slot++] = frame - Math.clz32(word & -word);
          word &= word - 1;
        }
        words[at] = word;
        if (word === 0) mask &= mask - 1;
      }
      words[place] = (words[place]! & ~0xffff) | mask;
      this.operations.changeCount(huge, first - slot);
    }
  }

  /**
   * Sets the bits of single frames as `free` of the operations does, from a slot on, and nothing else. Returns the first slot
   * that `free` of the operations would refuse, or `frames.length`.
   */
  markMany(frames: Int32Array, from: number, origin: number): number {
    const { words, summaries } = this;
    const { first, end } = this.layout;
    const { length } = frames;
    for (let slot = from; slot < length; slot++) {
      const index = frames[slot]! - origin;
      if (index < first || index >= end || words[summaries + (index >>> 9)]! < 0) return slot;
      const before = words[index >>> 5]!;
      const word = before | (1 << (index & 31));
      if (word === before) return slot;
      words[index >>> 5] = word;
    }
    return length;
  }

  /** Sets the bit of a frame, and nothing else. False when it is set. */
  markOne(index: number): boolean {
    const before = this.words[index >>> 5]!;
    const word = before | (1 << (index & 31));
    this.words[index >>> 5] = word;
    return word !== before;
  }

  /** Takes back {@link markOne}. */
  unmarkOne(index: number): void {
    this.words[index >>> 5]! &= ~(1 << (index & 31));
  }

  /** Does what is left of `free` of the operations for frames that are marked. */
  countMany(frames: Int32Array, origin: number): void {
    const { operations } = this;
    for (let slot = 0; slot < frames.length; slot++) operations.countMarked(frames[slot]! - origin);
  }

  /** Where a naturally aligned free block of 2^order frames begins, order 1 to 30, or -1. */
  findBlock(order: number): number {
    return order < HUGE_ORDER ? this.operations.findBlock(order) : this.findHuge(order);
  }

  /** The lowest free index in `from` to `to`, or `to`. */
  nextFree(from: number, to: number): number {
    for (let index = from; index < to; ) {
      const huge = index >>> 9;
      const offset = index & (HUGE_FRAMES - 1);
      const mask = this.words[this.summaries + huge]! & 0xffff;
      const parts = this.count(huge) === 0 ? 0 : mask & (-1 << (offset >>> 5));
      if (parts === 0) {
        index = (huge + 1) * HUGE_FRAMES;
        continue;
      }
      const at = lowestBit(parts);
      const word = this.words[huge * WORDS + at]! & (at === offset >>> 5 ? -1 << (offset & 31) : -1);
      if (word !== 0) return Math.min(to, huge * HUGE_FRAMES + at * 32 + lowestBit(word));
      index = (huge * WORDS + at + 1) * 32;
    }
    return to;
  }
}
