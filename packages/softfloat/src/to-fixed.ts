import { Flag, type FloatContext, Rounding, type RoundingMode } from './context.ts';
import { type IntegerWidth, MAGNITUDE, roundToMagnitude, toInteger } from './integer.ts';
import { INFINITY, NAN, Unpacked, unpack16, unpack32, unpack64, ZERO } from './unpacked.ts';

const A = new Unpacked();

/**
 * binary64 to an integer, or a fixed-point number with `fractionBits` fraction bits, that saturates. The result
 * is in `context.lo`, and its extension to 64 bits (zeros or the sign) in `context.hi`.
 *
 * @param width Bits of the result.
 * @param fractionBits 0 for an integer, else 1 to `width`.
 * @param rounding TieEven to TieAway; FCVTZS gives Zero, FCVTAS TieAway, and so on.
 * @spec DDI 0487, FCVTZS (scalar, fixed-point); FPToFixed
 */
export function toFixed64(
  context: FloatContext,
  lo: number,
  hi: number,
  width: IntegerWidth,
  unsigned: boolean,
  fractionBits: number,
  rounding: RoundingMode,
): void {
  unpack64(context, A, lo, hi);
  toInteger(context, A, width, unsigned, fractionBits, rounding);
}

/** The same as {@link toFixed64} from binary32. @spec DDI 0487, FCVTZS (scalar, fixed-point) */
export function toFixed32(
  context: FloatContext,
  value: number,
  width: IntegerWidth,
  unsigned: boolean,
  fractionBits: number,
  rounding: RoundingMode,
): void {
  unpack32(context, A, value);
  toInteger(context, A, width, unsigned, fractionBits, rounding);
}

/** The same as {@link toFixed64} from binary16. @spec DDI 0487, FCVTZS (scalar, fixed-point) */
export function toFixed16(
  context: FloatContext,
  value: number,
  width: IntegerWidth,
  unsigned: boolean,
  fractionBits: number,
  rounding: RoundingMode,
): void {
  unpack16(context, A, value);
  toInteger(context, A, width, unsigned, fractionBits, rounding);
}

/** Bits 31:0 of the integer part of a finite value, its magnitude. */
function integerPartModulo(u: Unpacked): number {
  if (u.exponent <= 63) {
    roundToMagnitude(u, 0, Rounding.Zero);
    return MAGNITUDE.lo;
  }
  // Whole bits go up from 2^(exponent - 63).
  const shift = u.exponent - 63;
  return shift < 32 ? u.lo << shift : 0;
}

/**
 * binary64 to a 32-bit integer modulo 2^32, as ECMAScript's ToInt32. `context.nzcv` has Z where the conversion
 * was exact and its operand neither -0 nor a subnormal number that was flushed.
 *
 * @spec DDI 0487, FJCVTZS; FPToFixedJS
 */
export function toInt32JavaScript(context: FloatContext, lo: number, hi: number): number {
  unpack64(context, A, lo, hi);
  context.nzcv = 0;
  if (A.kind === ZERO) {
    context.nzcv = (lo | hi) === 0 ? 4 : 0;
    return 0;
  }
  if ((A.kind & (NAN | INFINITY)) !== 0) {
    context.flags |= Flag.IOC;
    return 0;
  }
  const magnitude = integerPartModulo(A);
  const result = A.sign === 0 ? magnitude : -magnitude | 0;
  const fits = A.exponent < 31 || (A.exponent === 31 && A.sign !== 0 && A.hi === -0x8000_0000);
  if (!fits) context.flags |= Flag.IOC;
  else if (MAGNITUDE.inexact) context.flags |= Flag.IXC;
  else context.nzcv = 4;
  return result;
}
