import type { Emitter, Fields } from '../emitter/emitter.ts';
import { type I32, i32, shl, type V128 } from '../emitter/expressions.ts';
import { repeated32, vector } from '../emitter/vectors.ts';
import type { Semantics } from './definition.ts';
import { multiplyAddLanes } from './floating-point-vector-fused.ts';
import { FloatLanes, Q, upperHalf, vectorRow } from './floating-point-vector-paths.ts';
import { wordIndex } from './simd-by-element.ts';
import { and, pick, xor } from './simd-lanes.ts';

/** Products of half-precision and BFloat16 numbers added to single-precision ones: FEAT_FHM and FEAT_BF16. */

const halfwordIndex = ({ H, L, M }: Fields): number => (H << 2) | (L << 1) | M;

/** The element of half-precision or BFloat16: in V0 to V15, for M is a bit of its index. */
const halfwordElement = (e: Emitter): I32 => e.element('i32', 2, 'Rm', 'index', halfwordIndex);

const SIGNS16 = repeated32(0x8000_8000);

/** Names, whether the products are subtracted, and whether the factors are in the upper half. */
const HALF_LONG = [
  ['FMLAL', false, false],
  ['FMLSL', true, false],
  ['FMLAL2', false, true],
  ['FMLSL2', true, true],
] as const;

const singles = (e: Emitter): FloatLanes => new FloatLanes(e, 32, e.choice('Q') === 1);

/** The factors that an instruction on a part of the lanes reads, in the lowest lanes. */
function halves(l: FloatLanes, upper: boolean, a: V128): V128 {
  if (!upper) return a;
  return l.e.let(l.full ? upperHalf(a) : pick(2, a, a, [1, 1, 1, 1]));
}

const halfLong = HALF_LONG.flatMap(([name, subtract, upper]) => {
  const emit = (l: FloatLanes, b: V128): void => {
    const a = halves(l, upper, l.read('Rn'));
    const factor = subtract ? xor(a, SIGNS16) : a;
    l.write(l.soft('mulAddHalfToSingle', [l.e.vector('Rd'), factor, b]));
  };
  return [
    vectorRow(`${name}_asimdsame`, Q, (e) => {
      const l = singles(e);
      emit(l, halves(l, upper, l.read('Rm')));
    }),
    vectorRow(`${name}_asimdelem`, Q, (e) => emit(singles(e), vector('i16x8.splat', halfwordElement(e)))),
  ];
});

/** The lower or upper BFloat16 number of each word, in single-precision. */
const widened = (a: V128, upper: boolean): V128 =>
  upper ? and(a, repeated32(0xffff_0000)) : vector('i32x4.shl', a, i32(16));

/** BFMLALB and BFMLALT: even or odd lanes of the factors, with one rounding as FPCR tells. */
const brainLong = (
  [
    ['BFMLALB', false],
    ['BFMLALT', true],
  ] as const
).flatMap(([name, odd]) => {
  const emit = (l: FloatLanes, b: V128): void => {
    const a = l.e.let(widened(l.e.vector('Rn'), odd));
    multiplyAddLanes(l, l.read('Rd'), a, l.e.let(b));
  };
  return [
    vectorRow(`${name}_asimdsame2`, {}, (e) =>
      emit(new FloatLanes(e, 32, true), widened(e.vector('Rm'), odd)),
    ),
    vectorRow(`${name}_asimdelem`, {}, (e) => {
      emit(new FloatLanes(e, 32, true), vector('i32x4.splat', shl(halfwordElement(e), i32(16))));
    }),
  ];
});

const dot = (l: FloatLanes, addend: V128, a: V128, b: V128): V128 =>
  l.e.let(l.soft('dotBFloat16', [addend, a, b]));

const brainDots: readonly Semantics[] = [
  vectorRow('BFDOT_asimdsame2', Q, (e) => {
    const l = singles(e);
    l.write(dot(l, e.vector('Rd'), e.vector('Rn'), e.vector('Rm')));
  }),
  vectorRow('BFDOT_asimdelem', Q, (e) => {
    const l = singles(e);
    const pair = vector('i32x4.splat', e.element('i32', 4, 'Vm', 'index', wordIndex));
    l.write(dot(l, e.vector('Rd'), e.vector('Rn'), pair));
  }),
  // Rows of 4 numbers each; the second matrix is given by its columns.
  vectorRow('BFMMLA_asimdsame2', {}, (e) => {
    const l = new FloatLanes(e, 32, true);
    const [a, b] = [l.read('Rn'), l.read('Rm')];
    const first = dot(l, e.vector('Rd'), pick(2, a, a, [0, 0, 2, 2]), pick(2, b, b, [0, 2, 0, 2]));
    l.write(dot(l, first, pick(2, a, a, [1, 1, 3, 3]), pick(2, b, b, [1, 3, 1, 3])));
  }),
];

export const floatingPointVectorLongSemantics: readonly Semantics[] = [
  ...halfLong,
  ...brainLong,
  ...brainDots,
];
