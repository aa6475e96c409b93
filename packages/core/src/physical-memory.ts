import { ArmatureError } from './errors.ts';
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
  /** Offset in machine memory. */
  readonly hostOffset: number;
}

/**
 * Guest RAM and ROM by physical address. Host code reads and writes through it; engines take
 * {@link PhysicalMemory.hostOffset} once per page and then go to machine memory themselves.
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

  /** Offset in machine memory of `length` bytes at a physical address, or -1 when they are not all memory. */
  hostOffset(address: number, length = 1): number {
    const region = this.regionAt(address);
    if (region === undefined || address + length > region.base + region.size) return -1;
    return region.hostOffset + (address - region.base);
  }

  /** Whether `length` bytes at a physical address are memory, hidden or not: what host code may read and write. */
  holds(address: number, length = 1): boolean {
    return this.findHostOffset(address, length) >= 0;
  }

  readU32(address: number): number {
    return this.view.getUint32(this.require(address, 4), true);
  }

  readU64(address: number): bigint {
    return this.view.getBigUint64(this.require(address, 8), true);
  }

  readU8(address: number): number {
    return this.view.getUint8(this.require(address, 1));
  }

  writeU8(address: number, value: number): void {
    this.view.setUint8(this.require(address, 1), value);
    this.notifyWritten(address, 1);
  }

  writeU32(address: number, value: number): void {
    this.view.setUint32(this.require(address, 4), value, true);
    this.notifyWritten(address, 4);
  }

  writeU64(address: number, value: bigint): void {
    this.view.setBigUint64(this.require(address, 8), value, true);
    this.notifyWritten(address, 8);
  }

  /** A copy of guest memory. @throws ADDRESS_RANGE when it is not all memory */
  read(address: number, length: number): Uint8Array {
    const offset = this.require(address, length);
    return this.bytes.slice(offset, offset + length);
  }

  /** Writes guest memory, ROM included. @throws ADDRESS_RANGE when it is not all memory */
  write(address: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, this.require(address, bytes.length));
    this.notifyWritten(address, bytes.length);
  }

  fill(address: number, length: number, value: number): void {
    const offset = this.require(address, length);
    this.bytes.fill(value, offset, offset + length);
    this.notifyWritten(address, length);
  }

  /** Called after host code changed guest memory, so that engines drop code they derived from it. */
  onHostWrite(observer: (base: number, size: number) => void): void {
    this.observers.push(observer);
  }

  /** Tells observers of guest memory that host code changed through {@link PhysicalMemory.bytes}. */
  notifyWritten(address: number, length: number): void {
    for (const observer of this.observers) observer(address, length);
  }

  private findHostOffset(address: number, length: number): number {
    for (const { base, size, hostOffset } of this.hidden) {
      if (address >= base && address + length <= base + size) return hostOffset + (address - base);
    }
    return this.hostOffset(address, length);
  }

  private require(address: number, length: number): number {
    const offset = this.findHostOffset(address, length);
    if (offset < 0) {
      throw new ArmatureError(
        'ADDRESS_RANGE',
        `no guest memory at ${formatAddress(address)} for ${length} bytes`,
        { context: { address, length }, hint: 'Check the address against the machine’s memory regions.' },
      );
    }
    return offset;
  }
}
