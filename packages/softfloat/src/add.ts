import type { FloatContext } from './context.ts';
import { pack16, pack32, pack64 } from './round.ts';
import {
  copy,
  FINITE,
  INFINITY,
  NAN,
  normalize,
  processNaNs,
  setExactZero,
  setInfinity,
  setInvalid,
  setZero,
  Unpacked,
  unpack16,
  unpack32,
  unpack64,
  ZERO,
} from './unpacked.ts';
import { below, compareWords, shiftRightSticky } from './wide.ts';

const A = new Unpacked();
const B = new Unpacked();
const R = new Unpacked();

/** Adds magnitudes; `large` has the exponent that is not the smaller. */
function addMagnitudes(r: Unpacked, large: Unpacked, small: Unpacked): void {
  shiftRightSticky(small, large.exponent - small.exponent);
  const lo = (large.lo + small.lo) | 0;
  const hi = (large.hi >>> 0) + (small.hi >>> 0) + (below(lo, large.lo) ? 1 : 0);
  r.kind = FINITE;
  r.hi = hi | 0;
  r.lo = lo;
  r.exponent = large.exponent;
  if (hi > 0xffff_ffff) {
    shiftRightSticky(r, 1);
    r.hi |= 0x8000_0000;
    r.exponent += 1;
  }
}

/** Subtracts magnitudes; `large` is above `small`. A difference with a sticky bit loses at most one place. */
function subtractMagnitudes(r: Unpacked, large: Unpacked, small: Unpacked): void {
  shiftRightSticky(small, large.exponent - small.exponent);
  const lo = (large.lo - small.lo) | 0;
  const hi = (large.hi - small.hi - (below(large.lo, small.lo) ? 1 : 0)) | 0;
  normalize(r, large.exponent, hi, lo);
}

/** @spec DDI 0487, FPAdd and FPSub */
function addUnpacked(context: FloatContext, r: Unpacked, a: Unpacked, b: Unpacked, negateB: number): void {
  const kinds = a.kind | b.kind;
  if ((kinds & NAN) !== 0) {
    processNaNs(context, a, b, r);
    return;
  }
  const bSign = b.sign ^ negateB;
  if (kinds !== FINITE) {
    if ((kinds & INFINITY) !== 0) {
      if (a.kind === b.kind && a.sign !== bSign) setInvalid(context, r);
      else setInfinity(r, a.kind === INFINITY ? a.sign : bSign);
    } else if (a.kind !== ZERO) {
      copy(r, a);
    } else if (b.kind !== ZERO) {
      copy(r, b);
      r.sign = bSign;
    } else if (a.sign === bSign) {
      setZero(r, bSign);
    } else {
      setExactZero(context, r);
    }
    return;
  }
  if (a.sign === bSign) {
    r.sign = bSign;
    if (a.exponent >= b.exponent) addMagnitudes(r, a, b);
    else addMagnitudes(r, b, a);
    return;
  }
  const order = a.exponent !== b.exponent ? a.exponent - b.exponent : compareWords(a.hi, a.lo, b.hi, b.lo);
  if (order === 0) {
    setExactZero(context, r);
  } else if (order > 0) {
    r.sign = a.sign;
    subtractMagnitudes(r, a, b);
  } else {
    r.sign = bSign;
    subtractMagnitudes(r, b, a);
  }
}

/** binary64 a + b, into `context.hi:lo`. @spec DDI 0487, FADD (scalar) */
export function add64(context: FloatContext, aLo: number, aHi: number, bLo: number, bHi: number): void {
  unpack64(context, A, aLo, aHi);
  unpack64(context, B, bLo, bHi);
  addUnpacked(context, R, A, B, 0);
  pack64(context, R, context.rounding);
}

/** binary64 a - b, into `context.hi:lo`. @spec DDI 0487, FSUB (scalar) */
export function sub64(context: FloatContext, aLo: number, aHi: number, bLo: number, bHi: number): void {
  unpack64(context, A, aLo, aHi);
  unpack64(context, B, bLo, bHi);
  addUnpacked(context, R, A, B, 1);
  pack64(context, R, context.rounding);
}

/** binary32 a + b. @spec DDI 0487, FADD (scalar) */
export function add32(context: FloatContext, a: number, b: number): number {
  unpack32(context, A, a);
  unpack32(context, B, b);
  addUnpacked(context, R, A, B, 0);
  return pack32(context, R, context.rounding);
}

/** binary32 a - b. @spec DDI 0487, FSUB (scalar) */
export function sub32(context: FloatContext, a: number, b: number): number {
  unpack32(context, A, a);
  unpack32(context, B, b);
  addUnpacked(context, R, A, B, 1);
  return pack32(context, R, context.rounding);
}

/** binary16 a + b. @spec DDI 0487, FADD (scalar) */
export function add16(context: FloatContext, a: number, b: number): number {
  unpack16(context, A, a);
  unpack16(context, B, b);
  addUnpacked(context, R, A, B, 0);
  return pack16(context, R, context.rounding);
}

/** binary16 a - b. @spec DDI 0487, FSUB (scalar) */
export function sub16(context: FloatContext, a: number, b: number): number {
  unpack16(context, A, a);
  unpack16(context, B, b);
  addUnpacked(context, R, A, B, 1);
  return pack16(context, R, context.rounding);
}
