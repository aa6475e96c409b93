/**
 * The extent allocator: good fit over runs of any length, with two-level segregated lists (after TLSF: Masmano et al.,
 * "TLSF: a New Dynamic Memory Allocator for Real-Time Systems", ECRTS 2004) and boundary tags that join free
 * neighbours at once. `run-map.ts` says how runs are kept, `free-index.ts` how a free one is found.
 */
import {
  brokenInvariants,
  checkFrameRange,
  FRAME_STATE,
  FREE_STATUS,
  type FrameAllocator,
  type FrameAllocatorSnapshot,
  type FrameRange,
  type FrameReservation,
  type FrameState,
  type FrameStatistics,
  type FreeStatus,
  isFrameOrder,
  isFrameSpan,
  isRunRequest,
  NO_FRAME,
  type RunConstraints,
} from '@armature/core';
import { instantiate, type Operations } from './code/instance.ts';
import { FreeIndex } from './free-index.ts';
import { layoutOf, mark, RUN, type RunState, STATE, USED_SINGLE } from './layout.ts';
import { RunMap } from './run-map.ts';
import { type ExtentState, readSnapshot, SNAPSHOT_TYPE, SNAPSHOT_VERSION } from './snapshot.ts';

/** Most frames: a tag holds a length and two bits. */
const COUNT_LIMIT = 0x1000_0000;
/** Stands in a tag for a frame that a batch has named already. */
const NAMED = -1;
const NO_CONSTRAINTS: RunConstraints = {};

/**
 * Hands out runs of any length, from the shortest free run that is known to fit.
 *
 * Every operation takes effect whole or not at all, and the same calls always give the same frames.
 *
 * @example
 * const allocator = new ExtentAllocator({ base: 0x4_0000, count: 4096 });
 * const frame = allocator.allocRun(37);
 * allocator.freeRun(frame, 37);
 */
export class ExtentAllocator implements FrameAllocator {
  readonly name = 'extent';
  readonly base: number;
  readonly count: number;
  readonly #runs: RunMap;
  readonly #index: FreeIndex;
  readonly #state: Int32Array;
  readonly #operations: Operations;
  /** The operations that are called most, where the compiler finds them at once. */
  readonly #takeOne: () => number;
  readonly #giveOne: (frame: number) => number;
  readonly #takeBlock: (order: number, count: number) => number;
  readonly #giveBlock: (frame: number, order: number) => number;
  #reservations: FrameReservation[] = [];
  #free: number;
  #reserved = 0;
  #allocations = 0;
  #frees = 0;
  #failures = 0;

  /**
   * @param range first frame (physical address divided by 4096) and number of frames to manage
   * @throws ArmatureError `CONFIG_INVALID` when the range is empty, passes frame 2^31, or has more than 2^28 frames
   */
  constructor(range: FrameRange) {
    checkFrameRange(range, COUNT_LIMIT);
    const { base, count } = range;
    const layout = layoutOf(range);
    const { memory, operations } = instantiate(layout);
    this.base = base;
    this.count = count;
    this.#operations = operations;
    this.#takeOne = operations.takeOne;
    this.#giveOne = operations.giveOne;
    this.#takeBlock = operations.takeAligned;
    this.#giveBlock = operations.giveBlock;
    this.#state = new Int32Array(memory, 0, 2);
    this.#runs = new RunMap(layout, memory);
    this.#index = new FreeIndex(layout, memory);
    this.#free = count;
    this.#makeAllFree();
  }

  alloc(order: number): number {
    if (order === 0) return this.#taken(this.#takeOne(), 1);
    if ((order | 0) !== order) return this.#fail();
    const frames = 1 << order;
    return this.#taken(this.#takeBlock(order, frames), frames);
  }

  allocRun(count: number, constraints: RunConstraints = NO_CONSTRAINTS): number {
    if (constraints === NO_CONSTRAINTS && (count | 0) === count) {
      const frame = this.#operations.takeRun(count);
      if (frame >= 0) return this.#taken(frame, count);
    }
    const { align = 1, low = this.base, high = this.base + this.count, boundary = 0 } = constraints;
    if (!isRunRequest(count, this.count, align, low, high, boundary)) return this.#fail();
    const from = Math.max(low - this.base, 0);
    const to = Math.min(high - this.base, this.count);
    if (from > 0 || to < this.count) return this.#takeWithin(count, align, from, to, boundary);
    if (align > 1 || boundary !== 0) return this.#takeAligned(count, align, boundary);
    const frame = constraints === NO_CONSTRAINTS ? NO_FRAME : this.#operations.takeRun(count);
    if (frame >= 0) return this.#taken(frame, count);
    const start = this.#index.findInClass(count, (each) => this.#runs.lengthAt(each) >= count);
    return start < 0 ? this.#fail() : this.#take(start, start, count);
  }

  allocAt(frame: number, count: number): boolean {
    const index = frame - this.base;
    if (!this.#isFree(index, count)) return this.#fail() !== NO_FRAME;
    return this.#take(this.#runs.startOf(index), index, count) !== NO_FRAME;
  }

  allocBatch(out: Int32Array): number {
    if (out.length > this.#free) {
      this.#failures++;
      return 0;
    }
    const { takeSome } = this.#operations;
    for (let slot = 0; slot < out.length; ) {
      let frame = takeSome(out.length - slot);
      const end = slot + this.#state[STATE.given >>> 2]!;
      while (slot < end) out[slot++] = frame++;
    }
    this.#free -= out.length;
    this.#allocations += out.length;
    return out.length;
  }

  free(frame: number, order: number): FreeStatus {
    // WebAssembly would round what is no integer.
    if ((frame | 0) === frame) {
      if (order === 0) {
        if (this.#giveOne(frame) === 0) {
          this.#free++;
          this.#frees++;
          return 0;
        }
      } else if ((order | 0) === order && this.#giveBlock(frame, order) === 0) {
        this.#free += 1 << order;
        this.#frees++;
        return 0;
      }
    }
    if (!isFrameOrder(order)) return FREE_STATUS.outOfRange;
    const frames = 1 << order;
    if (!this.#manages(frame - this.base, frames)) return FREE_STATUS.outOfRange;
    return (frame & (frames - 1)) !== 0 ? FREE_STATUS.misaligned : this.#whyNot(frame - this.base);
  }

  freeRun(frame: number, count: number): FreeStatus {
    const isWhole = (frame | 0) === frame && (count | 0) === count;
    if (isWhole && this.#operations.giveRun(frame, count) === 0) {
      this.#free += count;
      this.#frees++;
      return 0;
    }
    const index = frame - this.base;
    return this.#manages(index, count) ? this.#whyNot(index) : FREE_STATUS.outOfRange;
  }

  freeBatch(frames: Int32Array): FreeStatus {
    const runs = this.#runs;
    let status: FreeStatus = FREE_STATUS.ok;
    let named = 0;
    for (; named < frames.length; named++) {
      const index = frames[named]! - this.base;
      const tag = index < 0 || index >= this.count ? 0 : runs.tagAt(index);
      if (tag !== USED_SINGLE) {
        if (index < 0 || index >= this.count) status = FREE_STATUS.outOfRange;
        else status = tag === NAMED ? FREE_STATUS.doubleFree : this.#whyNot(index);
        break;
      }
      runs.setTag(index, NAMED);
    }
    for (let slot = 0; slot < named; slot++) runs.setTag(frames[slot]! - this.base, USED_SINGLE);
    if (status !== FREE_STATUS.ok) return status;
    const { release } = this.#operations;
    for (let slot = 0; slot < named; slot++) release(frames[slot]! - this.base);
    this.#free += named;
    this.#frees += named;
    return FREE_STATUS.ok;
  }

  reserve(frame: number, count: number, tag: string): boolean {
    const index = frame - this.base;
    if (!this.#isFree(index, count)) return false;
    this.#operations.takeFrom(this.#runs.startOf(index), index, count, mark(RUN.reserved));
    this.#reservations.push({ frame, count, tag });
    this.#free -= count;
    this.#reserved += count;
    return true;
  }

  /** In the order in which they were made. */
  reservations(): readonly FrameReservation[] {
    return [...this.#reservations];
  }

  state(frame: number): FrameState {
    const index = frame - this.base;
    if (!this.#manages(index, 1)) return FRAME_STATE.reserved;
    const state = this.#runs.stateAt(this.#runs.startOf(index));
    if (state === RUN.free) return FRAME_STATE.free;
    return state === RUN.used ? FRAME_STATE.used : FRAME_STATE.reserved;
  }

  /** Does nothing: there are no caches. */
  drain(): void {}

  stats(): FrameStatistics {
    return {
      total: this.count,
      free: this.#free,
      used: this.count - this.#free - this.#reserved,
      reserved: this.#reserved,
      allocations: this.#allocations,
      frees: this.#frees,
      failures: this.#failures,
    };
  }

  reset(): void {
    const reservations = this.#reservations;
    this.#makeAllFree();
    this.#free = this.count;
    this.#reserved = 0;
    this.#reservations = [];
    this.#allocations = 0;
    this.#frees = 0;
    this.#failures = 0;
    for (const { frame, count, tag } of reservations) this.reserve(frame, count, tag);
  }

  /** A plain object that survives JSON. */
  snapshot(): FrameAllocatorSnapshot {
    const runs: number[] = [];
    for (let index = 0; index < this.count; index += this.#runs.lengthAt(index))
      runs.push((this.#runs.lengthAt(index) << 2) | this.#runs.stateAt(index));
    const data: ExtentState = {
      runs,
      freeRuns: this.#index.starts(),
      reservations: [...this.#reservations],
      allocations: this.#allocations,
      frees: this.#frees,
      failures: this.#failures,
    };
    return { type: SNAPSHOT_TYPE, version: SNAPSHOT_VERSION, base: this.base, count: this.count, data };
  }

  restore(snapshot: FrameAllocatorSnapshot): void {
    const data = readSnapshot(snapshot, this);
    this.#runs.clear();
    this.#index.clear();
    this.#free = 0;
    this.#reserved = 0;
    let index = 0;
    for (const tag of data.runs) {
      const length = tag >>> 2;
      const state = (tag & 3) as RunState;
      this.#runs.write(index, length, state);
      if (state === RUN.free) this.#free += length;
      if (state === RUN.reserved) this.#reserved += length;
      index += length;
    }
    // Each goes to the head of its list, so the last is put in first.
    for (const start of [...data.freeRuns].reverse()) {
      this.#operations.insert(start, this.#runs.lengthAt(start));
    }
    this.#reservations = data.reservations.map(({ frame, count, tag }) => ({ frame, count, tag }));
    this.#allocations = data.allocations;
    this.#frees = data.frees;
    this.#failures = data.failures;
  }

  validate(): readonly string[] {
    const counted = { free: 0, reserved: 0, freeRuns: 0 };
    const runsAreWhole = this.#runs.isConsistent();
    for (let index = 0; runsAreWhole && index < this.count; index += this.#runs.lengthAt(index)) {
      const state = this.#runs.stateAt(index);
      if (state === RUN.free) counted.freeRuns++;
      if (state === RUN.free) counted.free += this.#runs.lengthAt(index);
      if (state === RUN.reserved) counted.reserved += this.#runs.lengthAt(index);
    }
    const freeLength = (start: number): number =>
      this.#runs.stateAt(start) === RUN.free ? this.#runs.lengthAt(start) : 0;
    return brokenInvariants({
      runs: runsAreWhole,
      'free-count': counted.free === this.#free,
      'reserved-count': counted.reserved === this.#reserved,
      'free-lists': this.#index.isConsistent(freeLength) && this.#index.starts().length === counted.freeRuns,
      reservations: this.#reservations.every(
        ({ frame, count }) =>
          this.#runs.stateAt(frame - this.base) === RUN.reserved &&
          this.#runs.lengthAt(frame - this.base) === count,
      ),
    });
  }

  #manages(index: number, count: number): boolean {
    return isFrameSpan(index, count, this.count);
  }

  #isFree(index: number, count: number): boolean {
    if (!this.#manages(index, count)) return false;
    const start = this.#runs.startOf(index);
    return this.#runs.stateAt(start) === RUN.free && start + this.#runs.lengthAt(start) >= index + count;
  }

  #fail(): number {
    this.#failures++;
    return NO_FRAME;
  }

  #makeAllFree(): void {
    this.#runs.clear();
    this.#index.clear();
    this.#runs.write(0, this.count, RUN.free);
    this.#operations.insert(0, this.count);
  }

  /** Hands out frames of a free run. */
  #take(start: number, index: number, count: number): number {
    this.#operations.takeFrom(start, index, count, mark(RUN.used));
    return this.#taken(this.base + index, count);
  }

  /** Counts frames that were taken. `frame`: the first, or -1 when there were none. */
  #taken(frame: number, count: number): number {
    if (frame < 0) return this.#fail();
    this.#free -= count;
    this.#allocations++;
    return frame;
  }

  /** Why a free that names no used run is refused. */
  #whyNot(index: number): FreeStatus {
    const start = this.#runs.startOf(index);
    const state = this.#runs.stateAt(start);
    if (state === RUN.reserved) return FREE_STATUS.reserved;
    if (state === RUN.free) return FREE_STATUS.doubleFree;
    return start === index ? FREE_STATUS.wrongSize : FREE_STATUS.notAllocated;
  }

  /** A run at an alignment or within boundaries, anywhere. */
  #takeAligned(count: number, align: number, boundary: number): number {
    // A block of this order has the frames at its beginning, aligned and inside every boundary that can hold them.
    const order = Math.max(32 - Math.clz32(count - 1), 31 - Math.clz32(align));
    const frame = this.#takeBlock(order, count);
    if (frame >= 0) return this.#taken(frame, count);
    const fit = (start: number): number =>
      this.#firstFit(count, align, start, start + this.#runs.lengthAt(start), boundary);
    const start = this.#index.findFitting(count, (each) => fit(each) >= 0);
    return start < 0 ? this.#fail() : this.#take(start, fit(start), count);
  }

  /** A run between two indices: the free runs there are tried in order of their addresses. */
  #takeWithin(count: number, align: number, from: number, to: number, boundary: number): number {
    if (from + count > to) return this.#fail();
    for (let start = this.#runs.startOf(from); start < to; start += this.#runs.lengthAt(start)) {
      if (this.#runs.stateAt(start) !== RUN.free) continue;
      const end = Math.min(start + this.#runs.lengthAt(start), to);
      const index = this.#firstFit(count, align, Math.max(start, from), end, boundary);
      if (index >= 0) return this.#take(start, index, count);
    }
    return this.#fail();
  }

  /** The lowest index where the frames fit into `from` to `to`, or -1. */
  #firstFit(count: number, align: number, from: number, to: number, boundary: number): number {
    let index = from;
    for (;;) {
      index += -(this.base + index) & (align - 1);
      if (index + count > to) return -1;
      if (boundary === 0) return index;
      const left = boundary - ((this.base + index) & (boundary - 1));
      if (left >= count) return index;
      index += left;
    }
  }
}
