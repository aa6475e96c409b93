/**
 * Free huge frames: which there are, and taking and freeing one. That is short enough for V8 to inline it into a loop, where
 * it takes less time than a call of WebAssembly does.
 */
import { alignedGroups, highestBit } from './bits.ts';
import { HugeLevels } from './huge-levels.ts';
import { HUGE_FRAMES, HUGE_ORDER, type Layout, ORIGIN_ALIGN, WHOLE } from './layout.ts';

export class HugeFrames extends HugeLevels {
  /** Where the set of free huge frames is, and the summary above it. */
  readonly #set: number = 0;
  readonly #tops: number = 0;
  readonly #topsEnd: number = 0;

  constructor(layout: Layout) {
    super(layout);
    this.#set = layout.sets + WHOLE * layout.setWords;
    this.#tops = layout.tops + WHOLE * layout.setTops;
    this.#topsEnd = this.#tops + layout.setTops;
  }

  /** Takes the highest free huge frame, all of it; only its bits stay as they are. Returns its index, or -1. */
  takeHuge(): number {
    const { words } = this;
    let top = this.#topsEnd;
    let summary = 0;
    do {
      if (top === this.#tops) return -1;
      summary = words[--top]!;
    } while (summary === 0);
    const word = 31 - Math.clz32(summary);
    const at = this.#set + ((top - this.#tops) << 5) + word;
    const members = words[at]!;
    const member = 31 - Math.clz32(members);
    const left = members ^ (1 << member);
    words[at] = left;
    if (left === 0) words[top] = summary ^ (1 << word);
    const huge = ((at - this.#set) << 5) + member;
    const place = this.summaries + huge;
    // The mask stays, the count is 0, and there is a tag, TAG_WHOLE. V8 takes longer for names than for numbers.
    words[place] = (words[place]! & 0x400_ffff) | 0x8000_0000;
    words[this.tags + huge] = 1;
    return huge << 9;
  }

  /** Gives back what {@link takeHuge} took; false when nothing was done because this is no such index. */
  freeHuge(index: number): boolean {
    const huge = index >>> 9;
    const { words } = this;
    const tag = this.tags + huge;
    if ((index & 511) !== 0 || huge >= this.hugeFrames || words[tag] !== 1) return false;
    // The next huge frame begins a run, or holds none that could have begun here.
    if (words[tag + 1]! > 1) return false;
    words[tag] = 0;
    // Best order 9, count 512, all of the mask.
    const place = this.summaries + huge;
    words[place] = (words[place]! & 0x400_0000) | 0x4a00_ffff;
    words[this.#set + (huge >>> 5)]! |= 1 << (huge & 31);
    words[this.#tops + (huge >>> 10)]! |= 1 << ((huge >>> 5) & 31);
    return true;
  }

  /** The highest naturally aligned free group of 2^(order - 9) huge frames, as an index, or -1. */
  findHuge(order: number): number {
    const size = 1 << (order - HUGE_ORDER);
    const { words } = this;
    const { origin, sets, setWords } = this.layout;
    const first = sets + WHOLE * setWords;
    if (size === 1) return this.#highest();
    if (size <= 32) {
      for (let at = setWords - 1; at >= 0; at--) {
        const groups = alignedGroups(words[first + at]!, order - HUGE_ORDER);
        if (groups !== 0) return (at * 32 + highestBit(groups)) * HUGE_FRAMES;
      }
      return -1;
    }
    // Whole words of the set; alignment is that of the absolute frame.
    const length = size >>> 5;
    let at = setWords - length;
    at -= (origin / ORIGIN_ALIGN + at) & (length - 1);
    for (; at >= 0; at -= length) {
      let word = at;
      while (word < at + length && words[first + word] === -1) word++;
      if (word === at + length) return at * 32 * HUGE_FRAMES;
    }
    return -1;
  }

  /** The index of the highest free huge frame, or -1. */
  #highest(): number {
    const { words } = this;
    for (let top = this.#topsEnd - 1; top >= this.#tops; top--) {
      const summary = words[top]!;
      if (summary === 0) continue;
      const word = ((top - this.#tops) << 5) + highestBit(summary);
      return ((word << 5) + highestBit(words[this.#set + word]!)) * HUGE_FRAMES;
    }
    return -1;
  }
}
