/**
 * What is known of each huge frame (512 frames, 16 words of bits), all in one array: every typed array that a path
 * touches costs it several loads and checks.
 *
 * Terms: an index is a frame's number from the map's origin; a place is a position in `words`. The parts of `words`:
 * - from 0: one bit a frame, set when it is free;
 * - from `summaries`: one number for each huge frame, so that the path of a single frame reads and writes one:
 *   - bits 0 to 15, the mask: which of its words are not 0;
 *   - bits 16 to 25, the count: its free frames, 0 to 512;
 *   - bit 26: it is in the stale list;
 *   - bits 27 to 30, the best order: that of its largest free block, 9 when all of it is free;
 *   - bit 31: its tag is not 0, so that it may hold more than single frames;
 * - from `tags`: one number for each huge frame that belongs to `RunMap`;
 * - sets of huge frames as bitmaps, and from `tops` one summary bit for each of their words. The sets 1 to 8 hold those
 *   that are partly free by best order, each in all sets up to its own; 9 those that are free; 10 to 18 those that are
 *   partly free by fullness: a class has twice the free frames of the class before.
 *
 * Summaries and tags have one entry more than there are huge frames; the last one is always 0.
 * Numbers are written out on the paths of frames: an imported constant is read from memory and checked each time.
 */
import { alignedGroups, isGroupSet, lowestBit } from './bits.ts';

export const HUGE_ORDER = 9;
export const HUGE_FRAMES = 512;
/** Frames of one word of a set of huge frames: 64 MiB. */
export const ORIGIN_ALIGN = 32 * HUGE_FRAMES;
export const WORDS = 16;
export const WHOLE = 9;
export const FIRST_CLASS = 10;
/** Set 19 is for a huge frame of which the first frame is being taken. */
const SETS = 19;
/** Summaries without the best order. */
const NOT_BEST = ~(15 << 27);
const IS_STALE = 1 << 26;
const STALE = 4;

export class HugeLevels {
  // Fields begin with a value of their type: then reading them needs no check.
  readonly hugeFrames: number = 0;
  readonly words: Int32Array = new Int32Array(0);
  readonly summaries: number = 0;
  readonly tags: number = 0;
  /** Bit `set` is set when the set has members; that of 9 says nothing. */
  protected occupied = 0;
  /** The huge frame that gives single frames; `hugeFrames` stands for none. */
  protected current = 0;
  protected readonly sets: number = 0;
  protected readonly tops: number = 0;
  /** Words of one set, and of its summary. */
  protected readonly setWords: number = 0;
  protected readonly setTops: number = 0;
  /** Huge frames of which the best order may be too high, or -1. */
  readonly #stale = new Int32Array(STALE).fill(-1);
  #nextStale = 0;

  constructor(hugeFrames: number) {
    this.hugeFrames = hugeFrames;
    this.current = hugeFrames;
    this.setWords = (hugeFrames + 31) >>> 5;
    this.setTops = (this.setWords + 31) >>> 5;
    this.summaries = hugeFrames * WORDS;
    this.tags = this.summaries + hugeFrames + 1;
    this.sets = this.tags + hugeFrames + 1;
    this.tops = this.sets + SETS * this.setWords;
    this.words = new Int32Array(this.tops + SETS * this.setTops);
  }

  get bytes(): number {
    return this.words.byteLength + this.#stale.byteLength;
  }

  count(huge: number): number {
    return (this.words[this.summaries + huge]! >>> 16) & 0x3ff;
  }

  /** What decides where the next frames come from, besides which frames are free. */
  position(): { current: number; stale: number[]; best: number[]; next: number } {
    const stale = [...this.#stale];
    const best = stale.map((huge) => (huge < 0 ? 0 : this.best(huge)));
    return { current: this.current, stale, best, next: this.#nextStale };
  }

  /** Takes over a position; false when it does not fit the free frames. */
  setPosition({ current, stale, best, next }: ReturnType<HugeLevels['position']>): boolean {
    const huge = (value: number): boolean => value >= 0 && value < this.hugeFrames;
    const listed = stale.filter((each) => each !== -1);
    const fits =
      (current === this.hugeFrames || (huge(current) && this.count(current) < HUGE_FRAMES)) &&
      stale.length === STALE &&
      best.length === STALE &&
      next >= 0 &&
      next < STALE &&
      listed.every(huge) &&
      new Set(listed).size === listed.length;
    if (!fits) return false;
    this.current = current;
    this.#nextStale = next;
    for (let slot = 0; slot < STALE; slot++) {
      const each = stale[slot]!;
      this.#stale[slot] = each;
      if (each < 0) continue;
      this.words[this.summaries + each]! |= IS_STALE;
      const exact = this.best(each);
      if (best[slot]! < exact || (best[slot] !== exact && best[slot]! >= HUGE_ORDER)) return false;
      this.setBest(each, best[slot]!);
    }
    return true;
  }

  /** Names of what is wrong between the levels. */
  brokenInvariants(): string[] {
    const broken = new Set<string>();
    const listed = this.#stale.filter((huge) => huge >= 0);
    for (let huge = 0; huge < this.hugeFrames; huge++) {
      const summary = this.words[this.summaries + huge]!;
      const count = this.count(huge);
      // A huge frame that is handed out whole keeps its bits.
      const whole = count === 0 && (summary & 0xffff) !== 0;
      let mask = 0;
      let counted = 0;
      for (let word = 0; word < WORDS; word++) {
        let bits = this.words[huge * WORDS + word]!;
        if (bits !== 0) mask |= 1 << word;
        for (; bits !== 0; bits &= bits - 1) counted++;
      }
      if (counted !== (whole ? HUGE_FRAMES : count)) broken.add('free-counts');
      if (mask !== (summary & 0xffff)) broken.add('word-masks');
      const exact = this.largestOrder(huge);
      const best = this.best(huge);
      const stale = (summary & IS_STALE) !== 0;
      if (best < exact || (best > exact && (!stale || best === HUGE_ORDER))) broken.add('hints');
      if (stale !== listed.includes(huge)) broken.add('stale-list');
      if (summary < 0 !== (this.words[this.tags + huge] !== 0)) broken.add('tag-flags');
      for (let set = 1; set <= HUGE_ORDER; set++) {
        const member = best < HUGE_ORDER ? set <= best : set === HUGE_ORDER;
        if (this.#has(set, huge) !== member) broken.add('order-sets');
      }
      for (let set = FIRST_CLASS; set < SETS; set++) {
        const member = set === classOf(summary);
        const left = set === FIRST_CLASS && count === 0;
        if (!left && this.#has(set, huge) !== member) broken.add('class-sets');
      }
    }
    if (new Set(listed).size !== listed.length) broken.add('stale-list');
    const none = this.words[this.summaries + this.hugeFrames] === 0;
    if (!none || this.count(this.current) === HUGE_FRAMES) broken.add('current');
    return [...broken];
  }

  protected best(huge: number): number {
    return (this.words[this.summaries + huge]! >>> 27) & 15;
  }

  /** Adds a huge frame to a set that it is not in. */
  protected add(set: number, huge: number): void {
    const { words } = this;
    const at = this.sets + set * this.setWords + (huge >>> 5);
    const before = words[at]!;
    words[at] = before | (1 << (huge & 31));
    if (before === 0) this.fillWord(set, huge);
  }

  protected fillWord(set: number, huge: number): void {
    const top = this.tops + set * this.setTops + (huge >>> 10);
    this.words[top] = this.words[top]! | (1 << ((huge >>> 5) & 31));
    this.occupied |= 1 << set;
  }

  /** Takes a huge frame out of a set that it is in. */
  protected remove(set: number, huge: number): void {
    const { words } = this;
    const at = this.sets + set * this.setWords + (huge >>> 5);
    const left = words[at]! & ~(1 << (huge & 31));
    words[at] = left;
    if (left === 0) this.emptyWord(set, huge);
  }

  /** The smallest member of a set, or -1. */
  protected lowest(set: number): number {
    const { words, setTops } = this;
    const first = this.tops + set * setTops;
    for (let top = 0; top < setTops; top++) {
      const summary = words[first + top]!;
      if (summary !== 0) {
        const word = (top << 5) + lowestBit(summary);
        return (word << 5) + lowestBit(words[this.sets + set * this.setWords + word]!);
      }
    }
    return -1;
  }

  /** The largest member of a set, or -1. */
  protected highest(set: number): number {
    const { words, setTops } = this;
    const first = this.tops + set * setTops;
    for (let top = setTops - 1; top >= 0; top--) {
      const summary = words[first + top]!;
      if (summary !== 0) {
        const word = (top << 5) + 31 - Math.clz32(summary);
        return (word << 5) + 31 - Math.clz32(words[this.sets + set * this.setWords + word]!);
      }
    }
    return -1;
  }

  /** The smallest member of two sets, or -1. */
  protected lowestCommon(one: number, other: number): number {
    const { words, setTops, tops, sets, setWords } = this;
    for (let top = 0; top < setTops; top++) {
      let common = words[tops + one * setTops + top]! & words[tops + other * setTops + top]!;
      for (; common !== 0; common &= common - 1) {
        const word = (top << 5) + lowestBit(common);
        const members = words[sets + one * setWords + word]! & words[sets + other * setWords + word]!;
        if (members !== 0) return (word << 5) + lowestBit(members);
      }
    }
    return -1;
  }

  /** Adds to the count of a huge frame, or takes off, and moves it between the sets. Returns the new count. */
  protected changeCount(huge: number, frames: number): number {
    const place = this.summaries + huge;
    const before = this.words[place]!;
    const after = (before + frames * 0x1_0000) | 0;
    this.words[place] = after;
    const count = (after >>> 16) & 0x3ff;
    let from = classOf(before);
    if (from === 0 && this.#has(FIRST_CLASS, huge)) from = FIRST_CLASS;
    if (count === 0) this.setBest(huge, 0);
    else if (count === 512) this.setBest(huge, 9);
    else if (((after >>> 27) & 15) === 9) this.setBest(huge, 8);
    this.changeClass(huge, from, classOf(this.words[place]!));
    return count;
  }

  /** Moves a huge frame from one class to another; 0 is none. */
  protected changeClass(huge: number, from: number, to: number): void {
    if (from === to) return;
    if (from !== 0) this.remove(from, huge);
    if (to !== 0) this.add(to, huge);
    // Single frames come from the fullest class at all times.
    const kept = classOf(this.words[this.summaries + this.current]!);
    if (kept === 0 || (this.occupied & ((1 << kept) - 0x400)) !== 0) this.current = this.hugeFrames;
  }

  protected setBest(huge: number, to: number): void {
    const place = this.summaries + huge;
    const summary = this.words[place]!;
    let from = (summary >>> 27) & 15;
    if (from === to) return;
    this.words[place] = (summary & NOT_BEST) | (to << 27);
    if (from === 9) {
      this.remove(9, huge);
      from = 0;
    } else if (to === 9) {
      this.add(9, huge);
      to = 0;
    }
    for (; from < to; from++) this.add(from + 1, huge);
    for (; from > to; from--) this.remove(from, huge);
  }

  /** Raises the best order to the order of the largest free block around an index that is higher. */
  protected raise(huge: number, index: number): void {
    const before = this.best(huge);
    let best = before;
    while (best < HUGE_ORDER - 1 && this.isBlockFree(index, best + 1)) best++;
    if (best > before) this.setBest(huge, best);
  }

  /** Lets the best order of a huge frame be too high; the one that has been so for longest is made exact. */
  protected markStale(huge: number): void {
    const { words } = this;
    const place = this.summaries + huge;
    const summary = words[place]!;
    if ((summary & IS_STALE) !== 0) return;
    const stale = this.#stale;
    let next = this.#nextStale;
    // Frames are taken from the current one all the time.
    if (stale[next] === this.current) next = (next + 1) & (STALE - 1);
    const oldest = stale[next]!;
    if (oldest >= 0) {
      words[this.summaries + oldest]! &= ~IS_STALE;
      this.setBest(oldest, this.largestOrder(oldest));
    }
    stale[next] = huge;
    this.#nextStale = (next + 1) & (STALE - 1);
    words[place] = summary | IS_STALE;
  }

  /** The exact order of the largest free block of a huge frame. */
  protected largestOrder(huge: number): number {
    const count = this.count(huge);
    if (count === 0) return 0;
    if (count === HUGE_FRAMES) return HUGE_ORDER;
    const full = this.fullWords(huge);
    if (full !== 0) {
      let order = 5;
      while (alignedGroups(full, order - 4) !== 0) order++;
      return order;
    }
    let order = 0;
    for (let mask = this.words[this.summaries + huge]! & 0xffff; mask !== 0; mask &= mask - 1) {
      const word = this.words[(huge << 4) + lowestBit(mask)]!;
      while (order < 4 && alignedGroups(word, order + 1) !== 0) order++;
    }
    return order;
  }

  /** The words of a huge frame that are all free, as bits. */
  protected fullWords(huge: number): number {
    const { words } = this;
    const base = huge << 4;
    let full = 0;
    for (let word = 0; word < 16; word++) {
      if (words[base + word] === -1) full |= 1 << word;
    }
    return full;
  }

  /** Whether the aligned block of 2^order frames around an index is free, order 1 to 9. */
  protected isBlockFree(index: number, order: number): boolean {
    if (order <= 5) return isGroupSet(this.words[index >>> 5]!, index & 31, 1 << order);
    const size = 1 << (order - 5);
    const first = (index >>> 5) & ~(size - 1);
    for (let at = first; at < first + size; at++) {
      if (this.words[at] !== -1) return false;
    }
    return true;
  }

  #has(set: number, huge: number): boolean {
    return ((this.words[this.sets + set * this.setWords + (huge >>> 5)]! >>> (huge & 31)) & 1) !== 0;
  }

  /** Takes the word of a huge frame out of the summary, and the set out of {@link occupied} when it is empty now. */
  protected emptyWord(set: number, huge: number): void {
    const { words, setTops } = this;
    const first = this.tops + set * setTops;
    words[first + (huge >>> 10)]! &= ~(1 << ((huge >>> 5) & 31));
    for (let top = first; top < first + setTops; top++) {
      if (words[top] !== 0) return;
    }
    this.occupied &= ~(1 << set);
  }
}

/** The class of a huge frame with a summary: none (0) when it is full or free. */
export function classOf(summary: number): number {
  const count = (summary >>> 16) & 0x3ff;
  return count === 0 || ((summary >>> 27) & 15) === 9 ? 0 : 10 + (count >>> 6);
}
