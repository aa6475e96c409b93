/** What a worker of `workers.test.ts` runs: random calls, with an array of owners that tells when a frame has two. */
import { parentPort, workerData } from 'node:worker_threads';
import { FREE_STATUS, NO_FRAME } from '@armature/core';
import { TreeAllocator } from '../src/tree-allocator.ts';

export interface HammerTask {
  readonly memory: WebAssembly.Memory;
  readonly worker: number;
  readonly workers: number;
  /** For each frame the number of the worker that holds it, from 1 on, or 0. */
  readonly owners: SharedArrayBuffer;
  /** Counts the workers that are ready. */
  readonly start: SharedArrayBuffer;
  readonly steps: number;
  readonly base: number;
}

export interface HammerReport {
  readonly faults: readonly string[];
  /** Frames and runs that the worker still holds. */
  readonly held: number;
  readonly runs: number;
  readonly left: readonly (readonly [frame: number, count: number])[];
}

function hammer({
  memory,
  worker,
  workers,
  owners: ownersBuffer,
  start,
  steps,
  base,
}: HammerTask): HammerReport {
  const allocator = TreeAllocator.attach(memory, { worker });
  const owners = new Int32Array(ownersBuffer);
  const faults: string[] = [];
  const runs: [number, number][] = [];
  let held = 0;
  let seed = 0x1234_5678 + worker * 0x9e37;
  const next = (bound: number): number => {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return (seed >>> 0) % bound;
  };
  const own = (frame: number, count: number, what: string): void => {
    for (let index = frame - base; index < frame - base + count; index++) {
      const before = Atomics.exchange(owners, index, worker + 1);
      if (before !== 0)
        faults.push(`${what} gave worker ${worker} frame ${base + index} of worker ${before - 1}`);
    }
    runs.push([frame, count]);
    held += count;
  };
  const disown = (at: number): [number, number] => {
    const run = runs[at]!;
    runs[at] = runs.at(-1)!;
    runs.pop();
    for (let index = run[0] - base; index < run[0] - base + run[1]; index++) Atomics.store(owners, index, 0);
    held -= run[1];
    return run;
  };
  const share = Math.floor(owners.length / workers);
  const words = new Int32Array(start);
  Atomics.add(words, 0, 1);
  while (Atomics.load(words, 0) < workers);
  for (let step = 0; step < steps && faults.length === 0; step++) {
    const full = held > share;
    const kind = next(16);
    if (runs.length > 0 && (full || kind < 7)) {
      const [frame, count] = disown(next(runs.length));
      const status = allocator.freeRun(frame, count);
      if (status !== FREE_STATUS.ok) faults.push(`freeRun(${frame}, ${count}): ${status}`);
    } else if (kind < 11) {
      const frame = allocator.alloc(0);
      if (frame !== NO_FRAME) own(frame, 1, 'alloc(0)');
    } else if (kind === 11) {
      const order = next(12);
      const frame = allocator.alloc(order);
      if (frame !== NO_FRAME) own(frame, 2 ** order, `alloc(${order})`);
    } else if (kind === 12) {
      const count = 1 + next(next(8) === 0 ? 1200 : 40);
      const frame = allocator.allocRun(count);
      if (frame !== NO_FRAME) own(frame, count, `allocRun(${count})`);
    } else if (kind === 13) {
      const [frame, count] = [base + next(owners.length), 1 + next(20)];
      if (allocator.allocAt(frame, count)) own(frame, count, `allocAt(${frame}, ${count})`);
    } else if (kind === 14) {
      const batch = new Int32Array(1 + next(50));
      if (allocator.allocBatch(batch) > 0) for (const frame of batch) own(frame, 1, 'allocBatch');
    } else {
      const singles: number[] = [];
      for (let at = runs.length - 1; at >= 0 && singles.length < 30; at--) {
        if (runs[at]![1] === 1) singles.push(disown(at)[0]);
      }
      const status = allocator.freeBatch(Int32Array.from(singles));
      if (status !== FREE_STATUS.ok) faults.push(`freeBatch(${singles}): ${status}`);
      if (next(50) === 0) allocator.drain();
    }
  }
  return { faults, held, runs: runs.length, left: runs };
}

parentPort!.postMessage(hammer(workerData as HammerTask));
