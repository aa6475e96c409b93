import type { GuestMemory } from '@armature/core';

/** Longest string a guest may pass, in bytes. */
const LONGEST_STRING = 2 ** 20;

/** A parameter that cannot be used: ends the operation with -1. */
export class BadParameter {
  readonly errno: number;

  constructor(errno: number) {
    this.errno = errno;
  }
}

/** 64-bit fields at a guest virtual address, and what they point to. */
export class ParameterBlock {
  private readonly memory: GuestMemory;
  private readonly address: bigint;
  private readonly faultErrno: number;

  constructor(memory: GuestMemory, address: bigint, faultErrno: number) {
    this.memory = memory;
    this.address = address;
    this.faultErrno = faultErrno;
  }

  /** @throws BadParameter when it cannot be read */
  field(index: number): bigint {
    const bytes = this.bytes(this.address + BigInt(8 * index), 8);
    return new DataView(bytes.buffer).getBigUint64(0, true);
  }

  /** @throws BadParameter when it cannot be written */
  setField(index: number, value: bigint): void {
    this.store(this.address + BigInt(8 * index), fields(value));
  }

  /** @throws BadParameter */
  bytes(address: bigint, length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    if (!this.memory.read(address, bytes)) throw this.fault();
    return bytes;
  }

  /** @throws BadParameter */
  store(address: bigint, bytes: Uint8Array): void {
    if (!this.memory.write(address, bytes)) throw this.fault();
  }

  /** Checks a buffer before anything is done with it. @throws BadParameter */
  check(address: bigint, length: bigint, access: 'read' | 'write'): void {
    if (length > 2n ** 32n || !this.memory.accessible(address, Number(length), access)) throw this.fault();
  }

  /** Text of a length that the guest gives. @throws BadParameter */
  text(address: bigint, length: bigint): string {
    if (length > LONGEST_STRING) throw this.fault();
    this.check(address, length, 'read');
    return new TextDecoder().decode(this.bytes(address, Number(length)));
  }

  /** Bytes up to a zero. @throws BadParameter */
  terminated(address: bigint): Uint8Array {
    const parts: number[] = [];
    for (let at = address; parts.length < LONGEST_STRING; ) {
      const length = 4096 - Number(at & 0xfffn);
      const part = this.bytes(at, length);
      const end = part.indexOf(0);
      for (const byte of end < 0 ? part : part.subarray(0, end)) parts.push(byte);
      if (end >= 0) return Uint8Array.from(parts);
      at += BigInt(length);
    }
    throw this.fault();
  }

  private fault(): BadParameter {
    return new BadParameter(this.faultErrno);
  }
}

/** 64-bit little-endian values. */
export function fields(...values: readonly bigint[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * values.length));
  for (const [index, value] of values.entries())
    view.setBigUint64(8 * index, BigInt.asUintN(64, value), true);
  return new Uint8Array(view.buffer);
}
