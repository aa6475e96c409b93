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
import { alignedGroups, highestBit, isGroupSet, lowestBit, maskOf } from './bits.ts';
import {
  classOf,
  FIRST_CLASS,
  HUGE_FRAMES,
  HUGE_ORDER,
  HugeLevels,
  ORIGIN_ALIGN,
  WHOLE,
  WORDS,
} from './huge-levels.ts';

export class FreeMap extends HugeLevels {
  /** Absolute number of the first word of a set of huge frames. */
  readonly #firstWord: number = 0;
  readonly #first: number = 0;
  readonly #end: number = 0;

  /**
   * Exactly the indices `first` to `end` are free.
   *
   * @param origin absolute frame of index 0, a multiple of {@link ORIGIN_ALIGN}
   */
  constructor(origin: number, first: number, end: number) {
    super(Math.ceil(end / HUGE_FRAMES));
    this.#firstWord = origin / ORIGIN_ALIGN;
    this.#first = first;
    this.#end = end;
    this.#set(first, end);
    this.releaseRange(first, end);
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

  /** Takes one frame. Returns its index, or -1. */
  takeOne(): number {
    const { words, summaries } = this;
    let huge = this.current;
    let summary = words[summaries + huge]!;
    if ((summary & 0x3ff_0000) === 0) {
      huge = this.#chooseCurrent();
      if (huge < 0) return -1;
      summary = words[summaries + huge]!;
    }
    // The mask is lowest, and not 0 here.
    const at = (huge << 4) + 31 - Math.clz32(summary & -summary);
    const word = words[at]!;
    const left = word & (word - 1);
    words[at] = left;
    let after = (summary - 0x1_0000) | 0;
    if (left === 0) after &= after - 1;
    words[summaries + huge] = after;
    const index = (at << 5) + 31 - Math.clz32(word ^ left);
    if ((summary & 0x3f_0000) === 0) this.#leaveClass(huge, summary);
    return index;
  }

  /** Takes as many single frames as `out` has slots, adding `origin` to their indices. There must be enough. */
  takeMany(out: Int32Array, origin: number): void {
    const { words } = this;
    const { length } = out;
    let slot = 0;
    while (slot < length) {
      let huge = this.current;
      if (this.count(huge) === 0) huge = this.#chooseCurrent();
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
      this.changeCount(huge, first - slot);
    }
  }

  /**
   * Gives back one frame of a huge frame that holds single frames only. Does nothing and returns false when it is free,
   * and when the index is none of the map's or that of a huge frame with a tag.
   */
  releaseOne(index: number): boolean {
    if (index < this.#first || index >= this.#end) return false;
    const { words } = this;
    const place = this.summaries + (index >>> 9);
    const summary = words[place]!;
    if (summary < 0) return false;
    const at = index >>> 5;
    const before = words[at]!;
    const word = before | (1 << (index & 31));
    if (word === before) return false;
    words[at] = word;
    const after = (summary + 0x1_0000) | (1 << (at & 15));
    words[place] = after;
    // Only a block one order above the best can have appeared; most frees form none.
    const size = 2 << (summary >>> 27);
    const grown = size > 32 ? word === -1 : ((~word >>> (index & (32 - size))) & (-1 >>> (32 - size))) === 0;
    if (grown || (after & 0x3f_0000) === 0) this.#grow(index, summary);
    else if ((summary & 0x3ff_0000) === 0) this.#enterClass(index);
    return true;
  }

  /**
   * Sets the bits of single frames as {@link releaseOne} does, from a slot on, and nothing else. Returns the first slot
   * that {@link releaseOne} would refuse, or `frames.length`.
   */
  markMany(frames: Int32Array, from: number, origin: number): number {
    const { words, summaries } = this;
    const first = this.#first;
    const end = this.#end;
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

  /** Does what is left of {@link releaseOne} for frames that are marked. */
  countMany(frames: Int32Array, origin: number): void {
    const { words, summaries } = this;
    for (let slot = 0; slot < frames.length; slot++) {
      const index = frames[slot]! - origin;
      const at = index >>> 5;
      const place = summaries + (index >>> 9);
      const summary = words[place]!;
      const after = (summary + 0x1_0000) | (1 << (at & 15));
      words[place] = after;
      const word = words[at]!;
      const size = 2 << ((summary >>> 27) & 15);
      const grown = size > 32 ? word === -1 : isGroupSet(word, index, size);
      if (grown || (after & 0x3f_0000) === 0) this.#grow(index, summary);
      else if ((summary & 0x3ff_0000) === 0) this.#enterClass(index);
    }
  }

  /** Takes a naturally aligned block of 2^order frames, order 1 to 8. Returns its index, or -1. */
  takeBlock(order: number): number {
    const index = this.findBlock(order);
    if (index < 0) return -1;
    const huge = index >>> 9;
    const size = 1 << order;
    this.markStale(huge);
    if (order <= 5) this.#clearInWord(index, (-1 >>> (32 - size)) << (index & 31));
    else this.#clear(index, index + size);
    this.changeCount(huge, -size);
    return index;
  }

  /** Gives back what {@link takeBlock} took. */
  releaseBlock(index: number, order: number): void {
    const huge = index >>> 9;
    const size = 1 << order;
    if (order <= 5) this.#setInWord(index, (-1 >>> (32 - size)) << (index & 31));
    else this.#set(index, index + size);
    if (this.changeCount(huge, size) === HUGE_FRAMES) return;
    if (this.best(huge) < order) this.setBest(huge, order);
    this.raise(huge, index);
  }

  /** Takes the highest huge frame that is free, all of it. Returns its number, or -1. Only the mask and the flag stay. */
  takeHuge(): number {
    const { words, setTops } = this;
    const firstTop = this.tops + 9 * setTops;
    let top = firstTop + setTops - 1;
    while (top >= firstTop && words[top] === 0) top--;
    if (top < firstTop) return -1;
    const summary = words[top]!;
    const word = ((top - firstTop) << 5) + 31 - Math.clz32(summary);
    const at = this.sets + 9 * this.setWords + word;
    const members = words[at]!;
    const bit = 31 - Math.clz32(members);
    const left = members ^ (1 << bit);
    words[at] = left;
    if (left === 0) words[top] = summary ^ (1 << (word & 31));
    const huge = (word << 5) + bit;
    const place = this.summaries + huge;
    words[place] = (words[place]! & 0x400_ffff) | -0x8000_0000;
    words[this.tags + huge] = 1;
    return huge;
  }

  /** Gives back what {@link takeHuge} took, when the index is where it begins; else does nothing and returns false. */
  releaseHuge(index: number): boolean {
    const huge = index >>> 9;
    const { words } = this;
    const tag = this.tags + huge;
    // The next huge frame begins a run, or holds none that could have begun here.
    const taken = huge < this.hugeFrames && (index & 511) === 0 && words[tag] === 1 && words[tag + 1]! <= 1;
    if (!taken) return false;
    words[tag] = 0;
    const place = this.summaries + huge;
    // Order 9, 512 frames, every word; it may be in the stale list.
    words[place] = (words[place]! & 0x400_0000) | 0x4a00_ffff;
    const word = huge >>> 5;
    const at = this.sets + 9 * this.setWords + word;
    const members = words[at]!;
    words[at] = members | (1 << (huge & 31));
    if (members === 0) words[this.tops + 9 * this.setTops + (word >>> 5)]! |= 1 << (word & 31);
    return true;
  }

  /** Where a naturally aligned free block of 2^order frames begins, order 1 to 30, or -1. */
  findBlock(order: number): number {
    if (order >= HUGE_ORDER) return this.#findHuge(order);
    for (;;) {
      if (((this.occupied >>> order) & 1) === 0) {
        const huge = this.lowest(WHOLE);
        return huge < 0 ? -1 : huge << 9;
      }
      const huge = this.#fullestWith(order);
      const index = this.#searchHuge(huge, order);
      if (index >= 0) return index;
      this.setBest(huge, this.largestOrder(huge));
    }
  }

  /** Takes frames that are free. */
  takeRange(from: number, to: number): void {
    for (let index = from; index < to; ) {
      const huge = index >>> 9;
      const end = Math.min(to, (huge + 1) * HUGE_FRAMES);
      // What is taken whole keeps its bits.
      if (end - index < HUGE_FRAMES) this.#clear(index, end);
      this.changeCount(huge, index - end);
      this.setBest(huge, this.largestOrder(huge));
      index = end;
    }
  }

  /** Gives back frames that {@link takeRange} took, in the same portions of huge frames. */
  releaseRange(from: number, to: number): void {
    for (let index = from; index < to; ) {
      const huge = index >>> 9;
      const end = Math.min(to, (huge + 1) * HUGE_FRAMES);
      if (end - index < HUGE_FRAMES) this.#set(index, end);
      if (this.changeCount(huge, end - index) < HUGE_FRAMES) this.setBest(huge, this.largestOrder(huge));
      index = end;
    }
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

  /** After {@link takeOne}: the current huge frame, with this summary before, is in the next class now. */
  #leaveClass(huge: number, before: number): void {
    const { words, setWords } = this;
    const set = 9 + ((before >>> 22) & 15);
    const at = this.sets + set * setWords + (huge >>> 5);
    const bit = 1 << (huge & 31);
    const left = words[at + setWords]! & ~bit;
    words[at + setWords] = left;
    if (left === 0) this.emptyWord(set + 1, huge);
    const before1 = words[at]!;
    words[at] = before1 | bit;
    if (before1 === 0) this.fillWord(set, huge);
  }

  /** After the first frame came back to a huge frame: it is in the fullest class, where it may have been left. */
  #enterClass(index: number): void {
    const { words } = this;
    // No branches: whether its neighbours are in the class cannot be foretold.
    const at = this.sets + Math.imul(10, this.setWords) + (index >>> 14);
    words[at] = words[at]! | (1 << (index >>> 9));
    const top = this.tops + Math.imul(10, this.setTops) + (index >>> 19);
    words[top] = words[top]! | (1 << (index >>> 14));
    this.occupied |= 1 << 10;
    if ((words[this.summaries + this.current]! & 0x3c0_0000) !== 0) this.current = this.hugeFrames;
  }

  /** After a frame came back to a huge frame with this summary before: its class may be another, and its best order. */
  #grow(index: number, before: number): void {
    const huge = index >>> 9;
    if ((before & 0x3ff_0000) === 0x1ff_0000) {
      this.remove(classOf(before), huge);
      this.setBest(huge, WHOLE);
      if (huge === this.current) this.current = this.hugeFrames;
      return;
    }
    this.changeClass(huge, classOf(before), classOf(this.words[this.summaries + huge]!));
    this.raise(huge, index);
  }

  /** The huge frame that gives single frames from now on, or -1. */
  #chooseCurrent(): number {
    let huge = -1;
    for (let classes = this.occupied >>> 10; classes !== 0; classes = this.occupied >>> 10) {
      const set = 10 + lowestBit(classes);
      huge = this.lowest(set);
      if (this.count(huge) !== 0) break;
      // Full since it gave its last frame.
      this.remove(set, huge);
      huge = -1;
    }
    if (huge < 0) {
      huge = this.lowest(9);
      if (huge < 0) return -1;
      // Frames are taken at once, so it is in its class already.
      this.setBest(huge, 8);
      this.add(18, huge);
    }
    this.current = huge;
    this.markStale(huge);
    return huge;
  }

  /** A huge frame of the fullest class that has one with a block of an order, which there is. */
  #fullestWith(order: number): number {
    for (let classes = this.occupied >>> FIRST_CLASS; classes !== 0; classes &= classes - 1) {
      const huge = this.lowestCommon(FIRST_CLASS + lowestBit(classes), order);
      if (huge >= 0) return huge;
    }
    return this.lowest(order);
  }

  /** The highest naturally aligned free group of 2^(order - 9) huge frames, as an index, or -1. */
  #findHuge(order: number): number {
    const size = 1 << (order - HUGE_ORDER);
    const { words } = this;
    const first = this.sets + WHOLE * this.setWords;
    if (size === 1) {
      const huge = this.highest(WHOLE);
      return huge < 0 ? -1 : huge * HUGE_FRAMES;
    }
    if (size <= 32) {
      for (let at = this.setWords - 1; at >= 0; at--) {
        const groups = alignedGroups(words[first + at]!, order - HUGE_ORDER);
        if (groups !== 0) return (at * 32 + highestBit(groups)) * HUGE_FRAMES;
      }
      return -1;
    }
    // Whole words of the set; alignment is that of the absolute frame.
    const length = size >>> 5;
    let at = this.setWords - length;
    at -= (this.#firstWord + at) & (length - 1);
    for (; at >= 0; at -= length) {
      let word = at;
      while (word < at + length && words[first + word] === -1) word++;
      if (word === at + length) return at * 32 * HUGE_FRAMES;
    }
    return -1;
  }

  /** The lowest aligned free block of an order from 1 to 8 in a huge frame, as an index, or -1. */
  #searchHuge(huge: number, order: number): number {
    const base = huge << 4;
    if (order > 5) {
      const groups = alignedGroups(this.fullWords(huge), order - 5);
      return groups === 0 ? -1 : (base + lowestBit(groups)) * 32;
    }
    const { words } = this;
    for (let mask = words[this.summaries + huge]! & 0xffff; mask !== 0; mask &= mask - 1) {
      const at = base + lowestBit(mask);
      const groups = alignedGroups(words[at]!, order);
      if (groups !== 0) return at * 32 + lowestBit(groups);
    }
    return -1;
  }

  /** Clears the bits of free frames of one huge frame. */
  #clear(from: number, to: number): void {
    for (let index = from; index < to; ) {
      const end = Math.min(to, (index | 31) + 1);
      this.#clearInWord(index, maskOf(index & 31, ((end - 1) & 31) + 1));
      index = end;
    }
  }

  #clearInWord(index: number, mask: number): void {
    const at = index >>> 5;
    const left = this.words[at]! & ~mask;
    this.words[at] = left;
    if (left === 0) this.words[this.summaries + (at >>> 4)]! &= ~(1 << (at & 15));
  }

  /** Sets the bits of used frames of one huge frame. */
  #set(from: number, to: number): void {
    for (let index = from; index < to; ) {
      const end = Math.min(to, (index | 31) + 1);
      this.#setInWord(index, maskOf(index & 31, ((end - 1) & 31) + 1));
      index = end;
    }
  }

  #setInWord(index: number, mask: number): void {
    const at = index >>> 5;
    this.words[at]! |= mask;
    this.words[this.summaries + (at >>> 4)]! |= 1 << (at & 15);
  }
}
