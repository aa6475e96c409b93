import { ACCESS, type Access, PAGE_SIZE, type PhysicalMemory } from '@armature/core';
import { ERRNO, Failure, fail } from '../errno.ts';
import { type AddressSpace, USER_PAGES } from './address-space.ts';

const LIMIT = USER_PAGES * PAGE_SIZE;
const decoder = new TextDecoder('utf-8');
const encoder = new TextEncoder();

/** A path as bytes: every byte survives, also where it is no UTF-8. */
export const bytesToText = (bytes: Uint8Array): string => decoder.decode(bytes);
export const textToBytes = (text: string): Uint8Array => encoder.encode(text);

/**
 * A program's memory as system calls reach it: with the program's rights, touching pages as the program would. An
 * address it may not reach fails the call with EFAULT; pieces before it may have been written.
 */
export class UserMemory {
  private readonly space: AddressSpace;
  private readonly memory: PhysicalMemory;
  private readonly scratch = new DataView(new ArrayBuffer(8));
  private readonly scratchBytes = new Uint8Array(this.scratch.buffer);

  constructor(space: AddressSpace, memory: PhysicalMemory) {
    this.space = space;
    this.memory = memory;
  }

  /** Fills `into` from an address. @throws EFAULT */
  read(address: number, into: Uint8Array): void {
    const { bytes } = this.memory;
    this.pieces(address, into.length, ACCESS.read, (host, at, size) => {
      into.set(bytes.subarray(host, host + size), at);
    });
  }

  /** A copy of `length` bytes, which the caller has bounded. @throws EFAULT */
  bytes(address: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.read(address, bytes);
    return bytes;
  }

  /** Writes bytes to an address. @throws EFAULT */
  write(address: number, source: Uint8Array): void {
    const { bytes } = this.memory;
    this.pieces(address, source.length, ACCESS.write, (host, at, size, page) => {
      bytes.set(source.subarray(at, at + size), host);
      this.memory.notifyWritten(this.space.frameOf(page) * PAGE_SIZE + (host % PAGE_SIZE), size);
    });
  }

  /** Fills memory with zeros. @throws EFAULT */
  clear(address: number, length: number): void {
    const { bytes } = this.memory;
    this.pieces(address, length, ACCESS.write, (host, _at, size, page) => {
      bytes.fill(0, host, host + size);
      this.memory.notifyWritten(this.space.frameOf(page) * PAGE_SIZE + (host % PAGE_SIZE), size);
    });
  }

  u8(address: number): number {
    this.read(address, this.scratchBytes.subarray(0, 1));
    return this.scratch.getUint8(0);
  }

  u16(address: number): number {
    this.read(address, this.scratchBytes.subarray(0, 2));
    return this.scratch.getUint16(0, true);
  }

  u32(address: number): number {
    this.read(address, this.scratchBytes.subarray(0, 4));
    return this.scratch.getUint32(0, true);
  }

  i32(address: number): number {
    return this.u32(address) | 0;
  }

  u64(address: number): bigint {
    this.read(address, this.scratchBytes);
    return this.scratch.getBigUint64(0, true);
  }

  /** An unsigned 64-bit value as a number: exact below 2^53, and far out of every range above. */
  size(address: number): number {
    return Number(this.u64(address));
  }

  /** A signed 64-bit value as a number. */
  long(address: number): number {
    return Number(BigInt.asIntN(64, this.u64(address)));
  }

  setU32(address: number, value: number): void {
    this.scratch.setUint32(0, value, true);
    this.write(address, this.scratchBytes.subarray(0, 4));
  }

  setU64(address: number, value: bigint): void {
    this.scratch.setBigUint64(0, value, true);
    this.write(address, this.scratchBytes);
  }

  /** A string that ends with a zero byte. @throws EFAULT; `tooLong` when there is none within `limit` bytes */
  text(address: number, limit: number, tooLong: 'ENAMETOOLONG' | 'E2BIG'): Uint8Array {
    const parts: Uint8Array[] = [];
    const { bytes } = this.memory;
    for (let at = address, left = limit; left > 0; ) {
      const offset = at % PAGE_SIZE;
      const size = Math.min(PAGE_SIZE - offset, left);
      const host = this.reach(at, ACCESS.read);
      const piece = bytes.subarray(host, host + size);
      const end = piece.indexOf(0);
      if (end >= 0) {
        parts.push(piece.slice(0, end));
        return join(parts);
      }
      parts.push(piece.slice());
      at += size;
      left -= size;
    }
    fail(tooLong);
  }

  /** A path. @throws EFAULT, ENAMETOOLONG */
  path(address: number): string {
    return bytesToText(this.text(address, PATH_MAX, 'ENAMETOOLONG'));
  }

  /** True when every byte may be accessed. */
  allows(address: number, length: number, access: Access): boolean {
    try {
      this.pieces(address, length, access, () => {});
      return true;
    } catch (error) {
      if (error instanceof Failure && error.errno === ERRNO.EFAULT) return false;
      throw error;
    }
  }

  /** Offset in machine memory of one byte. @throws EFAULT */
  reach(address: number, access: Access): number {
    if (!(address >= 0 && address < LIMIT)) fail('EFAULT');
    const page = Math.floor(address / PAGE_SIZE);
    const host = this.space.reach(page, access);
    if (host < 0) fail('EFAULT');
    return host + (address - page * PAGE_SIZE);
  }

  private pieces(
    address: number,
    length: number,
    access: Access,
    action: (host: number, at: number, size: number, page: number) => void,
  ): void {
    if (!(address >= 0 && address + length <= LIMIT)) fail('EFAULT');
    for (let at = 0; at < length; ) {
      const here = address + at;
      const size = Math.min(length - at, PAGE_SIZE - (here % PAGE_SIZE));
      const host = this.reach(here, access);
      action(host, at, size, Math.floor(here / PAGE_SIZE));
      at += size;
    }
  }
}

/** Longest path, with its zero byte. */
export const PATH_MAX = 4096;

function join(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0];
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
