/** Workloads that break memory up, and what is left of it for huge frames. */
import { FREE_STATUS, type FrameAllocator, NO_FRAME } from '@armature/core';

export interface Fragmented {
  /** Share of free memory in free huge frames, 0 to 1. */
  readonly huge: number;
  /** Unusable free space index for order 9, 0 to 1. */
  readonly unusable: number;
}

function generator(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

/**
 * Half of memory in use as single frames; in each round a tenth of them, at random, is freed and allocated again.
 */
export function uniformChurn(allocator: FrameAllocator, rounds = 100, seed = 1): void {
  const next = generator(seed);
  const held: number[] = [];
  for (let frame = allocator.alloc(0); frame !== NO_FRAME; frame = allocator.alloc(0)) held.push(frame);
  const drop = (): void => {
    const at = next(held.length);
    if (allocator.free(held[at]!, 0) !== FREE_STATUS.ok) throw new Error('a free was refused');
    held[at] = held.at(-1)!;
    held.pop();
  };
  for (let left = held.length >>> 1; left > 0; left--) drop();
  const share = Math.floor(held.length / 10);
  for (let round = 0; round < rounds; round++) {
    for (let at = 0; at < share; at++) drop();
    for (let at = 0; at < share; at++) held.push(allocator.alloc(0));
  }
}

interface Process {
  readonly frames: number[];
  readonly orders: number[];
  left: number;
  used: number;
}

/**
 * Processes that come and go. Each grows to its size in bursts of page faults, several processes at a time, gives some
 * of its memory back on the way, and frees the rest when it ends. Sizes are log-uniform from 0.5 to 32 MiB; one
 * allocation in 16 is of order 1 to 3. A process ends, picked at random, when the target share is passed.
 *
 * @param utilisation share of memory in use, 0 to 1
 * @returns the unusable free space index for order 9, averaged over the second half of the trace
 */
export function processLifetimes(
  allocator: FrameAllocator,
  utilisation: number,
  unusable: () => number,
  bursts = 30_000,
  seed = 7,
): number {
  const next = generator(seed);
  const processes: Process[] = [];
  const target = Math.floor(allocator.count * utilisation);
  let used = 0;
  const release = (process: Process, at: number): void => {
    const order = process.orders[at]!;
    if (allocator.free(process.frames[at]!, order) !== FREE_STATUS.ok) throw new Error('a free was refused');
    used -= 1 << order;
    process.used -= 1 << order;
    process.frames[at] = process.frames.at(-1)!;
    process.orders[at] = process.orders.at(-1)!;
    process.frames.pop();
    process.orders.pop();
  };
  let sum = 0;
  let samples = 0;
  for (let burst = 0; burst < bursts; burst++) {
    let growing = processes.filter(({ left }) => left > 0);
    if (growing.length < 4) {
      const size = Math.floor(128 * 2 ** (next(6000) / 1000));
      processes.push({ frames: [], orders: [], left: size, used: 0 });
      growing = processes.filter(({ left }) => left > 0);
    }
    const process = growing[next(growing.length)]!;
    for (let faults = Math.min(process.left, 16 + next(240)); faults > 0; faults--) {
      const order = next(16) === 0 ? 1 + next(3) : 0;
      const frame = allocator.alloc(order);
      if (frame === NO_FRAME) break;
      process.frames.push(frame);
      process.orders.push(order);
      process.used += 1 << order;
      process.left--;
      used += 1 << order;
      if (next(8) === 0) release(process, next(process.frames.length));
    }
    while (used > target) {
      const at = next(processes.length);
      const ending = processes[at]!;
      while (ending.frames.length > 0) release(ending, ending.frames.length - 1);
      processes[at] = processes.at(-1)!;
      processes.pop();
    }
    if (burst > bursts / 2 && burst % 200 === 0) {
      sum += unusable();
      samples++;
    }
  }
  return sum / samples;
}
