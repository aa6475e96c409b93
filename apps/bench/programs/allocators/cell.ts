/**
 * One measurement of one allocator in a process of its own; `cell.h` does the same in C.
 *
 * churn: memory is filled with blocks of one order, then a random share of them is freed. Measured are passes over
 * all held blocks in random order: a batch of them is freed, then as many are allocated. Freeing and allocating in
 * pairs would only measure the last frame's way back. Picks are computed before the clock starts.
 */
import { type FrameAllocator, NO_FRAME } from '@armature/core';

export interface Cell {
  readonly mode: 'churn' | 'bulk' | 'fail';
  readonly frames: number;
  readonly order: number;
  /** Share of the blocks that stay in use, 0 to 1. */
  readonly occupancy: number;
  /** Least time to measure, in milliseconds. */
  readonly time: number;
}

/** The same sequence as in `cell.h`. */
function generator(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

function shuffled(length: number, next: (bound: number) => number): Int32Array {
  const order = Int32Array.from({ length }, (_, index) => index);
  for (let last = length - 1; last > 0; last--) {
    const other = next(last + 1);
    const value = order[last]!;
    order[last] = order[other]!;
    order[other] = value;
  }
  return order;
}

/** Fills memory and frees all but the occupied share; the held blocks, in random order. */
function prepare(
  allocator: FrameAllocator,
  { order, occupancy }: Cell,
  next: (bound: number) => number,
): Int32Array {
  const blocks = Math.floor(allocator.count / 2 ** order);
  const all = new Int32Array(blocks);
  for (let block = 0; block < blocks; block++) all[block] = allocator.alloc(order);
  const picks = shuffled(blocks, next);
  const held = Math.max(1, Math.floor(blocks * occupancy));
  for (let at = held; at < blocks; at++) allocator.free(all[picks[at]!]!, order);
  return picks.subarray(0, held).map((pick) => all[pick]!);
}

function pass(
  allocator: FrameAllocator,
  held: Int32Array,
  picks: Int32Array,
  batch: number,
  order: number,
): number {
  let failures = 0;
  for (let from = 0; from + batch <= picks.length; from += batch) {
    const to = from + batch;
    for (let at = from; at < to; at++) failures += allocator.free(held[picks[at]!]!, order);
    for (let at = from; at < to; at++) {
      const frame = allocator.alloc(order);
      if (frame < 0) failures++;
      held[picks[at]!] = frame;
    }
  }
  return failures;
}

function bulkPass(allocator: FrameAllocator, held: Int32Array, picks: Int32Array, batch: Int32Array): number {
  let failures = 0;
  for (let from = 0; from + batch.length <= picks.length; from += batch.length) {
    for (let at = 0; at < batch.length; at++) batch[at] = held[picks[from + at]!]!;
    failures += allocator.freeBatch(batch);
    if (allocator.allocBatch(batch) === 0) failures++;
    for (let at = 0; at < batch.length; at++) held[picks[from + at]!] = batch[at]!;
  }
  return failures;
}

/** Million operations a second, each allocation and each free one; for `fail` the nanoseconds of a failed search. */
export function measure(allocator: FrameAllocator, cell: Cell): number {
  const next = generator(0x9e37_79b9);
  if (cell.mode === 'fail') return failedSearch(allocator, cell);
  const held = prepare(allocator, cell, next);
  const batch = Math.max(1, Math.min(4096, held.length >>> 2));
  const passes = Math.max(1, Math.floor(65536 / held.length));
  const picks = new Int32Array(held.length * passes);
  for (let at = 0; at < passes; at++) picks.set(shuffled(held.length, next), at * held.length);
  // Batches stay inside one permutation, so no block comes twice in a batch.
  const usable = Math.floor(held.length / batch) * batch;
  const parts = Array.from({ length: passes }, (_, at) =>
    picks.subarray(at * held.length, at * held.length + usable),
  );
  const frames = new Int32Array(batch);
  let failures = 0;
  let best = 0;
  for (let round = 0, spent = 0; round < 6 || spent < cell.time; round++) {
    const start = performance.now();
    for (const part of parts) {
      failures +=
        cell.mode === 'bulk'
          ? bulkPass(allocator, held, part, frames)
          : pass(allocator, held, part, batch, cell.order);
    }
    const elapsed = performance.now() - start;
    spent += elapsed;
    best = Math.max(best, (2 * usable * passes) / elapsed / 1000);
  }
  if (failures !== 0) throw new Error(`${failures} operations failed`);
  return best;
}

/** All frames are used but every second one, so nothing above order 0 can be found. */
function failedSearch(allocator: FrameAllocator, { order, time }: Cell): number {
  const all = new Int32Array(allocator.count);
  for (let at = 0; at < all.length; at++) all[at] = allocator.alloc(0);
  for (const frame of all) if (frame % 2 === 1) allocator.free(frame, 0);
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0, spent = 0; round < 6 || spent < time; round++) {
    const searches = best < 100_000 ? 1000 : 10;
    const start = performance.now();
    for (let at = 0; at < searches; at++) {
      if (allocator.alloc(order) !== NO_FRAME) throw new Error('found a block in a checkerboard');
    }
    const elapsed = performance.now() - start;
    spent += elapsed;
    best = Math.min(best, (elapsed * 1e6) / searches);
  }
  return best;
}
