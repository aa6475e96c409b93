import { Flag, type FloatContext } from './context.ts';
import { pack16, pack32, pack64 } from './round.ts';
import {
  FINITE,
  INFINITY,
  NAN,
  processNaN,
  processNaNs,
  setInfinity,
  setInvalid,
  setZero,
  Unpacked,
  unpack16,
  unpack32,
  unpack64,
  ZERO,
} from './unpacked.ts';
import { lowProductHigh, significand53 } from './wide.ts';

/*
 * The host's quotient and square root of 53-bit integers are correctly rounded to 53 bits, so the exact
 * result lies within half a unit of theirs, and never just there. The sign of the exact remainder says on
 * which side: above, a sticky bit follows the 53 bits; below, they are decremented and all bits after them
 * are ones. That is as good as an exact result, for every rounding and also for fewer bits. A remainder is
 * below 2^54 in magnitude, so the low 64 bits of two long products give it.
 */

const TWO_21 = 0x20_0000;
const TWO_52 = 0x10_0000_0000_0000;

const A = new Unpacked();
const B = new Unpacked();
const R = new Unpacked();

/** Makes `r`'s significand that of the integer `q` in [2^52, 2^53), corrected by the remainder's words. */
function setCorrected(r: Unpacked, q: number, remainderHi: number, remainderLo: number): void {
  const top = Math.floor(q / TWO_21);
  r.kind = FINITE;
  r.hi = top | 0;
  r.lo = (q - top * TWO_21) << 11;
  if (remainderHi < 0) {
    if (r.lo === 0) r.hi = (r.hi - 1) | 0;
    r.lo = (r.lo - 1) | 0;
  } else if ((remainderHi | remainderLo) !== 0) {
    r.lo |= 1;
  }
}

function divideFinite(r: Unpacked, a: Unpacked, b: Unpacked): void {
  const divisor = significand53(b);
  let dividend = significand53(a);
  let exponent = a.exponent - b.exponent;
  if (dividend < divisor) {
    dividend *= 2;
    exponent -= 1;
  }
  const quotient = (dividend / divisor) * TWO_52;
  // remainder = dividend * 2^52 - quotient * divisor
  const productLo = Math.imul(quotient, divisor);
  const productHi = lowProductHigh(quotient, divisor);
  const remainderHi = ((dividend << 20) - productHi - (productLo !== 0 ? 1 : 0)) | 0;
  r.exponent = exponent;
  setCorrected(r, quotient, remainderHi, -productLo | 0);
}

/** @spec DDI 0487, FPDiv */
function divideUnpacked(context: FloatContext, r: Unpacked, a: Unpacked, b: Unpacked): void {
  const kinds = a.kind | b.kind;
  if ((kinds & NAN) !== 0) {
    processNaNs(context, a, b, r);
    return;
  }
  const sign = a.sign ^ b.sign;
  if (kinds === FINITE) {
    r.sign = sign;
    divideFinite(r, a, b);
  } else if (a.kind === b.kind) {
    setInvalid(context, r);
  } else if (a.kind === INFINITY || b.kind === ZERO) {
    if (a.kind !== INFINITY) context.flags |= Flag.DZC;
    setInfinity(r, sign);
  } else {
    setZero(r, sign);
  }
}

function sqrtFinite(r: Unpacked, a: Unpacked): void {
  // An even exponent, and a radicand of 2^104 to 2^106 whose root has 53 bits.
  const odd = a.exponent & 1;
  const radicand = significand53(a) * (odd === 0 ? 1 : 2);
  const root = Math.sqrt(radicand / TWO_52) * TWO_52;
  // remainder = radicand * 2^52 - root^2
  const squareLo = Math.imul(root, root);
  const squareHi = lowProductHigh(root, root);
  const remainderHi = ((radicand << 20) - squareHi - (squareLo !== 0 ? 1 : 0)) | 0;
  r.exponent = (a.exponent - odd) / 2;
  setCorrected(r, root, remainderHi, -squareLo | 0);
}

/** @spec DDI 0487, FPSqrt */
function sqrtUnpacked(context: FloatContext, r: Unpacked, a: Unpacked): void {
  if ((a.kind & NAN) !== 0) {
    processNaN(context, a, r);
  } else if (a.kind === ZERO) {
    setZero(r, a.sign);
  } else if (a.sign !== 0) {
    setInvalid(context, r);
  } else if (a.kind === INFINITY) {
    setInfinity(r, 0);
  } else {
    r.sign = 0;
    sqrtFinite(r, a);
  }
}

/** binary64 a / b, into `context.hi:lo`. @spec DDI 0487, FDIV (scalar) */
export function div64(context: FloatContext, aLo: number, aHi: number, bLo: number, bHi: number): void {
  unpack64(context, A, aLo, aHi);
  unpack64(context, B, bLo, bHi);
  divideUnpacked(context, R, A, B);
  pack64(context, R, context.rounding);
}

/** binary32 a / b. @spec DDI 0487, FDIV (scalar) */
export function div32(context: FloatContext, a: number, b: number): number {
  unpack32(context, A, a);
  unpack32(context, B, b);
  divideUnpacked(context, R, A, B);
  return pack32(context, R, context.rounding);
}

/** binary16 a / b. @spec DDI 0487, FDIV (scalar) */
export function div16(context: FloatContext, a: number, b: number): number {
  unpack16(context, A, a);
  unpack16(context, B, b);
  divideUnpacked(context, R, A, B);
  return pack16(context, R, context.rounding);
}

/** The square root of a binary64, into `context.hi:lo`. @spec DDI 0487, FSQRT (scalar) */
export function sqrt64(context: FloatContext, lo: number, hi: number): void {
  unpack64(context, A, lo, hi);
  sqrtUnpacked(context, R, A);
  pack64(context, R, context.rounding);
}

/** The square root of a binary32. @spec DDI 0487, FSQRT (scalar) */
export function sqrt32(context: FloatContext, value: number): number {
  unpack32(context, A, value);
  sqrtUnpacked(context, R, A);
  return pack32(context, R, context.rounding);
}

/** The square root of a binary16. @spec DDI 0487, FSQRT (scalar) */
export function sqrt16(context: FloatContext, value: number): number {
  unpack16(context, A, value);
  sqrtUnpacked(context, R, A);
  return pack16(context, R, context.rounding);
}
