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
 * - The hint is an upper bound of what the bits have. Whoever clears busy bits raises it, and moves the epoch, in the
 *   same step in which the counter rises; it is lowered to what a look at the bits found only when no epoch has passed
 *   since. Read it is bounded by the counter, too; so the free that lifts the counter over a power of two may have
 *   raised it without a look at the bits.
 */
import type { Cells } from './cells.ts';
import type { Operations } from './code/operations.ts';
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
  MEASURED,
  PINNED,
  RUNS,
  type TreeLayout,
  WHOLE,
} from './layout.ts';
import { largestOrder, maskOf } from './words.ts';

/** One more than the order of the largest block that a child may have free, by its word. */
export function hintOf(entry: number): number {
  return Math.min((entry >>> HINT_SHIFT) & 15, 32 - Math.clz32(entry & FREE));
}

export class Children {
  readonly count: number;
  readonly #cells: Cells;
  readonly #words: Int32Array;
  /** Where child words, busy words and inside words begin. */
  readonly #entries: number;
  readonly #busy: number;
  readonly #inside: number;
  readonly #operations: Operations;

  constructor(cells: Cells, layout: TreeLayout) {
    this.count = layout.childCount;
    this.#cells = cells;
    this.#words = cells.words;
    this.#entries = layout.childrenAt;
    this.#busy = layout.busyAt;
    this.#inside = layout.insideAt;
    this.#operations = cells.operations;
  }

  entry(child: number): number {
    return this.#words[this.#entries + child]!;
  }

  /** Free frames of a child. */
  free(child: number): number {
    return this.#words[this.#entries + child]! & FREE;
  }

  /** A child's hint, read after every step before it. */
  hintNow(child: number): number {
    return hintOf(this.#cells.loadNow(this.#entries + child));
  }

  /** Takes one frame. @returns its index, or -1 when the child has none */
  takeSingle(child: number): number {
    const cells = this.#cells;
    const at = this.#entries + child;
    for (;;) {
      const entry = this.#words[at]!;
      if ((entry & FREE) === 0) return -1;
      if (cells.swap(at, entry, entry - 1)) break;
    }
    const first = child * CHILD_WORDS;
    for (let step = 0; ; step++) {
      const word = first + (step & (CHILD_WORDS - 1));
      for (;;) {
        const bits = this.#words[this.#busy + word]!;
        if (bits === -1) break;
        const bit = ~bits & (bits + 1);
        if (cells.swap(this.#busy + word, bits, bits | bit)) return word * 32 + 31 - Math.clz32(bit);
      }
    }
  }

  /**
   * Takes 2^order frames, naturally aligned, order 6 to 8.
   *
   * @returns the index of the first, or -1 when the child has no such block
   */
  takeWords(child: number, order: number): number {
    const frames = 1 << order;
    const cells = this.#cells;
    const at = this.#entries + child;
    for (;;) {
      const entry = this.#words[at]!;
      if (hintOf(entry) <= order) return -1;
      if (cells.swap(at, entry, (entry - frames) | RUNS)) break;
    }
    const index = this.#findWords(child, order);
    if (index < 0) this.#operations.giveUp(child, frames);
    return index;
  }

  /** Takes the whole child; `continues` when it continues the run of the child before. */
  takeWhole(child: number, continues: boolean): boolean {
    const cells = this.#cells;
    const at = this.#entries + child;
    for (;;) {
      const entry = this.#words[at]!;
      if ((entry & FREE) !== CHILD_FRAMES) return false;
      const taken = (entry & ~(FREE | HINT | RUNS)) | HUGE | (continues ? CONTINUES : 0);
      if (cells.swap(at, entry, taken)) return true;
    }
  }

  /**
   * Takes exactly the frames `from` to `to` of one child as one run. Not the whole child.
   *
   * @param continues the run began in the child before
   * @param goesOn the run goes on in the next child
   * @returns whether it did
   */
  takeExactly(from: number, to: number, continues: boolean, goesOn: boolean): boolean {
    const child = from >>> CHILD_ORDER;
    const frames = to - from;
    const second = continues ? from : from + 1;
    const cells = this.#cells;
    const at = this.#entries + child;
    for (;;) {
      const entry = this.#words[at]!;
      if ((entry & FREE) < frames) return false;
      if (cells.swap(at, entry, (entry - frames) | (goesOn || to > second ? RUNS : 0))) break;
    }
    for (let word = from >>> 5; word * 32 < to; word++) {
      if (this.#setClear(word, maskOf(word, from, to))) continue;
      if (word * 32 > from) this.#clearBusy(from, word * 32);
      this.giveBackRun(child, frames);
      return false;
    }
    for (let word = second >>> 5; word * 32 < to; word++) {
      cells.or(this.#inside + word, maskOf(word, second, to));
    }
    return true;
  }

  /** Frees one frame that is no run's inside. @returns whether it was used; {@link giveBack} must follow */
  clearSingle(index: number): boolean {
    const cells = this.#cells;
    const at = this.#busy + (index >>> 5);
    const bit = 1 << (index & 31);
    for (;;) {
      const bits = this.#words[at]!;
      if ((bits & bit) === 0) return false;
      if (cells.swap(at, bits, bits & ~bit)) return true;
    }
  }

  /**
   * Frees the frames `from` to `to` of one child, which are a run or the end of one, but not its first frame alone.
   *
   * @returns whether this call freed them; {@link giveBack} must follow
   */
  clearRun(from: number, to: number, continues: boolean): boolean {
    const second = continues ? from : from + 1;
    const last = (to - 1) >>> 5;
    for (let word = last; word >= second >>> 5; word--) {
      const mask = maskOf(word, second, to);
      const before = this.#cells.and(this.#inside + word, ~mask) & mask;
      // The first word decides which of two frees it is.
      if (word === last && before !== mask) return false;
    }
    this.#clearBusy(from, to);
    return true;
  }

  /** Frees a child that is used as a whole. @returns whether it was; no {@link giveBack} is due */
  clearWhole(child: number): boolean {
    const cells = this.#cells;
    const at = this.#entries + child;
    for (;;) {
      const entry = this.#words[at]!;
      if ((entry & HUGE) === 0) return false;
      const freed = ((entry & ~(HUGE | CONTINUES | MEASURED)) | CHILD_FRAMES | (WHOLE << HINT_SHIFT)) + EPOCH;
      if (cells.swap(at, entry, freed | 0)) return true;
    }
  }

  /** Counts the frames of an aligned block around an index as free, whose busy bits are clear already. */
  giveBack(child: number, frames: number, index: number): void {
    this.#operations.giveBack(child, frames, index);
  }

  /** As {@link giveBack} for any frames of a child. */
  giveBackRun(child: number, frames: number): void {
    const cells = this.#cells;
    const at = this.#entries + child;
    for (;;) {
      const entry = this.#words[at]!;
      const free = (entry & FREE) + frames;
      const hint = this.#hintFor(child, free);
      const rest = entry & ~(FREE | HINT | MEASURED | (free === CHILD_FRAMES ? RUNS : 0));
      const next = ((rest | free | (hint << HINT_SHIFT)) + EPOCH) | 0;
      if (!cells.swap(at, entry, next)) continue;
      if (hintOf(next) > hintOf(entry)) this.#operations.raise(child, hintOf(next));
      return;
    }
  }

  /** Lets the longest run be looked for again: it may be shorter than what was noted. */
  forgetLongest(child: number): void {
    this.#cells.and(this.#entries + child, ~MEASURED);
  }

  /** Marks a child as holding reserved frames. */
  pin(child: number): void {
    this.#cells.or(this.#entries + child, PINNED);
  }

  /** Busy bits of a word; a child used as a whole has all of them. */
  busyWord(word: number): number {
    return (this.entry(word >>> 4) & HUGE) !== 0 ? -1 : this.#words[this.#busy + word]!;
  }

  insideWord(word: number): number {
    return this.#words[this.#inside + word]!;
  }

  isBusy(index: number): boolean {
    return ((this.busyWord(index >>> 5) >>> (index & 31)) & 1) !== 0;
  }

  /** Whether the frame continues the run of the frame before it. */
  isInside(index: number): boolean {
    const entry = this.entry(index >>> CHILD_ORDER);
    if ((entry & HUGE) !== 0) return (index & (CHILD_FRAMES - 1)) !== 0 || (entry & CONTINUES) !== 0;
    return (entry & RUNS) !== 0 && ((this.insideWord(index >>> 5) >>> (index & 31)) & 1) !== 0;
  }

  /** Order of the largest naturally aligned free block of a child by its bits, or -1. */
  largestOrder(child: number): number {
    const first = this.#busy + child * CHILD_WORDS;
    let order = -1;
    let clear = 0;
    for (let word = 0; word < CHILD_WORDS; word++) {
      const bits = this.#words[first + word]!;
      if (bits === 0) clear |= 1 << word;
      else if (order < 5) order = Math.max(order, largestOrder(bits));
    }
    return clear === 0 ? order : 5 + largestOrder(~clear);
  }

  /** With the right to the frames: takes 2, 4 or 8 aligned words. */
  #findWords(child: number, order: number): number {
    const cells = this.#cells;
    const words = 1 << (order - 5);
    const first = child * CHILD_WORDS;
    for (let start = first; start < first + CHILD_WORDS; start += words) {
      let taken = 0;
      while (taken < words && cells.swap(this.#busy + start + taken, 0, -1)) taken++;
      if (taken === words) {
        cells.or(this.#inside + start, -2);
        for (let word = start + 1; word < start + words; word++) cells.or(this.#inside + word, -1);
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

  /** What the bits say that the hint of a child with so many free frames is. */
  #hintFor(child: number, free: number): number {
    return free === CHILD_FRAMES ? WHOLE : Math.min(this.largestOrder(child) + 1, CHILD_ORDER);
  }

  /** Sets busy bits that must all be clear. @returns whether they were */
  #setClear(word: number, mask: number): boolean {
    const at = this.#busy + word;
    for (;;) {
      const bits = this.#words[at]!;
      if ((bits & mask) !== 0) return false;
      if (this.#cells.swap(at, bits, bits | mask)) return true;
    }
  }

  #clearBusy(from: number, to: number): void {
    for (let word = from >>> 5; word * 32 < to; word++) {
      this.#cells.and(this.#busy + word, ~maskOf(word, from, to));
    }
  }
}
