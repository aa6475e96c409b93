/*
 * The dot product of pairs of BFloat16 numbers. Subnormal numbers count as zeros, results are rounded to odd, no
 * flags are set, and NaNs are the default one, whatever FPCR says.
 */

const WORD = new DataView(new ArrayBuffer(8));
const DEFAULT_NAN = 0x7fc0_0000;
const SMALLEST_NORMAL = 2 ** -126;
/** Beyond the largest single-precision number. */
const OVERFLOW = 2 ** 128;

/** The value of a single-precision number. */
function singleValue(bits: number): number {
  WORD.setInt32(0, bits);
  return flushed(WORD.getFloat32(0));
}

/** Zero of the same sign for a number too small. */
const flushed = (value: number): number => (Math.abs(value) < SMALLEST_NORMAL ? value * 0 : value);

/** A product of two BFloat16 numbers: it has 16 bits, so all of it fits single-precision. */
function product(a: number, b: number): number {
  const exact = flushed(a * b);
  return Math.abs(exact) >= OVERFLOW ? exact * Number.POSITIVE_INFINITY : exact;
}

/** The sum of two single-precision numbers, rounded to odd to one. */
function sum(a: number, b: number): number {
  const nearest = a + b;
  const part = nearest - a;
  const error = a - (nearest - part) + (b - part);
  if (Math.abs(nearest) >= OVERFLOW || Number.isNaN(nearest)) return nearest * Number.POSITIVE_INFINITY;
  if (Math.abs(nearest) < SMALLEST_NORMAL) return nearest * 0;
  WORD.setFloat64(0, nearest);
  let high = WORD.getInt32(0);
  let low = WORD.getInt32(4);
  // Truncated to the 53 bits of double-precision, then to 24: what is cut off makes the last bit a one.
  if (error !== 0 && error < 0 !== nearest < 0) {
    if (low === 0) high -= 1;
    low -= 1;
  }
  const lost = (low & CUT) !== 0 || error !== 0;
  WORD.setInt32(0, high);
  WORD.setInt32(4, (low & ~CUT) | (lost ? LAST_BIT : 0));
  return WORD.getFloat64(0);
}

/** Of the lower word: what single-precision has no room for, and its last bit. */
const CUT = 0x1fff_ffff;
const LAST_BIT = 0x2000_0000;

/**
 * addend + the products of the lower and of the upper halfwords of `a` and `b`.
 *
 * @param addend single-precision bits; so is the result.
 * @spec DDI 0487, BFDotAdd
 */
export function dotBFloat16(addend: number, a: number, b: number): number {
  const low = product(singleValue(a << 16), singleValue(b << 16));
  const high = product(singleValue(a & 0xffff_0000), singleValue(b & 0xffff_0000));
  const result = sum(singleValue(addend), sum(low, high));
  if (Number.isNaN(result)) return DEFAULT_NAN;
  WORD.setFloat32(0, result);
  return WORD.getInt32(0);
}
