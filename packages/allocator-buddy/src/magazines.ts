/** The stacks of single frames, one for each CPU, between the callers and the lists; `code/singles.ts` uses them. */
import type { Operations } from './code/instance.ts';
import { type Layout, STATE } from './layout.ts';

export class Magazines {
  /** 0 when there are none. */
  readonly cpus: number;
  /** Most frames in one magazine. */
  readonly capacity: number;
  readonly #layout: Layout;
  readonly #operations: Operations;
  readonly #state: Int32Array;
  readonly #slots: Int32Array;
  /** Frames in each magazine but the one that is used. */
  readonly #sizes: Int32Array;
  #cpu = 0;

  constructor(layout: Layout, memory: ArrayBuffer, operations: Operations) {
    const { cpus, capacity } = layout;
    this.cpus = cpus;
    this.capacity = capacity;
    this.#layout = layout;
    this.#operations = operations;
    this.#state = new Int32Array(memory, 0, 4);
    this.#slots = new Int32Array(memory, layout.slots, cpus * capacity);
    this.#sizes = new Int32Array(memory, layout.magazineSizes, cpus);
    this.clear();
  }

  /** The magazines are empty, and that of the first CPU is used. */
  clear(): void {
    this.#sizes.fill(0);
    this.#size = 0;
    this.#cpu = 0;
    this.#useSlots(0);
  }

  /** The CPU whose magazine is used. */
  get cpu(): number {
    return this.#cpu;
  }

  set cpu(cpu: number) {
    this.#sizes[this.#cpu] = this.#size;
    this.#cpu = cpu;
    this.#size = this.#sizes[cpu] ?? 0;
    this.#useSlots(cpu);
  }

  /** Frames in all magazines. */
  get frames(): number {
    this.#sizes[this.#cpu] = this.#size;
    return this.#sizes.reduce((sum, size) => sum + size, 0);
  }

  /** Puts all frames of all magazines back on the lists. */
  drain(): void {
    const { cpu } = this;
    for (let each = 0; each < this.cpus; each++) {
      this.cpu = each;
      this.#operations.empty(this.#size);
    }
    this.cpu = cpu;
  }

  /** The frames of each magazine, as indices, from the one that was added first on. */
  contents(): number[][] {
    this.#sizes[this.#cpu] = this.#size;
    return Array.from({ length: this.cpus }, (_, cpu) => [
      ...this.#slots.subarray(cpu * this.capacity, cpu * this.capacity + this.#sizes[cpu]!),
    ]);
  }

  /** Takes over contents that fit. */
  load(contents: readonly (readonly number[])[]): void {
    contents.forEach((frames, cpu) => {
      this.#slots.set(frames, cpu * this.capacity);
      this.#sizes[cpu] = frames.length;
    });
    this.#size = this.#sizes[this.#cpu] ?? 0;
  }

  get #size(): number {
    return this.#state[STATE.magazineSize >>> 2]!;
  }

  set #size(frames: number) {
    this.#state[STATE.magazineSize >>> 2] = frames;
  }

  #useSlots(cpu: number): void {
    this.#state[STATE.magazineSlots >>> 2] = this.#layout.slots + cpu * this.capacity * 4;
  }
}
