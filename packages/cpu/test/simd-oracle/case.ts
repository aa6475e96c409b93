/**
 * Cases of single SIMD and floating-point instructions, as the harness under QEMU reads and writes them. All
 * cases of a run lie in one buffer; results have the same form. Little-endian, as in `harness.c`:
 *
 *     0    u32  instruction word
 *     4    u32  NZCV
 *     8    u32  FPCR
 *     12   u32  FPSR
 *     16   u64  X0 to X30
 *     264  u64  in a result: 1 when the instruction is UNDEFINED
 *     272  u128 V0 to V31
 */
export const CASE = {
  word: 0,
  nzcv: 4,
  fpcr: 8,
  fpsr: 12,
  x: 16,
  undefined: 264,
  v: 272,
  size: 784,
} as const;

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

  /** A field of 32 bits, unsigned. */
  get(index: number, field: 'word' | 'nzcv' | 'fpcr' | 'fpsr'): number {
    return this.view.getUint32(index * CASE.size + CASE[field], true);
  }

  set(index: number, field: 'word' | 'nzcv' | 'fpcr' | 'fpsr', value: number): void {
    this.view.setUint32(index * CASE.size + CASE[field], value, true);
  }

  x(index: number, register: number): bigint {
    return this.view.getBigUint64(index * CASE.size + CASE.x + 8 * register, true);
  }

  setX(index: number, register: number, value: bigint): void {
    this.view.setBigUint64(index * CASE.size + CASE.x + 8 * register, value, true);
  }

  /** The sixteen bytes of a V register; writing to them changes the case. */
  v(index: number, register: number): Uint8Array<ArrayBuffer> {
    const start = index * CASE.size + CASE.v + 16 * register;
    return this.bytes.subarray(start, start + 16);
  }

  isUndefined(index: number): boolean {
    return this.view.getUint32(index * CASE.size + CASE.undefined, true) !== 0;
  }

  setUndefined(index: number): void {
    this.view.setUint32(index * CASE.size + CASE.undefined, 1, true);
  }

  /** All bytes of one case. */
  record(index: number): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(index * CASE.size, (index + 1) * CASE.size);
  }

  copy(): Cases {
    return new Cases(this.bytes.slice());
  }
}

/** A V register as a hexadecimal number, most significant byte first. */
export function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes)
    .reverse()
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
