/**
 * Which frames are free, in levels, and where to take the next ones from.
 *
 * Terms: an index is a frame's number from the map's origin; a huge frame is 512 indices, 16 words.
 * - `bits`: one bit a frame, set when it is free;
 * - `summaries`, one number for each huge frame, so that the path of a single frame reads and writes one:
 *   - the mask, 16 bits: which of its words are not 0;
 *   - the count, 10 bits: its free frames, 0 to 512;
 *   - the best order, 4 bits: that of its largest free block, 9 when all of it is free;
 * - `whole`: the huge frames that are free; `sets`: the others by best order (1 to 8), each in all sets up to it,
 *   and those that are partly free by fullness, in 16 classes.
 *
 * A huge frame that is handed out whole keeps its bits and masks: a count of 0 with a mask that is not 0 says so.
 *
 * Placement: single frames come from a huge frame of the fullest class at all times, the current one while it is in it.
 * Blocks come from the current one too, else from the fullest class that has one of the order. Huge frames come from the
 * top of memory. So what is small gathers in few huge frames, and the others stay whole.
 *
 * The best order is exact except for the at most eight huge frames in the stale list, where it may be too high because
 * frames were taken since. A search for an order looks only where the best order says that there is one, so it fails
 * after at most eight looks, however broken up memory is.
 */
import { alignedGroups, highestBit, isGroupSet, lowestBit, maskOf, popcount } from './bits.ts';
import { HugeSet } from './huge-set.ts';
import { HugeSets } from './huge-sets.ts';
import { BEST_SHIFT, COUNT, countOf, MASK, ONE } from './summary.ts';

export const HUGE_ORDER = 9;
export const HUGE_FRAMES = 512;
/** Frames of one word of a set of huge frames: 64 MiB. */
export const ORIGIN_ALIGN = 32 * HUGE_FRAMES;
const WORDS = 16;
/** The sets 16 to 31 are the classes of fullness; the sets 1 to 9 are orders. */
const FIRST_CLASS = 16;
const STALE = 8;

export class FreeMap {
  readonly hugeFrames: number;
  /** Absolute number of the first word of a set of huge frames. */
  readonly #firstWord: number;
  readonly #bits: Int32Array;
  /** One more than there are huge frames: the last stands for "no current huge frame" and is always full. */
  readonly #summaries: Int32Array;
  readonly #classes: Uint8Array;
  readonly #sets: HugeSets;
  /** Huge frames of which every frame is free. */
  readonly #whole: HugeSet;
  readonly #isStale: Uint8Array;
  readonly #stale = new Int32Array(STALE).fill(-1);
  #nextStale = 0;
  #current: number;

  /**
   * Exactly the indices `first` to `end` are free.
   *
   * @param origin absolute frame of index 0, a multiple of {@link ORIGIN_ALIGN}
   */
  constructor(origin: number, first: number, end: number) {
    const hugeFrames = Math.ceil(end / HUGE_FRAMES);
    this.hugeFrames = hugeFrames;
    this.#firstWord = origin / ORIGIN_ALIGN;
    this.#bits = new Int32Array(hugeFrames * WORDS);
    this.#summaries = new Int32Array(hugeFrames + 1);
    this.#classes = new Uint8Array(hugeFrames + 1);
    this.#isStale = new Uint8Array(hugeFrames);
    this.#sets = new HugeSets(hugeFrames);
    this.#whole = new HugeSet(hugeFrames);
    this.#current = hugeFrames;
    this.#set(first, end);
    this.releaseRange(first, end);
  }

  get bytes(): number {
    const arrays = [this.#bits, this.#summaries, this.#classes, this.#isStale];
    return arrays.reduce(
      (sum, { byteLength }) => sum + byteLength,
      this.#sets.bytes + this.#whole.bytes + this.#stale.byteLength,
    );
  }

  /** Free frames, counted. */
  get free(): number {
    return this.#summaries.reduce((sum, summary) => sum + countOf(summary), 0);
  }

  isFree(index: number): boolean {
    return this.#count(index >>> 9) !== 0 && ((this.#bits[index >>> 5]! >>> (index & 31)) & 1) !== 0;
  }

  /** One word of the map: the bits of free frames. */
  word(at: number): number {
    return this.#count(at >>> 4) === 0 ? 0 : this.#bits[at]!;
  }

  /**
   * Takes one frame. Returns its index, or -1.
   *
   * The fields of a summary are numbers here and where frames come and go: a bundler turns module constants into
   * variables, which takes a tenth of the speed.
   */
  takeOne(): number {
    let huge = this.#current;
    let summary = this.#summaries[huge]!;
    if ((summary & 0x3ff_0000) === 0) {
      huge = this.#chooseCurrent();
      if (huge < 0) return -1;
      summary = this.#summaries[huge]!;
    }
    // The mask is lowest, and not 0 here.
    const at = (huge << 4) + lowestBit(summary);
    const word = this.#bits[at]!;
    const left = word & (word - 1);
    this.#bits[at] = left;
    summary -= 0x1_0000;
    if (left === 0) summary &= summary - 1;
    this.#summaries[huge] = summary;
    const index = (at << 5) + lowestBit(word);
    if ((summary & 0x1f_0000) !== 0) return index;
    this.#classify(huge, countOf(summary));
    return index;
  }

  /** Takes as many single frames as `out` has slots, adding `origin` to their indices. There must be enough. */
  takeMany(out: Int32Array, origin: number): void {
    let slot = 0;
    while (slot < out.length) {
      let huge = this.#current;
      if (this.#count(huge) === 0) huge = this.#chooseCurrent();
      const first = slot;
      let mask = this.#summaries[huge]! & MASK;
      while (mask !== 0 && slot < out.length) {
        const at = huge * WORDS + lowestBit(mask);
        const frame = origin + at * 32;
        let word = this.#bits[at]!;
        while (word !== 0 && slot < out.length) {
          out[slot++] = frame + lowestBit(word);
          word &= word - 1;
        }
        this.#bits[at] = word;
        if (word === 0) mask &= mask - 1;
      }
      this.#summaries[huge] = (this.#summaries[huge]! & ~MASK) | mask;
      this.#changeCount(huge, first - slot);
    }
  }

  /** Gives back one frame that is not part of a whole huge frame. Does nothing and returns false when it is free. */
  releaseOne(index: number): boolean {
    const at = index >>> 5;
    const before = this.#bits[at]!;
    const word = before | (1 << (index & 31));
    if (word === before) return false;
    this.#bits[at] = word;
    this.#countOne(index, word);
    return true;
  }

  /** Sets the bit of a frame as {@link releaseOne} does, and nothing else. False when it is set. */
  markOne(index: number): boolean {
    const before = this.#bits[index >>> 5]!;
    const word = before | (1 << (index & 31));
    this.#bits[index >>> 5] = word;
    return word !== before;
  }

  /** Takes back {@link markOne}. */
  unmarkOne(index: number): void {
    this.#bits[index >>> 5]! &= ~(1 << (index & 31));
  }

  /** Does what is left of {@link releaseOne} after {@link markOne}. */
  countOne(index: number): void {
    this.#countOne(index, this.#bits[index >>> 5]!);
  }

  /** Takes a naturally aligned block of 2^order frames, order 1 to 8. Returns its index, or -1. */
  takeBlock(order: number): number {
    const index = this.findBlock(order);
    if (index < 0) return -1;
    const huge = index >>> 9;
    const size = 1 << order;
    if (this.#best(huge) === HUGE_ORDER) this.#setBest(huge, HUGE_ORDER - 1);
    if (this.#isStale[huge] === 0) this.#markStale(huge);
    this.#clear(index, index + size);
    this.#changeCount(huge, -size);
    return index;
  }

  /** Gives back what {@link takeBlock} took. */
  releaseBlock(index: number, order: number): void {
    const huge = index >>> 9;
    const size = 1 << order;
    this.#set(index, index + size);
    if (this.#changeCount(huge, size) === HUGE_FRAMES) return;
    if (this.#best(huge) < order) this.#setBest(huge, order);
    this.#raise(huge, index);
  }

  /** Takes the highest huge frame that is free, all of it. Returns its number, or -1. Only the mask stays. */
  takeHuge(): number {
    const huge = this.#whole.removeHighest();
    if (huge >= 0) this.#summaries[huge] = 0xffff;
    return huge;
  }

  /** Gives back a huge frame that was taken whole: order 9, 512 frames, every word. */
  releaseHuge(huge: number): void {
    this.#whole.add(huge);
    this.#summaries[huge] = 0x2600_ffff;
  }

  /** Where a naturally aligned free block of 2^order frames begins, order 1 to 30, or -1. */
  findBlock(order: number): number {
    if (order >= HUGE_ORDER) return this.#findHuge(order);
    const current = this.#current;
    if (this.#best(current) >= order) {
      const index = this.#searchHuge(current, order);
      if (index >= 0) return index;
      this.#setBest(current, this.#largestOrder(current));
    }
    const sets = this.#sets;
    for (;;) {
      if (((sets.occupied >>> order) & 1) === 0) {
        const huge = this.#whole.lowest();
        return huge < 0 ? -1 : huge * HUGE_FRAMES;
      }
      const huge = this.#fullestWith(order);
      const index = this.#searchHuge(huge, order);
      if (index >= 0) return index;
      this.#setBest(huge, this.#largestOrder(huge));
    }
  }

  /** Takes frames that are free. */
  takeRange(from: number, to: number): void {
    for (let index = from; index < to; ) {
      const huge = index >>> 9;
      const end = Math.min(to, (huge + 1) * HUGE_FRAMES);
      // What is taken whole keeps its bits.
      if (end - index < HUGE_FRAMES) this.#clear(index, end);
      this.#changeCount(huge, index - end);
      this.#setBest(huge, this.#largestOrder(huge));
      index = end;
    }
  }

  /** Gives back frames that {@link takeRange} took, in the same portions of huge frames. */
  releaseRange(from: number, to: number): void {
    for (let index = from; index < to; ) {
      const huge = index >>> 9;
      const end = Math.min(to, (huge + 1) * HUGE_FRAMES);
      if (end - index < HUGE_FRAMES) this.#set(index, end);
      if (this.#changeCount(huge, end - index) < HUGE_FRAMES) this.#setBest(huge, this.#largestOrder(huge));
      index = end;
    }
  }

  /** The lowest free index in `from` to `to`, or `to`. */
  nextFree(from: number, to: number): number {
    for (let index = from; index < to; ) {
      const huge = index >>> 9;
      const offset = index & (HUGE_FRAMES - 1);
      const words = this.#count(huge) === 0 ? 0 : this.#mask(huge) & (-1 << (offset >>> 5));
      if (words === 0) {
        index = (huge + 1) * HUGE_FRAMES;
        continue;
      }
      const at = lowestBit(words);
      const word = this.#bits[huge * WORDS + at]! & (at === offset >>> 5 ? -1 << (offset & 31) : -1);
      if (word !== 0) return Math.min(to, huge * HUGE_FRAMES + at * 32 + lowestBit(word));
      index = (huge * WORDS + at + 1) * 32;
    }
    return to;
  }

  /** What decides where the next frames come from, besides which frames are free. */
  position(): { current: number; stale: number[]; best: number[]; next: number } {
    const stale = [...this.#stale];
    const best = stale.map((huge) => (huge < 0 ? 0 : this.#best(huge)));
    return { current: this.#current, stale, best, next: this.#nextStale };
  }

  /** Takes over a position; false when it does not fit the free frames. */
  setPosition({ current, stale, best, next }: ReturnType<FreeMap['position']>): boolean {
    const huge = (value: number): boolean => value >= 0 && value < this.hugeFrames;
    const listed = stale.filter((each) => each !== -1);
    const fits =
      (current === this.hugeFrames || (huge(current) && this.#count(current) < HUGE_FRAMES)) &&
      stale.length === STALE &&
      best.length === STALE &&
      next >= 0 &&
      next < STALE &&
      listed.every(huge) &&
      new Set(listed).size === listed.length;
    if (!fits) return false;
    this.#current = current;
    this.#nextStale = next;
    for (let slot = 0; slot < STALE; slot++) {
      const each = stale[slot]!;
      this.#stale[slot] = each;
      if (each < 0) continue;
      this.#isStale[each] = 1;
      const exact = this.#best(each);
      if (best[slot]! < exact || (best[slot] !== exact && best[slot]! >= HUGE_ORDER)) return false;
      this.#setBest(each, best[slot]!);
    }
    return true;
  }

  /** Names of what is wrong between the levels. */
  brokenInvariants(): string[] {
    const broken = new Set<string>();
    for (let huge = 0; huge < this.hugeFrames; huge++) {
      const count = this.#count(huge);
      const whole = count === 0 && this.#mask(huge) !== 0;
      let mask = 0;
      let counted = 0;
      for (let word = 0; word < WORDS; word++) {
        const bits = this.#bits[huge * WORDS + word]!;
        counted += popcount(bits);
        if (bits !== 0) mask |= 1 << word;
      }
      if (counted !== (whole ? HUGE_FRAMES : count)) broken.add('free-counts');
      if (mask !== this.#mask(huge)) broken.add('word-masks');
      const exact = this.#largestOrder(huge);
      const best = this.#best(huge);
      if (best < exact || (best > exact && (this.#isStale[huge] === 0 || best === HUGE_ORDER)))
        broken.add('hints');
      if (this.#whole.has(huge) !== (best === HUGE_ORDER)) broken.add('order-sets');
      for (let set = 1; set < HUGE_ORDER; set++) {
        const member = best < HUGE_ORDER && set <= best;
        if (this.#sets.has(set, huge) !== member) broken.add('order-sets');
      }
      const fullness = classOf(count);
      if (this.#classes[huge] !== fullness) broken.add('classes');
      for (let set = FIRST_CLASS; set < FIRST_CLASS + 16; set++) {
        if (this.#sets.has(set, huge) !== (set === fullness)) broken.add('class-sets');
      }
    }
    if (this.#summaries[this.hugeFrames] !== 0 || this.#count(this.#current) === HUGE_FRAMES)
      broken.add('current');
    const listed = this.#stale.filter((huge) => huge >= 0);
    const flagged = this.#isStale.reduce((sum, flag) => sum + flag, 0);
    if (flagged !== listed.length || !listed.every((huge) => this.#isStale[huge] === 1))
      broken.add('stale-list');
    return [...broken];
  }

  #count(huge: number): number {
    return countOf(this.#summaries[huge]!);
  }

  #mask(huge: number): number {
    return this.#summaries[huge]! & MASK;
  }

  #best(huge: number): number {
    return this.#summaries[huge]! >>> BEST_SHIFT;
  }

  /** Brings the levels above `bits` up to date after one bit of a word was set. */
  #countOne(index: number, word: number): void {
    const huge = index >>> 9;
    const summary = (this.#summaries[huge]! + 0x1_0000) | (1 << ((index >>> 5) & 15));
    this.#summaries[huge] = summary;
    // Only a block one order above the best can have appeared; most frees form none.
    const size = 2 << (summary >>> 26);
    const grown = size > 32 ? word === -1 : isGroupSet(word, index, size);
    // The count has just passed a multiple of 32, or reached 512.
    if (grown || (summary & 0x1f_0000) === 0x1_0000 || (summary & 0x200_0000) !== 0) {
      this.#classify(huge, countOf(summary));
      this.#raise(huge, index);
    }
  }

  /** The huge frame that gives single frames from now on, or -1. */
  #chooseCurrent(): number {
    const classes = this.#sets.occupied >>> FIRST_CLASS;
    let huge: number;
    if (classes !== 0) {
      huge = this.#sets.lowest(FIRST_CLASS + lowestBit(classes));
    } else {
      huge = this.#whole.lowest();
      if (huge < 0) return -1;
      // Frames are taken at once, so it is in its class already.
      this.#setBest(huge, HUGE_ORDER - 1);
      this.#setClass(huge, classOf(HUGE_FRAMES - 1));
    }
    this.#current = huge;
    this.#markStale(huge);
    return huge;
  }

  /** A huge frame of the fullest class that has one with a block of an order, which there is. */
  #fullestWith(order: number): number {
    const sets = this.#sets;
    let classes = sets.occupied >>> FIRST_CLASS;
    const fullest = sets.lowestCommon(FIRST_CLASS + lowestBit(classes), order);
    if (fullest >= 0) {
      // It may as well give the single frames, so that the next blocks find it at once.
      this.#current = fullest;
      this.#markStale(fullest);
      return fullest;
    }
    for (classes &= classes - 1; classes !== 0; classes &= classes - 1) {
      const huge = sets.lowestCommon(FIRST_CLASS + lowestBit(classes), order);
      if (huge >= 0) return huge;
    }
    return sets.lowest(order);
  }

  /** The highest naturally aligned free group of 2^(order - 9) huge frames, as an index, or -1. */
  #findHuge(order: number): number {
    const size = 1 << (order - HUGE_ORDER);
    if (size === 1) {
      const huge = this.#whole.highest();
      return huge < 0 ? -1 : huge * HUGE_FRAMES;
    }
    if (size <= 32) {
      for (let at = this.#sets.words - 1; at >= 0; at--) {
        const groups = alignedGroups(this.#whole.word(at), order - HUGE_ORDER);
        if (groups !== 0) return (at * 32 + highestBit(groups)) * HUGE_FRAMES;
      }
      return -1;
    }
    // Whole words of the set; alignment is that of the absolute frame.
    const words = size >>> 5;
    const whole = this.#whole;
    let at = this.#sets.words - words;
    at -= (this.#firstWord + at) & (words - 1);
    for (; at >= 0; at -= words) {
      let word = at;
      while (word < at + words && whole.word(word) === -1) word++;
      if (word === at + words) return at * 32 * HUGE_FRAMES;
    }
    return -1;
  }

  /** The lowest aligned free block of an order from 1 to 8 in a huge frame, as an index, or -1. */
  #searchHuge(huge: number, order: number): number {
    const base = huge * WORDS;
    if (order > 5) {
      const groups = alignedGroups(this.#fullWords(huge), order - 5);
      return groups === 0 ? -1 : (base + lowestBit(groups)) * 32;
    }
    for (let mask = this.#mask(huge); mask !== 0; mask &= mask - 1) {
      const at = base + lowestBit(mask);
      const groups = alignedGroups(this.#bits[at]!, order);
      if (groups !== 0) return at * 32 + lowestBit(groups);
    }
    return -1;
  }

  /** The words of a huge frame that are all free, as bits. */
  #fullWords(huge: number): number {
    let full = 0;
    for (let word = 0; word < WORDS; word++) {
      if (this.#bits[huge * WORDS + word] === -1) full |= 1 << word;
    }
    return full;
  }

  /** The exact order of the largest free block of a huge frame. */
  #largestOrder(huge: number): number {
    const count = this.#count(huge);
    if (count === 0) return 0;
    if (count === HUGE_FRAMES) return HUGE_ORDER;
    const full = this.#fullWords(huge);
    if (full !== 0) {
      let order = 5;
      while (alignedGroups(full, order - 4) !== 0) order++;
      return order;
    }
    let order = 0;
    for (let mask = this.#mask(huge); mask !== 0; mask &= mask - 1) {
      const word = this.#bits[huge * WORDS + lowestBit(mask)]!;
      while (order < 4 && alignedGroups(word, order + 1) !== 0) order++;
    }
    return order;
  }

  /** Whether the aligned block of 2^order frames around an index is free, order 1 to 9. */
  #isBlockFree(index: number, order: number): boolean {
    if (order <= 5) {
      return isGroupSet(this.#bits[index >>> 5]!, index & 31, 1 << order);
    }
    const words = 1 << (order - 5);
    const first = (index >>> 5) & ~(words - 1);
    for (let at = first; at < first + words; at++) {
      if (this.#bits[at] !== -1) return false;
    }
    return true;
  }

  /** Raises the best order to the order of the largest free block around an index that is higher. */
  #raise(huge: number, index: number): void {
    const before = this.#best(huge);
    let best = before;
    while (best < HUGE_ORDER - 1 && this.#isBlockFree(index, best + 1)) best++;
    if (best > before) this.#setBest(huge, best);
  }

  /** Clears the bits of free frames of one huge frame. */
  #clear(from: number, to: number): void {
    for (let index = from; index < to; ) {
      const end = Math.min(to, (index | 31) + 1);
      const at = index >>> 5;
      const word = this.#bits[at]! & ~maskOf(index & 31, ((end - 1) & 31) + 1);
      this.#bits[at] = word;
      if (word === 0) this.#summaries[at >>> 4]! &= ~(1 << (at & 15));
      index = end;
    }
  }

  /** Sets the bits of used frames of one huge frame. */
  #set(from: number, to: number): void {
    for (let index = from; index < to; ) {
      const end = Math.min(to, (index | 31) + 1);
      const at = index >>> 5;
      this.#bits[at]! |= maskOf(index & 31, ((end - 1) & 31) + 1);
      this.#summaries[at >>> 4]! |= 1 << (at & 15);
      index = end;
    }
  }

  /** Adds to the count of a huge frame, or takes off. Returns the new count. */
  #changeCount(huge: number, frames: number): number {
    const summary = this.#summaries[huge]! + frames * ONE;
    this.#summaries[huge] = summary;
    const count = countOf(summary);
    this.#classify(huge, count);
    return count;
  }

  /** Moves a huge frame to the set of its class after its count changed. */
  #classify(huge: number, count: number): void {
    const to = classOf(count);
    if (this.#classes[huge] !== to) this.#setClass(huge, to);
    if (count === 0) {
      this.#setBest(huge, 0);
    } else if (count === HUGE_FRAMES) {
      this.#setBest(huge, HUGE_ORDER);
      if (huge === this.#current) this.#current = this.hugeFrames;
    }
  }

  #setClass(huge: number, to: number): void {
    const from = this.#classes[huge]!;
    if (from === to) return;
    if (from !== 0) this.#sets.remove(from, huge);
    if (to !== 0) this.#sets.add(to, huge);
    this.#classes[huge] = to;
    // Single frames come from the fullest class at all times.
    const fuller = (1 << this.#classes[this.#current]!) - (1 << FIRST_CLASS);
    if ((this.#sets.occupied & fuller) !== 0) this.#current = this.hugeFrames;
  }

  #setBest(huge: number, to: number): void {
    const summary = this.#summaries[huge]!;
    let from = summary >>> BEST_SHIFT;
    if (from === to) return;
    this.#summaries[huge] = (summary & (COUNT | MASK)) | (to << BEST_SHIFT);
    if (from === HUGE_ORDER) {
      this.#whole.remove(huge);
      from = 0;
    } else if (to === HUGE_ORDER) {
      this.#whole.add(huge);
      to = 0;
    }
    for (; from < to; from++) this.#sets.add(from + 1, huge);
    for (; from > to; from--) this.#sets.remove(from, huge);
  }

  /** Lets the best order of a huge frame be too high; the one that has been so for longest is made exact. */
  #markStale(huge: number): void {
    if (this.#isStale[huge] === 1) return;
    const oldest = this.#stale[this.#nextStale]!;
    if (oldest >= 0) {
      this.#isStale[oldest] = 0;
      this.#setBest(oldest, this.#largestOrder(oldest));
    }
    this.#stale[this.#nextStale] = huge;
    this.#nextStale = (this.#nextStale + 1) & (STALE - 1);
    this.#isStale[huge] = 1;
  }
}

/** The set of a huge frame with so many free frames: none (0) when it is full or all free. */
function classOf(count: number): number {
  return count === 0 || count === HUGE_FRAMES ? 0 : FIRST_CLASS + ((count - 1) >>> 5);
}
