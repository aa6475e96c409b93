import {
  ArmatureError,
  checkFrameRange,
  checkFrameSnapshot,
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
import { BuddySpace } from './buddy-space.ts';
import { KIND, layoutOf, ORDERS, type Placement, type Shape } from './layout.ts';
import { type BuddyState, readSnapshot, SNAPSHOT_TYPE, SNAPSHOT_VERSION } from './snapshot.ts';

const NO_CONSTRAINTS: RunConstraints = {};
const MAX_CPUS = 1024;

/** Per-CPU stacks of single frames. */
export interface MagazineOptions {
  /** Magazines, 1 to 1024. Default 1. */
  readonly cpus?: number;
  /** Most frames in each magazine. Default 1/256 of the managed frames divided among the CPUs, 2 to 512. */
  readonly frames?: number;
}

export interface BuddyOptions {
  /** Which free block of an order is handed out: the one freed last (the default), or the lowest. */
  readonly placement?: Placement;
  /** Magazines for single frames. Default: none. */
  readonly magazines?: MagazineOptions;
}

/**
 * A binary buddy allocator: memory is cut into blocks of 2^order frames, a block is split when there is none of the
 * order asked for, and freed blocks join with their free buddies at once. Every operation takes effect whole or not
 * at all, and the same calls always give the same frames.
 *
 * @example
 * const allocator = new BuddyAllocator({ base: 0x4_0000, count: 4096, magazines: {} });
 * const frame = allocator.alloc(0);
 * allocator.free(frame, 0);
 */
export class BuddyAllocator implements FrameAllocator {
  readonly name = 'buddy';
  // Fields begin with a value of their type: then reading them needs no check.
  readonly base: number = 0;
  readonly count: number = 0;
  readonly #options: BuddyOptions;
  #space: BuddySpace;
  /** The operations that are called most, where the compiler finds them at once. */
  #takeOne: () => number;
  #giveOne: (frame: number) => number;
  #reservations: FrameReservation[] = [];
  #used = 0;
  #reserved = 0;
  #allocations = 0;
  #frees = 0;
  #failures = 0;

  /**
   * @param options first frame (physical address divided by 4096) and number of frames to manage; see
   * {@link BuddyOptions} for the rest
   * @throws ArmatureError `CONFIG_INVALID` when the range is empty or passes frame 2^31, the magazines make no sense, or the
   * lists would take more than 4 GiB
   */
  constructor({ base, count, ...options }: FrameRange & BuddyOptions) {
    checkFrameRange({ base, count });
    this.base = base;
    this.count = count;
    this.#options = options;
    this.#space = new BuddySpace(layoutOf(shapeOf({ base, count }, options)));
    const { takeOne, giveOne } = this.#space.operations;
    this.#takeOne = takeOne;
    this.#giveOne = giveOne;
  }

  /** CPU whose magazine single frames come from and go to; 0 at first. Without magazines it does nothing. */
  get cpu(): number {
    return this.#space.magazines.cpu;
  }

  /** @throws ArmatureError `CONFIG_INVALID` when there is no such magazine */
  set cpu(cpu: number) {
    const { magazines } = this.#space;
    const cpus = magazines.cpus || 1;
    if (!Number.isInteger(cpu) || cpu < 0 || cpu >= cpus) {
      throw new ArmatureError('CONFIG_INVALID', `there is no magazine for CPU ${cpu}`, {
        context: { cpu, cpus },
        hint: `Give a number from 0 to ${cpus - 1}, or the allocator magazines for more CPUs.`,
      });
    }
    magazines.cpu = cpu;
  }

  /** Frames in the magazines; they count as free. */
  get cachedFrames(): number {
    return this.#space.magazines.frames;
  }

  /** Bytes of lists, block kinds and magazines held for the managed frames. */
  get metadataBytes(): number {
    return this.#space.bytes;
  }

  alloc(order: number): number {
    if (order === 0) {
      const frame = this.#takeOne();
      if (frame < 0) return this.#allocDrained(0);
      this.#used++;
      this.#allocations++;
      return frame;
    }
    if (!isFrameOrder(order)) return this.#fail();
    const index = this.#space.operations.take(order);
    if (index < 0) return this.#allocDrained(order);
    this.#used += 1 << order;
    this.#allocations++;
    return this.base + index;
  }

  free(frame: number, order: number): FreeStatus {
    // WebAssembly would round what is no integer.
    if ((frame | 0) === frame) {
      if (order === 0) {
        if (this.#giveOne(frame) === 0) {
          this.#used--;
          this.#frees++;
          return 0;
        }
      } else if ((order | 0) === order && this.#space.operations.giveBlock(frame, order) === 0) {
        this.#used -= 1 << order;
        this.#frees++;
        return 0;
      }
    }
    if (!isFrameOrder(order)) return FREE_STATUS.outOfRange;
    const index = frame - this.base;
    const count = 1 << order;
    if (this.#manages(index, count) && (frame & (count - 1)) !== 0) return FREE_STATUS.misaligned;
    return this.#checkRun(index, count);
  }

  allocRun(count: number, constraints: RunConstraints = NO_CONSTRAINTS): number {
    const { align = 1, low = this.base, high = this.base + this.count, boundary = 0 } = constraints;
    if (!isRunRequest(count, this.count, align, low, high, boundary)) return this.#fail();
    const from = Math.min(Math.max(low - this.base, 0), this.count);
    const to = Math.min(high - this.base, this.count);
    let index = this.#findBlock(count, align, from, to);
    if (index < 0) index = this.#find(count, align, from, to, boundary);
    if (index < 0 && this.cachedFrames > 0) {
      this.drain();
      index = this.#find(count, align, from, to, boundary);
    }
    return this.#takeRun(index, count);
  }

  allocAt(frame: number, count: number): boolean {
    const index = frame - this.base;
    return this.#takeRun(this.#isFree(index, count) ? index : -1, count) !== NO_FRAME;
  }

  freeRun(frame: number, count: number): FreeStatus {
    const index = frame - this.base;
    const status = this.#checkRun(index, count);
    if (status !== FREE_STATUS.ok) return status;
    if (count === 1) {
      this.#space.operations.release(index);
    } else {
      this.#space.kinds[index] = KIND.inside;
      this.#space.addRange(index, index + count);
    }
    this.#used -= count;
    this.#frees++;
    return status;
  }

  allocBatch(out: Int32Array): number {
    if (out.length > this.count - this.#used - this.#reserved) {
      this.#failures++;
      return 0;
    }
    for (let slot = 0; slot < out.length; slot++) out[slot] = this.alloc(0);
    return out.length;
  }

  freeBatch(frames: Int32Array): FreeStatus {
    const { kinds, operations } = this.#space;
    const { base, count } = this;
    // Marked while they are checked, so that a frame that comes twice is free the second time.
    for (let slot = 0; slot < frames.length; slot++) {
      const index = frames[slot]! - base;
      if (index < 0 || index >= count || kinds[index] !== KIND.used) {
        const status = this.#checkRun(index, 1);
        for (let undo = 0; undo < slot; undo++) kinds[frames[undo]! - base] = KIND.used;
        return status;
      }
      kinds[index] = KIND.cached;
    }
    for (let slot = 0; slot < frames.length; slot++) operations.release(frames[slot]! - base);
    this.#used -= frames.length;
    this.#frees += frames.length;
    return FREE_STATUS.ok;
  }

  reserve(frame: number, count: number, tag: string): boolean {
    const index = frame - this.base;
    if (!this.#isFree(index, count)) return false;
    this.#space.takeRange(index, index + count);
    this.#space.kinds.fill(KIND.reserved, index, index + count);
    this.#reservations.push({ frame, count, tag });
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
    const kind = this.#space.kinds[index];
    if (kind === KIND.reserved) return FRAME_STATE.reserved;
    if (kind === KIND.cached || this.#space.freeHead(index) >= 0) return FRAME_STATE.free;
    return FRAME_STATE.used;
  }

  /** Puts the frames in the magazines back on the lists, where they join with their buddies. */
  drain(): void {
    this.#space.magazines.drain();
  }

  stats(): FrameStatistics {
    return {
      total: this.count,
      free: this.count - this.#used - this.#reserved,
      used: this.#used,
      reserved: this.#reserved,
      allocations: this.#allocations,
      frees: this.#frees,
      failures: this.#failures,
    };
  }

  reset(): void {
    const reservations = this.#reservations;
    this.#space.makeAllFree();
    this.#reservations = [];
    this.#used = 0;
    this.#reserved = 0;
    for (const { frame, count, tag } of reservations) this.reserve(frame, count, tag);
    this.#allocations = 0;
    this.#frees = 0;
    this.#failures = 0;
  }

  /** A plain object that survives JSON. */
  snapshot(): FrameAllocatorSnapshot {
    const data: BuddyState = {
      kinds: [...this.#space.kinds],
      lists: Array.from({ length: ORDERS }, (_, order) => this.#space.lists.blocks(order)),
      magazines: this.#space.magazines.contents(),
      cpu: this.cpu,
      reservations: this.reservations(),
      allocations: this.#allocations,
      frees: this.#frees,
      failures: this.#failures,
    };
    return { type: SNAPSHOT_TYPE, version: SNAPSHOT_VERSION, base: this.base, count: this.count, data };
  }

  restore(snapshot: FrameAllocatorSnapshot): void {
    const data = readSnapshot(snapshot, this);
    // Tried on another allocator, so that a bad snapshot changes nothing here.
    const restored = new BuddyAllocator({ base: this.base, count: this.count, ...this.#options });
    const broken = restored.#load(data);
    checkFrameSnapshot(broken);
    this.#space = restored.#space;
    this.#takeOne = restored.#takeOne;
    this.#giveOne = restored.#giveOne;
    this.#reservations = restored.#reservations;
    this.#used = restored.#used;
    this.#reserved = restored.#reserved;
    this.#allocations = data.allocations;
    this.#frees = data.frees;
    this.#failures = data.failures;
  }

  validate(): readonly string[] {
    const { kinds } = this.#space;
    const broken = this.#space.brokenInvariants();
    const cached = this.#space.magazines.contents().flat();
    let cachedKinds = 0;
    let reservedKinds = 0;
    let used = 0;
    for (let index = 0; index < this.count; ) {
      const kind = kinds[index]!;
      const next = this.#space.nextHead(index, this.count);
      if (kind === KIND.cached) cachedKinds++;
      else if (kind === KIND.reserved) reservedKinds++;
      else if (kind >= KIND.used) used += next - index;
      index = next;
    }
    const cachedOnce = new Set(cached).size === cached.length && cached.length === cachedKinds;
    if (
      !cachedOnce ||
      cached.length !== this.cachedFrames ||
      cached.some((at) => kinds[at] !== KIND.cached)
    ) {
      broken.push('magazines');
    }
    const listed = this.#reservations.reduce((sum, { count }) => sum + count, 0);
    const marked = this.#reservations.every(({ frame, count }) =>
      kinds.subarray(frame - this.base, frame - this.base + count).every((kind) => kind === KIND.reserved),
    );
    if (listed !== this.#reserved || reservedKinds !== listed || !marked) broken.push('reservations');
    if (used !== this.#used) broken.push('used-count');
    return broken;
  }

  /** Fills a fresh allocator; the names of what the state breaks. */
  #load({ kinds, lists, magazines, cpu, reservations }: BuddyState): readonly string[] {
    const space = this.#space;
    const { cpus, capacity } = space.magazines;
    if (magazines.length !== cpus || magazines.some(({ length }) => length > capacity)) return ['magazines'];
    if (cpu >= Math.max(1, cpus)) return ['cpu'];
    if (lists.length !== ORDERS) return ['free-lists'];
    space.takeRange(0, this.count);
    space.kinds.set(kinds);
    const linked = new Uint8Array(this.count);
    for (let order = 0; order < ORDERS; order++) {
      for (const index of lists[order]!) {
        // Checked before it is linked, because a block that comes twice would close a list into a ring.
        if (space.kinds[index] !== order || linked[index] === 1) return ['free-lists'];
        linked[index] = 1;
        space.operations.push(index, order);
      }
    }
    space.magazines.load(magazines);
    space.magazines.cpu = cpu;
    this.#reservations = [...reservations];
    this.#reserved = reservations.reduce((sum, { count }) => sum + count, 0);
    for (let index = 0; index < this.count; ) {
      const kind = kinds[index]!;
      const next = space.nextHead(index, this.count);
      if (kind >= KIND.used && kind !== KIND.reserved && kind !== KIND.cached) this.#used += next - index;
      index = next;
    }
    return kinds[0] === KIND.inside ? ['kinds'] : this.validate();
  }

  #manages(index: number, count: number): boolean {
    return isFrameSpan(index, count, this.count);
  }

  /** Whether all the frames are free, of which some may be in magazines; those go back to the lists. */
  #isFree(index: number, count: number): boolean {
    if (!this.#manages(index, count)) return false;
    if (this.#space.isFree(index, index + count)) return true;
    if (this.cachedFrames === 0) return false;
    this.drain();
    return this.#space.isFree(index, index + count);
  }

  #fail(): number {
    this.#failures++;
    return NO_FRAME;
  }

  /** A block for which the frames of the magazines are needed, or none. */
  #allocDrained(order: number): number {
    if (this.cachedFrames === 0) return this.#fail();
    this.drain();
    const index = this.#space.operations.take(order);
    if (index < 0) return this.#fail();
    this.#used += 1 << order;
    this.#allocations++;
    return this.base + index;
  }

  /** Marks a found run as used and returns its first frame; counts a failure when nothing was found. */
  #takeRun(index: number, count: number): number {
    if (index < 0) return this.#fail();
    this.#space.takeRange(index, index + count);
    this.#space.markRun(index, count);
    this.#used += count;
    this.#allocations++;
    return this.base + index;
  }

  /** Whether exactly this run was handed out. */
  #checkRun(index: number, count: number): FreeStatus {
    if (!this.#manages(index, count)) return FREE_STATUS.outOfRange;
    const space = this.#space;
    const kind = space.kinds[index]!;
    if (kind === KIND.reserved) return FREE_STATUS.reserved;
    if (kind === KIND.cached || space.freeHead(index) >= 0) return FREE_STATUS.doubleFree;
    if (kind === KIND.inside) return FREE_STATUS.notAllocated;
    const end = index + count;
    return space.nextHead(index, Math.min(end + 1, this.count)) === end
      ? FREE_STATUS.ok
      : FREE_STATUS.wrongSize;
  }

  /** The next block to hand out that holds the run and lies in `from` to `to`, or -1. */
  #findBlock(count: number, align: number, from: number, to: number): number {
    const order = 32 - Math.clz32(Math.max(count, align) - 1);
    const { lists, operations } = this.#space;
    const orders = lists.available >>> order;
    if (orders === 0 || order >= ORDERS) return -1;
    const index = operations.first(order + 31 - Math.clz32(orders & -orders));
    return index >= from && index + count <= to ? index : -1;
  }

  /** The lowest run under the constraints: see `RunConstraints`. Looks at every block. */
  #find(count: number, align: number, from: number, to: number, boundary: number): number {
    const space = this.#space;
    let start = -1;
    for (let index = 0; index < to; ) {
      const kind = space.kinds[index]!;
      if (kind < ORDERS) {
        if (start < 0) start = index;
        index += 1 << kind;
        // The lowest place in the free frames so far.
        let at = Math.max(start, from);
        at += -(this.base + at) & (align - 1);
        const left = boundary - ((this.base + at) & (boundary - 1));
        if (boundary !== 0 && left < count) at += left + (-(this.base + at + left) & (align - 1));
        if (at + count <= Math.min(index, to)) return at;
      } else {
        start = -1;
        index = space.nextHead(index, this.count);
      }
    }
    return -1;
  }
}

/** @throws ArmatureError `CONFIG_INVALID` when the magazines make no sense */
function shapeOf({ base, count }: FrameRange, { placement = 'lifo', magazines }: BuddyOptions): Shape {
  if (magazines === undefined) return { base, count, placement, cpus: 0, capacity: 0 };
  const { cpus = 1 } = magazines;
  const { frames: capacity = Math.min(512, Math.max(2, Math.floor(count / 256 / cpus))) } = magazines;
  const sensible = [cpus, capacity].every(Number.isInteger) && cpus >= 1 && cpus <= MAX_CPUS && capacity >= 1;
  if (!sensible || capacity * cpus > Math.max(count, 2 * cpus)) {
    throw new ArmatureError('CONFIG_INVALID', `cannot make ${cpus} magazines of ${capacity} frames`, {
      context: { cpus, frames: capacity },
      hint: 'Give whole numbers of 1 to 1024 CPUs and of frames, together at most the managed frames.',
    });
  }
  return { base, count, placement, cpus, capacity };
}
