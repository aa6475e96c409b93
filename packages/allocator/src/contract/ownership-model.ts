import type { FrameAllocator, RunConstraints } from '@armature/core';
import { check, type FrameRange, same } from './harness.ts';

const FREE = 0;
const RESERVED = -1;

export interface OwnedRun {
  readonly frame: number;
  readonly count: number;
}

/** The truth to compare an allocator with: an array that says who owns each frame. Runs have numbers from 1 on. */
export class OwnershipModel {
  readonly base: number;
  /** By index from `base`: 0 is free, -1 reserved, anything else the number of a run. */
  readonly owners: Int32Array;
  readonly runs = new Map<number, OwnedRun>();
  readonly reservations: { frame: number; count: number; tag: string }[] = [];
  /** Numbers of the runs in use, in no order. */
  readonly #ids: number[] = [];
  readonly #places = new Map<number, number>();
  free: number;
  #next = 1;

  constructor({ base, count }: FrameRange) {
    this.base = base;
    this.owners = new Int32Array(count);
    this.free = count;
  }

  get count(): number {
    return this.owners.length;
  }

  manages(frame: number, count: number): boolean {
    const index = frame - this.base;
    return Number.isInteger(index) && index >= 0 && count > 0 && index + count <= this.owners.length;
  }

  /** Whether all the frames are in the range and free. */
  isFree(frame: number, count: number): boolean {
    if (!this.manages(frame, count)) return false;
    for (let at = frame - this.base; at < frame - this.base + count; at++) {
      if (this.owners[at] !== FREE) return false;
    }
    return true;
  }

  /** The run that begins at a frame. */
  runAt(frame: number): OwnedRun | undefined {
    const run = this.runs.get(this.owners[frame - this.base] ?? FREE);
    return run?.frame === frame ? run : undefined;
  }

  /** Any run in use. */
  pick(number: number): OwnedRun | undefined {
    return this.runs.get(this.#ids[number % this.#ids.length] ?? FREE);
  }

  take(frame: number, count: number, what: string): void {
    check(this.isFree(frame, count), `${what} gave frames ${frame} to ${frame + count - 1}, not all free`);
    const id = this.#next++;
    this.#fill(frame, count, id);
    this.runs.set(id, { frame, count });
    this.#places.set(id, this.#ids.length);
    this.#ids.push(id);
    this.free -= count;
  }

  release({ frame, count }: OwnedRun): void {
    const id = this.owners[frame - this.base]!;
    const place = this.#places.get(id)!;
    const last = this.#ids.at(-1)!;
    this.#ids[place] = last;
    this.#places.set(last, place);
    this.#ids.pop();
    this.#places.delete(id);
    this.runs.delete(id);
    this.#fill(frame, count, FREE);
    this.free += count;
  }

  reserve(frame: number, count: number, tag: string): void {
    this.#fill(frame, count, RESERVED);
    this.reservations.push({ frame, count, tag });
    this.free -= count;
  }

  /** Frees everything but what is reserved. */
  reset(): void {
    for (let run = this.pick(0); run !== undefined; run = this.pick(0)) this.release(run);
  }

  /** Whether a run of the size fits anywhere under the constraints. */
  hasRoom(count: number, { align = 1, low = 0, high = 2 ** 31, boundary = 0 }: RunConstraints): boolean {
    let length = 0;
    for (let index = 0; index < this.owners.length; index++) {
      const last = this.base + index;
      length = this.owners[index] === FREE && last >= low && last < high ? length + 1 : 0;
      const frame = last - count + 1;
      const crosses = boundary !== 0 && Math.floor(frame / boundary) !== Math.floor(last / boundary);
      if (length >= count && frame % align === 0 && !crosses) return true;
    }
    return false;
  }

  /** Compares the state of every frame, the statistics and the reservations, and has the allocator check itself. */
  compare(allocator: FrameAllocator): void {
    for (let index = 0; index < this.owners.length; index++) {
      const owner = this.owners[index]!;
      const expected = owner === FREE ? 0 : owner === RESERVED ? 2 : 1;
      const frame = this.base + index;
      const found = allocator.state(frame);
      if (found !== expected)
        check(false, `the state of frame ${frame} is ${found}, not ${expected}`, { frame });
    }
    same(allocator.validate(), [], 'validate()');
    const { total, free, used, reserved, allocations, frees } = allocator.stats();
    const reservedFrames = this.reservations.reduce((sum, { count }) => sum + count, 0);
    same(
      { total, free, used, reserved, inUse: allocations - frees },
      {
        total: this.count,
        free: this.free,
        used: this.count - this.free - reservedFrames,
        reserved: reservedFrames,
        inUse: this.runs.size,
      },
      'stats() against the owners of the frames',
    );
    const byFrame = (list: readonly { frame: number; count: number; tag: string }[]): unknown =>
      list.map(({ frame, count, tag }) => [frame, count, tag]).sort((a, b) => Number(a[0]) - Number(b[0]));
    same(byFrame(allocator.reservations()), byFrame(this.reservations), 'reservations()');
  }

  #fill(frame: number, count: number, owner: number): void {
    this.owners.fill(owner, frame - this.base, frame - this.base + count);
  }
}
