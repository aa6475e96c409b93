/**
 * What is known of each huge frame: see `layout.ts`. What changes it is WebAssembly, `code/`, but for `huge-frames.ts`: V8
 * runs it without a check of each access, and it does not depend on what V8 inlines where.
 */
import { alignedGroups } from './bits.ts';
import { instantiate, memoryFor, type Operations, PAGE } from './code/instance.ts';
import {
  FIRST_CLASS,
  HUGE_FRAMES,
  HUGE_ORDER,
  IS_STALE,
  type Layout,
  SETS,
  STALE,
  STATE,
  WORDS,
} from './layout.ts';

export class HugeLevels {
  readonly layout: Layout;
  // Fields begin with a value of their type: then reading them needs no check.
  readonly hugeFrames: number = 0;
  /** Another view of the same words once memory grows, as any operation that marks a run may let it. */
  words: Int32Array = new Int32Array(0);
  readonly operations: Operations;
  readonly summaries: number = 0;
  readonly tags: number = 0;

  readonly #memory: WebAssembly.Memory;

  constructor(layout: Layout) {
    this.layout = layout;
    this.#memory = memoryFor(layout);
    this.words = new Int32Array(this.#memory.buffer);
    this.operations = instantiate(layout, this.#memory, () => this.#grow());
    this.hugeFrames = layout.hugeFrames;
    this.summaries = layout.summaries;
    this.tags = layout.tags;
    this.clear();
  }

  /** Bytes in use. */
  get bytes(): number {
    const { marks, state } = this.layout;
    return 4 * (marks + this.words[state + STATE.marksMade]!);
  }

  /** No frame is free. */
  protected clear(): void {
    const { state, marks } = this.layout;
    this.words.fill(0, 0, marks);
    this.words[state + STATE.current] = this.hugeFrames;
    this.words[state + STATE.marksRoom] = this.words.length - marks;
    this.words.fill(-1, state + STATE.stale, state + STATE.stale + STALE);
  }

  count(huge: number): number {
    return (this.words[this.summaries + huge]! >>> 16) & 0x3ff;
  }

  /** What decides where the next frames come from, besides which frames are free. */
  position(): { current: number; stale: number[]; best: number[]; next: number } {
    const stale = [...this.#stale];
    const best = stale.map((huge) => (huge < 0 ? 0 : this.best(huge)));
    return { current: this.current, stale, best, next: this.words[this.layout.state + STATE.nextStale]! };
  }

  /** Takes over a position, whatever it is now; false when it does not fit the free frames. */
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
    const { state } = this.layout;
    this.words[state + STATE.current] = current;
    this.words[state + STATE.nextStale] = next;
    for (const each of this.#stale) {
      if (each < 0) continue;
      this.words[this.summaries + each]! &= ~IS_STALE;
      this.operations.setBest(each, this.#largestOrder(each));
    }
    this.#stale.set(stale);
    for (const [slot, each] of stale.entries()) {
      if (each < 0) continue;
      this.words[this.summaries + each]! |= IS_STALE;
      const exact = this.best(each);
      if (best[slot]! < exact || (best[slot] !== exact && best[slot]! >= HUGE_ORDER)) return false;
      this.operations.setBest(each, best[slot]!);
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
      const exact = this.#largestOrder(huge);
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

  protected get current(): number {
    return this.words[this.layout.state + STATE.current]!;
  }

  protected best(huge: number): number {
    return (this.words[this.summaries + huge]! >>> 27) & 15;
  }

  /** Makes memory larger, so that there is room for the words in use and an eighth more. */
  #grow(): void {
    const { state, marks } = this.layout;
    const made = this.words[state + STATE.marksMade]!;
    const bytes = 4 * (marks + made + (made >>> 3));
    this.#memory.grow(Math.ceil((bytes - this.words.byteLength) / PAGE));
    this.words = new Int32Array(this.#memory.buffer);
    this.words[state + STATE.marksRoom] = this.words.length - marks;
  }

  /** The order of the largest free block of a huge frame, from its bits. */
  #largestOrder(huge: number): number {
    const bits = this.words.subarray(huge * WORDS, (huge + 1) * WORDS);
    const count = this.count(huge);
    if (count === 0 || count === HUGE_FRAMES) return count === 0 ? 0 : HUGE_ORDER;
    const full = bits.reduce((mask, word, at) => (word === -1 ? mask | (1 << at) : mask), 0);
    for (let order = HUGE_ORDER - 1; order > 5; order--)
      if (alignedGroups(full, order - 5) !== 0) return order;
    for (let order = 5; order > 0; order--)
      if (bits.some((word) => alignedGroups(word, order) !== 0)) return order;
    return 0;
  }

  get #stale(): Int32Array {
    const first = this.layout.state + STATE.stale;
    return this.words.subarray(first, first + STALE);
  }

  #has(set: number, huge: number): boolean {
    const { sets, setWords } = this.layout;
    return ((this.words[sets + set * setWords + (huge >>> 5)]! >>> (huge & 31)) & 1) !== 0;
  }
}

/** The class of a huge frame with a summary: none (0) when it is full or free. */
function classOf(summary: number): number {
  const count = (summary >>> 16) & 0x3ff;
  return count === 0 || ((summary >>> 27) & 15) === HUGE_ORDER ? 0 : FIRST_CLASS + (count >>> 6);
}
