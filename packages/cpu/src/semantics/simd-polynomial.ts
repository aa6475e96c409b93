import type { Emitter } from '../emitter/emitter.ts';
import { i32, i64, shrU, type V128 } from '../emitter/expressions.ts';
import { fromHalves64, lane64, repeated32, vector } from '../emitter/vectors.ts';
import { bit, type Semantics } from './definition.ts';
import {
  and,
  extend,
  fixedSize,
  joinLowHalves,
  type Lanes,
  orr,
  pick,
  reverseBits,
  reverseIn,
  simd,
  simdSemantics,
  xor,
} from './simd-lanes.ts';

/**
 * Products of polynomials over {0, 1}.
 *
 * @spec DDI 0487, PolynomialMult
 */

/** Products of lanes whose upper factor has 8 bits. */
function productOfBytes(l: Lanes, a: V128, b: V128): V128 {
  const last = l.bits - 1;
  const term = (index: number): V128 => {
    const mask = l.op('shr_s', l.op('shl', b, i32(last - index)), i32(last));
    return and(mask, l.op('shl', a, i32(index)));
  };
  return Array.from({ length: 8 }, (_, index) => term(index)).reduce(xor);
}

/** Every fourth bit, from bit 0, 1, 2 or 3 on. */
const everyFourthBit = (first: number): V128 => repeated32(0x1111_1111 << first);

/**
 * The low 64 bits of the products of doublewords. Integer multiplication does it on every fourth bit: sums of up to
 * sixteen ones in the fifth bit and above then go to bits that are masked out.
 */
function lowProduct(e: Emitter, a: V128, b: V128): V128 {
  const parts = (x: V128): V128[] => [0, 1, 2, 3].map((first) => e.let(and(x, everyFourthBit(first))));
  const as = parts(a);
  const bs = parts(b);
  const sum = (first: number): V128 => {
    const products = as.map((part, index) => vector('i64x2.mul', part, bs[(4 + first - index) % 4] as V128));
    return and(products.reduce(xor), everyFourthBit(first));
  };
  return [0, 1, 2, 3].map(sum).reduce(orr);
}

/** Doublewords with their bits in reverse. */
const reversed = (e: Emitter, a: V128): V128 => reverseBits(e, reverseIn(8, 0, a));

/**
 * Two doublewords to 128 bits. The high half of a product is, but for one bit, the low half of the product of the
 * reversed factors.
 */
function longProduct(e: Emitter, a: V128, b: V128, half: 0 | 1): V128 {
  const withReverse = (x: V128): V128 => {
    const factor = e.let(pick(3, x, x, [half, half]));
    return e.let(joinLowHalves(factor, reversed(e, factor)));
  };
  const product = e.let(lowProduct(e, withReverse(a), withReverse(b)));
  const high = shrU(lane64(reversed(e, product), 1), i64(1));
  return fromHalves64(lane64(product, 0), high);
}

export const simdPolynomialSemantics: readonly Semantics[] = [
  simd('PMUL_asimdsame', fixedSize(0), (l) => l.write(productOfBytes(l, l.read('Rn'), l.read('Rm')))),
  simd('PMULL_asimddiff_byte', fixedSize(0), (l) => {
    const factor = (field: string): V128 => l.e.let(extend(0, l.half, 'u', l.e.vector(field)));
    const wide = l.wide();
    wide.write(productOfBytes(wide, factor('Rn'), factor('Rm')));
  }),
  simdSemantics('PMULL_asimddiff_doubleword', { Q: bit('Q') }, (e) => {
    const half = e.choice('Q') === 1 ? 1 : 0;
    e.setVector('Rd', longProduct(e, e.vector('Rn'), e.vector('Rm'), half));
  }),
];
