/**
 * Branded units for API edges. Inside hot loops they are plain numbers: a brand costs nothing at run time.
 */
declare const brand: unique symbol;
type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

/** A guest physical address, at most 48 bits, in bytes. */
export type GuestPhysAddr = Branded<number, 'GuestPhysAddr'>;
/** A guest virtual address, 64 bits, in bytes. */
export type GuestVirtAddr = Branded<bigint, 'GuestVirtAddr'>;
/** A page-frame number: a physical address divided by {@link PAGE_SIZE}. */
export type Frame = Branded<number, 'Frame'>;
/** A power-of-two run of frames: order 0 is one frame, order 9 is 512. */
export type Order = Branded<number, 'Order'>;
/** A size in bytes. */
export type Bytes = Branded<number, 'Bytes'>;
/** A duration or a point in time, in nanoseconds. */
export type Nanos = Branded<number, 'Nanos'>;

/** Bytes of a translation granule, and of a page frame. */
export const PAGE_SIZE = 4096;
/** log2 of {@link PAGE_SIZE}. */
export const PAGE_SHIFT = 12;

export const KiB = (count: number): Bytes => (count * 1024) as Bytes;
export const MiB = (count: number): Bytes => (count * 1024 * 1024) as Bytes;
export const GiB = (count: number): Bytes => (count * 1024 * 1024 * 1024) as Bytes;

/** Takes an address or size as people write it (`0x4000_0000` or `0x4000_0000n`) and gives a number. */
export function toNumber(value: number | bigint): number {
  return typeof value === 'bigint' ? Number(value) : value;
}

/** Joins two 32-bit halves (signed or unsigned) into an unsigned 64-bit value. For API edges only. */
export function fromHalves(lo: number, hi: number): bigint {
  return (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
}

/** Low 32 bits of a 64-bit value, as a signed number. */
export function lowHalf(value: bigint): number {
  return Number(value & 0xffff_ffffn) | 0;
}

/** High 32 bits of a 64-bit value, as a signed number. */
export function highHalf(value: bigint): number {
  return Number((value >> 32n) & 0xffff_ffffn) | 0;
}

/** An address as people read it: `0x4008_0000`, `0xffff_0000_4008_0000`. */
export function formatAddress(value: number | bigint): string {
  const digits = value.toString(16);
  const padded = digits.padStart(Math.max(8, Math.ceil(digits.length / 4) * 4), '0');
  return `0x${padded.replace(/(?!^)(?=(?:.{4})+$)/g, '_')}`;
}

/** A size as people read it: `4 KiB`, `16 MiB`, `100 bytes`. */
export function formatBytes(value: number): string {
  for (const [unit, name] of [
    [2 ** 30, 'GiB'],
    [2 ** 20, 'MiB'],
    [2 ** 10, 'KiB'],
  ] as const) {
    if (value >= unit && value % (unit / 4) === 0) return `${value / unit} ${name}`;
  }
  return `${value} bytes`;
}
