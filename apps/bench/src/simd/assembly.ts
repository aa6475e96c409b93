/** Pieces of assembly for the programs of `simd`. */

/** `count` instructions, from their numbers. */
export const times = <T>(count: number, one: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => one(index));

const VIEW = new DataView(new ArrayBuffer(8));

/**
 * The bits of a number in a format of 16, 32 or 64 bits. Half-precision cuts off what it has no room for, and must be
 * in the range of its normal numbers.
 */
export function floatBits(bits: 16 | 32 | 64, value: number): bigint {
  if (bits === 64) {
    VIEW.setFloat64(0, value);
    return VIEW.getBigUint64(0);
  }
  VIEW.setFloat32(0, value);
  const single = VIEW.getUint32(0);
  if (bits === 32) return BigInt(single);
  // Biases differ by 112.
  return BigInt(((single >>> 16) & 0x8000) | (((single & 0x7fff_ffff) >>> 13) - (112 << 10)));
}

const SHAPES = { 16: '8h', 32: '4s', 64: '2d' } as const;

/** Sets all lanes of a V register to bits; uses X1. */
function fill(register: number, bits: 16 | 32 | 64, value: bigint): string {
  const source = bits === 64 ? 'x1' : 'w1';
  return `ldr x1, =${value}\n dup v${register}.${SHAPES[bits]}, ${source}`;
}

/** Sets all lanes of a V register to a floating-point number; uses X1. */
export const floats = (bits: 16 | 32 | 64, register: number, value: number): string =>
  fill(register, bits, floatBits(bits, value));

/**
 * The same for registers `first` to `first + count - 1`, each a little larger than the one before.
 *
 * @param factor what each is of the one before.
 */
export const floatSeries = (
  bits: 16 | 32 | 64,
  first: number,
  count: number,
  value: number,
  factor = 1.03125,
): string => times(count, (index) => floats(bits, first + index, value * factor ** index)).join('\n');

/** Sets V0 to V31 to bits that differ everywhere; uses X1 and X2. */
export const MIXED_VECTORS = times(
  32,
  (index) =>
    `ldr x1, =${BigInt.asUintN(64, 0x9e37_79b9_7f4a_7c15n ^ (BigInt(index) * 0x0123_4567_89ab_cdefn))}
    ror x2, x1, #${(7 * index + 11) % 64}
    fmov d${index}, x1
    mov v${index}.d[1], x2`,
).join('\n');

/** Sets X8 to X15 to bits that differ. */
export const MIXED_REGISTERS = times(
  8,
  (index) => `ldr x${8 + index}, =${0x0123_4567_89ab_cdefn * BigInt(2 * index + 3)}`,
).join('\n');
