/**
 * Stacks of single frames, one for each CPU, between the callers and the buddy lists. Kinds are numbers on the paths
 * that every frame takes, as in buddy-space.ts.
 */
import type { BuddySpace } from './buddy-space.ts';

export class Magazines {
  // Fields begin with a value of their type: then reading them needs no check.
  readonly cpus: number = 0;
  /** Most frames in one magazine. */
  readonly capacity: number = 0;
  readonly #slots: Int32Array;
  /** Frames in each magazine but the one that is used, of which `#size` is kept beside its first slot. */
  readonly #sizes: Int32Array;
  #cpu = 0;
  #size = 0;
  #start = 0;

  constructor(cpus: number, capacity: number) {
    this.cpus = cpus;
    this.capacity = capacity;
    this.#slots = new Int32Array(cpus * capacity);
    this.#sizes = new Int32Array(cpus);
  }

  /** The CPU whose magazine is used. */
  get cpu(): number {
    return this.#cpu;
  }

  set cpu(cpu: number) {
    this.#sizes[this.#cpu] = this.#size;
    this.#cpu = cpu;
    this.#size = this.#sizes[cpu]!;
    this.#start = cpu * this.capacity;
  }

  /** Frames in all magazines. */
  get frames(): number {
    this.#sizes[this.#cpu] = this.#size;
    return this.#sizes.reduce((sum, size) => sum + size, 0);
  }

  get bytes(): number {
    return this.#slots.byteLength + this.#sizes.byteLength;
  }

  /** A frame from the CPU's magazine, which is filled when it is empty; -1 when the lists are empty too. */
  take(space: BuddySpace): number {
    if (this.#size === 0) {
      this.#fill(space);
      if (this.#size === 0) return -1;
    }
    const size = this.#size - 1;
    this.#size = size;
    const index = this.#slots[this.#start + size]!;
    space.kinds[index] = 0x20;
    return index;
  }

  /** Puts a single used frame into the CPU's magazine; half of a full one goes back to the lists first. */
  give(space: BuddySpace, index: number): void {
    if (this.#size === this.capacity) this.#empty(space, (this.capacity + 1) >>> 1);
    const size = this.#size;
    this.#slots[this.#start + size] = index;
    this.#size = size + 1;
    space.kinds[index] = 0x43;
  }

  /** Puts all frames of all magazines back on the lists. */
  drain(space: BuddySpace): void {
    const { cpu } = this;
    for (let each = 0; each < this.cpus; each++) {
      this.cpu = each;
      this.#empty(space, this.#size);
    }
    this.cpu = cpu;
  }

  /** The frames of each magazine, from the one that was added first on. */
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
    this.#size = this.#sizes[this.#cpu]!;
  }

  /** Fills half of the CPU's magazine, the frames to hand out first on top. */
  #fill(space: BuddySpace): void {
    const { kinds } = space;
    const slots = this.#slots;
    const start = this.#start;
    const wanted = (this.capacity + 1) >>> 1;
    let left = wanted;
    while (left > 0 && space.lists.available !== 0) {
      // Whole blocks where they fit: that saves splitting them, and the largest is not split further than it must.
      const { available } = space.lists;
      const smallest = 31 - Math.clz32(available & -available);
      const order = Math.min(smallest, 31 - Math.clz32(left));
      const index = space.take(order);
      const end = index + (1 << order);
      for (let frame = index; frame < end; frame++) {
        kinds[frame] = 0x43;
        slots[start + --left] = frame;
      }
    }
    this.#size = wanted - left;
    if (left > 0) this.#moveDown(left);
  }

  /** Puts the oldest frames of the CPU's magazine back on the lists. */
  #empty(space: BuddySpace, frames: number): void {
    const start = this.#start;
    for (let slot = start; slot < start + frames; slot++) space.give(this.#slots[slot]!, 0);
    this.#size -= frames;
    this.#moveDown(frames);
  }

  /** Moves what is in the CPU's magazine to its beginning. A loop, because few are moved often. */
  #moveDown(from: number): void {
    const slots = this.#slots;
    const end = this.#start + this.#size;
    for (let slot = this.#start; slot < end; slot++) slots[slot] = slots[slot + from]!;
  }
}
