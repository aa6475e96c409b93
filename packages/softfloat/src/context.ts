/**
 * Rounding modes. The first four are the values of FPCR.RMode.
 *
 * @spec DDI 0487, FPRoundingMode
 */
export const Rounding = {
  /** To nearest, ties to even. */
  TieEven: 0,
  /** Towards plus infinity. */
  PlusInfinity: 1,
  /** Towards minus infinity. */
  MinusInfinity: 2,
  /** Towards zero. */
  Zero: 3,
  /** To nearest, ties away from zero (FCVTA*, FRINTA). */
  TieAway: 4,
  /** To odd: an inexact result gets its lowest bit set (FCVTXN). */
  Odd: 5,
} as const;

/** One of {@link Rounding}. Typed as a number so that hot callers need no cast. */
export type RoundingMode = number;

/**
 * Cumulative exception flags, at their bit positions in FPSR.
 *
 * @spec DDI 0487, FPSR
 */
export const Flag = {
  /** Invalid operation. */
  IOC: 1,
  /** Division by zero. */
  DZC: 2,
  /** Overflow. */
  OFC: 4,
  /** Underflow. */
  UFC: 8,
  /** Inexact. */
  IXC: 16,
  /** Input denormal flushed to zero. */
  IDC: 128,
} as const;

/**
 * The control bits that operations obey, the flags that they accumulate, and the place of 64-bit results.
 *
 * Values are two's complement 32-bit words as in WebAssembly: arguments may be signed or unsigned, 32-bit
 * results are signed (use `>>> 0` to print them), 16-bit results are 0 to 0xffff.
 */
export class FloatContext {
  /** FPCR.RMode, or another of {@link Rounding}. */
  rounding: RoundingMode = Rounding.TieEven;
  /** FPCR.FZ: flush binary32 and binary64 subnormals to zero, as operands and as results. */
  flushToZero = false;
  /** FPCR.FZ16: the same for binary16, where conversions between formats are exempt. */
  flushHalf = false;
  /** FPCR.DN: every NaN result is the default NaN. */
  defaultNaN = false;
  /** FPCR.AHP: conversions take binary16 in Arm's alternative form, which has no infinities and NaNs. */
  alternativeHalf = false;
  /** Cumulative {@link Flag} bits. Operations only set bits; the owner clears them. */
  flags = 0;
  /** Bits 31:0 of the last 64-bit result, signed. */
  lo = 0;
  /** Bits 63:32 of the last 64-bit result, signed. */
  hi = 0;
  /** N (8), Z (4), C (2) and V (1) of the last operation that gives them. */
  nzcv = 0;

  /**
   * Takes the control bits from a value of FPCR. AH, FIZ, NEP and the trap enables are ignored.
   *
   * @spec DDI 0487, FPCR
   */
  setControl(fpcr: number): void {
    this.rounding = (fpcr >>> 22) & 3;
    this.flushToZero = (fpcr & (1 << 24)) !== 0;
    this.flushHalf = (fpcr & (1 << 19)) !== 0;
    this.defaultNaN = (fpcr & (1 << 25)) !== 0;
    this.alternativeHalf = (fpcr & (1 << 26)) !== 0;
  }
}

const IOC = Flag.IOC;

/** Sets the Invalid Operation flag. */
export function raiseInvalid(context: FloatContext): void {
  context.flags |= IOC;
}
