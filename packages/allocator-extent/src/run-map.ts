/** The runs that the managed frames are divided into, by boundary tags (`TAG`). So a run's neighbours are found at once. */
import { type Layout, mark, NODE, RECORD_BYTES, RUN, type RunState, TAG } from './layout.ts';
import { StartMap } from './start-map.ts';

const STRIDE = RECORD_BYTES >>> 2;
/** In the place of what is before all frames and behind them. */
const OUTSIDE = (1 << TAG.shift) | RUN.reserved;

export class RunMap {
  readonly #count: number;
  readonly #words: Int32Array;
  readonly #first: number;
  readonly #starts: StartMap;

  constructor(layout: Layout, memory: ArrayBuffer) {
    this.#count = layout.count;
    this.#words = new Int32Array(memory, 0, layout.counters >>> 2);
    this.#first = (layout.records + NODE.tag) >>> 2;
    this.#starts = new StartMap(layout, memory, (index) => this.stateAt(index) !== 0);
  }

  tagAt(index: number): number {
    return this.#words[this.#first + index * STRIDE]!;
  }

  setTag(index: number, tag: number): void {
    this.#words[this.#first + index * STRIDE] = tag;
  }

  /** Makes frames without tags one run. */
  write(start: number, length: number, state: RunState): void {
    this.setTag(start + length - 1, endTag(length, state));
    this.setTag(start, (length << TAG.shift) | mark(state));
    this.#starts.add(start);
  }

  lengthAt(start: number): number {
    return this.tagAt(start) >>> TAG.shift;
  }

  /** State of the run that begins at an index; 0 when none does. */
  stateAt(start: number): number {
    return this.tagAt(start) & TAG.state;
  }

  /** Where the run that an index belongs to begins. */
  startOf(index: number): number {
    return this.stateAt(index) !== 0 ? index : this.#starts.lastUpTo(index);
  }

  /** There are no runs. */
  clear(): void {
    this.#words.fill(0, this.#first - STRIDE);
    this.#starts.clear();
    this.setTag(-1, OUTSIDE);
    this.setTag(this.#count, OUTSIDE);
    this.#starts.add(this.#count);
  }

  /** Whether runs follow each other without gaps, free ones apart, and nothing else is tagged. */
  isConsistent(): boolean {
    const count = this.#count;
    let before = 0;
    let index = 0;
    while (index < count) {
      const state = this.stateAt(index);
      const length = this.lengthAt(index);
      const end = index + length;
      if (state === 0 || length === 0 || end > count || (state === RUN.free && before === RUN.free))
        return false;
      if ((this.tagAt(index) & TAG.free) !== (state === RUN.free ? TAG.free : 0)) return false;
      if (length > 1 && this.tagAt(end - 1) !== endTag(length, state)) return false;
      for (let inside = index + 1; inside < end - 1; inside++) if (this.tagAt(inside) !== 0) return false;
      before = state;
      index = end;
    }
    return this.tagAt(-1) === OUTSIDE && this.tagAt(count) === OUTSIDE && this.#starts.isConsistent(count);
  }
}

function endTag(length: number, state: number): number {
  return state === RUN.free ? (length << TAG.shift) | TAG.free : 0;
}
