/**
 * The word by which compiled code names an operation of the exact path:
 *
 *     7:0    operation, an index of {@link SOFT_OPERATIONS}
 *     9:8    format: 0 half-, 1 single-, 2 double-precision
 *     15:12  lanes, 1 to 8
 *     22:16  fraction bits of a fixed-point number, 0 to 64
 *     24:23  width of an integer: 0 for 16 bits, 1 for 32, 2 for 64
 *     25     the integer is unsigned
 *     28:26  rounding mode; 7 for that of FPCR
 *     29     an inexact result sets IXC (FRINTX)
 *
 * Operands are vectors at `transfer[0]`, `transfer[2]` and `transfer[4]` of the state block, scalars in their
 * lowest lane; the result is at `transfer[6]`, of which only the lanes operated on are written.
 */
export const SOFT_OPERATIONS = [
  'add',
  'sub',
  'mul',
  'mulx',
  'negatedMul',
  'div',
  'max',
  'min',
  'maxNumber',
  'minNumber',
  'absoluteDifference',
  'recipStep',
  'rsqrtStep',
  /** Operand 0 + operand 1 * operand 2. */
  'mulAdd',
  'sqrt',
  'recipEstimate',
  'rsqrtEstimate',
  'recipExponent',
  'roundIntegral',
  /** Result fits an integer of the width; else it is invalid. */
  'roundIntegralSized',
  /** All ones or all zeros. */
  'equal',
  'greaterEqual',
  'greater',
  'absoluteGreaterEqual',
  'absoluteGreater',
  /** The result is NZCV as four bits. */
  'compareQuiet',
  'compareSignalling',
  /** To an integer of the width, from the format. */
  'toFixed',
  /** From an integer of the width, to the format. Lanes have the width of the format unless there is one only. */
  'fromFixed',
  /** ECMAScript's ToInt32; the result is in the lowest word, NZCV in the next. */
  'toInt32JavaScript',
  /** Between formats; the format of the word is that of the operand. */
  'toHalf',
  'toSingle',
  'toDouble',
  'toSingleOdd',
  'toBFloat16',
  /** Operand 0 in single-precision, operands 1 and 2 in half-precision. */
  'mulAddHalfToSingle',
  /** Integer estimates: URECPE, URSQRTE. */
  'unsignedRecipEstimate',
  'unsignedRsqrtEstimate',
  /** Operand 0 in single-precision; operands 1 and 2 have pairs of BFloat16 numbers. */
  'dotBFloat16',
] as const;

export type SoftOperationName = (typeof SOFT_OPERATIONS)[number];

/** Bits of a floating-point format. */
export type FormatBits = 16 | 32 | 64;

/** The rounding mode that FPCR has. */
export const FPCR_ROUNDING = 7;

export interface SoftOperationOptions {
  /** Default 1. */
  readonly lanes?: number;
  readonly fractionBits?: number;
  /** Bits of the integer. */
  readonly width?: FormatBits;
  readonly unsigned?: boolean;
  /** A value of softfloat's `Rounding`. Default: FPCR's. */
  readonly rounding?: number;
  readonly exact?: boolean;
}

/** Where a fraction-bit count is added to an operation word. */
export const FRACTION_BITS_SHIFT = 16;

/** The word of an operation on a format. */
export function softOperation(
  name: SoftOperationName,
  format: FormatBits,
  options: SoftOperationOptions = {},
): number {
  const { lanes = 1, fractionBits = 0, width = 16, unsigned = false, exact = false } = options;
  const { rounding = FPCR_ROUNDING } = options;
  return (
    SOFT_OPERATIONS.indexOf(name) |
    (sizeIndex(format) << 8) |
    (lanes << 12) |
    (fractionBits << FRACTION_BITS_SHIFT) |
    (sizeIndex(width) << 23) |
    (unsigned ? 1 << 25 : 0) |
    (rounding << 26) |
    (exact ? 1 << 29 : 0)
  );
}

/** 0, 1, 2 for 16, 32, 64. */
const sizeIndex = (bits: FormatBits): number => (bits === 16 ? 0 : bits === 32 ? 1 : 2);
