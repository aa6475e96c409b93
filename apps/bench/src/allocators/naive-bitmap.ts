import {
  FRAME_STATE,
  FREE_STATUS,
  type FrameState,
  type FreeStatus,
  NO_FRAME,
  type RunConstraints,
} from '@armature/core';
import type { FrameRange, MeasuredAllocator } from './measured-allocator.ts';

/**
 * The bitmap of a kernel in a course: every search looks at one bit after the other, from the first, and remembers
 * nothing. It does not know how runs were handed out either, so a free checks only that the frames are in use.
 * With `passesFullWords` it looks at no bits of words that are all in use.
 */
export class NaiveBitmap implements MeasuredAllocator {
  readonly base: number;
  readonly count: number;
  readonly #bits: Int32Array;
  readonly #passesFullWords: boolean;

  constructor({ base, count }: FrameRange, { passesFullWords = false } = {}) {
    this.base = base;
    this.count = count;
    this.#bits = new Int32Array(Math.ceil(count / 32));
    this.#passesFullWords = passesFullWords;
  }

  alloc(order: number): number {
    return this.#take(1 << order, 1 << order, 0, this.count, 0);
  }

  free(frame: number, order: number): FreeStatus {
    return this.freeRun(frame, 1 << order);
  }

  allocRun(count: number, { align = 1, low, high, boundary = 0 }: RunConstraints = {}): number {
    const from = Math.max(0, (low ?? this.base) - this.base);
    const to = Math.min(this.count, (high ?? this.base + this.count) - this.base);
    return this.#take(count, align, from, to, boundary);
  }

  freeRun(frame: number, count: number): FreeStatus {
    const index = frame - this.base;
    if (index < 0 || count < 1 || index + count > this.count) return FREE_STATUS.outOfRange;
    for (let at = index; at < index + count; at++) if (!this.#isUsed(at)) return FREE_STATUS.doubleFree;
    for (let at = index; at < index + count; at++) this.#bits[at >> 5]! &= ~(1 << (at & 31));
    return FREE_STATUS.ok;
  }

  allocBatch(out: Int32Array): number {
    for (let slot = 0; slot < out.length; slot++) {
      const frame = this.alloc(0);
      if (frame === NO_FRAME) {
        for (let undo = 0; undo < slot; undo++) this.free(out[undo]!, 0);
        return 0;
      }
      out[slot] = frame;
    }
    return out.length;
  }

  freeBatch(frames: Int32Array): FreeStatus {
    for (let slot = 0; slot < frames.length; slot++) {
      const status = this.free(frames[slot]!, 0);
      if (status === FREE_STATUS.ok) continue;
      for (let undo = 0; undo < slot; undo++) this.#mark(frames[undo]! - this.base, 1);
      return status;
    }
    return FREE_STATUS.ok;
  }

  state(frame: number): FrameState {
    return this.#isUsed(frame - this.base) ? FRAME_STATE.used : FRAME_STATE.free;
  }

  drain(): void {}

  fill(blocks: number, order: number): void {
    this.#mark(0, blocks << order);
  }

  #isUsed(index: number): boolean {
    return (this.#bits[index >> 5]! & (1 << (index & 31))) !== 0;
  }

  #mark(index: number, count: number): void {
    for (let at = index; at < index + count; at++) this.#bits[at >> 5]! |= 1 << (at & 31);
  }

  /** Frames of the full words from a word's first frame on. */
  #fullWords(index: number, to: number): number {
    let word = index >> 5;
    while (word << 5 < to && this.#bits[word] === -1) word++;
    return (word << 5) - index;
  }

  #take(count: number, align: number, from: number, to: number, boundary: number): number {
    let length = 0;
    for (let index = from; index < to; index++) {
      if (this.#passesFullWords && (index & 31) === 0) {
        const passed = this.#fullWords(index, to);
        if (passed > 0) length = 0;
        index += passed;
        if (index >= to) break;
      }
      const frame = this.base + index;
      if (boundary > 0 && (frame & (boundary - 1)) === 0) length = 0;
      if (this.#isUsed(index)) {
        length = 0;
        continue;
      }
      if (length === 0 && (frame & (align - 1)) !== 0) continue;
      length++;
      if (length < count) continue;
      this.#mark(index - count + 1, count);
      return frame - count + 1;
    }
    return NO_FRAME;
  }
}
