import { sharedRegisterOffset } from '@armature/core';
import {
  add,
  and,
  eq,
  eqz,
  type F64,
  geU,
  i32,
  i64,
  isNegative,
  loadI32,
  local,
  ltS,
  ne,
  or,
  select,
  shl,
  shrU,
  sub,
  wrap,
} from '../../emitter/expressions.ts';
import { FunctionCode } from '../../emitter/function-code.ts';
import { float } from '../../emitter/vectors.ts';
import { powerOfTwo } from '../../semantics/floating-point-conversion.ts';
import { bitsOf, floatConstant, host, hostCompare } from '../../semantics/floating-point-paths.ts';
import { FLOAT_OP } from '../../wasm/opcodes.ts';
import { STATUS } from './lane-function.ts';

/** A format narrower than double-precision. */
export interface NarrowFormat {
  readonly bits: 16 | 32;
  /** Bits of the significand, the leading one too. */
  readonly precision: 11 | 24;
  /** Exponent of the smallest normal number. */
  readonly lowest: -14 | -126;
  readonly infinity: number;
}

export const HALF: NarrowFormat = { bits: 16, precision: 11, lowest: -14, infinity: 0x7c00 };
export const SINGLE: NarrowFormat = { bits: 32, precision: 24, lowest: -126, infinity: 0x7f80_0000 };

/** What a {@link roundingFunction} returns instead of a number: all ones. */
export const NOT_ROUNDED = -1;

export const ROUNDING_SIGNATURE = { params: ['f64', 'i32'], results: ['i32'] } as const;

/**
 * A function of a finite double-precision number, which stands for itself or, when its last bit is one, for anything
 * that rounding to odd made it of; and of FPCR, whose rounding mode it obeys. It returns the bits of the number in
 * the format, or {@link NOT_ROUNDED} when there is a flag to set in FPSR.
 */
export function roundingFunction(
  { bits, precision, lowest, infinity }: NarrowFormat,
  state: number,
): FunctionCode {
  const f = new FunctionCode(ROUNDING_SIGNATURE.params);
  const value: F64 = f.parameter('f64', 0);
  const mode = f.let(and(shrU(f.parameter('i32', 1), i32(22)), i32(3)));
  const word = f.let(bitsOf(value));
  const magnitude = host('f64', 'Abs', value);
  const ownExponent = f.let(sub(and(wrap(shrU(word, i64(52, 0))), i32(0x7ff)), i32(1023)));
  const exponent = f.let(select(ltS(ownExponent, i32(lowest)), i32(lowest), ownExponent));
  // In units of the last place.
  const scaled = f.let(host('f64', 'Mul', magnitude, powerOfTwo(sub(i32(precision - 1), exponent))));
  const wholePlace = f.temporary('f64');
  const whole = local('f64', wholePlace);
  f.if(
    eqz(mode),
    () => f.assign(wholePlace, host('f64', 'Nearest', scaled)),
    () => {
      // Away from zero are 1, towards plus infinity, of a positive number and 2 of a negative one.
      const away = eq(mode, add(isNegative(word), i32(1)));
      f.assign(wholePlace, select(away, host('f64', 'Ceil', scaled), host('f64', 'Floor', scaled)));
    },
  );
  f.if(hostCompare('Ne', whole, scaled), () => {
    const tiny = hostCompare('Lt', magnitude, floatConstant('f64', 2 ** lowest));
    const flags = f.let(select(tiny, i32(STATUS.inexact | STATUS.underflow), i32(STATUS.inexact)));
    const status = loadI32(i32(0), state + sharedRegisterOffset('FPSR'));
    f.if(ne(and(status, flags), flags), () => f.return(i32(NOT_ROUNDED)));
  });
  // The leading one of a normal number goes to the exponent.
  const biased = shl(add(exponent, i32(-lowest)), i32(precision - 1));
  const result = f.let(add(biased, float('i32', FLOAT_OP.i32TruncF64U, whole)));
  f.if(geU(result, i32(infinity)), () => f.return(i32(NOT_ROUNDED)));
  const sign = shl(wrap(shrU(word, i64(63, 0))), i32(bits - 1));
  f.finish(or(result, sign));
  return f;
}
