import type { Fields } from '../emitter/emitter.ts';
import type { V128 } from '../emitter/expressions.ts';
import { vector } from '../emitter/vectors.ts';
import type { Semantics } from './definition.ts';
import {
  doublingAccumulateLong,
  doublingMultiplyHigh,
  doublingMultiplyLong,
  multiply,
  roundingDoublingAccumulate,
  type Saturated,
} from './simd-arithmetic.ts';
import { extendedProduct, type Lanes, SHAPES, type Sign, simd, sizes } from './simd-lanes.ts';

/**
 * The integer rows of Advanced SIMD vector x indexed element and scalar x indexed element: as the rows without an
 * element, with that element in every lane of the second operand. Dot products are in `simd-dot-product.ts`.
 */

const HALF_AND_WORD = sizes(1, 2);

const halfwordIndex = ({ H, L, M }: Fields): number => (H << 2) | (L << 1) | M;
export const wordIndex = ({ H, L }: Fields): number => (H << 1) | L;

/** The element in every lane. Halfwords are in V0 to V15, for M is a bit of their index. */
function elementEverywhere(l: Lanes): V128 {
  const { e } = l;
  const element =
    l.size === 1
      ? e.element('i32', 2, 'Rm', 'index', halfwordIndex)
      : e.element('i32', 4, 'Vm', 'index', wordIndex);
  return e.let(vector(`${SHAPES[l.size]}.splat`, element));
}

const plain: readonly Semantics[] = [
  ['MUL', undefined] as const,
  ['MLA', 'add'] as const,
  ['MLS', 'sub'] as const,
].map(([name, accumulation]) =>
  simd(`${name}_asimdelem`, HALF_AND_WORD, (l) => {
    const product = multiply(l, l.e.vector('Rn'), elementEverywhere(l));
    l.write(accumulation === undefined ? product : l.op(accumulation, l.e.vector('Rd'), product));
  }),
);

const long = (sign: Sign): Semantics[] =>
  [['MULL', undefined] as const, ['MLAL', 'add'] as const, ['MLSL', 'sub'] as const].map(
    ([name, accumulation]) =>
      simd(`${sign.toUpperCase()}${name}_asimdelem`, HALF_AND_WORD, (l) => {
        const wide = l.wide();
        const product = extendedProduct(l.size, l.half, sign, l.e.vector('Rn'), elementEverywhere(l));
        wide.write(accumulation === undefined ? product : wide.op(accumulation, l.e.vector('Rd'), product));
      }),
  );

type Operation = (l: Lanes, a: V128, b: V128, accumulator: V128) => Saturated;

/** Rows whose results are as wide as their operands, and twice as wide. */
const SATURATING: Readonly<Record<string, Operation>> = {
  SQDMULH: (l, a, b) => doublingMultiplyHigh(l, false, a, b),
  SQRDMULH: (l, a, b) => doublingMultiplyHigh(l, true, a, b),
  SQRDMLAH: (l, a, b, d) => roundingDoublingAccumulate(l, 'add', d, a, b),
  SQRDMLSH: (l, a, b, d) => roundingDoublingAccumulate(l, 'sub', d, a, b),
};
const SATURATING_LONG: Readonly<Record<string, Operation>> = {
  SQDMULL: (l, a, b) => doublingMultiplyLong(l, a, b),
  SQDMLAL: (l, a, b, d) => doublingAccumulateLong(l, 'add', d, a, b),
  SQDMLSL: (l, a, b, d) => doublingAccumulateLong(l, 'sub', d, a, b),
};

const saturating = (
  operations: Readonly<Record<string, Operation>>,
  resultLanes: (l: Lanes) => Lanes,
): Semantics[] =>
  Object.entries(operations).flatMap(([name, operation]) =>
    ['asimdelem', 'asisdelem'].map((group) =>
      simd(`${name}_${group}`, HALF_AND_WORD, (l) => {
        const { result, overflow } = operation(l, l.read('Rn'), elementEverywhere(l), l.read('Rd'));
        resultLanes(l).writeSaturated(result, overflow);
      }),
    ),
  );

export const simdByElementSemantics: readonly Semantics[] = [
  ...plain,
  ...long('s'),
  ...long('u'),
  ...saturating(SATURATING, (l) => l),
  ...saturating(SATURATING_LONG, (l) => l.wide()),
];
