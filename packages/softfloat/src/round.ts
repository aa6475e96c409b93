import { Flag, type FloatContext, Rounding, type RoundingMode } from './context.ts';
import { FINITE, INFINITY, type Unpacked, ZERO } from './unpacked.ts';
import { shiftRightSticky } from './wide.ts';

/*
 * Packing rounds once. The bits below the result's last place are gathered into one word, `error`, the first
 * of them at bit 31 and everything below bit 0 or-ed into bit 0: then 0 is exact, HALF a tie, a negative
 * word above a half and a positive word below. Underflow is detected before rounding, as FPCR.AH = 0 has it.
 */

const HALF = -0x8000_0000;
const INEXACT = Flag.IXC;
const OVERFLOW = Flag.OFC | Flag.IXC;

/** Whether a magnitude with this error is rounded up, away from zero. `odd` is the lowest bit kept. */
export function roundsUp(rounding: RoundingMode, sign: number, error: number, odd: number): boolean {
  switch (rounding) {
    case Rounding.TieEven:
      return error < 0 && (error !== HALF || (odd & 1) !== 0);
    case Rounding.PlusInfinity:
      return error !== 0 && sign === 0;
    case Rounding.MinusInfinity:
      return error !== 0 && sign !== 0;
    case Rounding.TieAway:
      return error < 0;
    default:
      return false;
  }
}

/** Whether an overflow gives an infinity rather than the largest finite number. */
export function overflowsToInfinity(rounding: RoundingMode, sign: number): boolean {
  switch (rounding) {
    case Rounding.PlusInfinity:
      return sign === 0;
    case Rounding.MinusInfinity:
      return sign !== 0;
    case Rounding.Zero:
    case Rounding.Odd:
      return false;
    default:
      return true;
  }
}

/** Packs `u` into `context.hi:lo`. @spec DDI 0487, FPRound */
export function pack64(context: FloatContext, u: Unpacked, rounding: RoundingMode): void {
  const top = u.sign << 31;
  if (u.kind !== FINITE) {
    if (u.kind === ZERO) {
      context.hi = top;
      context.lo = 0;
    } else if (u.kind === INFINITY) {
      context.hi = top | 0x7ff0_0000;
      context.lo = 0;
    } else {
      context.hi = top | 0x7ff0_0000 | ((u.hi >>> 11) & 0xf_ffff);
      context.lo = (u.hi << 21) | (u.lo >>> 11);
    }
    return;
  }
  let biased = u.exponent + 1022;
  if (biased < 0) {
    if (context.flushToZero) {
      context.flags |= Flag.UFC;
      context.hi = top;
      context.lo = 0;
      return;
    }
    shiftRightSticky(u, -biased);
    biased = 0;
    if ((u.lo & 0x7ff) !== 0) context.flags |= Flag.UFC;
  }
  const error = u.lo << 21;
  let lo = (u.hi << 21) | (u.lo >>> 11);
  // The leading one adds itself to the exponent; a carry out of the fraction does too.
  let hi = (u.hi >>> 11) + (biased < 2046 ? biased << 20 : 0x7fe0_0000);
  if (error !== 0) {
    context.flags |= INEXACT;
    if (roundsUp(rounding, u.sign, error, lo)) {
      lo = (lo + 1) | 0;
      if (lo === 0) hi += 1;
    } else if (rounding === Rounding.Odd) {
      lo |= 1;
    }
  }
  if (hi >= 0x7ff0_0000) {
    context.flags |= OVERFLOW;
    const infinite = overflowsToInfinity(rounding, u.sign);
    hi = infinite ? 0x7ff0_0000 : 0x7fef_ffff;
    lo = infinite ? 0 : -1;
  }
  context.hi = top | hi;
  context.lo = lo;
}

/** Packs `u` into a binary32. @spec DDI 0487, FPRound */
export function pack32(context: FloatContext, u: Unpacked, rounding: RoundingMode): number {
  const top = u.sign << 31;
  if (u.kind !== FINITE) {
    if (u.kind === ZERO) return top;
    if (u.kind === INFINITY) return top | 0x7f80_0000;
    return top | 0x7f80_0000 | ((u.hi >>> 8) & 0x7f_ffff);
  }
  let biased = u.exponent + 126;
  if (biased < 0) {
    if (context.flushToZero) {
      context.flags |= Flag.UFC;
      return top;
    }
    shiftRightSticky(u, -biased);
    biased = 0;
    if (((u.hi & 0xff) | u.lo) !== 0) context.flags |= Flag.UFC;
  }
  const error = (u.hi << 24) | (u.lo !== 0 ? 1 : 0);
  let result = (u.hi >>> 8) + (biased < 254 ? biased << 23 : 0x7f00_0000);
  if (error !== 0) {
    context.flags |= INEXACT;
    if (roundsUp(rounding, u.sign, error, result)) result += 1;
    else if (rounding === Rounding.Odd) result |= 1;
  }
  if (result >= 0x7f80_0000) {
    context.flags |= OVERFLOW;
    result = overflowsToInfinity(rounding, u.sign) ? 0x7f80_0000 : 0x7f7f_ffff;
  }
  return top | result;
}

/** Rounds a finite value to binary16, where a biased exponent above `largest` (30 or 31) is an overflow. */
function roundHalf(
  context: FloatContext,
  u: Unpacked,
  rounding: RoundingMode,
  flush: boolean,
  alternative: boolean,
): number {
  const top = u.sign << 15;
  const flags = context.flags;
  let biased = u.exponent + 14;
  if (biased < 0) {
    if (flush) {
      context.flags |= Flag.UFC;
      return top;
    }
    shiftRightSticky(u, -biased);
    biased = 0;
    if (((u.hi & 0x1f_ffff) | u.lo) !== 0) context.flags |= Flag.UFC;
  }
  const error = (u.hi << 11) | (u.lo !== 0 ? 1 : 0);
  let result = (u.hi >>> 21) + (biased < 64 ? biased << 10 : 0x8000);
  if (error !== 0) {
    context.flags |= INEXACT;
    if (roundsUp(rounding, u.sign, error, result)) result += 1;
    else if (rounding === Rounding.Odd) result |= 1;
  }
  if (alternative) {
    if (result >= 0x8000) {
      // The alternative form has no infinity: this is an invalid operation, and not inexact.
      context.flags = flags | Flag.IOC;
      result = 0x7fff;
    }
  } else if (result >= 0x7c00) {
    context.flags |= OVERFLOW;
    result = overflowsToInfinity(rounding, u.sign) ? 0x7c00 : 0x7bff;
  }
  return top | result;
}

/** Packs `u` into a binary16. @spec DDI 0487, FPRound */
export function pack16(context: FloatContext, u: Unpacked, rounding: RoundingMode): number {
  if (u.kind === FINITE) return roundHalf(context, u, rounding, context.flushHalf, false);
  const top = u.sign << 15;
  if (u.kind === ZERO) return top;
  if (u.kind === INFINITY) return top | 0x7c00;
  return top | 0x7c00 | ((u.hi >>> 21) & 0x3ff);
}

/**
 * Packs the result of a conversion between formats into a binary16: AHP counts and FZ16 does not.
 *
 * @spec DDI 0487, FPConvert and FPRoundCV
 */
export function packConverted16(context: FloatContext, u: Unpacked, rounding: RoundingMode): number {
  if (u.kind === FINITE) return roundHalf(context, u, rounding, false, context.alternativeHalf);
  const top = u.sign << 15;
  if (u.kind === ZERO || !context.alternativeHalf) return pack16(context, u, rounding);
  context.flags |= Flag.IOC;
  return u.kind === INFINITY ? top | 0x7fff : top;
}

/**
 * Packs `u` into a BFloat16. Its exponents are those of binary32, so FZ has nothing left to flush here.
 *
 * @spec DDI 0487, FPConvertBF
 */
export function packBFloat16(context: FloatContext, u: Unpacked, rounding: RoundingMode): number {
  const top = u.sign << 15;
  if (u.kind !== FINITE) {
    if (u.kind === ZERO) return top;
    if (u.kind === INFINITY) return top | 0x7f80;
    return top | 0x7f80 | ((u.hi >>> 24) & 0x7f);
  }
  let biased = u.exponent + 126;
  if (biased < 0) {
    shiftRightSticky(u, -biased);
    biased = 0;
    if (((u.hi & 0xff_ffff) | u.lo) !== 0) context.flags |= Flag.UFC;
  }
  const error = (u.hi << 8) | (u.lo !== 0 ? 1 : 0);
  let result = (u.hi >>> 24) + (biased << 7);
  if (error !== 0) {
    context.flags |= INEXACT;
    if (roundsUp(rounding, u.sign, error, result)) result += 1;
    else if (rounding === Rounding.Odd) result |= 1;
  }
  if (result >= 0x7f80) {
    context.flags |= OVERFLOW;
    result = overflowsToInfinity(rounding, u.sign) ? 0x7f80 : 0x7f7f;
  }
  return top | result;
}
