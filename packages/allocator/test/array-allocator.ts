import {
  ArmatureError,
  FRAME_STATE,
  FREE_STATUS,
  type FrameAllocator,
  type FrameAllocatorSnapshot,
  type FrameState,
  type FrameStatistics,
  type FreeStatus,
  NO_FRAME,
  type RunConstraints,
} from '@armature/core';

/** First fit over an array that says which run each frame belongs to. */
export class ArrayAllocator implements FrameAllocator {
  readonly name = 'array';
  readonly base: number;
  readonly count: number;
  /** By index from `base`: 0 is free, -1 reserved, anything else the number of a run. */
  owners: number[];
  reserved: { frame: number; count: number; tag: string }[] = [];
  nextRun = 1;
  counters = { allocations: 0, frees: 0, failures: 0 };

  constructor({ base, count }: { base: number; count: number }) {
    this.base = base;
    this.count = count;
    this.owners = new Array(count).fill(0);
  }

  alloc(order: number): number {
    return this.allocRun(2 ** order, { align: 2 ** order });
  }

  allocRun(count: number, constraints: RunConstraints = {}): number {
    const { align = 1, low = 0, high = Infinity, boundary = Infinity } = constraints;
    const sensible = Number.isInteger(count) && count > 0 && align >= 1 && Number.isInteger(Math.log2(align));
    const last = Math.min(high, this.base + this.count) - count;
    for (let frame = Math.max(low, this.base); sensible && frame <= last; frame++) {
      const crosses = Math.floor(frame / boundary) !== Math.floor((frame + count - 1) / boundary);
      if (frame % align === 0 && !crosses && this.isFree(frame, count)) return this.take(frame, count);
    }
    this.counters.failures++;
    return NO_FRAME;
  }

  allocAt(frame: number, count: number): boolean {
    if (this.isFree(frame, count)) return this.take(frame, count) === frame;
    this.counters.failures++;
    return false;
  }

  allocBatch(out: Int32Array): number {
    if (this.stats().free < out.length) {
      this.counters.failures++;
      return 0;
    }
    for (let slot = 0; slot < out.length; slot++) out[slot] = this.alloc(0);
    return out.length;
  }

  free(frame: number, order: number): FreeStatus {
    const count = 2 ** order;
    return this.ownersOf(frame, count) && frame % count ? FREE_STATUS.misaligned : this.freeRun(frame, count);
  }

  freeRun(frame: number, count: number): FreeStatus {
    const run = this.ownersOf(frame, count)?.[0];
    if (run === undefined) return FREE_STATUS.outOfRange;
    if (run === -1) return FREE_STATUS.reserved;
    if (run === 0) return FREE_STATUS.doubleFree;
    if (this.owners.indexOf(run) !== frame - this.base) return FREE_STATUS.notAllocated;
    if (this.owners.filter((owner) => owner === run).length !== count) return FREE_STATUS.wrongSize;
    this.fill(frame, count, 0);
    this.counters.frees++;
    return FREE_STATUS.ok;
  }

  freeBatch(frames: Int32Array): FreeStatus {
    const before = this.snapshot();
    for (const frame of frames) {
      const status = this.freeRun(frame, 1);
      if (status !== FREE_STATUS.ok) {
        this.restore(before);
        return status;
      }
    }
    return FREE_STATUS.ok;
  }

  reserve(frame: number, count: number, tag: string): boolean {
    if (!this.isFree(frame, count)) return false;
    this.fill(frame, count, -1);
    this.reserved.push({ frame, count, tag });
    return true;
  }

  reservations() {
    return [...this.reserved];
  }

  state(frame: number): FrameState {
    const owner = this.owners[frame - this.base] ?? -1;
    return owner === -1 ? FRAME_STATE.reserved : owner === 0 ? FRAME_STATE.free : FRAME_STATE.used;
  }

  drain(): void {}

  stats(): FrameStatistics {
    const free = this.owners.filter((owner) => owner === 0).length;
    const reserved = this.owners.filter((owner) => owner === -1).length;
    return { total: this.count, free, used: this.count - free - reserved, reserved, ...this.counters };
  }

  reset(): void {
    this.owners = this.owners.map((owner) => (owner === -1 ? -1 : 0));
    this.counters = { allocations: 0, frees: 0, failures: 0 };
  }

  snapshot(): FrameAllocatorSnapshot {
    const { base, count, owners, reserved, nextRun, counters } = this;
    const data = structuredClone({ owners, reserved, nextRun, counters });
    return { type: 'array', version: 1, base, count, data };
  }

  restore({ type, version, base, count, data }: FrameAllocatorSnapshot): void {
    const state = structuredClone(data) as
      | Pick<this, 'owners' | 'reserved' | 'nextRun' | 'counters'>
      | undefined;
    const mine = type === 'array' && version === 1 && base === this.base && count === this.count;
    if (!mine || state?.owners?.length !== count) {
      throw new ArmatureError('SNAPSHOT_INVALID', 'the snapshot is not of an array allocator of this range');
    }
    Object.assign(this, state);
  }

  validate(): readonly string[] {
    const reserved = this.reserved.reduce((sum, { count }) => sum + count, 0);
    return reserved === this.stats().reserved ? [] : ['reserved'];
  }

  ownersOf(frame: number, count: number): number[] | undefined {
    const index = frame - this.base;
    const inside = Number.isInteger(index) && Number.isInteger(count) && count > 0 && index >= 0;
    return inside && index + count <= this.count ? this.owners.slice(index, index + count) : undefined;
  }

  isFree(frame: number, count: number): boolean {
    return this.ownersOf(frame, count)?.every((owner) => owner === 0) ?? false;
  }

  take(frame: number, count: number): number {
    this.fill(frame, count, this.nextRun++);
    this.counters.allocations++;
    return frame;
  }

  fill(frame: number, count: number, owner: number): void {
    this.owners.fill(owner, frame - this.base, frame - this.base + count);
  }
}
