import type { PhysicalMemory } from '@armature/core';

/**
 * One buffer that the driver made available: the memory of a chain of descriptors, checked and mapped. First come
 * the bytes that the device reads, then those that it writes; how they are split among descriptors does not show.
 *
 * A chain belongs to its queue and is used again after it is returned.
 *
 * @spec Virtual I/O Device (VIRTIO) Version 1.2, Message Framing
 */
export class DescriptorChain {
  /** Index of the first descriptor, by which the driver knows the buffer. */
  head = 0;
  /** Bytes that the device may read. */
  readableBytes = 0;
  /** Bytes that the device may write. */
  writableBytes = 0;

  private readonly memory: PhysicalMemory;
  /** Of each segment: guest physical address, offset in machine memory or -1 where that can change, bytes. */
  private readonly addresses: number[] = [];
  private readonly offsets: number[] = [];
  private readonly lengths: number[] = [];
  private readable = 0;
  private count = 0;

  constructor(memory: PhysicalMemory) {
    this.memory = memory;
  }

  /** Pieces of guest memory that the chain has. */
  get segments(): number {
    return this.count;
  }

  /** Makes the chain an empty one. */
  begin(head: number): void {
    this.head = head;
    this.readableBytes = 0;
    this.writableBytes = 0;
    this.readable = 0;
    this.count = 0;
  }

  /** Adds memory at the end; memory that continues the segment before becomes part of it. */
  add(address: number, offset: number, length: number, writable: boolean): void {
    const last = this.count - 1;
    const joins =
      last >= (writable ? this.readable : 0) &&
      (offset < 0 ? this.offsets[last] < 0 : this.offsets[last] + this.lengths[last] === offset) &&
      this.addresses[last] + this.lengths[last] === address;
    if (joins) {
      this.lengths[last] += length;
    } else {
      this.addresses[this.count] = address;
      this.offsets[this.count] = offset;
      this.lengths[this.count] = length;
      this.count++;
    }
    if (writable) {
      this.writableBytes += length;
    } else {
      this.readableBytes += length;
      this.readable = this.count;
    }
  }

  /**
   * Copies readable bytes.
   *
   * @param from bytes to leave out at the start
   * @returns bytes copied: fewer than `target` holds when the chain ends before
   */
  read(from: number, target: Uint8Array): number {
    return this.visitReadable(from, target.length, (bytes, at) => target.set(bytes, at));
  }

  /**
   * Copies bytes to the writable part.
   *
   * @param from bytes to leave out at the start of the writable part
   * @returns bytes copied: fewer than `source` holds when the chain ends before
   */
  write(from: number, source: Uint8Array): number {
    return this.visitWritable(from, source.length, (bytes, at) =>
      bytes.set(source.subarray(at, at + bytes.length)),
    );
  }

  /**
   * Shows readable bytes where they are, in guest memory, piece by piece.
   *
   * @param visit gets a piece, and how many bytes came before it
   * @returns bytes shown
   */
  visitReadable(from: number, length: number, visit: (bytes: Uint8Array, at: number) => void): number {
    return this.visit(0, this.readable, from, length, 'read', visit);
  }

  /**
   * Lets writable bytes be filled where they are, in guest memory, piece by piece. Engines hear of each piece,
   * also when `fill` throws.
   */
  visitWritable(from: number, length: number, fill: (bytes: Uint8Array, at: number) => void): number {
    return this.visit(this.readable, this.count, from, length, 'write', (bytes, at, address) => {
      try {
        fill(bytes, at);
      } finally {
        this.memory.notifyWritten(address, bytes.length);
      }
    });
  }

  private visit(
    first: number,
    end: number,
    from: number,
    length: number,
    access: 'read' | 'write',
    visit: (bytes: Uint8Array, at: number, address: number) => void,
  ): number {
    let skip = from;
    let done = 0;
    for (let index = first; index < end && done < length; index++) {
      const available = this.lengths[index] - skip;
      if (available <= 0) {
        skip -= this.lengths[index];
        continue;
      }
      const size = Math.min(available, length - done);
      const address = this.addresses[index] + skip;
      if (this.offsets[index] >= 0) {
        const start = this.offsets[index] + skip;
        visit(this.memory.bytes.subarray(start, start + size), done, address);
      } else {
        const before = done;
        this.memory.visitPieces(address, size, access, (start, piece, at) =>
          visit(this.memory.bytes.subarray(start, start + piece), before + at, address + at),
        );
      }
      done += size;
      skip = 0;
    }
    return done;
  }
}
