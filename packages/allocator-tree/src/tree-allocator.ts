/**
 * The lock-free two-level allocator, after LLFree (Wrenger et al., "LLFree: Scalable and Optionally-Persistent
 * Page-Frame Allocation", USENIX ATC 2023). `layout.ts` says what is in the buffer, `children.ts` and `trees.ts` why
 * it is safe without locks, `placement.ts` where frames come from.
 */
import {
  ArmatureError,
  checkFrameSnapshot,
  FRAME_STATE,
  FREE_STATUS,
  type FrameAllocator,
  type FrameAllocatorSnapshot,
  type FrameReservation,
  type FrameState,
  type FrameStatistics,
  type FreeStatus,
  isFrameOrder,
  isPowerOfTwo,
  isRunRequest,
  NO_FRAME,
  type RunConstraints,
} from '@armature/core';
import { type Cells, PlainCells, SharedCells } from './cells.ts';
import { Children } from './children.ts';
import { COUNTER } from './code/scope.ts';
import { Counters } from './counters.ts';
import {
  CHILD_FRAMES,
  CHILD_ORDER,
  checkGeometry,
  defaultTreeOrder,
  layoutOf,
  MEASURED,
  PINNED,
  publishHeader,
  readHeader,
  type TreeLayout,
  viewsOf,
  WORKER_WORDS,
  writeHeader,
} from './layout.ts';
import { FIRST_CURSORS, Placement } from './placement.ts';
import { ReservationLog } from './reservation-log.ts';
import { Runs } from './runs.ts';
import { SingleBatch } from './single-batch.ts';
import { readSnapshot, SNAPSHOT_TYPE, SNAPSHOT_VERSION, type TreeState } from './snapshot.ts';
import { Trees } from './trees.ts';
import { brokenInvariants, clearAll, type Parts } from './whole.ts';

const NO_CONSTRAINTS: RunConstraints = {};
const WASM_PAGE = 0x1_0000;

export interface TreeAllocatorOptions {
  /** First frame (physical address divided by 4096). */
  readonly base: number;
  /** Frames to manage. */
  readonly count: number;
  /** Workers that will use it, 1 to 64. Default 1. */
  readonly workers?: number;
  /** Children of 512 frames in a tree: 1, 2, 4, 8, 16 or 32. Default: 8, fewer when memory is small. */
  readonly treeChildren?: number;
  /** Room to note reservations and their tags, in bytes. Default 4096. */
  readonly reservationBytes?: number;
}

/**
 * Hands out page frames to several workers at once, without locks.
 *
 * The worker that makes it is number 0; each other attaches to its `memory` with a number of its own. `reset`,
 * `restore`, `snapshot` and `validate` are for when no other worker is inside a call.
 *
 * @example
 * const allocator = new TreeAllocator({ base: 0x4_0000, count: 4096, workers: 2 });
 * worker.postMessage(allocator.memory);
 * // in the worker: TreeAllocator.attach(memory, { worker: 1 })
 */
export class TreeAllocator implements FrameAllocator {
  readonly name = 'tree';
  readonly base: number;
  readonly count: number;
  /** All of the allocator's state: give it to other workers. Undefined when it was made for one worker alone. */
  readonly memory: WebAssembly.Memory | undefined;
  /** This worker's number. */
  readonly worker: number;
  readonly #layout: TreeLayout;
  /** Index of the first managed frame, and one past the last. Indices count from `origin`. */
  readonly #first: number;
  readonly #end: number;
  readonly #origin: number;
  readonly #words: Int32Array;
  readonly #counters: Counters;
  readonly #children: Children;
  readonly #trees: Trees;
  readonly #placement: Placement;
  /** The operations that are called most, where the compiler finds them at once. */
  readonly #take: () => number;
  readonly #free: (frame: number) => number;
  readonly #takeWhole: () => number;
  readonly #freeWhole: (frame: number) => number;
  readonly #takeBlock: (order: number) => number;
  readonly #freeBlock: (frame: number, order: number) => number;
  readonly #runs: Runs;
  readonly #log: ReservationLog;
  readonly #batch: SingleBatch;

  /**
   * @throws ArmatureError `CONFIG_INVALID` when the range is empty or passes frame 2^31, an option is out of its range,
   * or there are several workers on a host without shared memory
   */
  constructor(options: TreeAllocatorOptions);
  /** @internal */
  constructor(options: TreeAllocatorOptions, attached: Attached);
  constructor(options: TreeAllocatorOptions, attached?: Attached) {
    const { layout, cells, memory, worker } = attached ?? newMemory(options);
    const { words } = cells;
    this.base = layout.base;
    this.count = layout.count;
    this.memory = memory;
    this.worker = worker;
    this.#layout = layout;
    this.#origin = layout.origin;
    this.#first = layout.base - layout.origin;
    this.#end = this.#first + layout.count;
    this.#words = words;
    this.#counters = new Counters(words, layout, worker);
    this.#children = new Children(cells, layout);
    this.#take = cells.operations.take;
    this.#free = cells.operations.free;
    this.#takeWhole = cells.operations.takeWhole;
    this.#freeWhole = cells.operations.freeWhole;
    this.#takeBlock = cells.operations.takeBlock;
    this.#freeBlock = cells.operations.freeBlock;
    this.#trees = new Trees(cells, layout, worker);
    this.#placement = new Placement(layout, cells.operations, this.#children, this.#trees);
    this.#runs = new Runs(layout, cells.operations, this.#children, this.#trees);
    this.#log = new ReservationLog(words, layout);
    this.#batch = new SingleBatch(cells, (frame) => {
      const index = frame - this.#origin;
      return this.#manages(index, 1) ? this.#checkFree(index, 1) : FREE_STATUS.outOfRange;
    });
    if (attached === undefined) {
      writeHeader(words, layout);
      clearAll(this.#parts());
      publishHeader(words);
    }
  }

  /**
   * The allocator of another worker.
   *
   * @param memory the `memory` of the allocator, received from the worker that made it
   * @param options `worker`: this worker's number, from 1 on, below the `workers` it was made for
   * @throws ArmatureError `CONFIG_INVALID` when the memory holds no such allocator or the number is out of range
   */
  static attach(memory: WebAssembly.Memory, { worker }: { readonly worker: number }): TreeAllocator {
    const layout = layoutOf(readHeader(new Int32Array(memory.buffer)));
    if (!Number.isInteger(worker) || worker < 0 || worker >= layout.workers) {
      throw new ArmatureError('CONFIG_INVALID', `there is no worker ${worker}`, {
        context: { worker, workers: layout.workers },
        hint: 'Make the allocator for as many workers as will use it; their numbers begin at 0.',
      });
    }
    return new TreeAllocator(layout, {
      layout,
      cells: new SharedCells(memory, layout, worker),
      memory,
      worker,
    });
  }

  alloc(order: number): number {
    if (order === 0) {
      const frame = this.#take();
      return frame >= 0 ? frame : this.#took(this.#placement.single());
    }
    if (order === CHILD_ORDER) {
      const frame = this.#whole();
      return frame >= 0 ? frame : this.#took(-1);
    }
    if (isWordOrder(order)) {
      const frame = this.#takeBlock(order);
      return frame >= 0 ? frame : this.#took(this.#placement.blockAgain(order));
    }
    return this.#allocBlock(order);
  }

  allocRun(count: number, constraints: RunConstraints = NO_CONSTRAINTS): number {
    const { align = 1, low = this.base, high = this.base + this.count, boundary = 0 } = constraints;
    if (!isRunRequest(count, this.count, align, low, high, boundary)) return this.#took(-1);
    const from = Math.max(low - this.#origin, this.#first);
    const to = Math.min(high - this.#origin, this.#end);
    if (count === 1 && align === 1 && low === this.base && to === this.#end) return this.alloc(0);
    if (
      from === this.#first &&
      to === this.#end &&
      count <= CHILD_FRAMES &&
      isPowerOfTwo(count) &&
      align <= count
    ) {
      const order = 31 - Math.clz32(count);
      const whole = order === CHILD_ORDER ? this.#whole() : NO_FRAME;
      if (whole !== NO_FRAME) return whole;
      const index = order === CHILD_ORDER ? -1 : this.#placement.block(order);
      // Otherwise there may still be such a run that is not aligned for an order.
      if (index >= 0 || align === count) return this.#took(index);
    }
    return this.#took(from + count > to ? -1 : this.#runs.place(count, align, from, to, boundary));
  }

  allocAt(frame: number, count: number): boolean {
    const index = frame - this.#origin;
    const taken = this.#manages(index, count) && this.#runs.claim(index, index + count);
    return this.#took(taken ? index : -1) !== NO_FRAME;
  }

  allocBatch(out: Int32Array): number {
    if (out.length === 0) return 0;
    const given = this.#placement.many(this.#batch, out, this.#origin);
    if (given < out.length) {
      this.#batch.release(out, given);
      this.#counters.add(COUNTER.failures, 1);
      return 0;
    }
    this.#counters.add(COUNTER.allocations, given);
    return given;
  }

  free(frame: number, order: number): FreeStatus {
    if ((frame | 0) !== frame) return FREE_STATUS.outOfRange;
    if (order === 0) {
      const status = this.#free(frame);
      if (status >= 0) return status as FreeStatus;
    } else if (order === CHILD_ORDER) {
      const status = this.#freeWhole(frame);
      if (status >= 0) return status as FreeStatus;
    } else if (isWordOrder(order)) {
      const status = this.#freeBlock(frame, order);
      if (status >= 0) return status as FreeStatus;
    }
    return this.#freeOther(frame, order);
  }

  freeRun(frame: number, count: number): FreeStatus {
    const index = frame - this.#origin;
    if (!this.#manages(index, count)) return FREE_STATUS.outOfRange;
    return count === 1 ? this.free(frame, 0) : this.#freed(this.#freeRun(index, count));
  }

  freeBatch(frames: Int32Array): FreeStatus {
    const status = this.#batch.check(frames);
    if (status !== FREE_STATUS.ok) return status;
    if (this.#batch.hasTwins(frames)) return FREE_STATUS.doubleFree;
    const freed = this.#batch.release(frames, frames.length);
    this.#counters.add(COUNTER.frees, freed);
    return freed === frames.length ? FREE_STATUS.ok : FREE_STATUS.doubleFree;
  }

  /** @throws ArmatureError `CONFIG_INVALID` when `reservationBytes` is used up */
  reserve(frame: number, count: number, tag: string): boolean {
    const index = frame - this.#origin;
    if (!this.#manages(index, count)) return false;
    return this.#log.add({ frame, count, tag }, () => this.#claimReserved(index, count));
  }

  /** In the order in which they were made. */
  reservations(): readonly FrameReservation[] {
    return this.#log.list();
  }

  state(frame: number): FrameState {
    const index = frame - this.#origin;
    if (!this.#manages(index, 1)) return FRAME_STATE.reserved;
    if (!this.#children.isBusy(index)) return FRAME_STATE.free;
    return this.#isReserved(index) ? FRAME_STATE.reserved : FRAME_STATE.used;
  }

  /** Gives back the tree that this worker has reserved. */
  drain(): void {
    this.#placement.release();
  }

  /** Of all workers. Exact while no other worker is inside a call. */
  stats(): FrameStatistics {
    let free = 0;
    for (let tree = 0; tree < this.#layout.treeCount; tree++) free += this.#trees.free(tree);
    const reserved = this.#log.frames;
    const counted = { allocations: 0, frees: 0, failures: 0 };
    for (let worker = 0; worker < this.#layout.workers; worker++) {
      const counters = new Counters(this.#words, this.#layout, worker);
      counted.allocations += counters.get(COUNTER.allocations);
      counted.frees += counters.get(COUNTER.frees);
      counted.failures += counters.get(COUNTER.failures);
    }
    return { total: this.count, free, used: this.count - free - reserved, reserved, ...counted };
  }

  reset(): void {
    const reservations = this.#log.list();
    this.#log.clear();
    clearAll(this.#parts());
    this.#placement.cursors = FIRST_CURSORS;
    for (let worker = 0; worker < this.#layout.workers; worker++)
      new Counters(this.#words, this.#layout, worker).clear();
    for (const { frame, count, tag } of reservations) this.reserve(frame, count, tag);
  }

  /** A plain object that survives JSON. */
  snapshot(): FrameAllocatorSnapshot {
    const { allocations, frees, failures } = this.stats();
    const { workers, treeOrder, base, count } = this.#layout;
    const views = viewsOf(this.#words, this.#layout);
    const data: TreeState = {
      workers,
      treeOrder,
      children: Array.from(views.children, (entry) => entry & ~MEASURED),
      trees: [...views.trees],
      hints: [...views.hints],
      locals: Array.from({ length: workers }, (_, worker) => views.locals[worker * WORKER_WORDS]!),
      busy: [...views.busy],
      inside: [...views.inside],
      cursors: this.#placement.cursors,
      reservations: this.#log.list(),
      allocations,
      frees,
      failures,
    };
    return { type: SNAPSHOT_TYPE, version: SNAPSHOT_VERSION, base, count, data };
  }

  restore(snapshot: FrameAllocatorSnapshot): void {
    const data = readSnapshot(snapshot, this.#layout);
    // Tried on another allocator, so that a bad snapshot changes nothing here.
    const { base, count, workers, treeOrder, logWords } = this.#layout;
    const restored = new TreeAllocator({
      base,
      count,
      workers,
      treeChildren: 1 << treeOrder,
      reservationBytes: logWords * 4,
    });
    const broken = restored.#load(data);
    checkFrameSnapshot(broken);
    this.#words.set(restored.#words);
    this.#placement.cursors = data.cursors;
    for (let worker = 0; worker < workers; worker++) new Counters(this.#words, this.#layout, worker).clear();
    this.#counters.set(COUNTER.allocations, data.allocations);
    this.#counters.set(COUNTER.frees, data.frees);
    this.#counters.set(COUNTER.failures, data.failures);
  }

  validate(): readonly string[] {
    return brokenInvariants(this.#parts());
  }

  /** Puts a snapshot's state into this new allocator. @returns the invariants that it breaks */
  #load(data: TreeState): readonly string[] {
    const views = viewsOf(this.#words, this.#layout);
    views.children.set(data.children.map((entry) => entry & ~MEASURED));
    views.busy.set(data.busy);
    views.inside.set(data.inside);
    views.trees.set(data.trees);
    views.hints.set(data.hints);
    data.locals.forEach((local, worker) => {
      views.locals[worker * WORKER_WORDS] = local;
    });
    for (const reservation of data.reservations) this.#log.add(reservation, () => true);
    return this.validate();
  }

  #parts(): Parts {
    return {
      layout: this.#layout,
      views: viewsOf(this.#words, this.#layout),
      children: this.#children,
      trees: this.#trees,
      log: this.#log,
    };
  }

  /** Counts an allocation by its index, or a failure when it is -1. @returns the frame */
  #took(index: number): number {
    if (index < 0) {
      this.#counters.add(COUNTER.failures, 1);
      return NO_FRAME;
    }
    this.#counters.add(COUNTER.allocations, 1);
    return this.#origin + index;
  }

  #freed(status: FreeStatus): FreeStatus {
    if (status === FREE_STATUS.ok) this.#counters.add(COUNTER.frees, 1);
    return status;
  }

  /** Takes a whole child, and counts it. */
  #whole(): number {
    const frame = this.#takeWhole();
    return frame >= 0 ? frame : this.#placement.whole();
  }

  #allocBlock(order: number): number {
    if (!isFrameOrder(order)) return this.#took(-1);
    if (order < CHILD_ORDER) return this.#took(this.#placement.block(order));
    return this.#took(1 << order > this.count ? -1 : this.#runs.placeLarge(order, this.#end));
  }

  /** A free that takes a closer look. */
  #freeOther(frame: number, order: number): FreeStatus {
    const index = frame - this.#origin;
    if (order === 0) return this.#freed(this.#freeSingle(index));
    if (!isFrameOrder(order)) return FREE_STATUS.outOfRange;
    const frames = 1 << order;
    if (!this.#manages(index, frames)) return FREE_STATUS.outOfRange;
    if ((frame & (frames - 1)) !== 0) return FREE_STATUS.misaligned;
    return this.#freed(order < 6 ? this.#freeSmall(index, frames) : this.#freeRun(index, frames));
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
    const entry = this.#children.entry(index >>> CHILD_ORDER);
    return (entry & PINNED) !== 0 && this.#log.has(this.#origin + index);
  }

  /** Whether exactly these frames are a run that may be freed. */
  #checkFree(index: number, count: number): FreeStatus {
    if (this.#isReserved(index)) return FREE_STATUS.reserved;
    return this.#runs.check(index, count, this.#end);
  }

  /** Frees a single frame whose child has more than single frames, or refuses to. */
  #freeSingle(index: number): FreeStatus {
    const children = this.#children;
    const status = this.#checkFree(index, 1);
    if (status !== FREE_STATUS.ok) return status;
    if (!children.clearSingle(index)) return FREE_STATUS.doubleFree;
    children.giveBack(index >>> CHILD_ORDER, 1, index);
    return FREE_STATUS.ok;
  }

  /** Frees 2 to 32 frames, naturally aligned. */
  #freeSmall(index: number, frames: number): FreeStatus {
    const status = this.#checkFree(index, frames);
    if (status !== FREE_STATUS.ok) return status;
    const children = this.#children;
    if (!children.clearRun(index, index + frames, false)) return FREE_STATUS.doubleFree;
    children.giveBack(index >>> CHILD_ORDER, frames, index);
    return FREE_STATUS.ok;
  }

  #freeRun(index: number, count: number): FreeStatus {
    const status = this.#checkFree(index, count);
    if (status !== FREE_STATUS.ok) return status;
    return this.#runs.release(index, index + count) ? FREE_STATUS.ok : FREE_STATUS.doubleFree;
  }

  #claimReserved(index: number, count: number): boolean {
    // Before the frames are taken, so that they are never used without the mark; it does no harm where they are not.
    for (let child = index >>> CHILD_ORDER; child * CHILD_FRAMES < index + count; child++) {
      this.#children.pin(child);
    }
    return this.#runs.claim(index, index + count);
  }
}

/** Whether blocks of an order lie in one word of 32 frames and are several frames. */
const isWordOrder = (order: number): boolean => order > 0 && order <= 5 && (order | 0) === order;

function geometryOf({
  base,
  count,
  workers = 1,
  treeChildren,
  reservationBytes = 4096,
}: TreeAllocatorOptions) {
  const treeOrder =
    treeChildren === undefined
      ? defaultTreeOrder(Math.ceil(count / CHILD_FRAMES), workers)
      : Math.log2(treeChildren);
  const geometry = { base, count, workers, treeOrder, logWords: Math.ceil(reservationBytes / 4) };
  checkGeometry(geometry);
  return geometry;
}

/** What an allocator works on. */
interface Attached {
  readonly layout: TreeLayout;
  readonly cells: Cells;
  readonly memory: WebAssembly.Memory | undefined;
  readonly worker: number;
}

function newMemory(options: TreeAllocatorOptions): Attached {
  const layout = layoutOf(geometryOf(options));
  const pages = Math.ceil((layout.allWords * 4) / WASM_PAGE);
  if (layout.workers === 1) {
    const own = new WebAssembly.Memory({ initial: pages, maximum: pages });
    return { layout, cells: new PlainCells(own, layout), memory: undefined, worker: 0 };
  }
  if (typeof SharedArrayBuffer === 'undefined') {
    throw new ArmatureError('CONFIG_INVALID', 'this host has no shared memory for several workers', {
      context: { workers: layout.workers },
      hint: 'In a browser, serve the page with COOP and COEP headers so that it is cross-origin isolated.',
    });
  }
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  return { layout, cells: new SharedCells(memory, layout, 0), memory, worker: 0 };
}
