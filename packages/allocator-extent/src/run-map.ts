/**
 * The runs that the managed frames are divided into, by boundary tags: the first frame of a run has its length and
 * state, the last frame of a longer one its length, and all between have 0. So a run's neighbours are found at once.
 */
import { StartMap } from './start-map.ts';

export const RUN = { free: 1, used: 2, reserved: 3 } as const;
export type RunState = (typeof RUN)[keyof typeof RUN];

const STATE = 3;

/** The tag of a used frame that is a run of its own. */
export const USED_SINGLE = (1 << 2) | RUN.used;

export class RunMap {
  readonly tags: Int32Array;
  readonly #starts: StartMap;

  constructor(count: number) {
    this.tags = new Int32Array(count);
    this.#starts = new StartMap(count);
  }

  /** Makes the frames one run; what was inside must have been erased. */
  write(start: number, length: number, state: RunState): void {
    this.tags[start] = (length << 2) | state;
    if (length > 1) this.tags[start + length - 1] = length << 2;
    this.#starts.add(start);
  }

  /** Forgets the run that begins here; something else covers its frames from now on. */
  erase(start: number, length: number): void {
    this.tags[start] = 0;
    this.tags[start + length - 1] = 0;
    this.#starts.delete(start);
  }

  /** Forgets where the run ends: its beginning is written next. */
  eraseEnd(start: number, length: number): void {
    this.tags[start + length - 1] = 0;
  }

  lengthAt(start: number): number {
    return this.tags[start]! >>> 2;
  }

  /** State of the run that begins at an index; 0 when none does. */
  stateAt(start: number): number {
    return this.tags[start]! & STATE;
  }

  /** Where the run that ends before an index begins. */
  startBefore(index: number): number {
    const tag = this.tags[index - 1]!;
    return (tag & STATE) !== 0 ? index - 1 : index - (tag >>> 2);
  }

  /** Where the run that an index belongs to begins. */
  startOf(index: number): number {
    return (this.tags[index]! & STATE) !== 0 ? index : this.#starts.lastUpTo(index);
  }

  clear(): void {
    this.tags.fill(0);
    this.#starts.clear();
  }

  /** Whether runs follow each other without gaps, free ones apart, and nothing else is tagged. */
  isConsistent(): boolean {
    const { tags } = this;
    let before = 0;
    let index = 0;
    while (index < tags.length) {
      const state = this.stateAt(index);
      const length = this.lengthAt(index);
      const end = index + length;
      if (state === 0 || length === 0 || end > tags.length || (state === RUN.free && before === RUN.free))
        return false;
      if (!this.#starts.has(index) || (length > 1 && tags[end - 1] !== length << 2)) return false;
      for (let inside = index + 1; inside < end; inside++) {
        if (this.#starts.has(inside) || (inside < end - 1 && tags[inside] !== 0)) return false;
      }
      before = state;
      index = end;
    }
    return this.#starts.isConsistent();
  }
}
