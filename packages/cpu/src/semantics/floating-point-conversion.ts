import { Rounding } from '@armature/softfloat';
import type { Emitter, Fields } from '../emitter/emitter.ts';
import {
  add,
  and,
  type Expr,
  extendU,
  type F32,
  type F64,
  type I32,
  type I64,
  i32,
  i64,
  leU,
  ne,
  shl,
  sub,
  xor,
} from '../emitter/expressions.ts';
import { float } from '../emitter/vectors.ts';
import { SOFT_RESULT } from '../floating-point/operands.ts';
import { type FormatBits, FRACTION_BITS_SHIFT } from '../floating-point/operation-word.ts';
import { FLOAT_OP } from '../wasm/opcodes.ts';
import type { Choice, Semantics } from './definition.ts';
import {
  bitsOf,
  demote,
  type FloatType,
  floatConstant,
  floatingPoint,
  floatType,
  formats,
  fromBits,
  host,
  hostCompare,
  hostElseSoft,
  isNormal,
  isZero,
  noneSubnormal,
  promote,
  type Scalar,
  scalarOperand,
  softResult,
  softScalar,
  softWord,
} from './floating-point-paths.ts';
import { hostRound } from './floating-point-rounding.ts';

/** Conversions between formats, and between floating point and integers or fixed-point numbers. */

/** An integer of a conversion, and how its bits are fixed-point: without `fractionBits` it is whole. */
export interface IntegerForm {
  readonly width: FormatBits;
  readonly unsigned: boolean;
  /** A number of 1 to 64, known when the instruction is. */
  readonly fractionBits?: I32;
}

/** What the fraction bits add to the operation word. */
const parameters = ({ fractionBits }: IntegerForm): I32 | undefined =>
  fractionBits && shl(fractionBits, i32(FRACTION_BITS_SHIFT));

/** 2 to the power of an i32, from -64 to 64, in double-precision. */
export const powerOfTwo = (exponent: I32): F64 =>
  fromBits('f64', shl(extendU(add(exponent, i32(1023))), i64(52, 0)));

const integerType = (width: 32 | 64): 'i32' | 'i64' => (width === 32 ? 'i32' : 'i64');

/** Floating point to an integer that saturates; `set` receives i64 for 64 bits and else i32. */
export function toInteger(
  e: Emitter,
  format: FormatBits,
  operand: Scalar,
  form: IntegerForm,
  rounding: number,
  set: (result: I32 | I64) => void,
): void {
  const { width, unsigned, fractionBits } = form;
  const soft = (a: Expr): void => {
    softScalar(e, 'toFixed', format, [a], { width, unsigned, rounding }, parameters(form));
    set(softResult(e, width));
  };
  if (format === 16 || width === 16) {
    soft(operand);
    return;
  }
  const a = e.let(operand as Expr<FloatType>);
  hostElseSoft(
    e,
    (path) => {
      // Scaling is exact but for overflow, which is out of any range.
      const wide = a.type === 'f32' ? promote(a as F32) : (a as F64);
      const scaled = e.let(fractionBits ? host('f64', 'Mul', wide, powerOfTwo(fractionBits)) : wide);
      const whole = e.let(hostRound(e, scaled, rounding));
      const end = floatConstant('f64', 2 ** (unsigned ? width : width - 1));
      const start = unsigned
        ? hostCompare('Gt', whole, floatConstant('f64', -1))
        : hostCompare('Ge', whole, host('f64', 'Neg', end));
      path.require(and(start, hostCompare('Lt', whole, end)));
      path.requireExact(() => hostCompare('Eq', whole, scaled));
      const type = integerType(width);
      set(float(type, FLOAT_OP[`${type}TruncF64${unsigned ? 'U' : 'S'}`], whole));
    },
    () => soft(a),
    { flushable: noneSubnormal(a) },
  );
}

/** Whether the magnitude of an integer is at most 2^`bits`. */
function isAtMostPower(value: I32 | I64, unsigned: boolean, bits: number): I32 {
  const power = 2 ** bits;
  if (value.type === 'i32') {
    const shifted = unsigned ? value : add(value, i32(power));
    return leU(shifted, i32(unsigned ? power : 2 * power));
  }
  const high = power / 2 ** 32;
  const [one, two] = [high, 2 * high].map((hi) => (hi >= 1 ? i64(0, hi) : i64(hi * 2 ** 32, 0)));
  return leU(unsigned ? value : add(value, one), unsigned ? one : two);
}

/**
 * An integer, of a general register or the bits of a scalar, to floating point. Exact results depend on neither
 * FPCR nor FPSR.
 */
export function fromInteger(
  e: Emitter,
  format: FormatBits,
  operand: I32 | I64,
  form: IntegerForm,
  set: (result: Expr) => void,
): void {
  const { width, unsigned, fractionBits } = form;
  const soft = (a: I32 | I64): void =>
    set(softScalar(e, 'fromFixed', format, [a], { width, unsigned }, parameters(form)));
  if (format === 16 || width === 16) {
    soft(operand);
    return;
  }
  const a = e.let<'i32' | 'i64'>(operand);
  const type = floatType(format);
  const converted = (): Expr<FloatType> => {
    const name = `${type}Convert${a.type === 'i32' ? 'I32' : 'I64'}${unsigned ? 'U' : 'S'}` as const;
    const whole = float<FloatType>(type, FLOAT_OP[name], a);
    if (fractionBits === undefined) return whole;
    const scale = powerOfTwo(sub(i32(0), fractionBits));
    return host<FloatType>(type, 'Mul', whole, type === 'f32' ? demote(scale) : scale);
  };
  if (format === 64 && width === 32) {
    set(converted());
    return;
  }
  hostElseSoft(
    e,
    (path) => {
      path.requireExact(() => isAtMostPower(a as I32 | I64, unsigned, format === 64 ? 53 : 24));
      set(converted());
    },
    () => soft(a as I32 | I64),
    { anyControl: true },
  );
}

const SF: Readonly<Record<'sf', Choice>> = { sf: { values: 2, of: ({ sf }) => sf } };

/** By the letter after FCVT. */
export const CONVERSION_ROUNDING: Readonly<Record<string, number>> = {
  N: Rounding.TieEven,
  P: Rounding.PlusInfinity,
  M: Rounding.MinusInfinity,
  Z: Rounding.Zero,
  A: Rounding.TieAway,
};

/** The general register, and the integer in it. */
function generalForm(e: Emitter, unsigned: boolean, fixed: boolean): IntegerForm & { width: 32 | 64 } {
  const width = e.choice('sf') === 1 ? 64 : 32;
  if (!fixed) return { width, unsigned };
  return { width, unsigned, fractionBits: e.immediateSmall('fractionBits', ({ scale }) => 64 - scale) };
}

function toGeneral(name: string, rounding: number, unsigned: boolean, fixed: boolean): readonly Semantics[] {
  return formats(
    `${name}_float2${fixed ? 'fix' : 'int'}`,
    '_half',
    (e, format) => {
      const form = generalForm(e, unsigned, fixed);
      const set = (result: Expr): void => e.setRegister(integerType(form.width), 'Rd', result);
      toInteger(e, format, scalarOperand(e, format, 'Rn'), form, rounding, set);
    },
    { choices: SF, outlined: rounding !== Rounding.Zero || fixed },
  );
}

function fromGeneral(name: string, unsigned: boolean, fixed: boolean): readonly Semantics[] {
  return formats(
    `${name}_float2${fixed ? 'fix' : 'int'}`,
    '_half',
    (e, format) => {
      const form = generalForm(e, unsigned, fixed);
      const operand = e.register<'i32' | 'i64'>(integerType(form.width), 'Rn') as I32 | I64;
      fromInteger(e, format, operand, form, (result) => e.setScalar('Rd', result));
    },
    { choices: SF, outlined: fixed },
  );
}

const SIGNS = [
  ['S', false],
  ['U', true],
] as const;

const general = SIGNS.flatMap(([sign, unsigned]) => [
  ...Object.entries(CONVERSION_ROUNDING).flatMap(([letter, rounding]) =>
    toGeneral(`FCVT${letter}${sign}`, rounding, unsigned, false),
  ),
  ...toGeneral(`FCVTZ${sign}`, Rounding.Zero, unsigned, true),
  ...fromGeneral(`${sign}CVTF`, unsigned, false),
  ...fromGeneral(`${sign}CVTF`, unsigned, true),
]);

/** FCVT: the format of the operand and that of the result. */
const CONVERSIONS = [
  [32, 64],
  [64, 32],
  [32, 16],
  [64, 16],
  [16, 32],
  [16, 64],
] as const;

/** Formats by `ftype`, and by `opc` of FCVT. */
const FORMAT_CODES = [32, 64, undefined, 16] as const;

const CONVERSION: Readonly<Record<'conversion', Choice>> = {
  conversion: {
    values: CONVERSIONS.length,
    of: ({ ftype, opc }: Fields) =>
      CONVERSIONS.findIndex(([from, to]) => from === FORMAT_CODES[ftype] && to === FORMAT_CODES[opc]),
  },
};

const SOFT_CONVERSION = { 16: 'toHalf', 32: 'toSingle', 64: 'toDouble' } as const;

/** Does a conversion whose result has another format than its operand in software. */
function softConversion(
  e: Emitter,
  name: 'toHalf' | 'toSingle' | 'toDouble' | 'toSingleOdd' | 'toBFloat16',
  from: FormatBits,
  to: FormatBits,
  operand: Expr,
): I32 | I64 {
  softScalar(e, name, from, [operand]);
  return softResult(e, to);
}

/** Widens: exact; only NaNs differ. */
function singleToDouble(e: Emitter): void {
  const a = e.let(e.scalar('f32', 'Rn'));
  hostElseSoft(
    e,
    (path) => {
      path.require(hostCompare('Eq', a, a));
      e.setScalar('Rd', promote(a));
    },
    () => e.setScalar('Rd', softConversion(e, 'toDouble', 32, 64, a)),
    { flushable: noneSubnormal(a) },
  );
}

function doubleToSingle(e: Emitter): void {
  const a = e.let(e.scalar('f64', 'Rn'));
  hostElseSoft(
    e,
    (path) => {
      const result = e.let(demote(a));
      e.if(
        isNormal(result),
        () => path.requireExact(() => hostCompare('Eq', promote(result), a)),
        () => path.require(isZero(a)),
      );
      e.setScalar('Rd', result);
    },
    () => e.setScalar('Rd', softConversion(e, 'toSingle', 64, 32, a)),
    { flushable: noneSubnormal(a) },
  );
}

const betweenFormats = floatingPoint('FCVT_floatdp1', CONVERSION, (e) => {
  const [from, to] = CONVERSIONS[e.choice('conversion')];
  if (from === 32 && to === 64) singleToDouble(e);
  else if (from === 64 && to === 32) doubleToSingle(e);
  else {
    const operand = scalarOperand(e, from, 'Rn');
    e.setScalar('Rd', softConversion(e, SOFT_CONVERSION[to], from, to, operand));
  }
});

/** FJCVTZS, ECMAScript's ToInt32: Z tells whether it was exact, of a number that is not -0. */
function javaScriptConversion(e: Emitter): void {
  const a = e.let(e.scalar('f64', 'Rn'));
  hostElseSoft(
    e,
    (path) => {
      path.require(
        and(
          hostCompare('Ge', a, floatConstant('f64', -(2 ** 31))),
          hostCompare('Lt', a, floatConstant('f64', 2 ** 31)),
        ),
      );
      const result = e.let(float('i32', FLOAT_OP.i32TruncF64S, a));
      // -0 differs from the integer zero in its bits alone.
      const back = float('f64', FLOAT_OP.f64ConvertI32S, result);
      const changed = e.let(ne(bitsOf(back as F64), bitsOf(a)));
      path.requireExact(() => hostCompare('Eq', back as F64, a));
      e.setRegister('i32', 'Rd', result);
      e.setFlags({ n: i32(0), z: changed, c: i32(0), v: i32(0) });
    },
    () => {
      softScalar(e, 'toInt32JavaScript', 64, [a]);
      e.setRegister('i32', 'Rd', softWord(e));
      e.setFlags({ n: i32(0), z: xor(e.state32(SOFT_RESULT + 4), i32(4)), c: i32(0), v: i32(0) });
    },
    { flushable: noneSubnormal(a) },
  );
}

const others: readonly Semantics[] = [
  floatingPoint('BFCVT_floatdp1', {}, (e) => {
    e.setScalar('Rd', softConversion(e, 'toBFloat16', 32, 16, e.scalar('i32', 'Rn')));
  }),
  floatingPoint('FCVTXN_asisdmisc', {}, (e) => {
    e.setScalar('Rd', softConversion(e, 'toSingleOdd', 64, 32, e.scalar('i64', 'Rn')));
  }),
  floatingPoint('FJCVTZS_float2int', {}, javaScriptConversion),
];

export const floatingPointConversionSemantics: readonly Semantics[] = [...general, betweenFormats, ...others];
