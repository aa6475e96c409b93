import { order } from './compare.ts';
import { type FloatContext, Rounding } from './context.ts';
import { pack16, pack32, pack64 } from './round.ts';
import {
  NAN,
  processNaNs,
  QUIET,
  setInfinity,
  setZero,
  Unpacked,
  unpack16,
  unpack32,
  unpack64,
  ZERO,
} from './unpacked.ts';

const A = new Unpacked();
const B = new Unpacked();
const R = new Unpacked();

/** The result is A, B or R. @spec DDI 0487, FPMax and FPMin */
function select(context: FloatContext, minimum: boolean): Unpacked {
  if (((A.kind | B.kind) & NAN) !== 0) {
    processNaNs(context, A, B, R);
    return R;
  }
  if (A.kind === ZERO && B.kind === ZERO) {
    setZero(R, minimum ? A.sign | B.sign : A.sign & B.sign);
    return R;
  }
  return order(A, B) > 0 !== minimum ? A : B;
}

/** A lone quiet NaN counts as the infinity that loses. @spec DDI 0487, FPMaxNum and FPMinNum */
function selectNumber(context: FloatContext, minimum: boolean): Unpacked {
  if (A.kind === QUIET && B.kind !== QUIET) setInfinity(A, minimum ? 0 : 1);
  else if (B.kind === QUIET && A.kind !== QUIET) setInfinity(B, minimum ? 0 : 1);
  return select(context, minimum);
}

function load64(context: FloatContext, aLo: number, aHi: number, bLo: number, bHi: number): void {
  unpack64(context, A, aLo, aHi);
  unpack64(context, B, bLo, bHi);
}

function load32(context: FloatContext, a: number, b: number): void {
  unpack32(context, A, a);
  unpack32(context, B, b);
}

function load16(context: FloatContext, a: number, b: number): void {
  unpack16(context, A, a);
  unpack16(context, B, b);
}

/** The larger of two binary64 values, into `context.hi:lo`. @spec DDI 0487, FMAX (scalar) */
export function max64(context: FloatContext, aLo: number, aHi: number, bLo: number, bHi: number): void {
  load64(context, aLo, aHi, bLo, bHi);
  pack64(context, select(context, false), Rounding.Zero);
}

/** The smaller of two binary64 values, into `context.hi:lo`. @spec DDI 0487, FMIN (scalar) */
export function min64(context: FloatContext, aLo: number, aHi: number, bLo: number, bHi: number): void {
  load64(context, aLo, aHi, bLo, bHi);
  pack64(context, select(context, true), Rounding.Zero);
}

/** As {@link max64}, but a number wins over a quiet NaN. @spec DDI 0487, FMAXNM (scalar) */
export function maxNum64(context: FloatContext, aLo: number, aHi: number, bLo: number, bHi: number): void {
  load64(context, aLo, aHi, bLo, bHi);
  pack64(context, selectNumber(context, false), Rounding.Zero);
}

/** As {@link min64}, but a number wins over a quiet NaN. @spec DDI 0487, FMINNM (scalar) */
export function minNum64(context: FloatContext, aLo: number, aHi: number, bLo: number, bHi: number): void {
  load64(context, aLo, aHi, bLo, bHi);
  pack64(context, selectNumber(context, true), Rounding.Zero);
}

/** The larger of two binary32 values. @spec DDI 0487, FMAX (scalar) */
export function max32(context: FloatContext, a: number, b: number): number {
  load32(context, a, b);
  return pack32(context, select(context, false), Rounding.Zero);
}

/** The smaller of two binary32 values. @spec DDI 0487, FMIN (scalar) */
export function min32(context: FloatContext, a: number, b: number): number {
  load32(context, a, b);
  return pack32(context, select(context, true), Rounding.Zero);
}

/** As {@link max32}, but a number wins over a quiet NaN. @spec DDI 0487, FMAXNM (scalar) */
export function maxNum32(context: FloatContext, a: number, b: number): number {
  load32(context, a, b);
  return pack32(context, selectNumber(context, false), Rounding.Zero);
}

/** As {@link min32}, but a number wins over a quiet NaN. @spec DDI 0487, FMINNM (scalar) */
export function minNum32(context: FloatContext, a: number, b: number): number {
  load32(context, a, b);
  return pack32(context, selectNumber(context, true), Rounding.Zero);
}

/** The larger of two binary16 values. @spec DDI 0487, FMAX (scalar) */
export function max16(context: FloatContext, a: number, b: number): number {
  load16(context, a, b);
  return pack16(context, select(context, false), Rounding.Zero);
}

/** The smaller of two binary16 values. @spec DDI 0487, FMIN (scalar) */
export function min16(context: FloatContext, a: number, b: number): number {
  load16(context, a, b);
  return pack16(context, select(context, true), Rounding.Zero);
}

/** As {@link max16}, but a number wins over a quiet NaN. @spec DDI 0487, FMAXNM (scalar) */
export function maxNum16(context: FloatContext, a: number, b: number): number {
  load16(context, a, b);
  return pack16(context, selectNumber(context, false), Rounding.Zero);
}

/** As {@link min16}, but a number wins over a quiet NaN. @spec DDI 0487, FMINNM (scalar) */
export function minNum16(context: FloatContext, a: number, b: number): number {
  load16(context, a, b);
  return pack16(context, selectNumber(context, true), Rounding.Zero);
}
