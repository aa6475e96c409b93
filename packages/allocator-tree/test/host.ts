/** The allocator's WebAssembly functions, made to reach shared words by calls that a test answers. */
import type { Cells } from '../src/cells.ts';
import type { instantiate } from '../src/code/instance.ts';
import type { Operations } from '../src/code/operations.ts';
import { BATCH_WORDS, type TreeLayout } from '../src/layout.ts';

type Steps = Omit<Cells, 'operations' | 'batch'>;

/** Serves one program after the other: an instance for each would take too long. */
export class Host {
  readonly #operations: Operations;
  /** Of each program that is run: it comes to the same when it is run again. */
  readonly #batch = new Int32Array(BATCH_WORDS);
  #steps: Steps | undefined;

  constructor(layout: TreeLayout, make: typeof instantiate) {
    this.#operations = make('hosted', layout, 0, {
      load: (address: number) => this.#steps!.loadNow(address >> 2),
      store: (address: number, value: number) => void this.#steps!.exchange(address >> 2, value),
      swap: (address: number, before: number, after: number) =>
        Number(this.#steps!.swap(address >> 2, before, after)),
      // Each worker has its own counters: nothing comes between.
      count: () => undefined,
      get: (slot: number) => this.#batch[slot]!,
      put: (slot: number, value: number) => {
        this.#batch[slot] = value;
      },
    });
  }

  /** From now on the functions make these steps. */
  connect(steps: Steps): Cells {
    this.#steps = steps;
    return { ...steps, operations: this.#operations, batch: this.#batch };
  }
}

/** Plain steps on words that nobody else changes. */
export function stepsOn(words: Int32Array): Steps {
  const change = (at: number, value: number): number => {
    const before = words[at]!;
    words[at] = value;
    return before;
  };
  return {
    words,
    loadNow: (at) => words[at]!,
    swap: (at, before, after) => words[at] === before && change(at, after) === before,
    exchange: change,
    and: (at, mask) => change(at, words[at]! & mask),
    or: (at, mask) => void change(at, words[at]! | mask),
  };
}
