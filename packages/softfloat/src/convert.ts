import { type FloatContext, Rounding, type RoundingMode } from './context.ts';
import { pack32, pack64, packBFloat16, packConverted16 } from './round.ts';
import { NAN, processNaN, Unpacked, unpack32, unpack64, unpackConverted16 } from './unpacked.ts';

const A = new Unpacked();

/** Quiets a NaN operand in place; its fraction keeps its highest bits in the other format. */
function convertNaN(context: FloatContext): void {
  if ((A.kind & NAN) !== 0) processNaN(context, A, A);
}

/** The same for a result in binary16, whose alternative form has no NaN to quiet: packing refuses it. */
function convertNaNToHalf(context: FloatContext): void {
  if (!context.alternativeHalf) convertNaN(context);
}

/** binary16 (FPCR.AHP chooses the form) to binary32. @spec DDI 0487, FCVT */
export function convert16To32(context: FloatContext, value: number): number {
  unpackConverted16(context, A, value);
  convertNaN(context);
  return pack32(context, A, context.rounding);
}

/** binary16 (FPCR.AHP chooses the form) to binary64, into `context.hi:lo`. @spec DDI 0487, FCVT */
export function convert16To64(context: FloatContext, value: number): void {
  unpackConverted16(context, A, value);
  convertNaN(context);
  pack64(context, A, context.rounding);
}

/** binary32 to binary16 (FPCR.AHP chooses the form). @spec DDI 0487, FCVT */
export function convert32To16(context: FloatContext, value: number): number {
  unpack32(context, A, value);
  convertNaNToHalf(context);
  return packConverted16(context, A, context.rounding);
}

/** binary32 to binary64, into `context.hi:lo`. @spec DDI 0487, FCVT */
export function convert32To64(context: FloatContext, value: number): void {
  unpack32(context, A, value);
  convertNaN(context);
  pack64(context, A, context.rounding);
}

/** binary64 to binary16 (FPCR.AHP chooses the form). @spec DDI 0487, FCVT */
export function convert64To16(context: FloatContext, lo: number, hi: number): number {
  unpack64(context, A, lo, hi);
  convertNaNToHalf(context);
  return packConverted16(context, A, context.rounding);
}

function narrow(context: FloatContext, lo: number, hi: number, rounding: RoundingMode): number {
  unpack64(context, A, lo, hi);
  convertNaN(context);
  return pack32(context, A, rounding);
}

/** binary64 to binary32. @spec DDI 0487, FCVT */
export function convert64To32(context: FloatContext, lo: number, hi: number): number {
  return narrow(context, lo, hi, context.rounding);
}

/** binary64 to binary32, rounded to odd whatever FPCR says. @spec DDI 0487, FCVTXN, FCVTXN2 */
export function convert64To32Odd(context: FloatContext, lo: number, hi: number): number {
  return narrow(context, lo, hi, Rounding.Odd);
}

/** binary32 to BFloat16. @spec DDI 0487, BFCVT */
export function convert32ToBFloat16(context: FloatContext, value: number): number {
  unpack32(context, A, value);
  convertNaN(context);
  return packBFloat16(context, A, context.rounding);
}
