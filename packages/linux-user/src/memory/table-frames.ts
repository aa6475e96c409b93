import type {
  FrameAllocator,
  FrameAllocatorSnapshot,
  FrameState,
  FrameStatistics,
  FreeStatus,
  RunConstraints,
} from '@armature/core';

/**
 * One address space's share of the frames that all of them take from: an allocator that passes everything on, and
 * whose `reset` gives back what was taken through it and nothing else.
 */
export class TableFrames implements FrameAllocator {
  readonly name: string;
  readonly base: number;
  readonly count: number;
  private readonly all: FrameAllocator;
  private readonly taken = new Map<number, number>();

  constructor(all: FrameAllocator) {
    this.all = all;
    this.name = all.name;
    this.base = all.base;
    this.count = all.count;
  }

  alloc(order: number): number {
    return this.note(this.all.alloc(order), 2 ** order);
  }

  free(frame: number, order: number): FreeStatus {
    return this.forget(this.all.free(frame, order), frame);
  }

  allocRun(count: number, constraints?: RunConstraints): number {
    return this.note(this.all.allocRun(count, constraints), count);
  }

  allocAt(frame: number, count: number): boolean {
    const done = this.all.allocAt(frame, count);
    if (done) this.taken.set(frame, count);
    return done;
  }

  freeRun(frame: number, count: number): FreeStatus {
    return this.forget(this.all.freeRun(frame, count), frame);
  }

  allocBatch(out: Int32Array): number {
    const given = this.all.allocBatch(out);
    for (let index = 0; index < given; index++) this.taken.set(out[index], 1);
    return given;
  }

  freeBatch(frames: Int32Array): FreeStatus {
    const status = this.all.freeBatch(frames);
    if (status === 0) for (const frame of frames) this.taken.delete(frame);
    return status;
  }

  reserve(frame: number, count: number, tag: string): boolean {
    return this.all.reserve(frame, count, tag);
  }

  reservations(): ReturnType<FrameAllocator['reservations']> {
    return this.all.reservations();
  }

  state(frame: number): FrameState {
    return this.all.state(frame);
  }

  drain(): void {
    this.all.drain();
  }

  stats(): FrameStatistics {
    return this.all.stats();
  }

  reset(): void {
    for (const [frame, count] of this.taken) {
      if (count === 1) this.all.free(frame, 0);
      else this.all.freeRun(frame, count);
    }
    this.taken.clear();
  }

  snapshot(): FrameAllocatorSnapshot {
    return this.all.snapshot();
  }

  restore(snapshot: FrameAllocatorSnapshot): void {
    this.all.restore(snapshot);
  }

  validate(): readonly string[] {
    return this.all.validate();
  }

  private note(frame: number, count: number): number {
    if (frame >= 0) this.taken.set(frame, count);
    return frame;
  }

  private forget(status: FreeStatus, frame: number): FreeStatus {
    if (status === 0) this.taken.delete(frame);
    return status;
  }
}
