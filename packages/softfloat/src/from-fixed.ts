import type { FloatContext } from './context.ts';
import { pack16, pack32, pack64 } from './round.ts';
import { normalize, Unpacked } from './unpacked.ts';

const A = new Unpacked();

function unpackInteger(lo: number, hi: number, unsigned: boolean, fractionBits: number): void {
  A.sign = 0;
  if (!unsigned && hi < 0) {
    normalize(A, 63 - fractionBits, (-hi - (lo !== 0 ? 1 : 0)) | 0, -lo | 0);
    A.sign = 1;
  } else {
    normalize(A, 63 - fractionBits, hi | 0, lo | 0);
  }
}

/**
 * A 64-bit integer, or a fixed-point number with `fractionBits` fraction bits, to binary64 in `context.hi:lo`.
 * A narrower integer is extended to 64 bits by the caller.
 *
 * @spec DDI 0487, SCVTF (scalar, fixed-point); FixedToFP
 */
export function fromFixed64(
  context: FloatContext,
  lo: number,
  hi: number,
  unsigned: boolean,
  fractionBits: number,
): void {
  unpackInteger(lo, hi, unsigned, fractionBits);
  pack64(context, A, context.rounding);
}

/** The same as {@link fromFixed64} to binary32. @spec DDI 0487, SCVTF (scalar, fixed-point) */
export function fromFixed32(
  context: FloatContext,
  lo: number,
  hi: number,
  unsigned: boolean,
  fractionBits: number,
): number {
  unpackInteger(lo, hi, unsigned, fractionBits);
  return pack32(context, A, context.rounding);
}

/** The same as {@link fromFixed64} to binary16. @spec DDI 0487, SCVTF (scalar, fixed-point) */
export function fromFixed16(
  context: FloatContext,
  lo: number,
  hi: number,
  unsigned: boolean,
  fractionBits: number,
): number {
  unpackInteger(lo, hi, unsigned, fractionBits);
  return pack16(context, A, context.rounding);
}
