import { Flag, type FloatContext, Rounding, type RoundingMode } from './context.ts';
import { MAGNITUDE, roundToMagnitude } from './integer.ts';
import { pack16, pack32, pack64 } from './round.ts';
import {
  INFINITY,
  NAN,
  normalize,
  processNaN,
  setFinite,
  Unpacked,
  unpack16,
  unpack32,
  unpack64,
  ZERO,
} from './unpacked.ts';

const A = new Unpacked();

/** Rounds a finite value in place to the integer in MAGNITUDE. */
function roundFinite(u: Unpacked, rounding: RoundingMode): void {
  roundToMagnitude(u, 0, rounding);
  normalize(u, 63, MAGNITUDE.hi, MAGNITUDE.lo);
}

/** @spec DDI 0487, FPRoundInt */
function roundIntegral(context: FloatContext, u: Unpacked, rounding: RoundingMode, exact: boolean): void {
  if ((u.kind & NAN) !== 0) {
    processNaN(context, u, u);
  } else if (u.kind !== INFINITY && u.kind !== ZERO && u.exponent < 63) {
    roundFinite(u, rounding);
    if (exact && MAGNITUDE.inexact) context.flags |= Flag.IXC;
  }
}

/** @spec DDI 0487, FPRoundIntN */
function roundSized(context: FloatContext, u: Unpacked, bits: 32 | 64, rounding: RoundingMode): void {
  if (u.kind === ZERO) return;
  if ((u.kind & (NAN | INFINITY)) === 0 && u.exponent < bits) {
    const { sign } = u;
    roundFinite(u, rounding);
    const minimum = sign !== 0 && u.hi === -0x8000_0000 && u.lo === 0;
    if (u.kind === ZERO || u.exponent < bits - 1 || (u.exponent === bits - 1 && minimum)) {
      if (MAGNITUDE.inexact) context.flags |= Flag.IXC;
      return;
    }
  }
  context.flags |= Flag.IOC;
  setFinite(u, 1, bits - 1, 0);
}

/**
 * Rounds a binary64 to an integral value, into `context.hi:lo`.
 *
 * @param exact Whether a result that differs sets IXC: true for FRINTX alone.
 * @spec DDI 0487, FRINTX (scalar); FPRoundInt
 */
export function roundIntegral64(
  context: FloatContext,
  lo: number,
  hi: number,
  rounding: RoundingMode,
  exact: boolean,
): void {
  unpack64(context, A, lo, hi);
  roundIntegral(context, A, rounding, exact);
  pack64(context, A, Rounding.Zero);
}

/** The same as {@link roundIntegral64} for binary32. @spec DDI 0487, FRINTX (scalar) */
export function roundIntegral32(
  context: FloatContext,
  value: number,
  rounding: RoundingMode,
  exact: boolean,
): number {
  unpack32(context, A, value);
  roundIntegral(context, A, rounding, exact);
  return pack32(context, A, Rounding.Zero);
}

/** The same as {@link roundIntegral64} for binary16. @spec DDI 0487, FRINTX (scalar) */
export function roundIntegral16(
  context: FloatContext,
  value: number,
  rounding: RoundingMode,
  exact: boolean,
): number {
  unpack16(context, A, value);
  roundIntegral(context, A, rounding, exact);
  return pack16(context, A, Rounding.Zero);
}

/**
 * Rounds a binary64 to an integral value that fits a signed integer of `bits` bits, into `context.hi:lo`. Any
 * other operand is invalid and gives -2^(bits - 1).
 *
 * @spec DDI 0487, FRINT32X (scalar), FRINT32Z, FRINT64X, FRINT64Z; FPRoundIntN
 */
export function roundIntegralSized64(
  context: FloatContext,
  lo: number,
  hi: number,
  bits: 32 | 64,
  rounding: RoundingMode,
): void {
  unpack64(context, A, lo, hi);
  roundSized(context, A, bits, rounding);
  pack64(context, A, Rounding.Zero);
}

/** The same as {@link roundIntegralSized64} for binary32. @spec DDI 0487, FRINT32X (scalar) */
export function roundIntegralSized32(
  context: FloatContext,
  value: number,
  bits: 32 | 64,
  rounding: RoundingMode,
): number {
  unpack32(context, A, value);
  roundSized(context, A, bits, rounding);
  return pack32(context, A, Rounding.Zero);
}
