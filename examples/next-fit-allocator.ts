/**
 * A frame allocator that nobody at Armature wrote: next fit over one byte per frame. It searches from where the
 * last allocation ended, so consecutive allocations lie side by side and the start of memory is not searched
 * again and again.
 */
import {
  checkSnapshot,
  FRAME_STATE,
  FREE_STATUS,
  type FrameAllocator,
  type FrameAllocatorFactory,
  type FrameAllocatorSnapshot,
  type FrameState,
  type FrameStatistics,
  type FreeStatus,
  NO_FRAME,
  type RunConstraints,
} from '@armature/core';

const isPowerOfTwo = (value: number): boolean =>
  Number.isInteger(value) && value > 0 && (value & (value - 1)) === 0;

export class NextFitAllocator implements FrameAllocator {
  readonly name = 'next-fit';
  readonly base: number;
  readonly count: number;
  private states: Uint8Array;
  /** Length of the run that begins at each frame, 0 elsewhere. */
  private runs: Int32Array;
  private next = 0;
  private tags: { frame: number; count: number; tag: string }[] = [];
  private counters = { allocations: 0, frees: 0, failures: 0 };

  constructor({ base, count }: { base: number; count: number }) {
    this.base = base;
    this.count = count;
    this.states = new Uint8Array(count);
    this.runs = new Int32Array(count);
  }

  alloc(order: number): number {
    if (!Number.isInteger(order) || order < 0 || order > 30) return this.failed();
    return this.allocRun(2 ** order, { align: 2 ** order });
  }

  allocRun(count: number, { align = 1, low, high, boundary }: RunConstraints = {}): number {
    if (!Number.isInteger(count) || count < 1 || !isPowerOfTwo(align)) return this.failed();
    if (boundary !== undefined && (!isPowerOfTwo(boundary) || count > boundary)) return this.failed();
    const first = Math.max(0, (low ?? this.base) - this.base);
    const last = Math.min(this.count, (high ?? this.base + this.count) - this.base) - count;
    const fits = (index: number): boolean => {
      const frame = this.base + index;
      if (frame % align !== 0) return false;
      if (
        boundary !== undefined &&
        Math.floor(frame / boundary) !== Math.floor((frame + count - 1) / boundary)
      ) {
        return false;
      }
      return this.isFree(index, count);
    };
    const start = Math.min(Math.max(first, this.next), last + 1);
    for (let index = start; index <= last; index++) if (fits(index)) return this.take(index, count);
    for (let index = first; index < start && index <= last; index++)
      if (fits(index)) return this.take(index, count);
    return this.failed();
  }

  allocAt(frame: number, count: number): boolean {
    const index = frame - this.base;
    if (!this.isRange(index, count) || !this.isFree(index, count)) {
      this.failed();
      return false;
    }
    this.take(index, count);
    return true;
  }

  free(frame: number, order: number): FreeStatus {
    if (!Number.isInteger(order) || order < 0 || order > 30) return FREE_STATUS.wrongSize;
    if (frame % 2 ** order !== 0) return FREE_STATUS.misaligned;
    return this.freeRun(frame, 2 ** order);
  }

  freeRun(frame: number, count: number): FreeStatus {
    const index = frame - this.base;
    const status = this.freeStatus(index, count);
    if (status !== FREE_STATUS.ok) return status;
    this.states.fill(FRAME_STATE.free, index, index + count);
    this.runs[index] = 0;
    this.counters.frees++;
    return FREE_STATUS.ok;
  }

  allocBatch(out: Int32Array): number {
    const before = this.stats();
    if (before.free < out.length) {
      this.failed();
      return 0;
    }
    for (let index = 0; index < out.length; index++) out[index] = this.allocRun(1);
    return out.length;
  }

  freeBatch(frames: Int32Array): FreeStatus {
    const seen = new Set<number>();
    for (const frame of frames) {
      const status = seen.has(frame) ? FREE_STATUS.doubleFree : this.freeStatus(frame - this.base, 1);
      if (status !== FREE_STATUS.ok) return status;
      seen.add(frame);
    }
    for (const frame of frames) this.freeRun(frame, 1);
    return FREE_STATUS.ok;
  }

  reserve(frame: number, count: number, tag: string): boolean {
    const index = frame - this.base;
    if (!this.isRange(index, count) || !this.isFree(index, count)) return false;
    this.states.fill(FRAME_STATE.reserved, index, index + count);
    this.tags.push({ frame, count, tag });
    return true;
  }

  reservations() {
    return this.tags.map((tag) => ({ ...tag }));
  }

  state(frame: number): FrameState {
    return (this.states[frame - this.base] ?? FRAME_STATE.reserved) as FrameState;
  }

  drain(): void {}

  stats(): FrameStatistics {
    const counts = [0, 0, 0];
    for (const state of this.states) counts[state]++;
    const [free, used, reserved] = counts;
    return { total: this.count, free, used, reserved, ...this.counters };
  }

  reset(): void {
    for (let index = 0; index < this.count; index++) {
      if (this.states[index] === FRAME_STATE.used) this.states[index] = FRAME_STATE.free;
    }
    this.runs.fill(0);
    this.next = 0;
    this.counters = { allocations: 0, frees: 0, failures: 0 };
  }

  snapshot(): FrameAllocatorSnapshot {
    const { base, count, states, runs, next, tags, counters } = this;
    const data = {
      states: states.slice(),
      runs: runs.slice(),
      next,
      tags: structuredClone(tags),
      counters: { ...counters },
    };
    return { type: 'next-fit', version: 1, base, count, data };
  }

  restore(snapshot: FrameAllocatorSnapshot): void {
    const data = snapshot.data as { readonly states?: Uint8Array } | undefined;
    const valid =
      snapshot.base === this.base && snapshot.count === this.count && data?.states?.length === this.count;
    checkSnapshot({ ...snapshot, type: valid ? snapshot.type : 'other', state: data }, 'next-fit', 1);
    const copy = new NextFitAllocator(snapshot);
    Object.assign(copy, structuredClone(data));
    const broken = copy.validate();
    checkSnapshot(
      { type: broken.length === 0 ? 'next-fit' : broken[0], version: 1, state: data },
      'next-fit',
      1,
    );
    Object.assign(this, structuredClone(data));
  }

  validate(): readonly string[] {
    const broken: string[] = [];
    let owed = 0;
    for (let index = 0; index < this.count; index++) {
      if (this.runs[index] > 0) {
        if (owed > 0) broken.push('runs overlap');
        owed = this.runs[index];
      }
      if (owed > 0 !== (this.states[index] === FRAME_STATE.used))
        broken.push('a used frame belongs to a run');
      if (owed > 0) owed--;
    }
    if (owed > 0) broken.push('runs end inside the range');
    return [...new Set(broken)];
  }

  private isRange(index: number, count: number): boolean {
    return (
      Number.isInteger(index) &&
      Number.isInteger(count) &&
      index >= 0 &&
      count > 0 &&
      index + count <= this.count
    );
  }

  private isFree(index: number, count: number): boolean {
    for (let at = index; at < index + count; at++) if (this.states[at] !== FRAME_STATE.free) return false;
    return true;
  }

  private take(index: number, count: number): number {
    this.states.fill(FRAME_STATE.used, index, index + count);
    this.runs[index] = count;
    this.next = index + count;
    this.counters.allocations++;
    return this.base + index;
  }

  private freeStatus(index: number, count: number): FreeStatus {
    if (!this.isRange(index, 1)) return FREE_STATUS.outOfRange;
    if (!Number.isInteger(count) || count < 1) return FREE_STATUS.wrongSize;
    if (!this.isRange(index, count)) return FREE_STATUS.outOfRange;
    if (this.states[index] === FRAME_STATE.reserved) return FREE_STATUS.reserved;
    if (this.states[index] === FRAME_STATE.free) return FREE_STATUS.doubleFree;
    if (this.runs[index] === 0) return FREE_STATUS.notAllocated;
    return this.runs[index] === count ? FREE_STATUS.ok : FREE_STATUS.wrongSize;
  }

  private failed(): number {
    this.counters.failures++;
    return NO_FRAME;
  }
}

/** What a machine's configuration names. */
export const nextFitAllocator = (options: { pages?: number } = {}): FrameAllocatorFactory => ({
  name: 'next-fit',
  ...options,
  create: (range) => new NextFitAllocator(range),
});
