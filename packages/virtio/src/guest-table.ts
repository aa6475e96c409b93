import type { PhysicalMemory } from '@armature/core';

/**
 * A table that the driver placed in guest memory, little-endian. Where memory is in one piece the table is found once;
 * where it is backed frame by frame, each access asks anew, for a frame may go and another come.
 */
export class GuestTable {
  private readonly memory: PhysicalMemory;
  private readonly view: DataView;
  private address = 0;
  /** Offset in machine memory, or -1 where that can change. */
  private offset = -1;

  constructor(memory: PhysicalMemory) {
    this.memory = memory;
    this.view = new DataView(memory.bytes.buffer);
  }

  /** Finds the table; false when it is not all memory. */
  map(address: number, length: number): boolean {
    if (!this.memory.contains(address, length)) return false;
    this.address = address;
    this.offset = this.memory.fixedOffset(address, length);
    return true;
  }

  u16(at: number): number {
    if (this.offset < 0) return this.memory.readU16(this.address + at);
    return this.view.getUint16(this.offset + at, true);
  }

  u32(at: number): number {
    if (this.offset < 0) return this.memory.readU32(this.address + at);
    return this.view.getUint32(this.offset + at, true);
  }

  setU16(at: number, value: number): void {
    if (this.offset < 0) {
      this.memory.writeU16(this.address + at, value);
      return;
    }
    this.view.setUint16(this.offset + at, value, true);
    this.memory.notifyWritten(this.address + at, 2);
  }

  /** Two numbers of 32 bits. */
  setPair(at: number, first: number, second: number): void {
    if (this.offset < 0) {
      this.memory.write(this.address + at, new Uint8Array(Uint32Array.of(first, second).buffer));
      return;
    }
    this.view.setUint32(this.offset + at, first, true);
    this.view.setUint32(this.offset + at + 4, second, true);
    this.memory.notifyWritten(this.address + at, 8);
  }
}
