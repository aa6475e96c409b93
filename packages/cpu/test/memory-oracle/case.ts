import type { Random } from '../simd-oracle/random.ts';

/**
 * Cases of single loads, stores and atomics, as the harness under QEMU reads and writes them. Results have the same
 * form. Little-endian, as in `harness.c`:
 *
 *     0    u32  instruction word
 *     4    u32  NZCV
 *     8    u32  in a result: a {@link FAULT}
 *     12   u32  in a result: how many of the changes are used
 *     16   u64  X0 to X30, SP
 *     272  u128 V0 to V31
 *     784  u64  in a result: address of the fault
 *     792  8 changes of 24 bytes: u32 offset in the window, u32 unused, 16 bytes of content
 */
export const CASE = {
  word: 0,
  nzcv: 4,
  fault: 8,
  changeCount: 12,
  x: 16,
  v: 272,
  faultAddress: 784,
  changes: 792,
  changeSize: 24,
  maxChanges: 8,
  size: 992,
} as const;

export const FAULT = { none: 0, undefined: 1, access: 2, alignment: 3 } as const;

export const PAGE = 4096;
/** Virtual address of the window, and of the instruction in the page after it. */
export const WINDOW = 0x12_3460_0000;
export const SLOT = 0x12_3460_9800;
/** Pages of the window: `-` unmapped, `w` readable and writable, `r` readable. As in `harness.c`. */
export const WINDOW_PAGES = '-ww-rw-w-';
export const WINDOW_SIZE = WINDOW_PAGES.length * PAGE;

/** What the window holds before each case. */
export function windowContent(): Uint8Array<ArrayBuffer> {
  const words = Uint32Array.from({ length: WINDOW_SIZE / 4 }, (_, at) => Math.imul(at + 1, 0x9e37_79b1));
  return new Uint8Array(words.buffer);
}

type Field32 = 'word' | 'nzcv' | 'fault' | 'changeCount';

/** A list of cases, or of their results, over one buffer. */
export class Cases {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView<ArrayBuffer>;

  constructor(source: number | Uint8Array<ArrayBuffer>) {
    this.bytes = typeof source === 'number' ? new Uint8Array(source * CASE.size) : source;
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
  }

  get count(): number {
    return this.bytes.length / CASE.size;
  }

  get(index: number, field: Field32): number {
    return this.view.getUint32(index * CASE.size + CASE[field], true);
  }

  set(index: number, field: Field32, value: number): void {
    this.view.setUint32(index * CASE.size + CASE[field], value, true);
  }

  /** X0 to X30, and SP as 31. */
  x(index: number, register: number): bigint {
    return this.view.getBigUint64(index * CASE.size + CASE.x + 8 * register, true);
  }

  setX(index: number, register: number, value: bigint): void {
    this.view.setBigUint64(index * CASE.size + CASE.x + 8 * register, BigInt.asUintN(64, value), true);
  }

  /** The sixteen bytes of a V register. */
  v(index: number, register: number): Uint8Array<ArrayBuffer> {
    const start = index * CASE.size + CASE.v + 16 * register;
    return this.bytes.subarray(start, start + 16);
  }

  get64(index: number, field: 'faultAddress'): bigint {
    return this.view.getBigUint64(index * CASE.size + CASE[field], true);
  }

  /** The changes of memory, in words. */
  changes(index: number): string[] {
    return Array.from({ length: this.get(index, 'changeCount') }, (_, number) => {
      const at = index * CASE.size + CASE.changes + number * CASE.changeSize;
      const offset = this.view.getUint32(at, true).toString(16);
      return `${offset}: ${hexadecimal(this.bytes.subarray(at + 8, at + 24))}`;
    });
  }

  /** All bytes of one case. */
  record(index: number): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(index * CASE.size, (index + 1) * CASE.size);
  }

  copy(): Cases {
    return new Cases(this.bytes.slice());
  }
}

/** Bytes as a hexadecimal number, most significant first. */
export function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes)
    .reverse()
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

/** 64 random bits. */
export const random64 = (random: Random): bigint => (BigInt(random.next()) << 32n) | BigInt(random.next());
