import type { FloatContext } from './context.ts';
import { pack16, pack32, pack64 } from './round.ts';
import {
  FINITE,
  INFINITY,
  NAN,
  processNaNs,
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
import { multiply, normalizeWide, Wide } from './wide.ts';

const A = new Unpacked();
const B = new Unpacked();
const R = new Unpacked();
const PRODUCT = new Wide();

/** Multiplies; `extended` makes infinity times zero two, as FMULX has it. @spec DDI 0487, FPMul and FPMulX */
function multiplyUnpacked(
  context: FloatContext,
  r: Unpacked,
  a: Unpacked,
  b: Unpacked,
  extended: boolean,
): void {
  const kinds = a.kind | b.kind;
  if ((kinds & NAN) !== 0) {
    processNaNs(context, a, b, r);
    return;
  }
  const sign = a.sign ^ b.sign;
  if (kinds !== FINITE) {
    if (kinds === (INFINITY | ZERO)) {
      if (extended) setFinite(r, sign, 1, 0);
      else setInvalid(context, r);
    } else if ((kinds & INFINITY) !== 0) {
      setInfinity(r, sign);
    } else {
      setZero(r, sign);
    }
    return;
  }
  r.kind = FINITE;
  r.sign = sign;
  multiply(PRODUCT, a, b);
  r.exponent = a.exponent + b.exponent + 1 - normalizeWide(PRODUCT);
  r.hi = PRODUCT.w3;
  r.lo = PRODUCT.w2 | ((PRODUCT.w1 | PRODUCT.w0) !== 0 ? 1 : 0);
}

/** binary64 a * b, into `context.hi:lo`. @spec DDI 0487, FMUL (scalar) */
export function mul64(context: FloatContext, aLo: number, aHi: number, bLo: number, bHi: number): void {
  unpack64(context, A, aLo, aHi);
  unpack64(context, B, bLo, bHi);
  multiplyUnpacked(context, R, A, B, false);
  pack64(context, R, context.rounding);
}

/** binary64 a * b, where infinity times zero is ±2, into `context.hi:lo`. @spec DDI 0487, FMULX */
export function mulx64(context: FloatContext, aLo: number, aHi: number, bLo: number, bHi: number): void {
  unpack64(context, A, aLo, aHi);
  unpack64(context, B, bLo, bHi);
  multiplyUnpacked(context, R, A, B, true);
  pack64(context, R, context.rounding);
}

/** binary32 a * b. @spec DDI 0487, FMUL (scalar) */
export function mul32(context: FloatContext, a: number, b: number): number {
  unpack32(context, A, a);
  unpack32(context, B, b);
  multiplyUnpacked(context, R, A, B, false);
  return pack32(context, R, context.rounding);
}

/** binary32 a * b, where infinity times zero is ±2. @spec DDI 0487, FMULX */
export function mulx32(context: FloatContext, a: number, b: number): number {
  unpack32(context, A, a);
  unpack32(context, B, b);
  multiplyUnpacked(context, R, A, B, true);
  return pack32(context, R, context.rounding);
}

/** binary16 a * b. @spec DDI 0487, FMUL (scalar) */
export function mul16(context: FloatContext, a: number, b: number): number {
  unpack16(context, A, a);
  unpack16(context, B, b);
  multiplyUnpacked(context, R, A, B, false);
  return pack16(context, R, context.rounding);
}

/** binary16 a * b, where infinity times zero is ±2. @spec DDI 0487, FMULX */
export function mulx16(context: FloatContext, a: number, b: number): number {
  unpack16(context, A, a);
  unpack16(context, B, b);
  multiplyUnpacked(context, R, A, B, true);
  return pack16(context, R, context.rounding);
}
