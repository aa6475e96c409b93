/**
 * Where runs begin, so that the last beginning at or before an index is found in bounded time: for each group of 32
 * frames how many there are, and two levels of bits above that say what below is not 0. `code/starts.ts` changes them too.
 */
import { GROUP, type Layout } from './layout.ts';

export class StartMap {
  readonly #counters: Uint8Array;
  readonly #groups: Int32Array;
  readonly #words: Int32Array;
  readonly #isStart: (index: number) => boolean;

  constructor(layout: Layout, memory: ArrayBuffer, isStart: (index: number) => boolean) {
    const { counters, groups, words, length } = layout;
    this.#counters = new Uint8Array(memory, counters, (layout.count >>> GROUP) + 1);
    this.#groups = new Int32Array(memory, groups, (words - groups) >>> 2);
    this.#words = new Int32Array(memory, words, (length - words) >>> 2);
    this.#isStart = isStart;
  }

  add(index: number): void {
    const group = index >>> GROUP;
    this.#counters[group]!++;
    this.#groups[group >>> 5]! |= 1 << (group & 31);
    this.#words[group >>> 10]! |= 1 << ((group >>> 5) & 31);
  }

  /** The last beginning at or before an index; there must be one. */
  lastUpTo(index: number): number {
    const group = index >>> GROUP;
    const first = group << GROUP;
    for (let at = index; at >= first; at--) if (this.#isStart(at)) return at;
    return this.#lastOf(this.#groupBefore(group));
  }

  clear(): void {
    this.#counters.fill(0);
    this.#groups.fill(0);
    this.#words.fill(0);
  }

  /** Whether the counters count the beginnings below `count` and one behind, and the levels above agree with them. */
  isConsistent(count: number): boolean {
    const counted = this.#counters.every((counter, group) => {
      let starts = 0;
      for (let at = group << GROUP; at < (group + 1) << GROUP && at <= count; at++) {
        if (this.#isStart(at)) starts++;
      }
      return starts === counter;
    });
    return counted && agrees(this.#groups, this.#counters) && agrees(this.#words, this.#groups);
  }

  #lastOf(group: number): number {
    let at = ((group + 1) << GROUP) - 1;
    while (!this.#isStart(at)) at--;
    return at;
  }

  /** The last group before one where runs begin. */
  #groupBefore(group: number): number {
    const word = group >>> 5;
    const groups = this.#groups[word]! & below(group);
    if (groups !== 0) return word * 32 + highestBit(groups);
    let at = word >>> 5;
    let words = this.#words[at]! & below(word);
    while (words === 0) words = this.#words[--at]!;
    const found = at * 32 + highestBit(words);
    return found * 32 + highestBit(this.#groups[found]!);
  }
}

function highestBit(word: number): number {
  return 31 - Math.clz32(word);
}

/** The bits of a word below that of a number. */
function below(number: number): number {
  return (1 << (number & 31)) - 1;
}

function agrees(upper: Int32Array, lower: Int32Array | Uint8Array): boolean {
  return lower.every((word, at) => (word !== 0) === (((upper[at >>> 5]! >>> (at & 31)) & 1) !== 0));
}
