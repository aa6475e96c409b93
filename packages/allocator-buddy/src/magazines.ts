/**
 * Stacks of single frames, one for each CPU, between the callers and the buddy lists. Kinds are numbers on the paths
 * that every frame takes, as in buddy-space.ts.
 */
import { type BuddySpace, KIND } from './buddy-space.ts';

export class Magazines {
  readonly cpus: number;
  /** Most frames in one magazine. */
  readonly capacity: number;
  /** The CPU whose magazine is used. */
  cpu = 0;
  readonly #slots: Int32Array;
  readonly #sizes: Int32Array;

  constructor(cpus: number, capacity: number) {
    this.cpus = cpus;
    this.capacity = capacity;
    this.#slots = new Int32Array(cpus * capacity);
    this.#sizes = new Int32Array(cpus);
  }

  /** Frames in all magazines. */
  get frames(): number {
    return this.#sizes.reduce((sum, size) => sum + size, 0);
  }

  get bytes(): number {
    return this.#slots.byteLength + this.#sizes.byteLength;
  }

  /** A frame from the CPU's magazine, which is filled when it is empty; -1 when the lists are empty too. */
  take(space: BuddySpace): number {
    const { cpu } = this;
    let size = this.#sizes[cpu]!;
    if (size === 0) {
      this.#fill(space);
      size = this.#sizes[cpu]!;
      if (size === 0) return -1;
    }
    const index = this.#slots[cpu * this.capacity + size - 1]!;
    this.#sizes[cpu] = size - 1;
    space.kinds[index] = 0x20;
    return index;
  }

  /** Puts a single used frame into the CPU's magazine; half of a full one goes back to the lists first. */
  give(space: BuddySpace, index: number): void {
    const { cpu, capacity } = this;
    if (this.#sizes[cpu] === capacity) this.#empty(space, cpu, (capacity + 1) >>> 1);
    const size = this.#sizes[cpu]!;
    this.#slots[cpu * capacity + size] = index;
    this.#sizes[cpu] = size + 1;
    space.kinds[index] = 0x43;
  }

  /** Puts all frames of all magazines back on the lists. */
  drain(space: BuddySpace): void {
    for (let cpu = 0; cpu < this.cpus; cpu++) this.#empty(space, cpu, this.#sizes[cpu]!);
  }

  /** The frames of each magazine, from the one that was added first on. */
  contents(): number[][] {
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
  }

  /** Fills half of the CPU's magazine, the frames to hand out first on top. */
  #fill(space: BuddySpace): void {
    const { cpu, capacity } = this;
    const wanted = (capacity + 1) >>> 1;
    const start = cpu * capacity;
    let left = wanted;
    while (left > 0 && space.lists.available !== 0) {
      // Whole blocks where they fit: that saves splitting them, and the largest is not split further than it must.
      const { available } = space.lists;
      const smallest = 31 - Math.clz32(available & -available);
      const order = Math.min(smallest, 31 - Math.clz32(left));
      const index = space.take(order);
      const end = index + (1 << order);
      for (let frame = index; frame < end; frame++) {
        space.kinds[frame] = KIND.cached;
        this.#slots[start + --left] = frame;
      }
    }
    if (left > 0) this.#slots.copyWithin(start, start + left, start + wanted);
    this.#sizes[cpu] = wanted - left;
  }

  /** Puts the oldest frames of a magazine back on the lists. */
  #empty(space: BuddySpace, cpu: number, frames: number): void {
    const start = cpu * this.capacity;
    for (let slot = start; slot < start + frames; slot++) space.give(this.#slots[slot]!, 0);
    const size = this.#sizes[cpu]!;
    this.#slots.copyWithin(start, start + frames, start + size);
    this.#sizes[cpu] = size - frames;
  }
}
