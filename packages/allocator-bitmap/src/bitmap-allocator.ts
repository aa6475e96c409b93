/**
 * The first-fit bitmap allocator.
 *
 * Two bitmaps describe every frame, by its index from `base`:
 * - `busy`: the frame is used or reserved;
 * - `inside`: the frame is used and continues the run of the frame before it, so a used frame outside this map
 *   begins a run. That is what lets a free be checked against the size that was handed out. It takes memory from the
 *   first run of several frames on.
 * Reserved frames are busy, and a list tells them from used ones. Bits past the last frame are busy, so a scan never
 * leaves the region. No frame below `search` is free.
 */
import {
  brokenInvariants,
  checkFrameRange,
  checkFrameSnapshot,
  FRAME_STATE,
  FREE_STATUS,
  type FrameAllocator,
  type FrameAllocatorSnapshot,
  type FrameRange,
  type FrameReservation,
  FrameReservations,
  type FrameState,
  type FrameStatistics,
  type FreeStatus,
  isFrameOrder,
  isFrameSpan,
  isRunRequest,
  NO_FRAME,
  type RunConstraints,
} from '@armature/core';
import {
  clearBit,
  clearRange,
  lastSet,
  nextClear,
  nextSet,
  popcount,
  setBit,
  setRange,
  testBit,
  wordsFor,
} from './bits.ts';
import { formatLayout, type LayoutOptions } from './layout.ts';
import { type BitmapState, readSnapshot, SNAPSHOT_TYPE, SNAPSHOT_VERSION } from './snapshot.ts';

const NO_CONSTRAINTS: RunConstraints = {};
const NO_RUNS = new Int32Array(0);

/**
 * Hands out page frames from the lowest address on.
 *
 * Every operation takes effect whole or not at all, and the same calls always give the same frames.
 *
 * @example
 * const allocator = new BitmapAllocator({ base: 0x4_0000, count: 4096 });
 * const frame = allocator.alloc(0);
 * allocator.free(frame, 0);
 */
export class BitmapAllocator implements FrameAllocator {
  readonly name = 'bitmap';
  readonly base: number;
  readonly count: number;
  #busy: Int32Array;
  #inside: Int32Array = NO_RUNS;
  #reserved = new FrameReservations();
  #search = 0;
  #free: number;
  #allocations = 0;
  #frees = 0;
  #failures = 0;

  /**
   * @param range first frame (physical address divided by 4096) and number of frames to manage
   * @throws ArmatureError `CONFIG_INVALID` when the range is empty or passes frame 2^31
   */
  constructor(range: FrameRange) {
    checkFrameRange(range);
    const { base, count } = range;
    this.base = base;
    this.count = count;
    this.#free = count;
    this.#busy = new Int32Array(wordsFor(count));
    setRange(this.#busy, count, this.#busy.length * 32);
  }

  alloc(order: number): number {
    if (order === 0) return this.#take(this.#findFree(), 1);
    if (!isFrameOrder(order)) return this.#take(NO_FRAME, 0);
    const frames = 2 ** order;
    return this.#take(this.#find(frames, frames, 0, this.count, 0), frames);
  }

  allocRun(count: number, constraints: RunConstraints = NO_CONSTRAINTS): number {
    const { align = 1, low = this.base, high = this.base + this.count, boundary = 0 } = constraints;
    if (!isRunRequest(count, this.count, align, low, high, boundary)) return this.#take(NO_FRAME, 0);
    const from = Math.min(Math.max(low - this.base, 0), this.count);
    const to = Math.min(high - this.base, this.count);
    return this.#take(this.#find(count, align, from, to, boundary), count);
  }

  allocAt(frame: number, count: number): boolean {
    const index = frame - this.base;
    const fits = this.#manages(index, count) && nextSet(this.#busy, index, index + count) === index + count;
    return this.#take(fits ? index : NO_FRAME, count) !== NO_FRAME;
  }

  allocBatch(out: Int32Array): number {
    if (out.length > this.#free) {
      this.#failures++;
      return 0;
    }
    for (let slot = 0; slot < out.length; slot++) out[slot] = this.#take(this.#findFree(), 1);
    return out.length;
  }

  free(frame: number, order: number): FreeStatus {
    if (!isFrameOrder(order)) return FREE_STATUS.outOfRange;
    const frames = 2 ** order;
    if (this.#manages(frame - this.base, frames) && frame % frames !== 0) return FREE_STATUS.misaligned;
    return this.freeRun(frame, frames);
  }

  freeRun(frame: number, count: number): FreeStatus {
    const index = frame - this.base;
    const status = this.#checkFree(index, count);
    if (status === FREE_STATUS.ok) this.#release(index, count);
    return status;
  }

  freeBatch(frames: Int32Array): FreeStatus {
    for (let slot = 0; slot < frames.length; slot++) {
      const index = frames[slot]! - this.base;
      const status = this.#checkFree(index, 1);
      if (status !== FREE_STATUS.ok) {
        for (let undo = 0; undo < slot; undo++) this.#unrelease(frames[undo]! - this.base);
        return status;
      }
      // Freed at once, so that a frame that comes twice is found the second time.
      this.#release(index, 1);
    }
    return FREE_STATUS.ok;
  }

  reserve(frame: number, count: number, tag: string): boolean {
    const index = frame - this.base;
    if (!this.#manages(index, count) || nextSet(this.#busy, index, index + count) !== index + count)
      return false;
    setRange(this.#busy, index, index + count);
    this.#reserved.add({ frame, count, tag });
    this.#free -= count;
    return true;
  }

  /** In the order in which they were made. */
  reservations(): readonly FrameReservation[] {
    return [...this.#reserved.list];
  }

  state(frame: number): FrameState {
    const index = frame - this.base;
    if (!this.#manages(index, 1) || this.#reserved.has(frame)) return FRAME_STATE.reserved;
    return testBit(this.#busy, index) ? FRAME_STATE.used : FRAME_STATE.free;
  }

  /** Does nothing: there are no caches. */
  drain(): void {}

  stats(): FrameStatistics {
    return {
      total: this.count,
      free: this.#free,
      used: this.count - this.#free - this.#reserved.frames,
      reserved: this.#reserved.frames,
      allocations: this.#allocations,
      frees: this.#frees,
      failures: this.#failures,
    };
  }

  reset(): void {
    this.#busy.fill(0);
    setRange(this.#busy, this.count, this.#busy.length * 32);
    for (const { frame, count } of this.#reserved.list) {
      setRange(this.#busy, frame - this.base, frame - this.base + count);
    }
    this.#inside = NO_RUNS;
    this.#search = 0;
    this.#free = this.count - this.#reserved.frames;
    this.#allocations = 0;
    this.#frees = 0;
    this.#failures = 0;
  }

  /** A plain object that survives JSON. */
  snapshot(): FrameAllocatorSnapshot {
    const data: BitmapState = {
      busy: [...this.#busy],
      inside: [...this.#runs()],
      reservations: [...this.#reserved.list],
      allocations: this.#allocations,
      frees: this.#frees,
      failures: this.#failures,
    };
    return { type: SNAPSHOT_TYPE, version: SNAPSHOT_VERSION, base: this.base, count: this.count, data };
  }

  restore(snapshot: FrameAllocatorSnapshot): void {
    const data = readSnapshot(snapshot, this);
    // Tried on another allocator, so that a bad snapshot changes nothing here.
    const restored = new BitmapAllocator(this);
    const reservationsFit = data.reservations.every(({ frame, count, tag }) =>
      restored.reserve(frame, count, tag),
    );
    restored.#busy.set(data.busy);
    if (data.inside.some((word) => word !== 0)) restored.#runs().set(data.inside);
    const free = countClear(restored.#busy);
    const broken = reservationsFit ? restored.#brokenInvariants(free) : ['reservations'];
    checkFrameSnapshot(broken);
    this.#busy = restored.#busy;
    this.#inside = restored.#inside;
    this.#reserved = restored.#reserved;
    this.#search = 0;
    this.#free = free;
    this.#allocations = data.allocations;
    this.#frees = data.frees;
    this.#failures = data.failures;
  }

  validate(): readonly string[] {
    return this.#brokenInvariants(this.#free);
  }

  /** The regions of the managed memory as text: addresses, sizes, states and the tags of reservations. */
  layout(options?: LayoutOptions): string {
    return formatLayout(this, options);
  }

  #brokenInvariants(free: number): string[] {
    const end = this.#busy.length * 32;
    return brokenInvariants({
      'tail-is-busy': nextClear(this.#busy, this.count, end) === end,
      'free-count': countClear(this.#busy) === free,
      'reserved-is-busy': this.#reserved.list.every(
        ({ frame, count }) =>
          nextClear(this.#busy, frame - this.base, frame - this.base + count) === frame - this.base + count,
      ),
      runs: this.#runsAreWhole(),
      search: nextClear(this.#busy, 0, this.#search) === this.#search,
    });
  }

  /** Whether each frame inside a run is used and follows a used frame. */
  #runsAreWhole(): boolean {
    let before = 0;
    for (let at = 0; at < this.#inside.length; at++) {
      const busy = this.#busy[at]!;
      if ((this.#inside[at]! & ~(busy & ((busy << 1) | before))) !== 0) return false;
      before = busy >>> 31;
    }
    const end = Math.min(this.count, this.#inside.length * 32);
    return this.#reserved.list.every(({ frame, count }) => {
      const from = frame - this.base;
      const to = Math.min(from + count + 1, end);
      return nextSet(this.#inside, from, to) === to;
    });
  }

  /** The map of what is inside runs, made when it is needed. */
  #runs(): Int32Array {
    if (this.#inside === NO_RUNS) this.#inside = new Int32Array(this.#busy.length);
    return this.#inside;
  }

  #manages(index: number, count: number): boolean {
    return isFrameSpan(index, count, this.count);
  }

  #findFree(): number {
    const index = nextClear(this.#busy, this.#search, this.count);
    this.#search = index;
    return index < this.count ? index : NO_FRAME;
  }

  /**
   * The lowest index from `from` on where `count` frames are free, end at or below `to`, begin at a multiple of
   * `align` frames and do not cross a multiple of `boundary` frames (0: no boundary).
   */
  #find(count: number, align: number, from: number, to: number, boundary: number): number {
    let index = Math.max(from, this.#search);
    for (;;) {
      index = nextClear(this.#busy, index, to);
      index += -(this.base + index) & (align - 1);
      if (index + count > to) return NO_FRAME;
      if (boundary !== 0) {
        const left = boundary - ((this.base + index) & (boundary - 1));
        if (left < count) {
          index += left;
          continue;
        }
      }
      // The last busy frame of the window rules out every start at or before it.
      const obstacle = lastSet(this.#busy, index, index + count);
      if (obstacle < 0) return index;
      index = obstacle + 1;
    }
  }

  /** Marks a found run as used and returns its first frame; counts a failure when nothing was found. */
  #take(index: number, count: number): number {
    if (index < 0) {
      this.#failures++;
      return NO_FRAME;
    }
    if (count === 1) {
      setBit(this.#busy, index);
    } else {
      setRange(this.#busy, index, index + count);
      setRange(this.#runs(), index + 1, index + count);
    }
    this.#free -= count;
    this.#allocations++;
    return this.base + index;
  }

  /** Whether exactly this run was handed out. */
  #checkFree(index: number, count: number): FreeStatus {
    if (!this.#manages(index, count)) return FREE_STATUS.outOfRange;
    if (!testBit(this.#busy, index)) return FREE_STATUS.doubleFree;
    if (this.#reserved.has(this.base + index)) return FREE_STATUS.reserved;
    if (this.#inside === NO_RUNS) return count === 1 ? FREE_STATUS.ok : FREE_STATUS.wrongSize;
    if (testBit(this.#inside, index)) return FREE_STATUS.notAllocated;
    const end = index + count;
    const shorter = nextClear(this.#inside, index + 1, end) < end;
    const longer = end < this.count && testBit(this.#inside, end);
    return shorter || longer ? FREE_STATUS.wrongSize : FREE_STATUS.ok;
  }

  #release(index: number, count: number): void {
    if (count === 1) {
      clearBit(this.#busy, index);
    } else {
      clearRange(this.#busy, index, index + count);
      clearRange(this.#inside, index + 1, index + count);
    }
    if (index < this.#search) this.#search = index;
    this.#free += count;
    this.#frees++;
  }

  /** Takes back the release of a single frame. */
  #unrelease(index: number): void {
    setBit(this.#busy, index);
    this.#free--;
    this.#frees--;
  }
}

function countClear(words: Int32Array): number {
  return words.reduce((total, word) => total + 32 - popcount(word), 0);
}
