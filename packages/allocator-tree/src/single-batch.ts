/** Many single frames at once, in portions of a worker's batch. */
import { FREE_STATUS, type FreeStatus } from '@armature/core';
import type { Cells } from './cells.ts';
import type { Operations } from './code/operations.ts';

/** Multiplier of the hash of a frame: 2^32 by the golden ratio. */
const SPREAD = 0x9e37_79b1;
/** Frames that the table of twins has room for at least. */
const FEWEST_SEEN = 64;

export class SingleBatch {
  readonly #operations: Operations;
  readonly #batch: Int32Array;
  readonly #look: (frame: number) => FreeStatus;
  /** A hash table of frames, all zero between calls. It grows with the largest batch that was not in order. */
  #seen = new Int32Array(0);

  /** @param look the status of a frame, any integer, that is not seen at a glance to be a used one of its own */
  constructor({ operations, batch }: Cells, look: (frame: number) => FreeStatus) {
    this.#look = look;
    this.#operations = operations;
    this.#batch = batch;
  }

  /** Takes frames from a slot of `out` on. @returns how many: fewer than there is room for when no more are found */
  take(out: Int32Array, from: number): number {
    const batch = this.#batch;
    for (let slot = from; slot < out.length; ) {
      const wanted = Math.min(batch.length, out.length - slot);
      const given = this.#operations.takeBatch(wanted);
      for (let at = 0; at < given; at++) out[slot + at] = batch[at]!;
      slot += given;
      if (given < wanted) return slot - from;
    }
    return out.length - from;
  }

  /** Whether frames, any integers, are used, each a run of its own, and not reserved. @returns what the first bad one is */
  check(frames: Int32Array): FreeStatus {
    for (let from = 0; from < frames.length; from += this.#batch.length) {
      const count = this.#fill(frames, from, frames.length);
      for (let slot = 0; slot < count; slot++) {
        slot = this.#operations.checkBatch(slot, count);
        const status = slot < count ? this.#look(frames[from + slot]!) : FREE_STATUS.ok;
        if (status !== FREE_STATUS.ok) return status;
      }
    }
    return FREE_STATUS.ok;
  }

  /** Frees the first frames, which are used, each a run of its own. @returns how many were still used */
  release(frames: Int32Array, count: number): number {
    let freed = 0;
    for (let from = 0; from < count; from += this.#batch.length) {
      freed += this.#operations.freeBatch(this.#fill(frames, from, count));
    }
    return freed;
  }

  /** Whether one of the frames, none of them negative, comes twice. */
  hasTwins(frames: Int32Array): boolean {
    if (isAscending(frames)) return false;
    // At least twice as many places as frames, a power of two.
    const shift = Math.clz32(Math.max(frames.length, FEWEST_SEEN)) - 1;
    const places = 2 ** (32 - shift);
    if (this.#seen.length < places) this.#seen = new Int32Array(places);
    const seen = this.#seen;
    let twins = false;
    for (let slot = 0; slot < frames.length && !twins; slot++) {
      // Not zero, which is an empty place.
      const key = ~frames[slot]!;
      let place = Math.imul(key, SPREAD) >>> shift;
      while (seen[place] !== 0 && seen[place] !== key) place = (place + 1) & (places - 1);
      twins = seen[place] === key;
      seen[place] = key;
    }
    seen.fill(0, 0, places);
    return twins;
  }

  /** Copies a portion into the batch. @returns how many frames that is */
  #fill(frames: Int32Array, from: number, to: number): number {
    const batch = this.#batch;
    const count = Math.min(batch.length, to - from);
    for (let at = 0; at < count; at++) batch[at] = frames[from + at]!;
    return count;
  }
}

function isAscending(frames: Int32Array): boolean {
  for (let slot = 1; slot < frames.length; slot++) if (frames[slot]! <= frames[slot - 1]!) return false;
  return true;
}
