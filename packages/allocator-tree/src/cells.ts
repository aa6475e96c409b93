/**
 * The 32-bit words that workers share, the steps on them that nothing comes between, and the functions that are made
 * of such steps. The allocator is written over this interface; tests put a scheduler behind it.
 */
import type { AtomicSteps } from './code/access.ts';
import { instantiate } from './code/instance.ts';
import type { Operations } from './code/operations.ts';
import { BATCH_WORDS, batchAt, type TreeLayout } from './layout.ts';

export interface Cells {
  /** The words themselves. A plain read is for a word that a later step confirms, or that is only a hint. */
  readonly words: Int32Array;
  readonly operations: Operations;
  /** The worker's batch: {@link BATCH_WORDS} words that it alone uses. */
  readonly batch: Int32Array;
  /** Reads a word after every step before it in the order that all workers see. */
  loadNow(at: number): number;
  /** Replaces a word if it has the value. @returns whether it did */
  swap(at: number, before: number, after: number): boolean;
  /** Replaces a word. @returns what it was */
  exchange(at: number, value: number): number;
  /** @returns what the word was */
  and(at: number, mask: number): number;
  or(at: number, mask: number): void;
}

/** For one worker alone: plain reads and writes. */
export class PlainCells implements Cells {
  readonly words: Int32Array;
  readonly operations: Operations;
  readonly batch: Int32Array;

  /** @param memory not shared */
  constructor(memory: WebAssembly.Memory, layout: TreeLayout) {
    this.words = new Int32Array(memory.buffer, 0, layout.words);
    this.operations = instantiate('plain', layout, 0, { memory });
    this.batch = batchOf(memory, layout, 0);
  }

  loadNow(at: number): number {
    return this.words[at]!;
  }

  swap(at: number, before: number, after: number): boolean {
    if (this.words[at] !== before) return false;
    this.words[at] = after;
    return true;
  }

  exchange(at: number, value: number): number {
    const before = this.words[at]!;
    this.words[at] = value;
    return before;
  }

  and(at: number, mask: number): number {
    const before = this.words[at]!;
    this.words[at] = before & mask;
    return before;
  }

  or(at: number, mask: number): void {
    this.words[at] = this.words[at]! | mask;
  }
}

/** For several workers: each step is an atomic instruction in WebAssembly. */
export class SharedCells implements Cells {
  readonly words: Int32Array;
  readonly operations: Operations;
  readonly batch: Int32Array;
  readonly #steps: AtomicSteps;

  constructor(memory: WebAssembly.Memory, layout: TreeLayout, worker: number) {
    this.words = new Int32Array(memory.buffer, 0, layout.words);
    const functions = instantiate('atomic', layout, worker, { memory });
    this.operations = functions;
    this.#steps = functions;
    this.batch = batchOf(memory, layout, worker);
  }

  loadNow(at: number): number {
    return this.#steps.load(at << 2);
  }

  swap(at: number, before: number, after: number): boolean {
    return this.#steps.swap(at << 2, before, after) === before;
  }

  exchange(at: number, value: number): number {
    return this.#steps.exchange(at << 2, value);
  }

  and(at: number, mask: number): number {
    return this.#steps.and(at << 2, mask);
  }

  or(at: number, mask: number): void {
    this.#steps.or(at << 2, mask);
  }
}

function batchOf({ buffer }: WebAssembly.Memory, layout: TreeLayout, worker: number): Int32Array {
  return new Int32Array(buffer, batchAt(layout, worker) * 4, BATCH_WORDS);
}
