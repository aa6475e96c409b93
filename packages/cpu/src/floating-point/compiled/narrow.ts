import {
  and,
  type Expr,
  eqz,
  type F64,
  type I32,
  i32,
  ltU,
  ne,
  or,
  select,
  shl,
  sub,
  xor,
} from '../../emitter/expressions.ts';
import { roundToOdd, twoSum } from '../../semantics/floating-point-fused.ts';
import {
  bitsOf,
  floatConstant,
  fromBits,
  host,
  hostCompare,
  isFiniteFloat,
  promote,
} from '../../semantics/floating-point-paths.ts';
import { FLOAT_OP, OP } from '../../wasm/opcodes.ts';
import type { SoftOperationName } from '../operation-word.ts';
import { CONTROL, LaneFunction } from './lane-function.ts';
import { HALF, type NarrowFormat, NOT_ROUNDED, SINGLE } from './rounding.ts';

/*
 * Half- and single-precision in double-precision. Sums and products of either are exact there, or are rounded to
 * odd; quotients and roots have so many more bits there that they are never mistaken for exact ones or for ties. So
 * the one rounding that counts is the last one, by a rounding function, in whatever mode.
 */

/** Indices of the module's rounding functions. */
export interface RoundingFunctions {
  readonly toHalf: number;
  readonly toSingle: number;
}

interface Narrow {
  readonly f: LaneFunction;
  readonly format: NarrowFormat;
  readonly rounding: RoundingFunctions;
}

/** Binary logarithm of a lane's bytes. */
const sizeOf = ({ bits }: NarrowFormat): number => (bits === 16 ? 1 : 2);

/** An operand in double-precision; NaNs and infinities of half-precision are left to the software. */
function operand({ f, format }: Narrow, index: number): F64 {
  if (format.bits === 32) return f.let(promote(f.operand('f32', FLOAT_OP.f32Load, index, 2)));
  const word = f.let(f.operand('i32', OP.i32Load16U, index, 1));
  const magnitude = f.let(and(word, i32(0x7fff)));
  f.require(ltU(magnitude, i32(HALF.infinity)));
  // The fraction in its place, then the exponent: biases differ by 112.
  const value = host('f32', 'Mul', fromBits('f32', shl(magnitude, i32(13))), floatConstant('f32', 2 ** 112));
  const sign = shl(and(word, i32(0x8000)), i32(16));
  return f.let(promote(fromBits('f32', or(bitsOf(value), sign))));
}

const singleBits = (f: LaneFunction, index: number): I32 => f.let(f.operand('i32', OP.i32Load, index, 2));

const isNotNumber = (value: F64): I32 => hostCompare('Ne', value, value);

/** Rounds a finite number and stores it, its bits changed by `change`. */
function finish(
  { f, format, rounding }: Narrow,
  value: F64,
  change: (bits: I32) => I32 = (bits) => bits,
): void {
  const rounded = f.let(call(format.bits === 16 ? rounding.toHalf : rounding.toSingle, value, f.control));
  f.require(ne(rounded, i32(NOT_ROUNDED)));
  f.done(format.bits === 16 ? OP.i32Store16 : OP.i32Store, sizeOf(format), change(rounded));
}

const call = (index: number, ...operands: readonly Expr[]): I32 => ({
  type: 'i32',
  emit: (code) => {
    for (const one of operands) one.emit(code);
    code.call(index);
  },
});

/** A sum; the two numbers are held and finite. */
function sum({ f, format }: Narrow, a: F64, b: F64): F64 {
  // Half-precision numbers are multiples of 2^-24 below 2^16.
  if (format.bits === 16) return f.let(host('f64', 'Add', a, b));
  const [nearest, error] = twoSum(f, a, b);
  return f.let(roundToOdd(f, nearest, error));
}

/** What an operation on NaNs that are all quiet gives: the first of them. */
function quietNaN(f: LaneFunction, a: F64, b: F64): void {
  const [aBits, bBits] = [singleBits(f, 0), singleBits(f, 1)];
  const signalling = (value: F64, bits: I32): I32 => and(isNotNumber(value), eqz(and(bits, i32(1 << 22))));
  f.require(eqz(or(signalling(a, aBits), signalling(b, bBits))));
  const defaultNaN = and(f.control, i32(CONTROL.defaultNaN));
  f.done(OP.i32Store, 2, select(defaultNaN, i32(0x7fc0_0000), select(isNotNumber(a), aBits, bBits)));
}

/** Stores infinite results of infinite operands, which are exact; results are finite from here on. */
function passInfinity(n: Narrow, result: F64, operands: readonly F64[], signKept = true): void {
  const { f, format } = n;
  if (format.bits === 16 || !signKept) {
    f.require(isFiniteFloat(result));
    return;
  }
  f.if(eqz(isFiniteFloat(result)), () => {
    f.require(eqz(isNotNumber(result)));
    f.require(eqz(operands.map(isFiniteFloat).reduce(and)));
    f.done(FLOAT_OP.f32Store, 2, { type: 'f32', emit: (code) => emitDemoted(code, result) });
  });
}

const emitDemoted = (code: Parameters<Expr['emit']>[0], value: F64): void => {
  value.emit(code);
  code.op(FLOAT_OP.f32DemoteF64);
};

const FLUSH = { 16: CONTROL.flushHalf, 32: CONTROL.flush } as const;

/** Operations whose result is the first quiet NaN, where there is one. */
const PROPAGATING: readonly SoftOperationName[] = ['add', 'sub', 'mul', 'mulx', 'div'];

type BinaryName = keyof typeof BINARY;

const BINARY = {
  add: 'Add',
  sub: 'Sub',
  absoluteDifference: 'Sub',
  mul: 'Mul',
  mulx: 'Mul',
  negatedMul: 'Mul',
  div: 'Div',
  max: 'Max',
  maxNumber: 'Max',
  min: 'Min',
  minNumber: 'Min',
} as const;

function binary(n: Narrow, name: BinaryName): void {
  const { f, format } = n;
  f.requireClear(FLUSH[format.bits]);
  const [a, b] = [operand(n, 0), operand(n, 1)];
  if (format.bits === 32) {
    f.if(or(isNotNumber(a), isNotNumber(b)), () => {
      if (PROPAGATING.includes(name)) quietNaN(f, a, b);
      else f.return(i32(0));
    });
  }
  const operation = BINARY[name];
  const result = f.let(host('f64', operation, a, b));
  passInfinity(n, result, [a, b], name !== 'negatedMul' && name !== 'absoluteDifference');
  if (operation === 'Add' || operation === 'Sub') {
    f.requireSignOfSum(result);
    const second = operation === 'Add' ? b : f.let(host('f64', 'Neg', b));
    finish(n, sum(n, a, second), (bits) =>
      name === 'absoluteDifference' ? and(bits, i32(2 ** (format.bits - 1) - 1)) : bits,
    );
    return;
  }
  finish(n, result, (bits) => (name === 'negatedMul' ? xor(bits, i32(1 << (format.bits - 1))) : bits));
}

function squareRoot(n: Narrow): void {
  const { f, format } = n;
  f.requireClear(FLUSH[format.bits]);
  const a = operand(n, 0);
  const root = f.let(host('f64', 'Sqrt', a));
  passInfinity(n, root, [a]);
  finish(n, root);
}

/** The product is exact in double-precision. */
function multiplyAdd(n: Narrow, operands: readonly [addend: F64, a: F64, b: F64]): void {
  const { f } = n;
  const [addend, a, b] = operands;
  const product = f.let(host('f64', 'Mul', a, b));
  const [nearest, error] = twoSum(f, product, addend);
  f.require(isFiniteFloat(nearest));
  f.requireSignOfSum(nearest);
  finish(n, f.let(roundToOdd(f, nearest, error)));
}

function multiplyAddFormat(n: Narrow): void {
  n.f.requireClear(FLUSH[n.format.bits]);
  multiplyAdd(n, [operand(n, 0), operand(n, 1), operand(n, 2)]);
}

function multiplyAddLong(n: Narrow): void {
  n.f.requireClear(CONTROL.flush | CONTROL.flushHalf);
  const half: Narrow = { ...n, format: HALF };
  multiplyAdd(n, [operand(n, 0), operand(half, 1), operand(half, 2)]);
}

const COMPARISONS = {
  equal: ['Eq', false],
  greaterEqual: ['Ge', false],
  greater: ['Gt', false],
  absoluteGreaterEqual: ['Ge', true],
  absoluteGreater: ['Gt', true],
} as const;

/** Of half-precision only: the others have the host's. */
function compare(n: Narrow, name: keyof typeof COMPARISONS): void {
  const { f } = n;
  f.requireClear(CONTROL.flushHalf);
  const [comparison, absolute] = COMPARISONS[name];
  const [a, b] = [0, 1].map((index) => {
    const value = operand(n, index);
    return absolute ? host('f64', 'Abs', value) : value;
  });
  f.done(OP.i32Store16, 1, sub(i32(0), hostCompare(comparison, a, b)));
}

/** NZCV as four bits. */
function compareToFlags(n: Narrow): void {
  const { f } = n;
  f.requireClear(CONTROL.flushHalf);
  const [a, b] = [operand(n, 0), operand(n, 1)];
  const unequal = select(hostCompare('Lt', a, b), i32(8), i32(2));
  f.done(OP.i32Store, 2, select(hostCompare('Eq', a, b), i32(6), unequal));
}

/** Half-precision widens exactly. */
function widen(n: Narrow, to: 32 | 64): void {
  const { f } = n;
  f.requireClear(CONTROL.flushHalf | CONTROL.alternativeHalf);
  const value = operand(n, 0);
  if (to === 64) f.done(FLOAT_OP.f64Store, 3, value);
  else f.done(FLOAT_OP.f32Store, 2, { type: 'f32', emit: (code) => emitDemoted(code, value) });
}

function narrowTo(n: Narrow, from: 32 | 64): void {
  const { f } = n;
  f.requireClear(CONTROL.flush | CONTROL.flushHalf | CONTROL.alternativeHalf);
  const value =
    from === 64 ? f.let(f.operand('f64', FLOAT_OP.f64Load, 0, 3)) : operand({ ...n, format: SINGLE }, 0);
  // Beyond it the result overflows in any mode, and exponents of the rounding function do.
  f.require(hostCompare('Lt', host('f64', 'Abs', value), floatConstant('f64', 2 ** 130)));
  finish(n, value);
}

type Emit = (n: Narrow) => void;

const arithmetic: Readonly<Partial<Record<SoftOperationName, Emit>>> = {
  ...Object.fromEntries(
    (Object.keys(BINARY) as BinaryName[]).map((name): [string, Emit] => [name, (n) => binary(n, name)]),
  ),
  sqrt: squareRoot,
  mulAdd: multiplyAddFormat,
};

const half: Readonly<Partial<Record<SoftOperationName, Emit>>> = {
  ...arithmetic,
  ...Object.fromEntries(
    (Object.keys(COMPARISONS) as (keyof typeof COMPARISONS)[]).map((name): [string, Emit] => [
      name,
      (n) => compare(n, name),
    ]),
  ),
  compareQuiet: compareToFlags,
  compareSignalling: compareToFlags,
  toSingle: (n) => widen(n, 32),
  toDouble: (n) => widen(n, 64),
};

const toHalf =
  (from: 32 | 64): Emit =>
  (n) =>
    narrowTo({ ...n, format: HALF }, from);

const single: Readonly<Partial<Record<SoftOperationName, Emit>>> = {
  ...arithmetic,
  mulAddHalfToSingle: multiplyAddLong,
  toHalf: toHalf(32),
};

const double: Readonly<Partial<Record<SoftOperationName, Emit>>> = {
  toHalf: toHalf(64),
  toSingle: (n) => narrowTo(n, 64),
};

/** The function of an operation whose operands are of a format, if it is one of these. */
export function narrowLaneFunction(
  name: SoftOperationName,
  format: 16 | 32 | 64,
  state: number,
  rounding: RoundingFunctions,
): LaneFunction | undefined {
  const emit = { 16: half, 32: single, 64: double }[format][name];
  if (emit === undefined) return undefined;
  const f = new LaneFunction(state);
  emit({ f, format: format === 16 ? HALF : SINGLE, rounding });
  f.finish(i32(0));
  return f;
}
