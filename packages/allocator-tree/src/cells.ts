/**
 * The 32-bit words that workers share, and the steps on them that nothing comes between. The allocator is written
 * over this interface; tests put a scheduler behind it.
 */
import { atomicSteps } from './atomic-steps.ts';

export interface Cells {
  /** The words themselves. A plain read is for a word that a later step confirms, or that is only a hint. */
  readonly words: Int32Array;
  /** Reads a word after every step before it in the order that all workers see. */
  loadNow(at: number): number;
  /** Replaces a word if it has the value. @returns whether it did */
  swap(at: number, before: number, after: number): boolean;
  /** Replaces a word. @returns what it was */
  exchange(at: number, value: number): number;
  add(at: number, value: number): void;
  /** @returns what the word was */
  and(at: number, mask: number): number;
  or(at: number, mask: number): void;
}

/** For one worker alone: plain reads and writes. */
export class PlainCells implements Cells {
  readonly words: Int32Array;

  constructor(words: Int32Array) {
    this.words = words;
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

  add(at: number, value: number): void {
    this.words[at] = this.words[at]! + value;
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

/**
 * For several workers. The atomic steps are WebAssembly functions of one instruction each, because a call of
 * `Atomics.compareExchange` takes two to three times as long.
 */
export class SharedCells implements Cells {
  readonly words: Int32Array;
  readonly #load: (address: number) => number;
  readonly #swap: (address: number, before: number, after: number) => number;
  readonly #exchange: (address: number, value: number) => number;
  readonly #add: (address: number, value: number) => number;
  readonly #and: (address: number, mask: number) => number;
  readonly #or: (address: number, mask: number) => number;

  constructor(memory: WebAssembly.Memory) {
    this.words = new Int32Array(memory.buffer);
    const steps = atomicSteps(memory);
    this.#load = steps.load;
    this.#swap = steps.swap;
    this.#exchange = steps.exchange;
    this.#add = steps.add;
    this.#and = steps.and;
    this.#or = steps.or;
  }

  loadNow(at: number): number {
    return this.#load(at << 2);
  }

  swap(at: number, before: number, after: number): boolean {
    return this.#swap(at << 2, before, after) === before;
  }

  exchange(at: number, value: number): number {
    return this.#exchange(at << 2, value);
  }

  add(at: number, value: number): void {
    this.#add(at << 2, value);
  }

  and(at: number, mask: number): number {
    return this.#and(at << 2, mask);
  }

  or(at: number, mask: number): void {
    this.#or(at << 2, mask);
  }
}
