/**
 * The lower level: children of 512 frames, each with a counter word, 512 busy bits and 512 inside bits.
 *
 * The rules that make it safe without locks:
 * - To take frames is to lower the counter first (that gives the right to so many frames of the child) and to set
 *   busy bits then; to free is to clear the bits first and to raise the counter then. So at any moment a
 *   child has at least as many clear bits as its counter and all rights together, and a right to one
 *   frame always finds one.
 * - An inside bit says that the frame continues the run of the frame before it. Inside bits are set after the busy
 *   bits of the run and cleared before them, so they belong to whoever owns the frames. The free of a run begins with
 *   clearing inside bits (or, for a child used whole, with its counter word), which only one of two frees can do.
 * - The hint is an upper bound. Whoever clears busy bits raises it, and moves the epoch, in the same step in which the
 *   counter rises; it is lowered to what a look at the bits found only when no epoch has passed since. A lower counter
 *   bounds it too, which is wrong while a free is between its bits and its counter; the free that lifts the
 *   counter over a power of two therefore looks at the bits again.
 */
import {
  CHILD_FRAMES,
  CHILD_ORDER,
  CHILD_WORDS,
  CONTINUES,
  EPOCH,
  FREE,
  HINT,
  HINT_SHIFT,
  HUGE,
  PINNED,
  RUNS,
  type TreeLayout,
  WHOLE,
} from './layout.ts';
import { freeStarts, largestOrder, lowestBit, maskOf } from './words.ts';

/** The hint in a child word. */
export function hintOf(entry: number): number {
  return (entry >>> HINT_SHIFT) & 15;
}

/** A child word with fewer free frames, whose hint they bound. */
function lowered(entry: number, frames: number): number {
  const free = (entry & FREE) - frames;
  const bound = 32 - Math.clz32(free);
  const hint = hintOf(entry);
  return (entry & ~(FREE | HINT)) | free | (Math.min(hint, bound) << HINT_SHIFT);
}

export class Children {
  readonly entries: Int32Array;
  readonly busy: Int32Array;
  readonly inside: Int32Array;

  constructor(buffer: ArrayBufferLike, layout: TreeLayout) {
    this.entries = new Int32Array(buffer, layout.childrenAt * 4, layout.childCount);
    this.busy = new Int32Array(buffer, layout.busyAt * 4, layout.childCount * CHILD_WORDS);
    this.inside = new Int32Array(buffer, layout.insideAt * 4, layout.childCount * CHILD_WORDS);
  }

  /**
   * Takes one frame, from the word `from` (0 to 15) on.
   *
   * @returns its index, or -1 when the child has none
   */
  takeSingle(child: number, from: number): number {
    const { entries, busy } = this;
    let entry = Atomics.load(entries, child);
    for (;;) {
      if ((entry & FREE) === 0) return -1;
      const found = Atomics.compareExchange(entries, child, entry, lowered(entry, 1));
      if (found === entry) break;
      entry = found;
    }
    const first = child * CHILD_WORDS;
    for (let step = from; ; step++) {
      const at = first + (step & (CHILD_WORDS - 1));
      let word = Atomics.load(busy, at);
      while (word !== -1) {
        const bit = ~word & (word + 1);
        const found = Atomics.compareExchange(busy, at, word, word | bit);
        if (found === word) return at * 32 + 31 - Math.clz32(bit);
        word = found;
      }
    }
  }

  /**
   * Takes 2^order frames, naturally aligned, order 1 to 8.
   *
   * @returns the index of the first, or -1 when the child has no such block
   */
  takeBlock(child: number, order: number): number {
    const frames = 1 << order;
    const { entries } = this;
    let entry = Atomics.load(entries, child);
    for (;;) {
      if ((entry & FREE) < frames || hintOf(entry) <= order) return -1;
      const found = Atomics.compareExchange(entries, child, entry, lowered(entry, frames) | RUNS);
      if (found === entry) break;
      entry = found;
    }
    const index = order <= 5 ? this.#takeInWord(child, order) : this.#takeWords(child, order);
    if (index < 0) this.#giveUp(child, frames);
    return index;
  }

  /** Takes the whole child; `continues` when it continues the run of the child before. */
  takeWhole(child: number, continues: boolean): boolean {
    const { entries } = this;
    let entry = Atomics.load(entries, child);
    while ((entry & FREE) === CHILD_FRAMES) {
      const taken = (entry & ~(FREE | HINT | RUNS)) | HUGE | (continues ? CONTINUES : 0);
      const found = Atomics.compareExchange(entries, child, entry, taken);
      if (found === entry) return true;
      entry = found;
    }
    return false;
  }

  /**
   * Takes exactly the frames `from` to `to` of one child as one run, or as the continuation of one. Not the whole child.
   *
   * @returns whether it did
   */
  takeExactly(from: number, to: number, continues: boolean): boolean {
    const child = from >>> 9;
    const frames = to - from;
    const second = continues ? from : from + 1;
    const { entries, busy, inside } = this;
    let entry = Atomics.load(entries, child);
    for (;;) {
      if ((entry & FREE) < frames) return false;
      const taken = lowered(entry, frames) | (to > second ? RUNS : 0);
      const found = Atomics.compareExchange(entries, child, entry, taken);
      if (found === entry) break;
      entry = found;
    }
    for (let at = from >>> 5; at * 32 < to; at++) {
      if (setClear(busy, at, maskOf(at, from, to))) continue;
      if (at * 32 > from) this.#clearBusy(from, at * 32);
      this.giveBackRun(child, frames);
      return false;
    }
    for (let at = second >>> 5; at * 32 < to; at++) Atomics.or(inside, at, maskOf(at, second, to));
    return true;
  }

  /**
   * Takes up to `most` single frames of a child, a word at a time.
   *
   * @returns how many; their numbers, `origin` added, are in `out` from `slot` on
   */
  takeMany(child: number, most: number, out: Int32Array, slot: number, origin: number): number {
    const { entries, busy } = this;
    let entry = Atomics.load(entries, child);
    let wanted: number;
    for (;;) {
      wanted = Math.min(entry & FREE, most);
      if (wanted === 0) return 0;
      const found = Atomics.compareExchange(entries, child, entry, lowered(entry, wanted));
      if (found === entry) break;
      entry = found;
    }
    const first = child * CHILD_WORDS;
    const end = slot + wanted;
    for (let step = 0; slot < end; step++) {
      const at = first + (step & (CHILD_WORDS - 1));
      const word = Atomics.load(busy, at);
      let rest = ~word;
      let mask = 0;
      let next = slot;
      while (rest !== 0 && next < end) {
        const bit = rest & -rest;
        out[next++] = origin + at * 32 + 31 - Math.clz32(bit);
        mask |= bit;
        rest ^= bit;
      }
      if (mask === 0) continue;
      if (Atomics.compareExchange(busy, at, word, word | mask) === word) slot = next;
      else step--;
    }
    return wanted;
  }

  /** Frees one frame that is no run's inside. @returns whether it was used; {@link giveBack} must follow */
  clearSingle(index: number): boolean {
    const { busy } = this;
    const at = index >>> 5;
    const bit = 1 << (index & 31);
    let word = Atomics.load(busy, at);
    while ((word & bit) !== 0) {
      const found = Atomics.compareExchange(busy, at, word, word & ~bit);
      if (found === word) return true;
      word = found;
    }
    return false;
  }

  /** Frees several single frames of one word. @returns those that were used; {@link giveBack} must follow */
  clearSingles(at: number, mask: number): number {
    return Atomics.and(this.busy, at, ~mask) & mask;
  }

  /**
   * Frees the frames `from` to `to` of one child, which are a run or the end of one, but not its first frame alone.
   *
   * @returns whether this call freed them; {@link giveBack} must follow
   */
  clearRun(from: number, to: number, continues: boolean): boolean {
    const second = continues ? from : from + 1;
    const { inside } = this;
    for (let at = (to - 1) >>> 5; at >= second >>> 5; at--) {
      const mask = maskOf(at, second, to);
      // The first word decides which of two frees it is.
      if ((Atomics.and(inside, at, ~mask) & mask) !== mask && at === (to - 1) >>> 5) return false;
    }
    this.#clearBusy(from, to);
    return true;
  }

  /** Frees a child that is used as a whole. @returns whether it was; no {@link giveBack} is due */
  clearWhole(child: number): boolean {
    const { entries } = this;
    let entry = Atomics.load(entries, child);
    while ((entry & HUGE) !== 0) {
      const freed = ((entry & ~(HUGE | CONTINUES)) | CHILD_FRAMES | (WHOLE << HINT_SHIFT)) + EPOCH;
      const found = Atomics.compareExchange(entries, child, entry, freed | 0);
      if (found === entry) return true;
      entry = found;
    }
    return false;
  }

  /**
   * Counts frames as free whose busy bits are clear already, all in one child.
   *
   * @param index one of them; the hint is raised to the largest free block around it
   * @returns the hint when it rose, else 0
   */
  giveBack(child: number, frames: number, index: number): number {
    const { entries } = this;
    let entry = Atomics.load(entries, child);
    for (;;) {
      const before = hintOf(entry);
      const counted = entry & FREE;
      const free = counted + frames;
      let hint = before;
      let rest = entry & ~(FREE | HINT);
      if (free === CHILD_FRAMES) {
        hint = WHOLE;
        rest &= ~RUNS;
      } else {
        while (hint < CHILD_ORDER && this.#isBlockFree(index, hint)) hint++;
        const bound = 32 - Math.clz32(free);
        // The counter bounded the hint while other frees were still to be counted: the bits know better.
        if (hint < bound && bound > 32 - Math.clz32(counted)) hint = this.largestOrder(child) + 1;
      }
      const next = ((rest | free | (hint << HINT_SHIFT)) + EPOCH) | 0;
      const found = Atomics.compareExchange(entries, child, entry, next);
      if (found === entry) return hint > before ? hint : 0;
      entry = found;
    }
  }

  /** As {@link giveBack} for frames that need not form one aligned block. */
  giveBackRun(child: number, frames: number): number {
    const { entries } = this;
    let entry = Atomics.load(entries, child);
    for (;;) {
      const before = hintOf(entry);
      const free = (entry & FREE) + frames;
      const whole = free === CHILD_FRAMES;
      const rest = entry & ~(FREE | HINT | (whole ? RUNS : 0));
      const hint = whole ? WHOLE : Math.min(this.largestOrder(child) + 1, CHILD_ORDER);
      const next = ((rest | free | (hint << HINT_SHIFT)) + EPOCH) | 0;
      const found = Atomics.compareExchange(entries, child, entry, next);
      if (found === entry) return hint > before ? hint : 0;
      entry = found;
    }
  }

  /** Marks a child as holding reserved frames. */
  pin(child: number): void {
    Atomics.or(this.entries, child, PINNED);
  }

  /** Busy bits of a word; a child used as a whole has all of them. */
  busyWord(at: number): number {
    return (Atomics.load(this.entries, at >>> 4) & HUGE) !== 0 ? -1 : Atomics.load(this.busy, at);
  }

  isBusy(index: number): boolean {
    return ((this.busyWord(index >>> 5) >>> (index & 31)) & 1) !== 0;
  }

  /** Whether the frame continues the run of the frame before it. */
  isInside(index: number): boolean {
    const entry = Atomics.load(this.entries, index >>> 9);
    if ((entry & HUGE) !== 0) return (index & (CHILD_FRAMES - 1)) !== 0 || (entry & CONTINUES) !== 0;
    return (entry & RUNS) !== 0 && ((Atomics.load(this.inside, index >>> 5) >>> (index & 31)) & 1) !== 0;
  }

  /** Order of the largest naturally aligned free block of a child by its bits, or -1. */
  largestOrder(child: number): number {
    const first = child * CHILD_WORDS;
    let order = -1;
    let clear = 0;
    for (let at = 0; at < CHILD_WORDS; at++) {
      const word = Atomics.load(this.busy, first + at);
      if (word === 0) clear |= 1 << at;
      else if (order < 5) order = Math.max(order, largestOrder(word));
    }
    return clear === 0 ? order : 5 + largestOrder(~clear);
  }

  /** Whether the naturally aligned block of 2^order frames around a frame is free by its bits; order 0 to 9. */
  #isBlockFree(index: number, order: number): boolean {
    const { busy } = this;
    if (order < 5) {
      const block = ((1 << (1 << order)) - 1) << (index & 31 & -(1 << order));
      return (Atomics.load(busy, index >>> 5) & block) === 0;
    }
    const words = 1 << (order - 5);
    const first = (index >>> 5) & -words;
    for (let at = first; at < first + words; at++) if (Atomics.load(busy, at) !== 0) return false;
    return true;
  }

  /** With the right to the frames: takes an aligned block inside one word, order 1 to 5. */
  #takeInWord(child: number, order: number): number {
    const { busy, inside } = this;
    const block = order === 5 ? -1 : (1 << (1 << order)) - 1;
    const first = child * CHILD_WORDS;
    for (let at = first; at < first + CHILD_WORDS; at++) {
      let word = Atomics.load(busy, at);
      for (;;) {
        const starts = freeStarts(word, order);
        if (starts === 0) break;
        const shift = lowestBit(starts);
        const found = Atomics.compareExchange(busy, at, word, word | (block << shift));
        if (found === word) {
          Atomics.or(inside, at, (block & ~1) << shift);
          return at * 32 + shift;
        }
        word = found;
      }
    }
    return -1;
  }

  /** With the right to the frames: takes 2, 4 or 8 aligned words. */
  #takeWords(child: number, order: number): number {
    const { busy, inside } = this;
    const words = 1 << (order - 5);
    const first = child * CHILD_WORDS;
    for (let start = first; start < first + CHILD_WORDS; start += words) {
      let taken = 0;
      while (taken < words && Atomics.compareExchange(busy, start + taken, 0, -1) === 0) taken++;
      if (taken === words) {
        Atomics.or(inside, start, -2);
        for (let at = start + 1; at < start + words; at++) Atomics.store(inside, at, -1);
        return start * 32;
      }
      if (taken > 0) {
        this.#clearBusy(start * 32, (start + taken) * 32);
        // Others may have found the words busy: they must not lower the hint for that.
        this.giveBack(child, 0, start * 32);
      }
    }
    return -1;
  }

  /** Gives back the right to frames that were not found. No bit was cleared since, or the exchange fails. */
  #giveUp(child: number, frames: number): void {
    const { entries } = this;
    let entry = Atomics.load(entries, child);
    for (;;) {
      const free = (entry & FREE) + frames;
      const hint = free === CHILD_FRAMES ? WHOLE : Math.min(this.largestOrder(child) + 1, CHILD_ORDER);
      const given = (entry & ~(FREE | HINT)) | free | (hint << HINT_SHIFT);
      const found = Atomics.compareExchange(entries, child, entry, given);
      if (found === entry) return;
      entry = found;
    }
  }

  #clearBusy(from: number, to: number): void {
    for (let at = from >>> 5; at * 32 < to; at++) Atomics.and(this.busy, at, ~maskOf(at, from, to));
  }
}

/** Sets bits that must all be clear. @returns whether they were */
function setClear(words: Int32Array, at: number, mask: number): boolean {
  let word = Atomics.load(words, at);
  while ((word & mask) === 0) {
    const found = Atomics.compareExchange(words, at, word, word | mask);
    if (found === word) return true;
    word = found;
  }
  return false;
}
