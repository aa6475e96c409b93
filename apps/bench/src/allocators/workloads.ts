/**
 * What an allocator is measured with; `programs/allocators/harness.h` does the same in C, all but `dma`.
 *
 * - churn: memory is filled with blocks of one order, then a random share of them is freed. Then batches: random held
 *   blocks are freed, and as many allocated. Freeing and allocating in pairs would only measure the last frame's way
 *   back. All held blocks are replaced once before the clock starts, because that changes where free memory is.
 * - bulk: the same with `freeBatch` and `allocBatch`.
 * - repeat: one block is allocated and freed, again and again.
 * - fail: every second frame is in use, and a block is looked for that cannot be there.
 * - dma: buffers as drivers want them, in memory half of which is in use as blocks of 32 frames.
 *
 * Picks are random numbers computed before the clock starts.
 */
import { FREE_STATUS, NO_FRAME, type RunConstraints } from '@armature/core';
import type { MeasuredAllocator } from './measured-allocator.ts';
import { type Random, randomOf, shuffled } from './random.ts';
import { clock, type SamplingTimes, sampleRates } from './sampling.ts';

export const WORKLOADS = ['churn', 'bulk', 'repeat', 'fail', 'dma'] as const;
export type Workload = (typeof WORKLOADS)[number];

export interface Cell {
  readonly workload: Workload;
  readonly frames: number;
  /** Of the blocks; 0 where the workload has none. */
  readonly order: number;
  /** Share of the blocks that stay in use, 0 to 1. */
  readonly occupancy: number;
}

export interface CellSamples {
  /** Million operations a second, each allocation and each free one; for `fail` the nanoseconds of a search. */
  readonly samples: readonly number[];
  /** Share of the allocations that found nothing; only `dma` may have any. */
  readonly failed: number;
}

/** Picks between two looks at the clock, at least; the most in a batch, and the most computed. */
const [PORTION, MOST_BATCH, MOST_PICKS] = [4096, 4096, 65_536];
/** The same for an allocator that takes long. */
const SLOW_PORTION = 256;

/** Runs a portion and returns the number of operations. */
interface Work {
  portion(): number;
  /** Operations that failed; searches that found something, for `fail`. */
  failures: number;
  /** Allocations tried. */
  allocations: number;
  /** Portions in which as many blocks are replaced as are held. */
  readonly round: number;
}

/**
 * Measures a cell.
 *
 * @throws Error when an operation fails that must not
 */
export function measureCell(allocator: MeasuredAllocator, cell: Cell, times: SamplingTimes): CellSamples {
  const work = prepareWork(allocator, cell);
  const settled = cell.workload === 'repeat' || cell.workload === 'fail' || allocator.fill !== undefined;
  if (!settled) settle(work, times.settling);
  work.failures = 0;
  work.allocations = 0;
  const rates = sampleRates(() => work.portion(), times);
  if (work.failures > 0 && cell.workload !== 'dma') throw new Error(`${work.failures} operations failed`);
  const fails = cell.workload === 'fail';
  return {
    samples: rates.map((rate) => (fails ? 1e6 / rate : rate / 1000)),
    failed: fails ? 1 : work.failures / Math.max(1, work.allocations),
  };
}

/** Longest time to settle, in milliseconds: only what is slow, and has nothing in C beside it, takes so long. */
const LONGEST_SETTLING = 1000;

/** Replaces every held block once, and goes on to so many operations. */
export function settle(work: Work, least: number): void {
  const from = clock();
  let operations = 0;
  for (let at = 0; at < work.round; at++) operations += work.portion();
  while (operations < least && clock() - from < LONGEST_SETTLING) operations += work.portion();
}

function prepareWork(allocator: MeasuredAllocator, cell: Cell): Work {
  const random = randomOf();
  if (cell.workload === 'fail') return failWork(allocator, cell.order);
  if (cell.workload === 'dma') return dmaWork(allocator, random);
  const held = occupy(allocator, cell.order, cell.occupancy, random);
  const portion = allocator.fill === undefined ? PORTION : SLOW_PORTION;
  if (cell.workload === 'repeat') return repeatWork(allocator, cell.order, portion);
  const picks = picksOf(held.length, random, portion);
  if (cell.workload === 'bulk') return bulkWork(allocator, held, picks);
  return churnWork(allocator, held, picks, cell.order);
}

/**
 * Fills memory with blocks and frees all but the occupied share.
 *
 * @returns the held blocks in random order
 */
export function occupy(
  allocator: MeasuredAllocator,
  order: number,
  occupancy: number,
  random: Random,
): Int32Array {
  const blocks = Math.floor(allocator.count / 2 ** order);
  const held = Math.max(1, Math.floor(blocks * occupancy));
  const picks = shuffled(blocks, random);
  if (allocator.fill !== undefined) {
    // Where first fit has everything, after a while.
    allocator.fill(held, order);
    return shuffled(held, random).map((pick) => allocator.base + (pick << order));
  }
  const all = new Int32Array(blocks);
  for (let block = 0; block < blocks; block++) all[block] = allocator.alloc(order);
  for (let at = held; at < blocks; at++) allocator.free(all[picks[at]!]!, order);
  return picks.subarray(0, held).map((pick) => all[pick]!);
}

/** Which of the held blocks are freed, in batches: inside a batch each comes once. */
export interface Picks {
  readonly picks: Int32Array;
  readonly batch: number;
  /** Picks between two looks at the clock: whole batches. */
  readonly portion: number;
}

export function picksOf(held: number, random: Random, most = PORTION): Picks {
  const batch = Math.max(1, Math.min(MOST_BATCH, most, held >>> 2));
  const passes = Math.max(1, Math.floor(MOST_PICKS / held));
  const usable = Math.floor(held / batch) * batch;
  const picks = new Int32Array(usable * passes);
  for (let pass = 0; pass < passes; pass++) {
    picks.set(shuffled(held, random).subarray(0, usable), pass * usable);
  }
  return { picks, batch, portion: Math.min(picks.length, Math.ceil(most / batch) * batch) };
}

export function churnWork(
  allocator: MeasuredAllocator,
  held: Int32Array,
  { picks, batch, portion }: Picks,
  order: number,
): Work {
  let from = 0;
  const work: Work = {
    failures: 0,
    allocations: 0,
    round: Math.ceil(held.length / portion),
    portion() {
      if (from + portion > picks.length) from = 0;
      let failures = 0;
      for (const end = from + portion; from < end; from += batch) {
        const to = from + batch;
        for (let at = from; at < to; at++) failures += allocator.free(held[picks[at]!]!, order);
        for (let at = from; at < to; at++) {
          const frame = allocator.alloc(order);
          if (frame === NO_FRAME) failures++;
          held[picks[at]!] = frame;
        }
      }
      work.failures += failures;
      work.allocations += portion;
      return 2 * portion;
    },
  };
  return work;
}

function bulkWork(
  allocator: MeasuredAllocator,
  held: Int32Array,
  { picks, batch: length, portion }: Picks,
): Work {
  const batch = new Int32Array(length);
  let from = 0;
  const work: Work = {
    failures: 0,
    allocations: 0,
    round: Math.ceil(held.length / portion),
    portion() {
      if (from + portion > picks.length) from = 0;
      for (const end = from + portion; from < end; from += length) {
        for (let at = 0; at < length; at++) batch[at] = held[picks[from + at]!]!;
        work.failures += allocator.freeBatch(batch);
        if (allocator.allocBatch(batch) === 0) work.failures++;
        for (let at = 0; at < length; at++) held[picks[from + at]!] = batch[at]!;
      }
      work.allocations += portion;
      return 2 * portion;
    },
  };
  return work;
}

function repeatWork(allocator: MeasuredAllocator, order: number, pairs: number): Work {
  const work: Work = {
    failures: 0,
    allocations: 0,
    round: 0,
    portion() {
      let failures = 0;
      for (let at = 0; at < pairs; at++) failures += allocator.free(allocator.alloc(order), order);
      work.failures += failures;
      work.allocations += pairs;
      return 2 * pairs;
    },
  };
  return work;
}

function failWork(allocator: MeasuredAllocator, order: number): Work {
  if (allocator.fill === undefined) while (allocator.alloc(0) !== NO_FRAME);
  else allocator.fill(allocator.count, 0);
  for (let frame = allocator.base + 1; frame < allocator.base + allocator.count; frame += 2) {
    allocator.free(frame, 0);
  }
  let searches = 1;
  const work: Work = {
    failures: 0,
    allocations: 0,
    round: 0,
    portion() {
      const from = performance.now();
      for (let at = 0; at < searches; at++) if (allocator.alloc(order) !== NO_FRAME) work.failures++;
      const operations = searches;
      if (performance.now() - from < 1) searches = Math.min(PORTION, 4 * searches);
      return operations;
    },
  };
  return work;
}

/** A buffer as a driver asks for it. */
interface BufferKind {
  readonly count: number;
  readonly constraints: RunConstraints;
}

/** Buffers in use, and in a portion, at most. */
const [MOST_BUFFERS, DMA_PORTION] = [1024, 512];
/** Order of the blocks beside the buffers. */
const BACKGROUND_ORDER = 5;

/** Frames, alignment, boundary that is not crossed, highest address as a share of memory; how many of 16 are such. */
function bufferKinds({ base, count }: MeasuredAllocator): BufferKind[] {
  const low = { high: base + (count >> 2) };
  return [
    ...Array<BufferKind>(5).fill({ count: 4, constraints: { align: 4, boundary: 16 } }),
    ...Array<BufferKind>(4).fill({ count: 3, constraints: {} }),
    ...Array<BufferKind>(3).fill({ count: 17, constraints: {} }),
    ...Array<BufferKind>(2).fill({ count: 8, constraints: low }),
    { count: 16, constraints: { align: 16, boundary: 1024 } },
    { count: 32, constraints: { align: 2, boundary: 64 } },
  ];
}

function dmaWork(allocator: MeasuredAllocator, random: Random): Work {
  occupy(allocator, BACKGROUND_ORDER, 0.5, random);
  const kinds = bufferKinds(allocator);
  const buffers = Math.min(MOST_BUFFERS, allocator.count >> 6);
  const kindOf = Uint8Array.from({ length: buffers }, () => random(kinds.length));
  const held = new Int32Array(buffers).fill(NO_FRAME);
  const { picks, batch, portion } = picksOf(buffers, random, DMA_PORTION);
  let from = 0;
  const work: Work = {
    failures: 0,
    allocations: 0,
    round: Math.ceil(held.length / portion),
    portion() {
      if (from + portion > picks.length) from = 0;
      let operations = portion;
      for (const end = from + portion; from < end; from += batch) {
        const to = from + batch;
        for (let at = from; at < to; at++) {
          const buffer = picks[at]!;
          if (held[buffer] === NO_FRAME) continue;
          operations++;
          if (allocator.freeRun(held[buffer]!, kinds[kindOf[buffer]!]!.count) !== FREE_STATUS.ok) {
            throw new Error('the free of a buffer was refused');
          }
        }
        for (let at = from; at < to; at++) {
          const { count, constraints } = kinds[kindOf[picks[at]!]!]!;
          const frame = allocator.allocRun(count, constraints);
          if (frame === NO_FRAME) work.failures++;
          held[picks[at]!] = frame;
        }
      }
      work.allocations += portion;
      return operations;
    },
  };
  return work;
}
