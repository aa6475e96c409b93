import { Flag, type FloatContext, type RoundingMode } from './context.ts';
import { roundsUp } from './round.ts';
import type { Unpacked } from './unpacked.ts';
import { INFINITY, NAN, ZERO } from './unpacked.ts';

/** The widths of integers that conversions know. */
export type IntegerWidth = 16 | 32 | 64;

/** A magnitude of up to 64 bits, and what rounding cut off it. */
export const MAGNITUDE = { hi: 0, lo: 0, overflow: false, inexact: false };

/** Rounds a finite value, times 2^`scale`, to an integer magnitude in MAGNITUDE. */
export function roundToMagnitude(u: Unpacked, scale: number, rounding: RoundingMode): void {
  const m = MAGNITUDE;
  const exponent = u.exponent + scale;
  const { hi, lo } = u;
  let error = 0;
  m.overflow = exponent > 63;
  if (exponent >= 63) {
    m.hi = hi;
    m.lo = lo;
  } else if (exponent > 31) {
    const shift = 63 - exponent;
    m.hi = (hi >>> shift) | 0;
    m.lo = (lo >>> shift) | (hi << (32 - shift));
    error = lo << (32 - shift);
  } else if (exponent === 31) {
    m.hi = 0;
    m.lo = hi;
    error = lo | 0;
  } else if (exponent >= 0) {
    const shift = 31 - exponent;
    m.hi = 0;
    m.lo = (hi >>> shift) | 0;
    error = (hi << (32 - shift)) | (lo >>> shift) | (lo << (32 - shift) !== 0 ? 1 : 0);
  } else {
    m.hi = 0;
    m.lo = 0;
    error = exponent === -1 ? hi | (lo !== 0 ? 1 : 0) : 1;
  }
  m.inexact = error !== 0;
  if (m.inexact && roundsUp(rounding, u.sign, error, m.lo)) {
    m.lo = (m.lo + 1) | 0;
    if (m.lo === 0) m.hi = (m.hi + 1) | 0;
  }
}

/** Whether MAGNITUDE with this sign does not fit. */
function exceeds(sign: number, width: IntegerWidth, unsigned: boolean): boolean {
  const { hi, lo, overflow } = MAGNITUDE;
  if (overflow) return true;
  if (unsigned && sign !== 0) return (hi | lo) !== 0;
  // The highest word that the magnitude may not go beyond is that of a power of two, less one unless -2^n.
  const bits = unsigned ? width : width - 1;
  if (bits === 64) return false;
  if (bits === 63) return hi < 0 && (sign === 0 || hi !== -0x8000_0000 || lo !== 0);
  if (hi !== 0) return true;
  if (bits === 32) return false;
  const limit = 2 ** bits;
  return sign !== 0 ? lo >>> 0 > limit : lo >>> 0 >= limit;
}

function saturate(context: FloatContext, sign: number, width: IntegerWidth, unsigned: boolean): void {
  context.flags |= Flag.IOC;
  const negative = sign !== 0;
  if (unsigned) {
    context.lo = negative ? 0 : width === 16 ? 0xffff : -1;
    context.hi = negative || width !== 64 ? 0 : -1;
    return;
  }
  const top = width === 16 ? 0x7fff : 0x7fff_ffff;
  context.lo = width === 64 ? (negative ? 0 : -1) : negative ? ~top : top;
  context.hi = width === 64 ? (negative ? ~top : top) : negative ? -1 : 0;
}

/**
 * Converts to an integer of `width` bits, extended to 64 bits in `context.hi:lo`.
 *
 * @spec DDI 0487, FPToFixed
 */
export function toInteger(
  context: FloatContext,
  u: Unpacked,
  width: IntegerWidth,
  unsigned: boolean,
  fractionBits: number,
  rounding: RoundingMode,
): void {
  context.lo = 0;
  context.hi = 0;
  if (u.kind === ZERO) return;
  if ((u.kind & NAN) !== 0) {
    context.flags |= Flag.IOC;
    return;
  }
  if (u.kind === INFINITY) {
    saturate(context, u.sign, width, unsigned);
    return;
  }
  roundToMagnitude(u, fractionBits, rounding);
  if (exceeds(u.sign, width, unsigned)) {
    saturate(context, u.sign, width, unsigned);
    return;
  }
  if (MAGNITUDE.inexact) context.flags |= Flag.IXC;
  if (u.sign === 0) {
    context.lo = MAGNITUDE.lo;
    context.hi = MAGNITUDE.hi;
  } else {
    context.lo = -MAGNITUDE.lo | 0;
    context.hi = (-MAGNITUDE.hi - (MAGNITUDE.lo !== 0 ? 1 : 0)) | 0;
  }
}
