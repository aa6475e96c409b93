import { type FrameAllocator, type MemoryRegion, NO_FRAME, PAGE_SIZE } from '@armature/core';
import { allocatorByName } from '../json/part-registry.ts';
import type { Machine } from '../machine.ts';

/** Bytes of RAM that are looked at: Linux wants its initial RAM disk within 32 GiB of the kernel. */
const WINDOW = 32 * 2 ** 30;

/**
 * Finds room in RAM for what a boot may put anywhere. It asks an allocator of the kind that the machine's memory manager
 * has, or the bitmap allocator, whose first fit is where QEMU puts things.
 */
export class BootPlacement {
  readonly #frames: FrameAllocator;
  /** End of what was placed last. */
  #end = 0;

  constructor(machine: Machine, ram: MemoryRegion) {
    const factory = machine.find('memory-management')?.factory ?? allocatorByName('bitmap');
    this.#frames = factory.create({
      base: Math.ceil(ram.base / PAGE_SIZE),
      count: Math.floor(Math.min(ram.size, WINDOW) / PAGE_SIZE),
    });
  }

  /** Keeps what is placed later off these bytes. Pages that are taken already, or not in RAM, are passed over. */
  occupy(address: number, size: number): void {
    const { first, count } = pagesOf(address, size);
    if (this.#frames.allocAt(first, count)) return;
    for (let frame = first; frame < first + count; frame++) this.#frames.allocAt(frame, 1);
  }

  /** Takes exactly these bytes; false when something is there. */
  placeAt(address: number, size: number): boolean {
    const { first, count } = pagesOf(address, size);
    return this.#frames.allocAt(first, count);
  }

  /**
   * Room for so many bytes.
   *
   * @param low lowest address
   * @param align alignment in bytes, a power of two of at least 4096
   * @returns an address; where there is no room, one that the rules allow behind all that was placed
   */
  place(size: number, low: number, align: number): number {
    const frame = this.#frames.allocRun(pagesOf(0, size).count, {
      align: align / PAGE_SIZE,
      low: Math.ceil(low / PAGE_SIZE),
    });
    const address =
      frame === NO_FRAME ? Math.ceil(Math.max(low, this.#end) / align) * align : frame * PAGE_SIZE;
    this.#end = address + size;
    return address;
  }
}

/** The pages that bytes touch, at least one. */
function pagesOf(address: number, size: number): { first: number; count: number } {
  const first = Math.floor(address / PAGE_SIZE);
  return { first, count: Math.ceil((address + Math.max(size, 1)) / PAGE_SIZE) - first };
}
