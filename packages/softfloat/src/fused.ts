import type { FloatContext } from './context.ts';
import { pack16, pack32, pack64 } from './round.ts';
import {
  copy,
  FINITE,
  INFINITY,
  NAN,
  processNaNs3,
  QUIET,
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
import {
  addWide,
  compareWide,
  multiply,
  normalizeWide,
  shiftRightStickyWide,
  subtractWide,
  Wide,
} from './wide.ts';

const ADDEND = new Unpacked();
const A = new Unpacked();
const B = new Unpacked();
const R = new Unpacked();
const PRODUCT = new Wide();
const TERM = new Wide();

/**
 * r = addend + a * b for finite operands, `a` and `b` not zero, rounded only by bit 0 being sticky. The product
 * has 22 zeros at its end and the addend 75, so bits get lost in the alignment only where at most one leading
 * place cancels.
 */
export function fuseFinite(
  context: FloatContext,
  r: Unpacked,
  addend: Unpacked,
  a: Unpacked,
  b: Unpacked,
): void {
  const sign = a.sign ^ b.sign;
  multiply(PRODUCT, a, b);
  let exponent = a.exponent + b.exponent + 1 - normalizeWide(PRODUCT);
  r.kind = FINITE;
  r.sign = sign;
  if (addend.kind === FINITE) {
    TERM.w3 = addend.hi;
    TERM.w2 = addend.lo;
    TERM.w1 = 0;
    TERM.w0 = 0;
    const distance = exponent - addend.exponent;
    if (distance >= 0) {
      shiftRightStickyWide(TERM, distance);
    } else {
      shiftRightStickyWide(PRODUCT, -distance);
      exponent = addend.exponent;
    }
    if (addend.sign === sign) {
      if (addWide(PRODUCT, TERM) !== 0) {
        shiftRightStickyWide(PRODUCT, 1);
        PRODUCT.w3 |= 0x8000_0000;
        exponent += 1;
      }
    } else {
      const order = compareWide(PRODUCT, TERM);
      if (order === 0) {
        setExactZero(context, r);
        return;
      }
      if (order > 0) {
        subtractWide(PRODUCT, PRODUCT, TERM);
      } else {
        subtractWide(PRODUCT, TERM, PRODUCT);
        r.sign = addend.sign;
      }
      exponent -= normalizeWide(PRODUCT);
    }
  }
  r.exponent = exponent;
  r.hi = PRODUCT.w3;
  r.lo = PRODUCT.w2 | ((PRODUCT.w1 | PRODUCT.w0) !== 0 ? 1 : 0);
}

/** @spec DDI 0487, FPMulAdd */
function mulAddUnpacked(
  context: FloatContext,
  r: Unpacked,
  addend: Unpacked,
  a: Unpacked,
  b: Unpacked,
): void {
  const factors = a.kind | b.kind;
  const kinds = factors | addend.kind;
  if ((kinds & NAN) !== 0) {
    // Infinity times zero is invalid even where a quiet NaN is added; a signalling NaN goes first.
    if (addend.kind === QUIET && factors === (INFINITY | ZERO)) setInvalid(context, r);
    else processNaNs3(context, addend, a, b, r);
    return;
  }
  const sign = a.sign ^ b.sign;
  if (factors === FINITE && (addend.kind & INFINITY) === 0) {
    fuseFinite(context, r, addend, a, b);
  } else if (factors === (INFINITY | ZERO)) {
    setInvalid(context, r);
  } else if ((factors & INFINITY) !== 0) {
    if (addend.kind === INFINITY && addend.sign !== sign) setInvalid(context, r);
    else setInfinity(r, sign);
  } else if (addend.kind !== ZERO) {
    copy(r, addend);
  } else if (addend.sign === sign) {
    setZero(r, sign);
  } else {
    setExactZero(context, r);
  }
}

/**
 * binary64 addend + a * b with one rounding, into `context.hi:lo`. Callers negate operands (sign bit, NaNs
 * too) for FMSUB, FNMADD, FNMSUB and FMLS.
 *
 * @spec DDI 0487, FMADD
 */
export function mulAdd64(
  context: FloatContext,
  addendLo: number,
  addendHi: number,
  aLo: number,
  aHi: number,
  bLo: number,
  bHi: number,
): void {
  unpack64(context, ADDEND, addendLo, addendHi);
  unpack64(context, A, aLo, aHi);
  unpack64(context, B, bLo, bHi);
  mulAddUnpacked(context, R, ADDEND, A, B);
  pack64(context, R, context.rounding);
}

/** binary32 addend + a * b with one rounding. @spec DDI 0487, FMADD */
export function mulAdd32(context: FloatContext, addend: number, a: number, b: number): number {
  unpack32(context, ADDEND, addend);
  unpack32(context, A, a);
  unpack32(context, B, b);
  mulAddUnpacked(context, R, ADDEND, A, B);
  return pack32(context, R, context.rounding);
}

/** binary16 addend + a * b with one rounding. @spec DDI 0487, FMADD */
export function mulAdd16(context: FloatContext, addend: number, a: number, b: number): number {
  unpack16(context, ADDEND, addend);
  unpack16(context, A, a);
  unpack16(context, B, b);
  mulAddUnpacked(context, R, ADDEND, A, B);
  return pack16(context, R, context.rounding);
}

/**
 * binary32 addend + a * b with one rounding, where `a` and `b` are binary16.
 *
 * @spec DDI 0487, FMLAL, FMLAL2 (vector); FPMulAddH
 */
export function mulAdd16To32(context: FloatContext, addend: number, a: number, b: number): number {
  unpack32(context, ADDEND, addend);
  unpack16(context, A, a);
  unpack16(context, B, b);
  mulAddUnpacked(context, R, ADDEND, A, B);
  return pack32(context, R, context.rounding);
}
