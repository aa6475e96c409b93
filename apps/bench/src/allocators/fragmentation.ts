/** Workloads that break memory up, and what is left of it: measured by the states of frames, not by the allocator. */
import { type Fragmentation, measureFragmentation } from '@armature/allocator';
import { FRAME_STATE, FREE_STATUS, NO_FRAME } from '@armature/core';
import { peakOf, readTrace, replay } from './guest-trace.ts';
import { type LifetimesResult, runLifetimes } from './lifetimes.ts';
import { FIRST_FRAME, type MeasuredAllocator } from './measured-allocator.ts';
import { type Random, randomOf } from './random.ts';
import { SAMPLING, sampleRates } from './sampling.ts';
import type { Create } from './subjects.ts';
import { recordedTrace } from './trace-file.ts';

/** How memory was at one time. */
export interface Look {
  /** Share of the workload that was done, 0 to 1. */
  readonly at: number;
  /** Unusable free space index of the orders {@link ORDERS}, 0 to 1. */
  readonly unusable: readonly number[];
  /** Share of free memory in free huge frames, 0 to 1. */
  readonly huge: number;
  readonly freeHugeFrames: number;
  /** Frames of the longest free run. */
  readonly largestRun: number;
}

/** Orders of which the unusable free space index is kept. */
export const ORDERS = [1, 3, 6, 9] as const;

export interface FragmentationResult {
  readonly looks: readonly Look[];
  /** Means of the second half of the workload. */
  readonly mean: Omit<Look, 'at'>;
  /** Frames in use of each huge frame at the end, in eighths rounded up: `0` free, `8` full. */
  readonly map: string;
  readonly lifetimes?: LifetimesResult;
  /** Of the guest's trace: events, frames that are managed, and million events a second. */
  readonly guest?: { readonly events: number; readonly frames: number; readonly rate: number };
}

const HUGE_FRAMES = 512;
const LOOKS = 100;

export function lookAt(allocator: MeasuredAllocator, at: number): Look {
  const found: Fragmentation = measureFragmentation(allocator);
  const { freeFrames, freeHugeFrames, largestFreeRun, unusableFreeSpace } = found;
  return {
    at,
    unusable: ORDERS.map((order) => unusableFreeSpace[order]!),
    huge: freeFrames === 0 ? 0 : (freeHugeFrames * HUGE_FRAMES) / freeFrames,
    freeHugeFrames,
    largestRun: largestFreeRun,
  };
}

/** Means of the looks in the second half. */
export function meanOf(looks: readonly Look[]): Omit<Look, 'at'> {
  const late = looks.filter(({ at }) => at > 0.5);
  const mean = (value: (look: Look) => number): number =>
    late.reduce((sum, look) => sum + value(look), 0) / late.length;
  return {
    unusable: ORDERS.map((_, index) => mean(({ unusable }) => unusable[index]!)),
    huge: mean(({ huge }) => huge),
    freeHugeFrames: mean(({ freeHugeFrames }) => freeHugeFrames),
    largestRun: mean(({ largestRun }) => largestRun),
  };
}

/** How full each huge frame is: see {@link FragmentationResult.map}. */
export function frameMap(allocator: Pick<MeasuredAllocator, 'base' | 'count' | 'state'>): string {
  let map = '';
  const end = allocator.base + allocator.count;
  for (let start = allocator.base; start < end; start += HUGE_FRAMES) {
    let used = 0;
    for (let frame = start; frame < Math.min(end, start + HUGE_FRAMES); frame++) {
      if (allocator.state(frame) !== FRAME_STATE.free) used++;
    }
    map += Math.ceil((8 * used) / HUGE_FRAMES);
  }
  return map;
}

/** Rounds of {@link measureUniform}. */
export const UNIFORM_ROUNDS = 100;

/**
 * A share of memory in use as single frames, at random; in each round a tenth of them, at random, is freed and
 * allocated again.
 */
export function measureUniform(create: Create, frames: number, occupancy: number): FragmentationResult {
  const allocator = create({ base: FIRST_FRAME, count: frames });
  const random = randomOf(1);
  const held: number[] = [];
  for (let frame = allocator.alloc(0); frame !== NO_FRAME; frame = allocator.alloc(0)) held.push(frame);
  for (let left = Math.floor(held.length * (1 - occupancy)); left > 0; left--) drop(allocator, held, random);
  const share = Math.floor(held.length / 10);
  const looks = [lookAt(allocator, 0)];
  for (let round = 1; round <= UNIFORM_ROUNDS; round++) {
    for (let at = 0; at < share; at++) drop(allocator, held, random);
    for (let at = 0; at < share; at++) held.push(allocator.alloc(0));
    looks.push(lookAt(allocator, round / UNIFORM_ROUNDS));
  }
  return { looks, mean: meanOf(looks), map: frameMap(allocator) };
}

function drop(allocator: MeasuredAllocator, held: number[], random: Random): void {
  const at = random(held.length);
  if (allocator.free(held[at]!, 0) !== FREE_STATUS.ok) throw new Error('a free was refused');
  held[at] = held.at(-1)!;
  held.pop();
}

/** Turns of {@link measureLifetimes}. */
export const LIFETIME_TURNS = 8000;

/** The trace of `lifetimes.ts`. */
export function measureLifetimes(create: Create, frames: number, utilisation: number): FragmentationResult {
  const allocator = create({ base: FIRST_FRAME, count: frames });
  const looks: Look[] = [];
  const every = LIFETIME_TURNS / LOOKS;
  const lifetimes = runLifetimes(allocator, utilisation, LIFETIME_TURNS, (turn) => {
    if ((turn + 1) % every === 0) looks.push(lookAt(allocator, (turn + 1) / LIFETIME_TURNS));
  });
  return { looks, mean: meanOf(looks), map: frameMap(allocator), lifetimes };
}

/** The recorded trace, in as much memory as makes its most a share of it. */
export function replayGuest(create: Create, utilisation: number): FragmentationResult {
  const trace = readTrace(recordedTrace());
  const frames = Math.ceil(peakOf(trace) / utilisation / 32) * 32;
  const make = (): MeasuredAllocator => create({ base: FIRST_FRAME, count: frames });
  const [rate] = sampleRates(
    () => {
      replay(trace, make());
      return trace.events;
    },
    { ...SAMPLING, samples: 1 },
  );
  const looks: Look[] = [];
  const allocator = make();
  const every = Math.ceil(trace.events / LOOKS);
  // At the end nothing is in use: the picture is of the time when most was.
  let [most, map] = [-1, ''];
  replay(trace, allocator, every, (done, used) => {
    looks.push(lookAt(allocator, done / trace.events));
    if (used > most) [most, map] = [used, frameMap(allocator)];
  });
  return {
    looks,
    mean: meanOf(looks),
    map,
    guest: { events: trace.events, frames, rate: rate! / 1000 },
  };
}
