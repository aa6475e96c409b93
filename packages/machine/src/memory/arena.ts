import {
  ArmatureError,
  type BackingLease,
  type BackingRequest,
  FREE_STATUS,
  type FrameAllocator,
  type FrameAllocatorFactory,
  formatBytes,
  NO_FRAME,
  PAGE_SIZE,
  type RegionFrames,
  toNumber,
} from '@armature/core';
import { Zone } from './zone.ts';

export interface ArenaOptions {
  /** Name, for messages. Default `arena`. */
  readonly name?: string;
  /** Bytes for the RAM of guests, a multiple of 4096. */
  readonly size: number | bigint;
  /**
   * Bytes for what machines have beside it: 64 MiB for predecoded code (`codeArenaBytes`), half a MiB for each CPU, and
   * their ROM. The host gives memory for what is used of them. Default 1 GiB, or what 4 GiB leave.
   */
  readonly overhead?: number | bigint;
  /** Hands out the frames. Default: what the first machine brings. */
  readonly allocator?: FrameAllocatorFactory;
}

/** What one machine has of an arena. */
export interface ArenaUse {
  readonly machine: string;
  /** Frames of RAM that its guest touched, and their bytes. */
  readonly frames: number;
  readonly bytes: number;
  /** Bytes of the overhead. */
  readonly overhead: number;
}

export interface ArenaStatistics {
  /** Frames of 4 KiB: all that the allocator has, those in use, and the most that ever were. */
  readonly frames: { readonly total: number; readonly used: number; readonly peak: number };
  /** Frames handed out, and given back, since the arena was made. */
  readonly touched: number;
  readonly released: number;
  readonly machines: readonly ArenaUse[];
}

const WASM_PAGE = 65536;
const WASM_LIMIT = 2 ** 32;
const DEFAULT_OVERHEAD = 2 ** 30;
const NOBODY = 0;

/**
 * A piece of host memory that the RAM of machines is backed from, frame by frame. It owns the WebAssembly.Memory; each
 * machine in it has its CPU state, code and ROM in a block of its own:
 *
 *     0          blocks of machines, 64 KiB aligned (`overhead`)
 *     overhead   the frame of zeros, which untouched frames read as
 *     + 4 KiB    frames, which the allocator hands out (`size`)
 *
 * Invariants: a frame that nobody has is all zero; a frame has one owner, whatever the allocator says; a frame number is
 * its offset in machine memory divided by 4096, so that soft TLBs lead to frames as they lead to any other memory.
 */
export class Arena {
  readonly name: string;
  /** Bytes for the RAM of guests. */
  readonly size: number;
  /** Bytes for what machines have beside it. */
  readonly overhead: number;
  private readonly zone: Zone;
  private readonly users: ArenaUser[] = [];
  private factory: FrameAllocatorFactory | undefined;
  private frames: FramePool | undefined;
  private hostMemory: WebAssembly.Memory | undefined;

  /** @throws CONFIG_INVALID for a size that makes no sense; MEMORY_EXHAUSTED when it does not fit 4 GiB */
  constructor({ name = 'arena', size, overhead, allocator }: ArenaOptions) {
    this.name = name;
    this.size = wholeFrames(name, 'size', size);
    const left = Arena.mostBeside(this.size);
    const usual = Math.max(PAGE_SIZE, Math.min(DEFAULT_OVERHEAD, left));
    this.overhead = wholeFrames(name, 'overhead', overhead ?? usual);
    if (this.overhead > left) {
      throw new ArmatureError(
        'MEMORY_EXHAUSTED',
        `arena ${name}: ${formatBytes(this.size)} and ${formatBytes(this.overhead)} beside them are more than 4 GiB`,
        { context: { arena: name, size: this.size, overhead: this.overhead }, hint: 'Make it smaller.' },
      );
    }
    this.zone = new Zone(this.overhead);
    this.factory = allocator;
  }

  /** How many bytes an arena has at most beside others. */
  static mostBeside(bytes: number): number {
    return WASM_LIMIT - WASM_PAGE - PAGE_SIZE - bytes;
  }

  /** What hands out the frames, once that is known. */
  get allocator(): FrameAllocatorFactory | undefined {
    return this.factory;
  }

  get statistics(): ArenaStatistics {
    const pool = this.frames;
    return {
      frames: {
        total: pool?.total ?? Math.floor(this.size / PAGE_SIZE),
        used: pool?.used ?? 0,
        peak: pool?.peak ?? 0,
      },
      touched: pool?.touched ?? 0,
      released: pool?.released ?? 0,
      machines: this.users.map(({ use }) => use),
    };
  }

  /** What hands out the frames from now on, unless something does already. @throws CONFIG_INVALID when it is another */
  adopt(allocator: FrameAllocatorFactory): void {
    this.factory ??= allocator;
    if (this.factory.name === allocator.name) return;
    throw new ArmatureError(
      'CONFIG_INVALID',
      `arena ${this.name} has the allocator ${this.factory.name}, and a machine in it wants ${allocator.name}`,
      {
        context: { arena: this.name, allocator: this.factory.name, wanted: allocator.name },
        hint: 'All machines in an arena share its allocator: name the same one, or use another arena.',
      },
    );
  }

  /**
   * Takes a machine in.
   *
   * @param limit bytes of RAM that the machine may touch, whole frames; all there are without it
   * @throws MEMORY_EXHAUSTED when there is no room for what it needs beside RAM, or the host gives no memory;
   *   CONFIG_INVALID without an allocator; ALLOCATOR_MISBEHAVED
   */
  open(request: BackingRequest, limit = Number.POSITIVE_INFINITY): BackingLease {
    const { bytes } = request;
    const memory = this.makeMemory();
    const pool = this.makePool(memory);
    const offset = this.zone.take(bytes);
    if (offset < 0) {
      throw new ArmatureError(
        'MEMORY_EXHAUSTED',
        `arena ${this.name} has no room for ${formatBytes(bytes)} that ${request.machine} needs beside its RAM: ` +
          this.describeUsers(),
        {
          context: { arena: this.name, bytes, overhead: this.overhead, machines: this.statistics.machines },
          hint: 'Give the arena more overhead, or the machine fewer codeArenaBytes; dispose of machines that are done.',
        },
      );
    }
    const user = new ArenaUser(this.nameOf(request.machine), bytes, limit / PAGE_SIZE);
    this.users.push(user);
    const regions = request.regions.map((size) => new DemandFrames(pool, user, size));
    return {
      memory,
      offset,
      regions,
      close: () => {
        const at = this.users.indexOf(user);
        if (at < 0) return;
        try {
          pool.releaseAll(regions);
        } finally {
          this.users.splice(at, 1);
          user.isClosed = true;
          new Uint8Array(memory.buffer, offset, bytes).fill(0);
          this.zone.give(offset);
        }
      },
    };
  }

  /** Who uses how much of it, in words. */
  describeUsers(): string {
    if (this.users.length === 0) return 'no machine uses it';
    return this.users
      .map(
        ({ use }) =>
          `${use.machine} has ${formatBytes(use.bytes)} of RAM and ${formatBytes(use.overhead)} beside it`,
      )
      .join(', ');
  }

  private nameOf(machine: string): string {
    const taken = new Set(this.users.map(({ name }) => name));
    let name = machine;
    for (let count = 2; taken.has(name); count++) name = `${machine} #${count}`;
    return name;
  }

  private makeMemory(): WebAssembly.Memory {
    if (this.hostMemory !== undefined) return this.hostMemory;
    const pages = Math.ceil((this.overhead + PAGE_SIZE + this.size) / WASM_PAGE);
    try {
      this.hostMemory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new ArmatureError(
        'MEMORY_EXHAUSTED',
        `the host does not give ${formatBytes(pages * WASM_PAGE)} for arena ${this.name}`,
        {
          context: { arena: this.name, bytes: pages * WASM_PAGE },
          hint: 'Make the arena smaller, or give the process more address space.',
          cause,
        },
      );
    }
    return this.hostMemory;
  }

  private makePool(memory: WebAssembly.Memory): FramePool {
    if (this.factory === undefined) {
      throw new ArmatureError('CONFIG_INVALID', `arena ${this.name} has no allocator`, {
        context: { arena: this.name },
        hint: 'Give createArena() or onDemand() one, such as bitmapAllocator().',
      });
    }
    this.frames ??= new FramePool(this, memory, this.factory);
    return this.frames;
  }
}

/** Makes an arena for the RAM of machines: `ram({ size, backing: onDemand({ arena, allocator }) })`. */
export function createArena(options: ArenaOptions): Arena {
  return new Arena(options);
}

/** A machine in an arena. */
class ArenaUser {
  readonly name: string;
  readonly overhead: number;
  /** Frames that it may have. */
  readonly limit: number;
  frames = 0;
  isClosed = false;

  constructor(name: string, overhead: number, limit: number) {
    this.name = name;
    this.overhead = overhead;
    this.limit = limit;
  }

  get use(): ArenaUse {
    const { name, frames, overhead } = this;
    return { machine: name, frames, bytes: frames * PAGE_SIZE, overhead };
  }
}

/** The frames of an arena, and who has them: what the allocator says is checked against that. */
class FramePool {
  readonly zeroFrame: number;
  readonly total: number;
  used = 0;
  peak = 0;
  touched = 0;
  released = 0;
  private readonly arena: Arena;
  private readonly name: string;
  private readonly allocator: FrameAllocator;
  private readonly first: number;
  private readonly base: number;
  private readonly bytes: Uint8Array;
  /** By frame: 1 when it is somebody's. */
  private readonly owned: Uint8Array;

  constructor(arena: Arena, memory: WebAssembly.Memory, factory: FrameAllocatorFactory) {
    this.arena = arena;
    this.name = factory.name;
    this.bytes = new Uint8Array(memory.buffer);
    this.zeroFrame = arena.overhead / PAGE_SIZE;
    this.first = this.zeroFrame + 1;
    const count = arena.size / PAGE_SIZE;
    this.allocator = this.ask('create', () => factory.create({ base: this.first, count }));
    this.total = this.allocator.count;
    this.base = this.allocator.base;
    const { base } = this;
    const isWithin = Number.isInteger(base) && Number.isInteger(this.total) && base >= this.first;
    if (!isWithin || base + this.total > this.first + count) {
      throw this.misbehaved(
        `manages ${this.total} frames from ${base}, asked for ${count} from ${this.first}`,
        {},
      );
    }
    this.owned = new Uint8Array(count);
  }

  /** A frame of zeros for a machine. @throws MEMORY_EXHAUSTED; ALLOCATOR_MISBEHAVED */
  take(user: ArenaUser): number {
    if (user.isClosed) {
      throw new ArmatureError('UNSUPPORTED', `${user.name} was disposed of, and its memory is gone`, {
        context: { machine: user.name, arena: this.arena.name },
        hint: 'Build another machine.',
      });
    }
    if (user.frames >= user.limit) throw this.limited(user);
    let frame = this.ask('alloc', () => this.allocator.alloc(0));
    if (frame === NO_FRAME) {
      this.ask('drain', () => this.allocator.drain());
      frame = this.ask('alloc', () => this.allocator.alloc(0));
      if (frame === NO_FRAME) throw this.exhausted(user);
    }
    if (!Number.isInteger(frame) || frame < this.base || frame >= this.base + this.total) {
      throw this.misbehaved(`handed out frame ${frame}, which it does not manage`, { frame });
    }
    if (this.owned[frame - this.first] !== NOBODY) {
      throw this.misbehaved(`handed out frame ${frame}, which is in use`, { frame });
    }
    this.owned[frame - this.first] = 1;
    user.frames++;
    this.touched++;
    this.used++;
    if (this.used > this.peak) this.peak = this.used;
    return frame;
  }

  /** @throws ALLOCATOR_MISBEHAVED; the frame is nobody's then, and lost */
  give(user: ArenaUser, frame: number): void {
    this.bytes.fill(0, frame * PAGE_SIZE, (frame + 1) * PAGE_SIZE);
    user.frames--;
    this.released++;
    this.used--;
    // Before the allocator is asked: should it throw, and hand the frame out all the same, it holds zeros.
    this.owned[frame - this.first] = NOBODY;
    const status = this.ask('free', () => this.allocator.free(frame, 0));
    if (status !== FREE_STATUS.ok) {
      const reason = Object.entries(FREE_STATUS).find(([, value]) => value === status)?.[0] ?? status;
      throw this.misbehaved(`does not take frame ${frame} back, which it handed out: ${reason}`, {
        frame,
        status,
      });
    }
  }

  /** Gives all frames of regions back; what an allocator has against that is thrown at the end. */
  releaseAll(regions: readonly DemandFrames[]): void {
    const errors: unknown[] = [];
    for (const region of regions) {
      for (let guestFrame = 0; guestFrame < region.table.length; guestFrame++) {
        if (region.table[guestFrame] === 0) continue;
        try {
          region.release(guestFrame);
        } catch (error) {
          errors.push(error);
        }
      }
    }
    if (errors.length > 0) throw errors[0];
  }

  private ask<Value>(call: string, answer: () => Value): Value {
    try {
      return answer();
    } catch (cause) {
      throw this.misbehaved(`threw in ${call}: ${cause instanceof Error ? cause.message : cause}`, {
        call,
        cause,
      });
    }
  }

  private misbehaved(
    what: string,
    { cause, ...context }: { readonly cause?: unknown; readonly [name: string]: unknown },
  ): ArmatureError {
    return new ArmatureError(
      'ALLOCATOR_MISBEHAVED',
      `allocator ${this.name} of arena ${this.arena.name} ${what}`,
      {
        context: { allocator: this.name, arena: this.arena.name, ...context },
        hint: 'Run the contract suite of @armature/allocator on it, or use another allocator.',
        ...(cause !== undefined && { cause }),
      },
    );
  }

  private limited({ name, limit }: ArenaUser): ArmatureError {
    return new ArmatureError(
      'MEMORY_EXHAUSTED',
      `${name} touched all of the ${formatBytes(limit * PAGE_SIZE)} of RAM that it may touch`,
      {
        context: { arena: this.arena.name, machine: name, limit: limit * PAGE_SIZE },
        hint: 'Raise the limit of its memory, give it less RAM, or release some; then it can go on.',
      },
    );
  }

  private exhausted(user: ArenaUser): ArmatureError {
    const { arena, total, used } = this;
    if (used < total) {
      return this.misbehaved(`has no frame left, with ${used} of ${total} in use`, { used, total });
    }
    return new ArmatureError(
      'MEMORY_EXHAUSTED',
      `arena ${arena.name} has no frame left for ${user.name}, of ${formatBytes(total * PAGE_SIZE)}: ${arena.describeUsers()}`,
      {
        context: {
          arena: arena.name,
          size: arena.size,
          machine: user.name,
          machines: arena.statistics.machines,
        },
        hint: 'Make the arena larger, have machines release memory, or dispose of some; then this one can go on.',
      },
    );
  }
}

/** The frames of one region. */
class DemandFrames implements RegionFrames {
  readonly table: Int32Array;
  touched = 0;
  private readonly pool: FramePool;
  private readonly user: ArenaUser;

  constructor(pool: FramePool, user: ArenaUser, size: number) {
    this.pool = pool;
    this.user = user;
    this.table = new Int32Array(size / PAGE_SIZE);
  }

  get zeroFrame(): number {
    return this.pool.zeroFrame;
  }

  touch(guestFrame: number): number {
    const frame = this.pool.take(this.user);
    this.table[guestFrame] = frame;
    this.touched++;
    return frame;
  }

  release(guestFrame: number): void {
    const frame = this.table[guestFrame];
    this.table[guestFrame] = 0;
    this.touched--;
    this.pool.give(this.user, frame);
  }
}

/** @throws CONFIG_INVALID for a number of bytes that is not one of whole frames */
export function wholeFrames(arena: string, what: string, given: number | bigint): number {
  const size = toNumber(given);
  if (Number.isSafeInteger(size) && size > 0 && size % PAGE_SIZE === 0) return size;
  throw new ArmatureError(
    'CONFIG_INVALID',
    `arena ${arena}: a ${what} of ${size} bytes is not whole 4 KiB frames`,
    {
      context: { arena, [what]: size },
      hint: 'Give a multiple of 4096 bytes.',
    },
  );
}
