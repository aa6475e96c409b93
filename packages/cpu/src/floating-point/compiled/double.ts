import {
  add,
  and,
  eq,
  eqz,
  type F64,
  geS,
  type I32,
  i32,
  i64,
  or,
  select,
  shrU,
  xor,
} from '../../emitter/expressions.ts';
import { extractLane, vector } from '../../emitter/vectors.ts';
import { twoSum } from '../../semantics/floating-point-fused.ts';
import {
  bitsOf,
  floatConstant,
  fromBits,
  host,
  hostCompare,
  isFiniteFloat,
  isZero,
} from '../../semantics/floating-point-paths.ts';
import { FLOAT_OP } from '../../wasm/opcodes.ts';
import { hostFusesMultiplyAdd } from '../host-fused.ts';
import type { SoftOperationName } from '../operation-word.ts';
import { CONTROL, LaneFunction, STATUS } from './lane-function.ts';

/*
 * Double-precision in any rounding mode. The host rounds to nearest; the error of that, or a number of the error's
 * sign, tells whether the neighbour is the result. The error of a sum is a float; that of the others takes the host's
 * fused multiply-add, without which they are left to the software. Operands and results are held within bounds in
 * which nothing under- or overflows on the way.
 */

/** Magnitudes of operands. */
const LOWEST = 2 ** -450;
const HIGHEST = 2 ** 450;

const fused = (addend: F64, a: F64, b: F64): F64 => {
  const [x, y, z] = [a, b, addend].map((operand) => vector('f64x2.splat', operand));
  return extractLane('f64', 'f64x2.extract_lane', vector('f64x2.relaxed_madd', x, y, z), 0);
};

const negated = (a: F64): F64 => host('f64', 'Neg', a);
const isNotNumber = (value: F64): I32 => hostCompare('Ne', value, value);

const requireMiddling = (f: LaneFunction, ...values: readonly F64[]): void => {
  for (const value of values) {
    const magnitude = f.let(host('f64', 'Abs', value));
    f.require(hostCompare('Ge', magnitude, floatConstant('f64', LOWEST)));
    f.require(hostCompare('Lt', magnitude, floatConstant('f64', HIGHEST)));
  }
};

const operand = (f: LaneFunction, index: number): F64 => f.let(f.operand('f64', FLOAT_OP.f64Load, index, 3));

/** Operations on two numbers, by what else the result is than the host's. */
const BINARY = {
  add: 'Add',
  sub: 'Sub',
  absoluteDifference: 'Sub',
  mul: 'Mul',
  mulx: 'Mul',
  negatedMul: 'Mul',
  div: 'Div',
} as const;

type BinaryName = keyof typeof BINARY;

/** Stores a result with its sign as the operation wants it. */
function store(f: LaneFunction, name: BinaryName | undefined, result: F64): void {
  if (name === 'absoluteDifference') f.done(FLOAT_OP.f64Store, 3, host('f64', 'Abs', result));
  else f.done(FLOAT_OP.f64Store, 3, name === 'negatedMul' ? negated(result) : result);
}

/**
 * Stores the result: the one rounded to nearest, or its neighbour.
 *
 * @param error of the sign of what the exact result is more than `nearest`; zero when that is exact.
 */
function finish(f: LaneFunction, name: BinaryName | undefined, nearest: F64, error: F64): void {
  f.if(hostCompare('Eq', error, floatConstant('f64', 0)), () => store(f, name, nearest));
  f.require(f.status(i32(STATUS.inexact)));
  f.if(eqz(f.rounding), () => store(f, name, nearest));
  const bits = f.let(bitsOf(nearest));
  const below = f.let(hostCompare('Lt', error, floatConstant('f64', 0)));
  // The exact result is of larger magnitude.
  const outwards = f.let(geS(xor(bits, bitsOf(error)), i64(0)));
  const mode = f.rounding;
  const up = and(eq(mode, i32(1 << 22)), eqz(below));
  const down = and(eq(mode, i32(CONTROL.towardsMinusInfinity)), below);
  const inwards = and(eq(mode, i32(CONTROL.rounding)), eqz(outwards));
  const step = select(outwards, i64(1), i64(-1));
  const neighbour = f.let(fromBits('f64', select(or(or(up, down), inwards), add(bits, step), bits)));
  store(f, name, neighbour);
}

/** What an operation on NaNs that are all quiet gives: the first of them. */
function quietNaN(f: LaneFunction, a: F64, b: F64): void {
  const signalling = (value: F64): I32 =>
    and(isNotNumber(value), eqz(and(shrU(bitsOf(value), i64(51, 0)), i64(1))));
  f.require(eqz(or(signalling(a), signalling(b))));
  const defaultNaN = fromBits('f64', i64(0, 0x7ff8_0000));
  const first = select(isNotNumber(a), a, b);
  f.done(FLOAT_OP.f64Store, 3, select(and(f.control, i32(CONTROL.defaultNaN)), defaultNaN, first));
}

const PROPAGATING: readonly SoftOperationName[] = ['add', 'sub', 'mul', 'mulx', 'div'];

function binary(f: LaneFunction, name: BinaryName): void {
  f.requireClear(CONTROL.flush);
  const [a, b] = [operand(f, 0), operand(f, 1)];
  f.if(or(isNotNumber(a), isNotNumber(b)), () => {
    if (PROPAGATING.includes(name)) quietNaN(f, a, b);
    else f.return(i32(0));
  });
  const result = f.let(host('f64', BINARY[name], a, b));
  f.if(and(hostCompare('Eq', result, result), eqz(and(isFiniteFloat(a), isFiniteFloat(b)))), () => {
    // Infinite operands give exact results.
    store(f, name, result);
  });
  f.require(isFiniteFloat(result));
  if (BINARY[name] === 'Add' || BINARY[name] === 'Sub') {
    f.requireSignOfSum(result);
    f.require(hostCompare('Lt', host('f64', 'Abs', result), floatConstant('f64', 2 ** 120)));
    const [, error] = twoSum(f, a, BINARY[name] === 'Add' ? b : f.let(negated(b)));
    finish(f, name, result, error);
    return;
  }
  if (BINARY[name] === 'Mul') {
    f.if(or(isZero(a), isZero(b)), () => store(f, name, result));
    requireMiddling(f, a, b);
    finish(f, name, result, f.let(fused(negated(result), a, b)));
    return;
  }
  f.require(eqz(isZero(b)));
  f.if(isZero(a), () => store(f, name, result));
  requireMiddling(f, a, b);
  const remainder = negated(fused(negated(a), result, b));
  // Its sign is that of the error where the divisor is positive.
  const one = host('f64', 'Copysign', floatConstant('f64', 1), b);
  finish(f, name, result, f.let(host('f64', 'Mul', remainder, one)));
}

function squareRoot(f: LaneFunction): void {
  f.requireClear(CONTROL.flush);
  const a = operand(f, 0);
  f.if(isZero(a), () => store(f, undefined, a));
  f.require(hostCompare('Gt', a, floatConstant('f64', 0)));
  requireMiddling(f, a);
  const root = f.let(host('f64', 'Sqrt', a));
  finish(f, undefined, root, f.let(negated(fused(negated(a), root, root))));
}

/**
 * The error of a fused multiply-add, or a number of its sign.
 *
 * @spec S. Boldo and J.-M. Muller, "Exact and Approximated Error of the FMA" (IEEE Transactions on Computers, 2011),
 *   ErrFmaNearest
 */
function multiplyAdd(f: LaneFunction): void {
  f.requireClear(CONTROL.flush);
  const [addend, a, b] = [0, 1, 2].map((index) => operand(f, index)) as [F64, F64, F64];
  requireMiddling(f, a, b);
  f.if(eqz(isZero(addend)), () => requireMiddling(f, addend));
  const result = f.let(fused(addend, a, b));
  f.require(eqz(isZero(result)));
  const product = f.let(host('f64', 'Mul', a, b));
  const productError = f.let(fused(negated(product), a, b));
  const [small, smallError] = twoSum(f, addend, productError);
  const [large, largeError] = twoSum(f, product, small);
  const rest = host('f64', 'Add', host('f64', 'Sub', large, result), largeError);
  finish(f, undefined, result, f.let(host('f64', 'Add', rest, smallError)));
}

/** Those that take the host's fused multiply-add. */
const FUSING: readonly SoftOperationName[] = ['mul', 'mulx', 'negatedMul', 'div', 'sqrt', 'mulAdd'];

/** The function of an operation on double-precision operands, if it is one of these. */
export function doubleLaneFunction(name: SoftOperationName, state: number): LaneFunction | undefined {
  if (FUSING.includes(name) && !hostFusesMultiplyAdd()) return undefined;
  const f = new LaneFunction(state);
  if (name === 'sqrt') squareRoot(f);
  else if (name === 'mulAdd') multiplyAdd(f);
  else if (name in BINARY) binary(f, name as BinaryName);
  else return undefined;
  f.finish(i32(0));
  return f;
}
