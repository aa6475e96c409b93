import { FRAME_STATE, FREE_STATUS, type FrameState, type FreeStatus } from '@armature/core';
import type { FrameRange, MeasuredAllocator } from './measured-allocator.ts';

/** Gives one frame after the other, and again from the first. What it takes is what the measurement itself takes. */
export class NullAllocator implements MeasuredAllocator {
  readonly base: number;
  readonly count: number;
  readonly #mask: number;
  #next = 0;

  /** @param range `count` is a power of two */
  constructor({ base, count }: FrameRange) {
    this.base = base;
    this.count = count;
    this.#mask = count - 1;
  }

  alloc(order: number): number {
    this.#next = (this.#next + (1 << order)) & this.#mask;
    return this.base + this.#next;
  }

  free(frame: number, order: number): FreeStatus {
    return frame < 0 || order < 0 ? FREE_STATUS.outOfRange : FREE_STATUS.ok;
  }

  allocRun(count: number): number {
    this.#next = (this.#next + count) & this.#mask;
    return this.base + this.#next;
  }

  freeRun(frame: number, count: number): FreeStatus {
    return frame < 0 || count < 0 ? FREE_STATUS.outOfRange : FREE_STATUS.ok;
  }

  allocBatch(out: Int32Array): number {
    for (let slot = 0; slot < out.length; slot++) out[slot] = this.alloc(0);
    return out.length;
  }

  freeBatch(frames: Int32Array): FreeStatus {
    let status: FreeStatus = FREE_STATUS.ok;
    for (const frame of frames) if (this.free(frame, 0) !== FREE_STATUS.ok) status = FREE_STATUS.outOfRange;
    return status;
  }

  state(): FrameState {
    return FRAME_STATE.free;
  }

  drain(): void {}
}
