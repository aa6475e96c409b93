import { Flag, type FloatContext, Rounding } from './context.ts';
import { overflowsToInfinity, pack16, pack32, pack64 } from './round.ts';
import {
  INFINITY,
  NAN,
  processNaN,
  setFinite,
  setInfinity,
  setInvalid,
  setZero,
  Unpacked,
  unpack16,
  unpack32,
  unpack64,
  ZERO,
} from './unpacked.ts';

/*
 * The architecture gives estimates as 8 fraction bits, by a formula over the operand's first 8. With a
 * normalised operand 1.f * 2^e the subnormal operands and results of the pseudocode need no case of their
 * own: an estimate's bits fit every subnormal result that the range checks leave, so packing is exact.
 */

const A = new Unpacked();
const R = new Unpacked();

/** For 256 <= a <= 511: a reciprocal of 256 to 511. @spec DDI 0487, RecipEstimate */
function recipEstimate(a: number): number {
  const divided = Math.floor(0x8_0000 / (a * 2 + 1));
  return (divided + 1) >> 1;
}

/** For 128 <= a <= 511: a reciprocal square root of 256 to 511. @spec DDI 0487, RecipSqrtEstimate */
function recipSqrtEstimate(a: number): number {
  const scaled = a < 256 ? a * 2 + 1 : ((a >> 1) * 2 + 1) * 2;
  let b = 512;
  while (scaled * (b + 1) * (b + 1) < 0x1000_0000) b += 1;
  return (b + 1) >> 1;
}

function tabulate(length: number, first: number, f: (a: number) => number): Uint16Array {
  return Uint16Array.from({ length }, (_, index) => (index < first ? 0 : f(index)));
}

const RECIP = tabulate(512, 256, recipEstimate);
const RECIP_SQRT = tabulate(512, 128, recipSqrtEstimate);

function setEstimate(r: Unpacked, sign: number, exponent: number, estimate: number): void {
  setFinite(r, sign, exponent, (estimate & 0xff) << 23);
}

/** Makes `r` the largest finite number: what packing leaves of a significand of ones, rounded to zero. */
function setLargest(r: Unpacked, sign: number, largest: number): void {
  setFinite(r, sign, largest, 0x7fff_ffff);
  r.lo = -1;
}

/**
 * R = an estimate of 1 / A, in a format whose largest exponent is `largest` and whose operands below
 * 2^-(largest + 1) overflow.
 *
 * @spec DDI 0487, FPRecipEstimate
 */
function reciprocal(context: FloatContext, largest: number, flush: boolean): void {
  const { sign } = A;
  if ((A.kind & NAN) !== 0) {
    processNaN(context, A, R);
  } else if (A.kind === INFINITY) {
    setZero(R, sign);
  } else if (A.kind === ZERO) {
    context.flags |= Flag.DZC;
    setInfinity(R, sign);
  } else if (A.exponent < -largest - 1) {
    context.flags |= Flag.OFC | Flag.IXC;
    if (overflowsToInfinity(context.rounding, sign)) setInfinity(R, sign);
    else setLargest(R, sign, largest);
  } else if (flush && A.exponent >= largest - 1) {
    context.flags |= Flag.UFC;
    setZero(R, sign);
  } else {
    setEstimate(R, sign, -A.exponent - 1, RECIP[A.hi >>> 23]!);
  }
}

/** R = an estimate of 1 / sqrt(A). @spec DDI 0487, FPRSqrtEstimate */
function reciprocalRoot(context: FloatContext): void {
  if ((A.kind & NAN) !== 0) {
    processNaN(context, A, R);
  } else if (A.kind === ZERO) {
    context.flags |= Flag.DZC;
    setInfinity(R, A.sign);
  } else if (A.sign !== 0) {
    setInvalid(context, R);
  } else if (A.kind === INFINITY) {
    setZero(R, 0);
  } else {
    const odd = A.exponent & 1;
    // The operand as 0.25 <= x < 1 with an even exponent, in 512ths.
    const scaled = odd !== 0 ? A.hi >>> 23 : A.hi >>> 24;
    setEstimate(R, 0, -((A.exponent - odd) / 2) - 1, RECIP_SQRT[scaled]!);
  }
}

/** An estimate of 1 / value in binary64, into `context.hi:lo`. @spec DDI 0487, FRECPE */
export function recipEstimate64(context: FloatContext, lo: number, hi: number): void {
  unpack64(context, A, lo, hi);
  reciprocal(context, 1023, context.flushToZero);
  pack64(context, R, Rounding.Zero);
}

/** An estimate of 1 / value in binary32. @spec DDI 0487, FRECPE */
export function recipEstimate32(context: FloatContext, value: number): number {
  unpack32(context, A, value);
  reciprocal(context, 127, context.flushToZero);
  return pack32(context, R, Rounding.Zero);
}

/** An estimate of 1 / value in binary16. @spec DDI 0487, FRECPE */
export function recipEstimate16(context: FloatContext, value: number): number {
  unpack16(context, A, value);
  reciprocal(context, 15, context.flushHalf);
  return pack16(context, R, Rounding.Zero);
}

/** An estimate of 1 / sqrt(value) in binary64, into `context.hi:lo`. @spec DDI 0487, FRSQRTE */
export function rsqrtEstimate64(context: FloatContext, lo: number, hi: number): void {
  unpack64(context, A, lo, hi);
  reciprocalRoot(context);
  pack64(context, R, Rounding.Zero);
}

/** An estimate of 1 / sqrt(value) in binary32. @spec DDI 0487, FRSQRTE */
export function rsqrtEstimate32(context: FloatContext, value: number): number {
  unpack32(context, A, value);
  reciprocalRoot(context);
  return pack32(context, R, Rounding.Zero);
}

/** An estimate of 1 / sqrt(value) in binary16. @spec DDI 0487, FRSQRTE */
export function rsqrtEstimate16(context: FloatContext, value: number): number {
  unpack16(context, A, value);
  reciprocalRoot(context);
  return pack16(context, R, Rounding.Zero);
}

/** An estimate of the reciprocal of a number in [0, 1), 32 fraction bits. @spec DDI 0487, URECPE */
export function unsignedRecipEstimate(value: number): number {
  return (value | 0) < 0 ? RECIP[value >>> 23]! << 23 : -1;
}

/** An estimate of 1 / sqrt of a number in [0, 1), 32 fraction bits. @spec DDI 0487, URSQRTE */
export function unsignedRsqrtEstimate(value: number): number {
  return value >>> 30 !== 0 ? RECIP_SQRT[value >>> 23]! << 23 : -1;
}

/** The exponent of FRECPX: inverted, or the largest for zeros and subnormals; `maximum` is the field of ones. */
function invertExponent(field: number, maximum: number): number {
  return field === 0 ? maximum - 1 : field ^ maximum;
}

/** A power of two near 1 / value in binary64, into `context.hi:lo`. @spec DDI 0487, FRECPX */
export function recipExponent64(context: FloatContext, lo: number, hi: number): void {
  unpack64(context, A, lo, hi);
  if ((A.kind & NAN) !== 0) {
    processNaN(context, A, R);
    pack64(context, R, Rounding.Zero);
    return;
  }
  context.lo = 0;
  context.hi = (hi & 0x8000_0000) | (invertExponent((hi >>> 20) & 0x7ff, 0x7ff) << 20);
}

/** A power of two near 1 / value in binary32. @spec DDI 0487, FRECPX */
export function recipExponent32(context: FloatContext, value: number): number {
  unpack32(context, A, value);
  if ((A.kind & NAN) !== 0) {
    processNaN(context, A, R);
    return pack32(context, R, Rounding.Zero);
  }
  return (value & 0x8000_0000) | (invertExponent((value >>> 23) & 0xff, 0xff) << 23);
}

/** A power of two near 1 / value in binary16. @spec DDI 0487, FRECPX */
export function recipExponent16(context: FloatContext, value: number): number {
  unpack16(context, A, value);
  if ((A.kind & NAN) !== 0) {
    processNaN(context, A, R);
    return pack16(context, R, Rounding.Zero);
  }
  return (value & 0x8000) | (invertExponent((value >>> 10) & 0x1f, 0x1f) << 10);
}
