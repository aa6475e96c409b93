import {
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
  isRunRequest,
  NO_FRAME,
  type RunConstraints,
} from '@armature/core';
import { FreeMap } from './free-map.ts';
import { HUGE_FRAMES, HUGE_ORDER, ORIGIN_ALIGN, TAG_RESERVED } from './layout.ts';
import { RunMap } from './run-map.ts';
import { findRun, lastUsed } from './run-search.ts';
import { type HierarchicalState, readSnapshot, SNAPSHOT_TYPE, SNAPSHOT_VERSION } from './snapshot.ts';

const NO_CONSTRAINTS: RunConstraints = {};

/**
 * Hands out page frames so that small allocations gather in few huge frames (512 frames, 2 MiB) and large ones find
 * the others whole. Every operation takes effect whole or not at all, and the same calls always give the same frames.
 *
 * @example
 * const allocator = new HierarchicalAllocator({ base: 0x4_0000, count: 1 << 20 });
 * const frame = allocator.alloc(0);
 * allocator.free(frame, 0);
 */
export class HierarchicalAllocator implements FrameAllocator {
  readonly name = 'hierarchical';
  // Fields begin with a value of their type: then reading them needs no check.
  readonly base: number = 0;
  readonly count: number = 0;
  /** Absolute frame of index 0: the base rounded down, so that a set of huge frames is aligned in its words. */
  readonly #origin: number = 0;
  /** Indices of the managed frames. */
  readonly #first: number = 0;
  readonly #end: number = 0;
  #map: FreeMap;
  #runs: RunMap;
  /** The operations that are called most, where the compiler finds them at once. */
  #takeOne: () => number;
  #giveOne: (frame: number) => number;
  #takeBlock: (order: number) => number;
  #giveBlock: (frame: number, order: number) => number;
  #reserved = new FrameReservations();
  #allocations = 0;
  #frees = 0;
  /** Huge frames in use, each as a run of its own. */
  #hugeInUse = 0;
  /** Other runs of several frames. What is left of the runs in use is single frames. */
  #runsInUse = 0;
  #framesInRuns = 0;
  #failures = 0;

  /**
   * @param range first frame (physical address divided by 4096) and number of frames to manage
   * @throws ArmatureError `CONFIG_INVALID` when the range is empty or passes frame 2^31
   */
  constructor({ base, count }: FrameRange) {
    checkFrameRange({ base, count });
    this.base = base;
    this.count = count;
    this.#origin = base & -ORIGIN_ALIGN;
    this.#first = base - this.#origin;
    this.#end = this.#first + count;
    this.#map = new FreeMap(this.#origin, this.#first, this.#end);
    this.#runs = new RunMap(this.#map);
    const { take, free, takeBlock, freeBlock } = this.#map.operations;
    this.#takeOne = take;
    this.#giveOne = free;
    this.#takeBlock = takeBlock;
    this.#giveBlock = freeBlock;
  }

  /** Bytes of bitmaps, counts and sets now held for the managed frames. */
  get metadataBytes(): number {
    return this.#map.bytes;
  }

  alloc(order: number): number {
    if (order === 0) {
      const frame = this.#takeOne();
      if (frame < 0) return this.#fail();
      this.#allocations++;
      return frame;
    }
    if (order === 9) {
      const index = this.#map.takeHuge();
      if (index < 0) return this.#fail();
      this.#allocations++;
      this.#hugeInUse++;
      return this.#origin + index;
    }
    return this.#allocBlock(order);
  }

  free(frame: number, order: number): FreeStatus {
    // WebAssembly would round what is no integer.
    if ((frame | 0) !== frame) return FREE_STATUS.outOfRange;
    if (order === 0) {
      if (this.#giveOne(frame) !== 0) return this.#freeRun(frame - this.#origin, 1);
      this.#frees++;
      return 0;
    }
    if (order === 9) {
      const index = frame - this.#origin;
      if (!this.#map.freeHuge(index)) return this.#freeAligned(index, HUGE_FRAMES);
      this.#frees++;
      this.#hugeInUse--;
      return 0;
    }
    return this.#freeBlock(frame, order);
  }

  allocRun(count: number, constraints: RunConstraints = NO_CONSTRAINTS): number {
    const { align = 1, low = this.base, high = this.base + this.count, boundary = 0 } = constraints;
    if (!isRunRequest(count, this.count, align, low, high, boundary)) return this.#fail();
    const from = Math.min(Math.max(low - this.#origin, this.#first), this.#end);
    const to = Math.min(high - this.#origin, this.#end);
    // An aligned block that is large enough keeps small runs together and crosses no boundary.
    const order = orderOf(Math.max(count, align));
    const block = order === 0 ? -1 : this.#map.findBlock(order);
    if (block >= from && block + count <= to) return this.#take(block, count);
    return this.#take(findRun(this.#map, this.#origin, count, align, from, to, boundary), count);
  }

  allocAt(frame: number, count: number): boolean {
    const index = frame - this.#origin;
    return this.#take(this.#isFree(index, count) ? index : -1, count) !== NO_FRAME;
  }

  freeRun(frame: number, count: number): FreeStatus {
    return this.#freeRun(frame - this.#origin, count);
  }

  allocBatch(out: Int32Array): number {
    if (out.length > this.#free()) {
      this.#failures++;
      return 0;
    }
    this.#map.takeMany(out, this.#origin);
    this.#allocations += out.length;
    return out.length;
  }

  freeBatch(frames: Int32Array): FreeStatus {
    const map = this.#map;
    // The bits are set while the frames are checked, so that one that comes twice is free the second time.
    let slot = 0;
    for (;;) {
      slot = map.markMany(frames, slot, this.#origin);
      if (slot === frames.length) break;
      const index = frames[slot]! - this.#origin;
      const status = this.#checkRun(index, 1);
      if (status !== FREE_STATUS.ok || !map.markOne(index)) {
        for (let undo = 0; undo < slot; undo++) this.#map.unmarkOne(frames[undo]! - this.#origin);
        return status === FREE_STATUS.ok ? FREE_STATUS.doubleFree : status;
      }
      slot++;
    }
    map.countMany(frames, this.#origin);
    this.#frees += frames.length;
    return FREE_STATUS.ok;
  }

  reserve(frame: number, count: number, tag: string): boolean {
    const index = frame - this.#origin;
    if (!this.#isFree(index, count)) return false;
    this.#map.operations.takeFrames(index, count, 0);
    for (let huge = index >>> HUGE_ORDER; huge * HUGE_FRAMES < index + count; huge++) {
      this.#runs.flag(huge, TAG_RESERVED);
    }
    this.#reserved.add({ frame, count, tag });
    return true;
  }

  /** In the order in which they were made. */
  reservations(): readonly FrameReservation[] {
    return [...this.#reserved.list];
  }

  state(frame: number): FrameState {
    const index = frame - this.#origin;
    if (!this.#manages(index, 1)) return FRAME_STATE.reserved;
    if (this.#map.isFree(index)) return FRAME_STATE.free;
    return this.#isReserved(index) ? FRAME_STATE.reserved : FRAME_STATE.used;
  }

  /** Does nothing: there are no caches. */
  drain(): void {}

  stats(): FrameStatistics {
    const free = this.#free();
    return {
      total: this.count,
      free,
      used: this.count - free - this.#reserved.frames,
      reserved: this.#reserved.frames,
      allocations: this.#allocations,
      frees: this.#frees,
      failures: this.#failures,
    };
  }

  reset(): void {
    const { list } = this.#reserved;
    this.#map.reset();
    this.#runs = new RunMap(this.#map);
    this.#reserved = new FrameReservations();
    for (const { frame, count, tag } of list) this.reserve(frame, count, tag);
    this.#allocations = 0;
    this.#frees = 0;
    this.#hugeInUse = 0;
    this.#runsInUse = 0;
    this.#framesInRuns = 0;
    this.#failures = 0;
  }

  /** A plain object that survives JSON. */
  snapshot(): FrameAllocatorSnapshot {
    const words = this.#map.hugeFrames * (HUGE_FRAMES / 32);
    const data: HierarchicalState = {
      busy: Array.from({ length: words }, (_, at) => ~this.#map.word(at)),
      inside: Array.from({ length: words }, (_, at) => this.#runs.word(at)),
      reservations: this.reservations(),
      position: this.#map.position(),
      allocations: this.#allocations,
      frees: this.#frees,
      failures: this.#failures,
    };
    return { type: SNAPSHOT_TYPE, version: SNAPSHOT_VERSION, base: this.base, count: this.count, data };
  }

  restore(snapshot: FrameAllocatorSnapshot): void {
    const words = this.#map.hugeFrames * (HUGE_FRAMES / 32);
    const data = readSnapshot(snapshot, { base: this.base, count: this.count, words });
    // Tried on another allocator, so that a bad snapshot changes nothing here.
    const restored = new HierarchicalAllocator(this);
    const broken = restored.#load(data);
    checkFrameSnapshot(broken);
    this.#map = restored.#map;
    this.#runs = restored.#runs;
    this.#takeOne = restored.#takeOne;
    this.#giveOne = restored.#giveOne;
    this.#takeBlock = restored.#takeBlock;
    this.#giveBlock = restored.#giveBlock;
    this.#reserved = restored.#reserved;
    this.#allocations = data.allocations;
    this.#frees = data.frees;
    this.#hugeInUse = restored.#hugeInUse;
    this.#runsInUse = restored.#runsInUse;
    this.#framesInRuns = restored.#framesInRuns;
    this.#failures = data.failures;
  }

  validate(): readonly string[] {
    let runsAreWhole = true;
    let reservedIsBusy = true;
    let outsideIsBusy = true;
    for (let huge = 0; huge < this.#map.hugeFrames; huge++) {
      for (let index = huge * HUGE_FRAMES; index < (huge + 1) * HUGE_FRAMES; index++) {
        const free = this.#map.isFree(index);
        const managed = index >= this.#first && index < this.#end;
        if (!managed && free) outsideIsBusy = false;
        if (this.#isReserved(index) && free) reservedIsBusy = false;
        if (!this.#runs.has(index)) continue;
        const before = index - 1;
        const follows = index > this.#first && !this.#map.isFree(before) && !this.#isReserved(before);
        if (!managed || free || !follows || this.#isReserved(index)) runsAreWhole = false;
      }
    }
    const freeCount = this.#map.free === this.#free();
    const flags = this.#reserved.list.every(({ frame, count }) => {
      const index = frame - this.#origin;
      return (
        (this.#runs.tag(index >>> HUGE_ORDER) & TAG_RESERVED) !== 0 &&
        (this.#runs.tag((index + count - 1) >>> HUGE_ORDER) & TAG_RESERVED) !== 0
      );
    });
    return [
      ...this.#map.brokenInvariants(),
      ...this.#runs.brokenInvariants(),
      ...(runsAreWhole ? [] : ['runs']),
      ...(reservedIsBusy && flags ? [] : ['reservations']),
      ...(freeCount ? [] : ['free-count']),
      ...(outsideIsBusy ? [] : ['frames-outside']),
    ];
  }

  /** Fills a fresh allocator; the names of what the state breaks. */
  #load({ busy, inside, reservations, position, allocations, frees }: HierarchicalState): readonly string[] {
    for (const { frame, count, tag } of reservations) {
      if (!this.reserve(frame, count, tag)) return ['reservations'];
    }
    const isSet = (words: readonly number[], index: number): boolean =>
      ((words[index >>> 5]! >>> (index & 31)) & 1) !== 0;
    for (let index = 0; index < busy.length * 32; ) {
      const used = isSet(busy, index) && this.#manages(index, 1) && !this.#isReserved(index);
      let end = index + 1;
      if (used) {
        while (end < this.#end && isSet(inside, end)) end++;
        if (!this.#isFree(index, end - index)) return ['runs'];
        this.#take(index, end - index);
      }
      index = end;
    }
    if (busy.some((word, at) => word !== ~this.#map.word(at))) return ['busy'];
    if (inside.some((word, at) => word !== this.#runs.word(at))) return ['runs'];
    if (allocations - frees !== this.#allocations) return ['counters'];
    if (!this.#map.setPosition(position)) return ['position'];
    return this.validate();
  }

  #manages(index: number, count: number): boolean {
    return (
      Number.isInteger(index) &&
      Number.isInteger(count) &&
      index >= this.#first &&
      count > 0 &&
      index + count <= this.#end
    );
  }

  #isReserved(index: number): boolean {
    return (
      (this.#runs.tag(index >>> HUGE_ORDER) & TAG_RESERVED) !== 0 && this.#reserved.has(this.#origin + index)
    );
  }

  #isFree(index: number, count: number): boolean {
    return this.#manages(index, count) && lastUsed(this.#map, index, index + count) < 0;
  }

  #fail(): number {
    this.#failures++;
    return NO_FRAME;
  }

  /** Marks a found run as used and returns its first frame; counts a failure when nothing was found. */
  #take(index: number, count: number): number {
    if (index < 0) return this.#fail();
    this.#map.operations.takeFrames(index, count, 1);
    this.#allocations++;
    this.#countRun(index, count, 1);
    return this.#origin + index;
  }

  #allocBlock(order: number): number {
    if (!isFrameOrder(order)) return this.#fail();
    const count = 1 << order;
    if (order > HUGE_ORDER) return this.#take(this.#map.findBlock(order), count);
    const frame = this.#takeBlock(order);
    if (frame < 0) return this.#fail();
    this.#allocations++;
    this.#runsInUse++;
    this.#framesInRuns += count;
    return frame;
  }

  #freeBlock(frame: number, order: number): FreeStatus {
    if (!isFrameOrder(order)) return FREE_STATUS.outOfRange;
    const count = 1 << order;
    if (order > HUGE_ORDER || this.#giveBlock(frame, order) !== 0) {
      return this.#freeAligned(frame - this.#origin, count);
    }
    this.#frees++;
    this.#runsInUse--;
    this.#framesInRuns -= count;
    return FREE_STATUS.ok;
  }

  /** Frees a run of 2^order frames, which must be aligned. */
  #freeAligned(index: number, count: number): FreeStatus {
    const misaligned = ((this.#origin + index) & (count - 1)) !== 0;
    return misaligned && this.#manages(index, count) ? FREE_STATUS.misaligned : this.#freeRun(index, count);
  }

  #countRun(index: number, count: number, by: 1 | -1): void {
    if (count === HUGE_FRAMES && (index & (HUGE_FRAMES - 1)) === 0) {
      this.#hugeInUse += by;
    } else if (count > 1) {
      this.#runsInUse += by;
      this.#framesInRuns += by * count;
    }
  }

  /** Free frames. */
  #free(): number {
    const singles = this.#allocations - this.#frees - this.#runsInUse - this.#hugeInUse;
    const inRuns = this.#framesInRuns + this.#hugeInUse * HUGE_FRAMES;
    return this.count - this.#reserved.frames - inRuns - singles;
  }

  #freeRun(index: number, count: number): FreeStatus {
    // WebAssembly would round what is no integer.
    const fits = (index | 0) === index && (count | 0) === count;
    const refused = !fits || (count === 1 && this.#isReserved(index));
    if (refused || this.#map.operations.freeRun(index, count) !== 0) return this.#checkRun(index, count);
    this.#frees++;
    this.#countRun(index, count, -1);
    return FREE_STATUS.ok;
  }

  /** Whether exactly this run was handed out. */
  #checkRun(index: number, count: number): FreeStatus {
    if (!this.#manages(index, count)) return FREE_STATUS.outOfRange;
    if (this.#isReserved(index)) return FREE_STATUS.reserved;
    if (this.#map.isFree(index)) return FREE_STATUS.doubleFree;
    const runs = this.#runs;
    if (runs.has(index)) return FREE_STATUS.notAllocated;
    const end = index + count;
    const longer = runs.has(end);
    return longer || !runs.coversRange(index + 1, end) ? FREE_STATUS.wrongSize : FREE_STATUS.ok;
  }
}

/** The order of the smallest block that holds so many frames. */
function orderOf(count: number): number {
  return 32 - Math.clz32(count - 1);
}
