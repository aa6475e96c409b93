import { i32, local, type V128 } from '../emitter/expressions.ts';
import { repeated64, vector } from '../emitter/vectors.ts';
import { hostFusesMultiplyAdd } from '../floating-point/host-fused.ts';
import { type HostPath, hostElseSoft } from './floating-point-paths.ts';
import {
  FloatLanes,
  finiteLanes,
  noneSubnormalLanes,
  normalLanes,
  normalSingleLanes,
  upperHalf,
  zeroLanes,
} from './floating-point-vector-paths.ts';
import { and, bitSelect, joinLowHalves, orr, xor, ZERO } from './simd-lanes.ts';

/*
 * Fused multiply-add on vectors, by the algorithms of `floating-point-fused.ts` on two lanes of double-precision at
 * a time.
 */

/** Sums, and their errors. @spec D. Knuth, The Art of Computer Programming, volume 2, 4.2.2, theorem B */
function twoSums(d: FloatLanes, a: V128, b: V128): readonly [sum: V128, error: V128] {
  const sum = d.e.let(d.op('add', a, b));
  const part = d.e.let(d.op('sub', sum, a));
  const rest = d.op('sub', b, part);
  return [sum, d.e.let(d.op('add', d.op('sub', a, d.op('sub', sum, part)), rest))];
}

/** Sums rounded to odd, from sums rounded to nearest and their errors. */
function roundedToOdd(d: FloatLanes, sum: V128, error: V128): V128 {
  const one = repeated64(1, 0);
  const even = vector('i64x2.eq', and(sum, one), ZERO);
  const inexact = d.op('ne', error, ZERO);
  // Towards the error: by -1 when it has the other sign, else by 1.
  const opposite = vector('i64x2.shr_s', xor(sum, error), i32(63));
  const step = orr(opposite, one);
  return vector('i64x2.add', sum, and(and(even, inexact), step));
}

/** Two lanes of single-precision at a time, from lanes 0 and 1. */
function fusedSingles(l: FloatLanes, path: HostPath, addend: V128, a: V128, b: V128): V128 {
  const d = new FloatLanes(l.e, 64, true);
  const pair = (part: (v: V128) => V128): V128 => {
    const wide = (v: V128): V128 => vector('f64x2.promote_low_f32x4', part(v));
    const product = d.e.let(d.op('mul', wide(a), wide(b)));
    const [sum, error] = twoSums(d, product, d.e.let(wide(addend)));
    const narrow = d.e.let(vector('f32x4.demote_f64x2_zero', roundedToOdd(d, sum, error)));
    const result = d.e.let(vector('f64x2.promote_low_f32x4', narrow));
    // A sum of zero has no error.
    path.require(d.all(orr(normalSingleLanes(d, result), zeroLanes(d, sum))));
    path.requireExact(() => d.all(and(zeroLanes(d, error), d.op('eq', result, sum))));
    return narrow;
  };
  const low = pair((v) => v);
  return l.full ? joinLowHalves(low, pair(upperHalf)) : low;
}

/** 2^27 + 1: splits a significand of 53 bits into halves whose products are exact. */
const SPLITTER = 134_217_729;

function split(d: FloatLanes, a: V128): readonly [upper: V128, lower: V128] {
  const scaled = d.e.let(d.op('mul', a, d.constant(SPLITTER)));
  const upper = d.e.let(d.op('sub', scaled, d.op('sub', scaled, a)));
  return [upper, d.e.let(d.op('sub', a, upper))];
}

function twoProducts(d: FloatLanes, a: V128, b: V128): readonly [product: V128, error: V128] {
  const product = d.e.let(d.op('mul', a, b));
  const [aUpper, aLower] = split(d, a);
  const [bUpper, bLower] = split(d, b);
  let error = d.op('sub', d.op('mul', aUpper, bUpper), product);
  error = d.op('add', error, d.op('mul', aUpper, bLower));
  error = d.op('add', error, d.op('mul', aLower, bUpper));
  return [product, d.e.let(d.op('add', error, d.op('mul', aLower, bLower)))];
}

/** Magnitudes of factors and of addends for which products and errors of them are normal. */
const LOWEST_FACTOR = 2 ** -450;
const HIGHEST_FACTOR = 2 ** 450;
const HIGHEST_ADDEND = 2 ** 950;

function fusedDoubles(d: FloatLanes, path: HostPath, addend: V128, a: V128, b: V128): V128 {
  const below = (v: V128, limit: number): V128 => d.op('lt', d.op('abs', v), d.constant(limit));
  const middling = (v: V128): V128 =>
    and(below(v, HIGHEST_FACTOR), d.op('ge', d.op('abs', v), d.constant(LOWEST_FACTOR)));
  // A product that is zero leaves the sum exact.
  const plain = d.e.let(d.op('add', addend, d.op('mul', a, b)));
  const zero = d.e.let(and(orr(zeroLanes(d, a), zeroLanes(d, b)), finiteLanes(d, plain)));
  path.require(d.all(orr(zero, and(and(middling(a), middling(b)), below(addend, HIGHEST_ADDEND)))));
  const [product, productError] = twoProducts(d, a, b);
  const [middle, middleError] = twoSums(d, addend, productError);
  const [upper, upperError] = twoSums(d, product, middle);
  const [rest, restError] = twoSums(d, middleError, upperError);
  const odd = d.e.let(roundedToOdd(d, rest, restError));
  path.requireExact(() => {
    const [, error] = twoSums(d, upper, odd);
    return d.all(orr(zero, and(zeroLanes(d, restError), zeroLanes(d, error))));
  });
  return bitSelect(zero, plain, d.op('add', upper, odd));
}

function emulated(l: FloatLanes, path: HostPath, addend: V128, a: V128, b: V128): V128 {
  return (l.format === 32 ? fusedSingles : fusedDoubles)(l, path, addend, a, b);
}

/** Where the host has an instruction for it, that gives the result if inexact ones are allowed and all are normal. */
function hostFused(l: FloatLanes, path: HostPath, addend: V128, a: V128, b: V128): V128 {
  const { e } = l;
  if (!hostFusesMultiplyAdd()) return e.let(emulated(l, path, addend, a, b));
  const result = e.temporary('v128');
  const held = local('v128', result);
  e.block((done) => {
    path.whenInexact(() => {
      e.assign(result, l.op('relaxed_madd', a, b, addend));
      e.brIf(l.all(normalLanes(l, held)), done);
    });
    e.assign(result, emulated(l, path, addend, a, b));
  });
  return held;
}

/** Writes addend + a * b of all lanes, with one rounding each. Operands are held. */
export function multiplyAddLanes(l: FloatLanes, addend: V128, a: V128, b: V128): void {
  const soft = (): void => l.write(l.soft('mulAdd', [addend, a, b]));
  if (l.format === 16) soft();
  else {
    hostElseSoft(l.e, (path) => l.write(hostFused(l, path, addend, a, b)), soft, {
      flushable: noneSubnormalLanes(l, addend, a, b),
    });
  }
}

/** FRECPS, 2 - a * b, and FRSQRTS, (3 - a * b) / 2, with one rounding. */
export function newtonStepLanes(l: FloatLanes, name: 'recipStep' | 'rsqrtStep', a: V128, b: V128): void {
  const soft = (): void => l.write(l.soft(name, [a, b]));
  if (l.format === 16) {
    soft();
    return;
  }
  hostElseSoft(
    l.e,
    (path) => {
      const term = l.constant(name === 'recipStep' ? 2 : 3);
      const result = hostFused(l, path, term, l.e.let(l.op('neg', a)), b);
      // Halving is exact: a difference from 3 is never near the smallest numbers.
      l.write(name === 'recipStep' ? result : l.op('mul', result, l.constant(0.5)));
    },
    soft,
    { flushable: noneSubnormalLanes(l, a, b) },
  );
}
