import { Flag, type FloatContext } from './context.ts';
import { FINITE, NAN, SIGNALLING, Unpacked, unpack16, unpack32, unpack64, ZERO } from './unpacked.ts';
import { compareWords } from './wide.ts';

const A = new Unpacked();
const B = new Unpacked();

const LESS = 0b1000;
const EQUAL = 0b0110;
const GREATER = 0b0010;
const UNORDERED = 0b0011;

/** -1, 0 or 1 as `a` is below, equal to or above `b`; neither is a NaN. */
export function order(a: Unpacked, b: Unpacked): number {
  if (a.kind === ZERO && b.kind === ZERO) return 0;
  if (a.kind === ZERO) return b.sign !== 0 ? 1 : -1;
  if (b.kind === ZERO || a.sign !== b.sign) return a.sign !== 0 ? -1 : 1;
  let magnitude: number;
  if (a.kind !== FINITE || b.kind !== FINITE) magnitude = a.kind - b.kind;
  else if (a.exponent !== b.exponent) magnitude = a.exponent - b.exponent;
  else magnitude = compareWords(a.hi, a.lo, b.hi, b.lo);
  if (magnitude === 0) return 0;
  return magnitude > 0 === (a.sign === 0) ? 1 : -1;
}

/** NZCV of the values in A and B. @spec DDI 0487, FPCompare */
function compare(context: FloatContext, signalNaNs: boolean): number {
  const kinds = A.kind | B.kind;
  if ((kinds & NAN) !== 0) {
    if (signalNaNs || (kinds & SIGNALLING) !== 0) context.flags |= Flag.IOC;
    return UNORDERED;
  }
  const sign = order(A, B);
  return sign === 0 ? EQUAL : sign < 0 ? LESS : GREATER;
}

/**
 * Compares two binary64 values; gives N (8), Z (4), C (2) and V (1), in `context.nzcv` too.
 *
 * @param signalNaNs Whether a quiet NaN sets IOC as well: FCMPE.
 * @spec DDI 0487, FCMP, FCMPE
 */
export function compare64(
  context: FloatContext,
  aLo: number,
  aHi: number,
  bLo: number,
  bHi: number,
  signalNaNs: boolean,
): number {
  unpack64(context, A, aLo, aHi);
  unpack64(context, B, bLo, bHi);
  context.nzcv = compare(context, signalNaNs);
  return context.nzcv;
}

/** The same as {@link compare64} for binary32. @spec DDI 0487, FCMP, FCMPE */
export function compare32(context: FloatContext, a: number, b: number, signalNaNs: boolean): number {
  unpack32(context, A, a);
  unpack32(context, B, b);
  context.nzcv = compare(context, signalNaNs);
  return context.nzcv;
}

/** The same as {@link compare64} for binary16. @spec DDI 0487, FCMP, FCMPE */
export function compare16(context: FloatContext, a: number, b: number, signalNaNs: boolean): number {
  unpack16(context, A, a);
  unpack16(context, B, b);
  context.nzcv = compare(context, signalNaNs);
  return context.nzcv;
}

/** Whether a = b in binary64; a quiet NaN is not invalid. @spec DDI 0487, FCMEQ (register) */
export function equal64(context: FloatContext, aLo: number, aHi: number, bLo: number, bHi: number): boolean {
  unpack64(context, A, aLo, aHi);
  unpack64(context, B, bLo, bHi);
  return compare(context, false) === EQUAL;
}

/** Whether a >= b in binary64; any NaN is invalid. @spec DDI 0487, FCMGE (register) */
export function greaterEqual64(
  context: FloatContext,
  aLo: number,
  aHi: number,
  bLo: number,
  bHi: number,
): boolean {
  unpack64(context, A, aLo, aHi);
  unpack64(context, B, bLo, bHi);
  const flags = compare(context, true);
  return flags === EQUAL || flags === GREATER;
}

/** Whether a > b in binary64; any NaN is invalid. @spec DDI 0487, FCMGT (register) */
export function greater64(
  context: FloatContext,
  aLo: number,
  aHi: number,
  bLo: number,
  bHi: number,
): boolean {
  unpack64(context, A, aLo, aHi);
  unpack64(context, B, bLo, bHi);
  return compare(context, true) === GREATER;
}

/** Whether a = b in binary32; a quiet NaN is not invalid. @spec DDI 0487, FCMEQ (register) */
export function equal32(context: FloatContext, a: number, b: number): boolean {
  unpack32(context, A, a);
  unpack32(context, B, b);
  return compare(context, false) === EQUAL;
}

/** Whether a >= b in binary32; any NaN is invalid. @spec DDI 0487, FCMGE (register) */
export function greaterEqual32(context: FloatContext, a: number, b: number): boolean {
  unpack32(context, A, a);
  unpack32(context, B, b);
  const flags = compare(context, true);
  return flags === EQUAL || flags === GREATER;
}

/** Whether a > b in binary32; any NaN is invalid. @spec DDI 0487, FCMGT (register) */
export function greater32(context: FloatContext, a: number, b: number): boolean {
  unpack32(context, A, a);
  unpack32(context, B, b);
  return compare(context, true) === GREATER;
}

/** Whether a = b in binary16; a quiet NaN is not invalid. @spec DDI 0487, FCMEQ (register) */
export function equal16(context: FloatContext, a: number, b: number): boolean {
  unpack16(context, A, a);
  unpack16(context, B, b);
  return compare(context, false) === EQUAL;
}

/** Whether a >= b in binary16; any NaN is invalid. @spec DDI 0487, FCMGE (register) */
export function greaterEqual16(context: FloatContext, a: number, b: number): boolean {
  unpack16(context, A, a);
  unpack16(context, B, b);
  const flags = compare(context, true);
  return flags === EQUAL || flags === GREATER;
}

/** Whether a > b in binary16; any NaN is invalid. @spec DDI 0487, FCMGT (register) */
export function greater16(context: FloatContext, a: number, b: number): boolean {
  unpack16(context, A, a);
  unpack16(context, B, b);
  return compare(context, true) === GREATER;
}
