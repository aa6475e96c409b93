import type { Emitter } from '../emitter/emitter.ts';
import type { V128 } from '../emitter/expressions.ts';
import { vector } from '../emitter/vectors.ts';
import type { Semantics } from './definition.ts';
import { wordIndex } from './simd-by-element.ts';
import {
  everySecond,
  extend,
  fixedSize,
  type Half,
  type Lanes,
  pairSums,
  pick,
  type Sign,
  simd,
} from './simd-lanes.ts';

/**
 * Dot products of four bytes and products of 2x8 by 8x2 matrices of bytes: FEAT_DotProd and FEAT_I8MM.
 *
 * @spec DDI 0487, SDOT (vector); USDOT (vector); SMMLA (vector); USMMLA (vector)
 */

/** The signs of the bytes of the first and of the second operand. */
interface Signs {
  readonly a: Sign;
  readonly b: Sign;
}

/** Products of the low or high bytes, as halfwords: where signs differ they fit signed ones. */
function products(signs: Signs, half: Half, a: V128, b: V128): V128 {
  if (signs.a === signs.b) return vector(`i16x8.extmul_${half}_i8x16_${signs.a}`, a, b);
  return vector('i16x8.mul', extend(0, half, signs.a, a), extend(0, half, signs.b, b));
}

/** Sums of four products, a word for each four bytes. The operands are used twice. */
function dotProducts(e: Emitter, signs: Signs, a: V128, b: V128): V128 {
  const sign = signs.a === 'u' && signs.b === 'u' ? 'u' : 's';
  const pairs = (half: Half): V128 => e.let(pairSums(1, sign, products(signs, half, a, b)));
  return neighboursAdded(pairs('low'), pairs('high'));
}

/** Sums of neighbouring words of two vectors taken as one. */
const neighboursAdded = (low: V128, high: V128): V128 =>
  vector('i32x4.add', everySecond(2, 16, 0, low, high), everySecond(2, 16, 1, low, high));

const WORDS = fixedSize(2);

const accumulate = (l: Lanes, addend: V128): void => l.write(l.op('add', l.e.vector('Rd'), addend));

const DOTS: Readonly<Record<string, Signs>> = {
  SDOT: { a: 's', b: 's' },
  UDOT: { a: 'u', b: 'u' },
  USDOT: { a: 'u', b: 's' },
  SUDOT: { a: 's', b: 'u' },
};

const dots: readonly Semantics[] = Object.entries(DOTS).flatMap(([name, signs]) => {
  const byElement = simd(`${name}_asimdelem`, WORDS, (l) => {
    const { e } = l;
    const element = e.let(vector('i32x4.splat', e.element('i32', 4, 'Vm', 'index', wordIndex)));
    accumulate(l, dotProducts(l.e, signs, l.read('Rn'), element));
  });
  // There is no SUDOT of vectors: it would be USDOT with its operands exchanged.
  if (name === 'SUDOT') return [byElement];
  const whole = simd(`${name}_asimdsame2`, WORDS, (l) =>
    accumulate(l, dotProducts(l.e, signs, l.read('Rn'), l.read('Rm'))),
  );
  return [whole, byElement];
});

const MATRIX_PRODUCTS: Readonly<Record<string, Signs>> = {
  SMMLA: { a: 's', b: 's' },
  UMMLA: { a: 'u', b: 'u' },
  USMMLA: { a: 'u', b: 's' },
};

/** Row i of the first matrix by row j of the second goes to element 2i + j. */
const matrixProducts: readonly Semantics[] = Object.entries(MATRIX_PRODUCTS).map(([name, signs]) =>
  simd(`${name}_asimdsame2`, WORDS, (l) => {
    const { e } = l;
    const [a, b] = [l.read('Rn'), l.read('Rm')];
    const row = (half: 0 | 1): V128 => e.let(dotProducts(e, signs, e.let(pick(3, a, a, [half, half])), b));
    accumulate(l, neighboursAdded(row(0), row(1)));
  }),
);

export const simdDotProductSemantics: readonly Semantics[] = [...dots, ...matrixProducts];
