import type { Emitter } from '../emitter/emitter.ts';
import {
  add,
  and,
  type Expr,
  eqz,
  type F32,
  type F64,
  geS,
  type I32,
  type I64,
  i32,
  i64,
  local,
  ltU,
  or,
  select,
  shl,
  sub,
  wrap,
  xor,
} from '../emitter/expressions.ts';
import type { Statements } from '../emitter/statements.ts';
import { extractLane, vector } from '../emitter/vectors.ts';
import { hostFusesMultiplyAdd } from '../floating-point/host-fused.ts';
import type { FormatBits } from '../floating-point/operation-word.ts';
import {
  bitsOf,
  demote,
  type Float,
  type FloatType,
  floatConstant,
  fromBits,
  type HostPath,
  host,
  hostCompare,
  hostElseSoft,
  isExactProduct,
  isFiniteFloat,
  isNormal,
  isZero,
  negated,
  noneSubnormal,
  promote,
  type Scalar,
  softScalar,
} from './floating-point-paths.ts';

/*
 * Fused multiply-add, which not every host has.
 *
 * Single-precision: the product of two floats is exact in double-precision. The sum there is rounded to odd,
 * which leaves enough for the last rounding to be right: a value that is not exact has a one at its end, so it
 * never looks like a tie.
 *
 * Double-precision: after S. Boldo and G. Melquiond, "Emulation of a FMA and Correctly Rounded Sums: Proved
 * Algorithms Using Rounding to Odd" (IEEE Transactions on Computers, 2008). The product is a sum of two floats
 * (Dekker, with Veltkamp's splitting); it is added to the addend with errors kept, and the small parts are added
 * with rounding to odd. The exponents of the factors are held within bounds in which nothing under- or overflows.
 */

/** A sum, and its error. @spec D. Knuth, The Art of Computer Programming, volume 2, 4.2.2, theorem B */
export function twoSum(e: Statements, a: F64, b: F64): readonly [sum: F64, error: F64] {
  const sum = e.let(host('f64', 'Add', a, b));
  const part = e.let(host('f64', 'Sub', sum, a));
  const rest = host('f64', 'Sub', b, part);
  return [sum, e.let(host('f64', 'Add', host('f64', 'Sub', a, host('f64', 'Sub', sum, part)), rest))];
}

/** A sum rounded to odd, from the sum rounded to nearest and its error. */
export function roundToOdd(e: Statements, sum: F64, error: F64): F64 {
  const bits = e.let(bitsOf(sum));
  const even = eqz(and(wrap(bits), i32(1)));
  const inexact = hostCompare('Ne', error, floatConstant('f64', 0));
  // Towards the error: away from zero when it has the sum's sign.
  const outwards = geS(xor(bits, bitsOf(error)), i64(0));
  const odd = select(outwards, add(bits, i64(1)), sub(bits, i64(1)));
  return fromBits('f64', select(and(even, inexact), odd, bits));
}

const isExact = (error: F64): I32 => hostCompare('Eq', error, floatConstant('f64', 0));

function fusedSingle(e: Emitter, path: HostPath, addend: F32, a: F32, b: F32): F32 {
  const product = e.let(host('f64', 'Mul', promote(a), promote(b)));
  const [sum, error] = twoSum(e, product, e.let(promote(addend)));
  const result = e.let(demote(roundToOdd(e, sum, error)));
  e.if(
    isNormal(result),
    () => path.requireExact(() => and(isExact(error), hostCompare('Eq', promote(result), sum))),
    // A sum of zero has no error.
    () => path.require(isZero(sum)),
  );
  return result;
}

/** 2^27 + 1: splits a significand of 53 bits into halves whose products are exact. */
const SPLITTER = 134_217_729;

/** The upper half of a significand; the lower is what is left. */
function split(e: Emitter, a: F64): readonly [upper: F64, lower: F64] {
  const scaled = e.let(host('f64', 'Mul', a, floatConstant('f64', SPLITTER)));
  const upper = e.let(host('f64', 'Sub', scaled, host('f64', 'Sub', scaled, a)));
  return [upper, e.let(host('f64', 'Sub', a, upper))];
}

function twoProduct(e: Emitter, a: F64, b: F64): readonly [product: F64, error: F64] {
  const product = e.let(host('f64', 'Mul', a, b));
  const [aUpper, aLower] = split(e, a);
  const [bUpper, bLower] = split(e, b);
  const times = (x: F64, y: F64): F64 => host('f64', 'Mul', x, y);
  let error = host('f64', 'Sub', times(aUpper, bUpper), product);
  error = host('f64', 'Add', error, times(aUpper, bLower));
  error = host('f64', 'Add', error, times(aLower, bUpper));
  return [product, e.let(host('f64', 'Add', error, times(aLower, bLower)))];
}

/** Exponent fields of the factors, and of an addend: products and errors of them are normal. */
const LOWEST_FACTOR = 1023 - 450;
const HIGHEST_FACTOR = 1023 + 450;
const HIGHEST_ADDEND = 1023 + 950;

const magnitude = (a: F64): I64 => shl(bitsOf(a), i64(1));

const isMiddling = (a: F64): I32 =>
  ltU(sub(magnitude(a), i64(0, LOWEST_FACTOR << 21)), i64(0, (HIGHEST_FACTOR - LOWEST_FACTOR) << 21));

function fusedDouble(e: Emitter, path: HostPath, addend: F64, a: F64, b: F64): F64 {
  const result = e.temporary('f64');
  const held = local('f64', result);
  const bounded = ltU(magnitude(addend), i64(0, HIGHEST_ADDEND << 21));
  e.if(
    and(and(isMiddling(a), isMiddling(b)), bounded),
    () => {
      const [product, productError] = twoProduct(e, a, b);
      const [middle, middleError] = twoSum(e, addend, productError);
      const [upper, upperError] = twoSum(e, product, middle);
      const [rest, restError] = twoSum(e, middleError, upperError);
      const odd = e.let(roundToOdd(e, rest, restError));
      e.assign(result, host('f64', 'Add', upper, odd));
      path.requireExact(() => {
        const [, error] = twoSum(e, upper, odd);
        return and(isExact(restError), isExact(error));
      });
    },
    () => {
      // A product that is zero leaves the sum exact.
      path.require(isZeroProduct(a, b));
      e.assign(result, host('f64', 'Add', addend, host('f64', 'Mul', a, b)));
      path.require(isFiniteFloat(held));
    },
  );
  return held;
}

/** addend + a * b by the host's own instruction, whose other lanes do the same. */
function relaxed<T extends FloatType>(addend: Expr<T>, a: Expr<T>, b: Expr<T>): Expr<T> {
  const shape = addend.type === 'f32' ? 'f32x4' : 'f64x2';
  const [x, y, z] = [a, b, addend].map((operand) => vector(`${shape}.splat`, operand));
  return extractLane(addend.type, `${shape}.extract_lane`, vector(`${shape}.relaxed_madd`, x, y, z), 0);
}

/** Whether the sum of a product that is a float itself and of the addend is exact: cheap, and often enough. */
function isExactFused<T extends FloatType>(
  e: Emitter,
  addend: Expr<T>,
  a: Expr<T>,
  b: Expr<T>,
  result: Expr<T>,
): I32 {
  if (addend.type === 'f32') {
    const product = e.let(host('f64', 'Mul', promote(a as F32), promote(b as F32)));
    const [sum, error] = twoSum(e, product, e.let(promote(addend as F32)));
    return and(isExact(error), hostCompare('Eq', promote(result as F32), sum));
  }
  const product = e.let(host('f64', 'Mul', a as F64, b as F64));
  const [, error] = twoSum(e, product, addend as F64);
  const isFloat = or(and(isNormal(product), isExactProduct(a, b, product as Expr<T>)), isZeroProduct(a, b));
  return and(isFloat, isExact(error));
}

const isZeroProduct = (a: Float, b: Float): I32 => or(isZero(a), isZero(b));

/**
 * addend + a * b with one rounding; operands are held. Where the host has an instruction for that, it does what
 * needs no more than a look at the result.
 */
export function hostFused<T extends FloatType>(
  e: Emitter,
  path: HostPath,
  addend: Expr<T>,
  a: Expr<T>,
  b: Expr<T>,
): Expr<T> {
  if (!hostFusesMultiplyAdd()) return emulated(e, path, addend, a, b);
  const result = e.let(relaxed(addend, a, b));
  const normal = e.let(isNormal(result));
  path.require(or(normal, isZero(result)));
  // A zero may be what is left of something smaller.
  path.requireExact(() => isExactFused(e, addend, a, b, result), normal);
  return result;
}

function emulated<T extends FloatType>(
  e: Emitter,
  path: HostPath,
  addend: Expr<T>,
  a: Expr<T>,
  b: Expr<T>,
): Expr<T> {
  const fused =
    addend.type === 'f32'
      ? fusedSingle(e, path, addend as F32, a as F32, b as F32)
      : fusedDouble(e, path, addend as F64, a as F64, b as F64);
  return fused as Expr<T>;
}

/** addend + a * b of scalars. */
export function multiplyAdd(
  e: Emitter,
  format: FormatBits,
  operands: readonly [addend: Scalar, a: Scalar, b: Scalar],
  set: (result: Expr) => void,
): void {
  if (format === 16) {
    set(softScalar(e, 'mulAdd', format, operands));
    return;
  }
  const [addend, a, b] = operands.map((operand) => e.let(operand as Expr<FloatType>));
  hostElseSoft(
    e,
    (path) => set(hostFused(e, path, addend, a, b)),
    () => set(softScalar(e, 'mulAdd', format, [addend, a, b])),
    { flushable: noneSubnormal(addend, a, b) },
  );
}

/** FRECPS, 2 - a * b, and FRSQRTS, (3 - a * b) / 2, with one rounding. */
export function newtonStep(
  e: Emitter,
  name: 'recipStep' | 'rsqrtStep',
  format: FormatBits,
  first: Scalar,
  second: Scalar,
  set: (result: Expr) => void,
): void {
  if (format === 16) {
    set(softScalar(e, name, format, [first, second]));
    return;
  }
  const a = e.let(first as Expr<FloatType>);
  const b = e.let(second as Expr<FloatType>);
  hostElseSoft(
    e,
    (path) => {
      const term = e.let(floatConstant(a.type, name === 'recipStep' ? 2 : 3));
      const result = hostFused(e, path, term, e.let(negated(a) as Expr<FloatType>), b);
      // Halving is exact: a difference from 3 is never near the smallest numbers.
      set(name === 'recipStep' ? result : host(a.type, 'Mul', result, floatConstant(a.type, 0.5)));
    },
    () => set(softScalar(e, name, format, [a, b])),
    { flushable: noneSubnormal(a, b) },
  );
}
