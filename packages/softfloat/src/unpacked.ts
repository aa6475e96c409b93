import { Flag, type FloatContext, Rounding, raiseInvalid } from './context.ts';

/*
 * Every operation works on one internal form, whatever the format: a kind, a sign, an exponent, and a 64-bit
 * significand with its leading one at bit 63, so that a finite value is significand * 2^(exponent - 63).
 * A computed significand may hold a sticky bit at bit 0. No format has more than 53 bits, so an operand has
 * at least 11 zeros there, and a sticky bit never meets a bit that matters. A NaN keeps its fraction in bits
 * 62:0, quiet bit at 62: then a conversion between formats is a matter of packing.
 */

/** Kinds are bits, so that kinds of several operands may be or-ed and tested at once. */
export const FINITE = 0;
export const ZERO = 1;
export const INFINITY = 2;
export const QUIET = 4;
export const SIGNALLING = 8;
export const NAN = QUIET | SIGNALLING;

/** A value in the internal form. */
export class Unpacked {
  /** FINITE (not zero), ZERO, INFINITY, QUIET or SIGNALLING. */
  kind = ZERO;
  /** 0 or 1. */
  sign = 0;
  /** Unbiased exponent of the leading one. */
  exponent = 0;
  /** Bits 63:32 of the significand, signed. */
  hi = 0;
  /** Bits 31:0 of the significand, signed. */
  lo = 0;
}

function setNormalized(u: Unpacked, exponent: number, hi: number, lo: number): void {
  u.kind = FINITE;
  if (hi === 0) {
    const shift = Math.clz32(lo);
    u.hi = lo << shift;
    u.lo = 0;
    u.exponent = exponent - 32 - shift;
  } else {
    const shift = Math.clz32(hi);
    u.hi = shift === 0 ? hi : (hi << shift) | (lo >>> (32 - shift));
    u.lo = lo << shift;
    u.exponent = exponent - shift;
  }
}

/** Makes `u` the finite value `hi:lo` * 2^(exponent - 63), or a zero; the sign is left alone. */
export function normalize(u: Unpacked, exponent: number, hi: number, lo: number): void {
  if ((hi | lo) === 0) u.kind = ZERO;
  else setNormalized(u, exponent, hi, lo);
}

function setNaN(u: Unpacked, hi: number, lo: number): void {
  u.kind = (hi & 0x4000_0000) !== 0 ? QUIET : SIGNALLING;
  u.hi = hi;
  u.lo = lo;
}

/** @spec DDI 0487, FPUnpack */
export function unpack64(context: FloatContext, u: Unpacked, lo: number, hi: number): void {
  const biased = (hi >>> 20) & 0x7ff;
  const top = ((hi & 0xf_ffff) << 11) | (lo >>> 21);
  const bottom = lo << 11;
  u.sign = hi >>> 31;
  if (biased === 0) {
    if ((top | bottom) === 0) {
      u.kind = ZERO;
    } else if (context.flushToZero) {
      u.kind = ZERO;
      context.flags |= Flag.IDC;
    } else {
      setNormalized(u, -1022, top, bottom);
    }
  } else if (biased === 0x7ff) {
    if ((top | bottom) === 0) u.kind = INFINITY;
    else setNaN(u, top, bottom);
  } else {
    u.kind = FINITE;
    u.exponent = biased - 1023;
    u.hi = top | 0x8000_0000;
    u.lo = bottom;
  }
}

/** @spec DDI 0487, FPUnpack */
export function unpack32(context: FloatContext, u: Unpacked, value: number): void {
  const biased = (value >>> 23) & 0xff;
  const top = (value & 0x7f_ffff) << 8;
  u.sign = value >>> 31;
  u.lo = 0;
  if (biased === 0) {
    if (top === 0) {
      u.kind = ZERO;
    } else if (context.flushToZero) {
      u.kind = ZERO;
      context.flags |= Flag.IDC;
    } else {
      setNormalized(u, -126, top, 0);
    }
  } else if (biased === 0xff) {
    if (top === 0) u.kind = INFINITY;
    else setNaN(u, top, 0);
  } else {
    u.kind = FINITE;
    u.exponent = biased - 127;
    u.hi = top | 0x8000_0000;
  }
}

function unpackHalf(u: Unpacked, value: number, flush: boolean, alternative: boolean): void {
  const biased = (value >>> 10) & 0x1f;
  const top = (value & 0x3ff) << 21;
  u.sign = (value >>> 15) & 1;
  u.lo = 0;
  if (biased === 0) {
    // FZ16 flushes without setting IDC.
    if (top === 0 || flush) u.kind = ZERO;
    else setNormalized(u, -14, top, 0);
  } else if (biased === 0x1f && !alternative) {
    if (top === 0) u.kind = INFINITY;
    else setNaN(u, top, 0);
  } else {
    u.kind = FINITE;
    u.exponent = biased - 15;
    u.hi = top | 0x8000_0000;
  }
}

/** @spec DDI 0487, FPUnpack */
export function unpack16(context: FloatContext, u: Unpacked, value: number): void {
  unpackHalf(u, value, context.flushHalf, false);
}

/**
 * The operand of a conversion between formats: AHP counts and FZ16 does not.
 *
 * @spec DDI 0487, FPUnpackCV
 */
export function unpackConverted16(context: FloatContext, u: Unpacked, value: number): void {
  unpackHalf(u, value, false, context.alternativeHalf);
}

export function setZero(r: Unpacked, sign: number): void {
  r.kind = ZERO;
  r.sign = sign;
}

/** A zero that is an exact sum: its sign depends on the rounding mode alone. */
export function setExactZero(context: FloatContext, r: Unpacked): void {
  setZero(r, context.rounding === Rounding.MinusInfinity ? 1 : 0);
}

export function setInfinity(r: Unpacked, sign: number): void {
  r.kind = INFINITY;
  r.sign = sign;
}

/** The finite value ±1.`fraction` * 2^exponent, where `fraction` is the high word without its leading one. */
export function setFinite(r: Unpacked, sign: number, exponent: number, fraction: number): void {
  r.kind = FINITE;
  r.sign = sign;
  r.exponent = exponent;
  r.hi = fraction | 0x8000_0000;
  r.lo = 0;
}

export function copy(r: Unpacked, from: Unpacked): void {
  r.kind = from.kind;
  r.sign = from.sign;
  r.exponent = from.exponent;
  r.hi = from.hi;
  r.lo = from.lo;
}

/** @spec DDI 0487, FPDefaultNaN */
export function setDefaultNaN(r: Unpacked): void {
  r.kind = QUIET;
  r.sign = 0;
  r.hi = 0x4000_0000;
  r.lo = 0;
}

/** The result of an invalid operation. */
export function setInvalid(context: FloatContext, r: Unpacked): void {
  raiseInvalid(context);
  setDefaultNaN(r);
}

/** Makes `r` the quiet form of the NaN `operand`. @spec DDI 0487, FPProcessNaN */
export function processNaN(context: FloatContext, operand: Unpacked, r: Unpacked): void {
  if (operand.kind === SIGNALLING) raiseInvalid(context);
  if (context.defaultNaN) {
    setDefaultNaN(r);
  } else {
    r.kind = QUIET;
    r.sign = operand.sign;
    r.hi = operand.hi | 0x4000_0000;
    r.lo = operand.lo;
  }
}

/** At least one of `a` and `b` is a NaN. @spec DDI 0487, FPProcessNaNs */
export function processNaNs(context: FloatContext, a: Unpacked, b: Unpacked, r: Unpacked): void {
  if (a.kind === SIGNALLING) processNaN(context, a, r);
  else if (b.kind === SIGNALLING) processNaN(context, b, r);
  else if (a.kind === QUIET) processNaN(context, a, r);
  else processNaN(context, b, r);
}

/** At least one of `a`, `b` and `c` is a NaN. @spec DDI 0487, FPProcessNaNs3 */
export function processNaNs3(
  context: FloatContext,
  a: Unpacked,
  b: Unpacked,
  c: Unpacked,
  r: Unpacked,
): void {
  if (a.kind === SIGNALLING) processNaN(context, a, r);
  else if (b.kind === SIGNALLING) processNaN(context, b, r);
  else if (c.kind === SIGNALLING) processNaN(context, c, r);
  else if (a.kind === QUIET) processNaN(context, a, r);
  else if (b.kind === QUIET) processNaN(context, b, r);
  else processNaN(context, c, r);
}
