import { ArmatureError } from './errors.ts';
import type { RegionFrames } from './memory-backing.ts';
import { formatAddress, PAGE_SIZE } from './units.ts';

/** A range of guest physical memory that lives in machine memory. */
export interface MemoryRegion {
  readonly name: string;
  /** Guest physical address, page-aligned. */
  readonly base: number;
  /** Bytes, a multiple of the page size. */
  readonly size: number;
  /** A guest write to `rom` does not reach the bytes: it goes to the bus. */
  readonly kind: 'ram' | 'rom';
  /** Offset in machine memory; -1 where `frames` say where each frame is. */
  readonly hostOffset: number;
  /** Where the frames of the region are, unless it is in one piece. */
  readonly frames?: RegionFrames;
}

const PAGE_MASK = PAGE_SIZE - 1;

/** A piece of guest memory that is in one piece in machine memory, too: `at` bytes from the start of what was asked for. */
export type PieceVisitor = (hostOffset: number, length: number, at: number) => void;

/**
 * Guest RAM and ROM by physical address. Host code reads and writes through it; engines take
 * {@link PhysicalMemory.hostOffset} once per page and then go to machine memory themselves.
 *
 * A region is in one piece in machine memory, or has {@link MemoryRegion.frames}, which need not be adjacent, are given
 * when they are first touched, and go back when they are released. Reading what is untouched gives zeros and touches
 * nothing. Whatever writes may throw MEMORY_EXHAUSTED then.
 */
export class PhysicalMemory {
  readonly memory: WebAssembly.Memory;
  readonly regions: readonly MemoryRegion[];
  readonly bytes: Uint8Array;
  private readonly view: DataView;
  private last: MemoryRegion | undefined;
  private readonly observers: ((base: number, size: number) => void)[] = [];
  private readonly hidden = new Set<MemoryRegion>();
  private readonly visibilityObservers: ((region: MemoryRegion, visible: boolean) => void)[] = [];
  private readonly releaseObservers: ((hostFrames: readonly number[]) => void)[] = [];

  constructor(memory: WebAssembly.Memory, regions: readonly MemoryRegion[]) {
    for (const region of regions) {
      if (region.base % PAGE_SIZE || region.size % PAGE_SIZE || region.size <= 0) {
        throw new ArmatureError(
          'ADDRESS_RANGE',
          `memory ${region.name} at ${formatAddress(region.base)} is not made of whole 4 KiB pages`,
          { context: { region } },
        );
      }
    }
    this.memory = memory;
    this.regions = [...regions].sort((a, b) => a.base - b.base);
    this.bytes = new Uint8Array(memory.buffer);
    this.view = new DataView(memory.buffer);
  }

  /** The region that holds a physical address; undefined while it is hidden. */
  regionAt(address: number): MemoryRegion | undefined {
    const last = this.last;
    if (last !== undefined && address >= last.base && address < last.base + last.size) return last;
    for (const region of this.regions) {
      if (address >= region.base && address < region.base + region.size) {
        if (this.hidden.has(region)) return undefined;
        this.last = region;
        return region;
      }
    }
    return undefined;
  }

  /**
   * Hides a region, or shows it again. While it is hidden its addresses are no memory to the guest: accesses go to
   * the bus, where the device of the region answers. Its bytes stay where they are, and host code reads and writes
   * them as ever. Flash does so while reads give something else than its contents.
   */
  setVisible(region: MemoryRegion, visible: boolean): void {
    if (this.hidden.has(region) !== visible) return;
    if (visible) this.hidden.delete(region);
    else this.hidden.add(region);
    this.last = undefined;
    for (const observer of this.visibilityObservers) observer(region, visible);
  }

  /** Called after a region was hidden or shown: engines drop translations that lead to a hidden one. */
  onVisibilityChange(observer: (region: MemoryRegion, visible: boolean) => void): void {
    this.visibilityObservers.push(observer);
  }

  /**
   * Offset in machine memory of `length` bytes at a physical address, which are touched by it; -1 when they are not all
   * memory that the guest sees. Bytes of several frames that are backed one by one have none: -1, too.
   *
   * @throws MEMORY_EXHAUSTED when the frame is untouched and none is left for it
   */
  hostOffset(address: number, length = 1): number {
    const region = this.visibleRegion(address, length);
    return region === undefined ? -1 : offsetWithin(region, address, length, true);
  }

  /** As {@link hostOffset}, for an address of a region that is known. */
  offsetIn(region: MemoryRegion, address: number): number {
    return offsetWithin(region, address, 1, true);
  }

  /** As {@link hostOffset}, for reading alone: touches nothing. What is untouched is a frame of zeros. */
  readableOffset(address: number, length = 1): number {
    const region = this.visibleRegion(address, length);
    return region === undefined ? -1 : offsetWithin(region, address, length, false);
  }

  /** As {@link hostOffset}, where it is the same for good: -1 for memory that is backed frame by frame, too. */
  fixedOffset(address: number, length = 1): number {
    return this.regionAt(address)?.frames === undefined ? this.hostOffset(address, length) : -1;
  }

  /** Whether `length` bytes at a physical address are all memory of one region that the guest sees. */
  contains(address: number, length = 1): boolean {
    return this.visibleRegion(address, length) !== undefined;
  }

  /** Whether `length` bytes at a physical address are memory, hidden or not: what host code may read and write. */
  holds(address: number, length = 1): boolean {
    return this.findRegion(address, length) !== undefined;
  }

  readU8(address: number): number {
    return this.view.getUint8(this.scalar(address, 1, false));
  }

  readU16(address: number): number {
    if ((address & PAGE_MASK) > PAGE_SIZE - 2) return this.copy(address, 2).getUint16(0, true);
    return this.view.getUint16(this.scalar(address, 2, false), true);
  }

  readU32(address: number): number {
    if ((address & PAGE_MASK) > PAGE_SIZE - 4) return this.copy(address, 4).getUint32(0, true);
    return this.view.getUint32(this.scalar(address, 4, false), true);
  }

  readU64(address: number): bigint {
    if ((address & PAGE_MASK) > PAGE_SIZE - 8) return this.copy(address, 8).getBigUint64(0, true);
    return this.view.getBigUint64(this.scalar(address, 8, false), true);
  }

  writeU8(address: number, value: number): void {
    this.view.setUint8(this.scalar(address, 1, true), value);
    this.notifyWritten(address, 1);
  }

  writeU16(address: number, value: number): void {
    if ((address & PAGE_MASK) > PAGE_SIZE - 2) {
      this.write(address, new Uint8Array(Uint16Array.of(value).buffer));
      return;
    }
    this.view.setUint16(this.scalar(address, 2, true), value, true);
    this.notifyWritten(address, 2);
  }

  writeU32(address: number, value: number): void {
    if ((address & PAGE_MASK) > PAGE_SIZE - 4) {
      this.write(address, new Uint8Array(Uint32Array.of(value).buffer));
      return;
    }
    this.view.setUint32(this.scalar(address, 4, true), value, true);
    this.notifyWritten(address, 4);
  }

  writeU64(address: number, value: bigint): void {
    if ((address & PAGE_MASK) > PAGE_SIZE - 8) {
      this.write(address, new Uint8Array(BigUint64Array.of(value).buffer));
      return;
    }
    this.view.setBigUint64(this.scalar(address, 8, true), value, true);
    this.notifyWritten(address, 8);
  }

  /** A copy of guest memory. @throws ADDRESS_RANGE when it is not all memory */
  read(address: number, length: number): Uint8Array {
    const region = this.require(address, length);
    const start = address - region.base;
    if (region.frames === undefined) {
      return this.bytes.slice(region.hostOffset + start, region.hostOffset + start + length);
    }
    const copy = new Uint8Array(length);
    visitFrames(region.frames, start, length, PRESENT, (offset, size, at) => {
      copy.set(this.bytes.subarray(offset, offset + size), at);
    });
    return copy;
  }

  /**
   * Writes guest memory, ROM included: all of it or nothing.
   *
   * @throws ADDRESS_RANGE when it is not all memory; MEMORY_EXHAUSTED
   */
  write(address: number, bytes: Uint8Array): void {
    const region = this.require(address, bytes.length);
    touchFrames(region, address, bytes.length);
    this.visitRegion(region, address, bytes.length, TOUCH, (offset, size, at) => {
      this.bytes.set(size === bytes.length ? bytes : bytes.subarray(at, at + size), offset);
    });
    this.notifyWritten(address, bytes.length);
  }

  /**
   * Sets all bytes of a range, ROM included: all of it or nothing.
   *
   * @throws ADDRESS_RANGE when it is not all memory; MEMORY_EXHAUSTED
   */
  fill(address: number, length: number, value: number): void {
    const region = this.require(address, length);
    // What is untouched is zero already.
    const way = (value & 0xff) === 0 ? PRESENT : TOUCH;
    if (way === TOUCH) touchFrames(region, address, length);
    this.visitRegion(region, address, length, way, (offset, size) => {
      this.bytes.fill(value, offset, offset + size);
    });
    this.notifyWritten(address, length);
  }

  /**
   * Touches the frames of a range, so that what writes there next does not throw: before what can't be taken back.
   *
   * @throws ADDRESS_RANGE when it is not all memory; MEMORY_EXHAUSTED
   */
  touch(address: number, length: number): void {
    this.visitPieces(address, length, 'write', () => {});
  }

  /**
   * Shows memory where it is, in as few pieces as there are; untouched frames are pieces of zeros. A piece is where it
   * is until frames are released: don't keep it. Whoever writes to it calls {@link notifyWritten}.
   *
   * @param access with `write`, untouched frames are touched first
   * @throws ADDRESS_RANGE when it is not all memory; MEMORY_EXHAUSTED
   */
  visitPieces(address: number, length: number, access: 'read' | 'write', visit: PieceVisitor): void {
    const way = access === 'write' ? TOUCH : ANY;
    for (let from = 0; from < length; ) {
      const start = from;
      const region = this.require(address + start, 1);
      const size = Math.min(length - start, region.base + region.size - (address + start));
      this.visitRegion(region, address + start, size, way, (offset, piece, at) =>
        visit(offset, piece, start + at),
      );
      from += size;
    }
  }

  /** As {@link visitPieces} with `read`, leaving out what is no memory and what is untouched. */
  visitPresent(address: number, length: number, visit: PieceVisitor): void {
    for (const region of this.regions) {
      const from = Math.max(address, region.base);
      const to = Math.min(address + length, region.base + region.size);
      if (from >= to) continue;
      this.visitRegion(region, from, to - from, PRESENT, (offset, size, at) =>
        visit(offset, size, from - address + at),
      );
    }
  }

  /**
   * Gives the frames of a range back to where they came from, and returns how many: what guest and host read there is
   * zero then. Memory that is not backed frame by frame stays as it is.
   *
   * @param address guest physical address, a multiple of 4096
   * @param length bytes, a multiple of 4096
   * @throws ADDRESS_RANGE when the range is not made of whole frames of memory
   */
  release(address: number, length: number): number {
    const { frames, base } = this.require(address, length);
    if (address % PAGE_SIZE !== 0 || length % PAGE_SIZE !== 0) {
      throw new ArmatureError(
        'ADDRESS_RANGE',
        `${length} bytes at ${formatAddress(address)} are not whole frames of 4 KiB`,
        { context: { address, length }, hint: 'Only whole frames can be released.' },
      );
    }
    if (frames === undefined) return 0;
    const first = (address - base) / PAGE_SIZE;
    const end = first + length / PAGE_SIZE;
    const hostFrames = Array.from(frames.table.subarray(first, end)).filter((frame) => frame !== 0);
    if (hostFrames.length === 0) return 0;
    // First nobody knows them any more, then they may be somebody else's.
    for (const observer of this.releaseObservers) observer(hostFrames);
    for (let guestFrame = first; guestFrame < end; guestFrame++) {
      if (frames.table[guestFrame] !== 0) frames.release(guestFrame);
    }
    return hostFrames.length;
  }

  /** Called before frames of machine memory go back: engines drop what leads to them. */
  onRelease(observer: (hostFrames: readonly number[]) => void): void {
    this.releaseObservers.push(observer);
  }

  /** Bytes of memory that machine memory holds for the guest: of a region backed frame by frame, those touched. */
  get residentBytes(): number {
    return this.regions.reduce(
      (sum, { size, frames }) => sum + (frames === undefined ? size : frames.touched * PAGE_SIZE),
      0,
    );
  }

  /** Called after host code changed guest memory, so that engines drop code they derived from it. */
  onHostWrite(observer: (base: number, size: number) => void): void {
    this.observers.push(observer);
  }

  /** Tells observers of guest memory that host code changed through {@link PhysicalMemory.bytes}. */
  notifyWritten(address: number, length: number): void {
    for (const observer of this.observers) observer(address, length);
  }

  /** The region of a range, if the guest sees it and it is one region's. */
  private visibleRegion(address: number, length: number): MemoryRegion | undefined {
    const region = this.regionAt(address);
    return region !== undefined && address + length <= region.base + region.size ? region : undefined;
  }

  /** The region of a range, hidden or not. */
  private findRegion(address: number, length: number): MemoryRegion | undefined {
    for (const region of this.hidden) {
      if (address >= region.base && address + length <= region.base + region.size) return region;
    }
    const region = this.regionAt(address);
    return region !== undefined && address + length <= region.base + region.size ? region : undefined;
  }

  private require(address: number, length: number): MemoryRegion {
    const region = this.findRegion(address, length);
    if (region === undefined) {
      throw new ArmatureError(
        'ADDRESS_RANGE',
        `no guest memory at ${formatAddress(address)} for ${length} bytes`,
        { context: { address, length }, hint: 'Check the address against the machine’s memory regions.' },
      );
    }
    return region;
  }

  /** Offset of a value that lies in one frame. */
  private scalar(address: number, size: number, touch: boolean): number {
    return offsetWithin(this.require(address, size), address, size, touch);
  }

  private copy(address: number, size: number): DataView {
    return new DataView(this.read(address, size).buffer);
  }

  private visitRegion(
    { base, hostOffset, frames }: MemoryRegion,
    address: number,
    length: number,
    way: Way,
    visit: PieceVisitor,
  ): void {
    const start = address - base;
    if (frames === undefined) visit(hostOffset + start, length, 0);
    else visitFrames(frames, start, length, way, visit);
  }
}

/** What becomes of untouched frames: they are touched, shown as zeros, or left out. */
const TOUCH = 0;
const ANY = 1;
const PRESENT = 2;
type Way = typeof TOUCH | typeof ANY | typeof PRESENT;

/** Offset in machine memory of bytes that a region has; -1 where they are of several frames that are backed one by one. */
function offsetWithin(
  { base, frames, hostOffset }: MemoryRegion,
  address: number,
  length: number,
  touch: boolean,
): number {
  const at = address - base;
  if (frames === undefined) return hostOffset + at;
  const within = at & PAGE_MASK;
  if (within + length > PAGE_SIZE) return -1;
  const guestFrame = (at / PAGE_SIZE) | 0;
  const known = frames.table[guestFrame];
  const frame = known !== 0 ? known : touch ? frames.touch(guestFrame) : frames.zeroFrame;
  return frame * PAGE_SIZE + within;
}

/** Touches all frames of a range that has several, before the first of them changes. */
function touchFrames({ base, frames }: MemoryRegion, address: number, length: number): void {
  const start = address - base;
  if (frames === undefined || (start & PAGE_MASK) + length <= PAGE_SIZE) return;
  visitFrames(frames, start, length, TOUCH, () => {});
}

/** Visits a range in runs of adjacent host frames. */
function visitFrames(
  frames: RegionFrames,
  start: number,
  length: number,
  way: Way,
  visit: PieceVisitor,
): void {
  let runOffset = -1;
  let runAt = 0;
  let runLength = 0;
  for (let at = 0; at < length; ) {
    const size = Math.min(length - at, PAGE_SIZE - ((start + at) & PAGE_MASK));
    const guestFrame = ((start + at) / PAGE_SIZE) | 0;
    let frame = frames.table[guestFrame];
    if (frame === 0 && way !== PRESENT) frame = way === TOUCH ? frames.touch(guestFrame) : frames.zeroFrame;
    const offset = frame === 0 ? -1 : frame * PAGE_SIZE + ((start + at) & PAGE_MASK);
    if (runOffset >= 0 && offset === runOffset + runLength) {
      runLength += size;
    } else {
      if (runOffset >= 0) visit(runOffset, runLength, runAt);
      runOffset = offset;
      runAt = at;
      runLength = size;
    }
    at += size;
  }
  if (runOffset >= 0) visit(runOffset, runLength, runAt);
}
