/** A worker's counters in the shared buffer: integers of 64 bits, of which WebAssembly adds one to the first two as well. */
import { type TreeLayout, WORKER_COUNTERS, WORKER_WORDS } from './layout.ts';

const COUNTERS = 3;
const HIGH = 2 ** 32;

export class Counters {
  /** Low and high halves. */
  readonly #halves: Uint32Array;

  constructor(words: Int32Array, layout: TreeLayout, worker: number) {
    const at = layout.workersAt + worker * WORKER_WORDS + WORKER_COUNTERS;
    this.#halves = new Uint32Array(words.buffer, words.byteOffset + at * 4, 2 * COUNTERS);
  }

  /** @param counter one of `COUNTER` */
  get(counter: number): number {
    return this.#halves[2 * counter]! + this.#halves[2 * counter + 1]! * HIGH;
  }

  set(counter: number, value: number): void {
    this.#halves[2 * counter] = value;
    this.#halves[2 * counter + 1] = value / HIGH;
  }

  add(counter: number, value: number): void {
    this.set(counter, this.get(counter) + value);
  }

  clear(): void {
    this.#halves.fill(0);
  }
}
