import { i32, type V128 } from '../emitter/expressions.ts';
import { vector } from '../emitter/vectors.ts';
import type { Semantics } from './definition.ts';
import {
  bitSelect,
  fixedSize,
  joinLowHalves,
  type Lanes,
  ONES,
  orr,
  pick,
  repeated,
  signs,
  simd,
} from './simd-lanes.ts';

/**
 * URECPE and URSQRTE: estimates of 9 bits from the top 9 bits of a word. Their integer definitions are quotients and
 * roots rounded down; none is so near a whole number that the host's double precision would round it up.
 *
 * @spec DDI 0487, UnsignedRecipEstimate; UnsignedRSqrtEstimate
 */

/** A function of non-negative words, by way of double precision, its results rounded down. */
function throughDouble(l: Lanes, words: V128, operation: (a: V128) => V128): V128 {
  const { e } = l;
  const a = e.let(words);
  const part = (two: V128): V128 =>
    vector('i32x4.trunc_sat_f64x2_u_zero', operation(vector('f64x2.convert_low_i32x4_u', two)));
  return joinLowHalves(part(a), part(pick(3, a, a, [1, 0])));
}

const dividedBy = (dividend: number, a: V128): V128 =>
  vector('f64x2.div', vector('f64x2.convert_low_i32x4_u', repeated(2, dividend)), a);

/** (b + 1) / 2 of an estimate with one bit more, as the top 9 bits of a word. */
const topBits = (b: V128): V128 =>
  vector('i32x4.shl', vector('i32x4.shr_u', vector('i32x4.add', b, repeated(2, 1)), i32(1)), i32(23));

const top9 = (a: V128): V128 => vector('i32x4.shr_u', a, i32(23));

/** 2 * a + 1: the middle of the interval that `a` stands for. */
const middle = (a: V128): V128 => orr(vector('i32x4.shl', a, i32(1)), repeated(2, 1));

/** Operands below a half, whose top bit is clear, have no estimate. */
const reciprocal = simd('URECPE_asimdmisc', fixedSize(2), (l) => {
  const a = l.read('Rn');
  const estimate = throughDouble(l, middle(top9(a)), (x) => dividedBy(2 ** 19, x));
  l.write(bitSelect(signs(l, a), topBits(estimate), ONES));
});

/** Operands below a quarter have no estimate. */
const reciprocalRoot = simd('URSQRTE_asimdmisc', fixedSize(2), (l) => {
  const { e } = l;
  const a = l.read('Rn');
  const top = e.let(top9(a));
  // From a half on, intervals are twice as long.
  const long = vector('i32x4.shl', middle(vector('i32x4.shr_u', top, i32(1))), i32(1));
  const interval = bitSelect(signs(l, a), long, middle(top));
  const estimate = throughDouble(l, interval, (x) => vector('f64x2.sqrt', dividedBy(2 ** 28, x)));
  const inRange = l.op('ge_u', a, repeated(2, 0x4000_0000));
  l.write(bitSelect(inRange, topBits(estimate), ONES));
});

export const simdEstimateSemantics: readonly Semantics[] = [reciprocal, reciprocalRoot];
