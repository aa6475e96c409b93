import { Rounding } from '@armature/softfloat';
import type { I32, V128 } from '../emitter/expressions.ts';
import { lowHalfOnly, vector } from '../emitter/vectors.ts';
import { FPCR_ROUNDING } from '../floating-point/operation-word.ts';
import type { Choice, Semantics } from './definition.ts';
import { CONVERSION_ROUNDING } from './floating-point-conversion.ts';
import { formatOfSz, hostElseSoft, SZ } from './floating-point-paths.ts';
import { compareLanes, type LaneComparison, squareRoots } from './floating-point-vector-arithmetic.ts';
import {
  FloatLanes,
  Q,
  upperHalf,
  vectorFormats,
  vectorRow,
  zeroLanes,
} from './floating-point-vector-paths.ts';
import {
  fromIntegerLanes,
  roundIntegralLanes,
  roundIntegralSizedLanes,
  toIntegerLanes,
} from './floating-point-vector-rounding.ts';
import { and, andNot, joinLowHalves, orr, xor, ZERO } from './simd-lanes.ts';

/**
 * The floating-point rows of Advanced SIMD two-register miscellaneous, its half-precision group, and the
 * conversions of fixed-point numbers of Advanced SIMD shift by immediate.
 */

const row = (name: string, emit: (l: FloatLanes, a: V128) => void): readonly Semantics[] =>
  vectorFormats(`${name}_asimdmisc`, 'fp16', (l) => emit(l, l.read('Rn')));

/** Comparisons with zero; those with zero on the left are the opposite ones. */
const ZERO_COMPARISONS: readonly (readonly [string, LaneComparison, boolean])[] = [
  ['FCMGT', 'greater', false],
  ['FCMGE', 'greaterEqual', false],
  ['FCMEQ', 'equal', false],
  ['FCMLE', 'greaterEqual', true],
  ['FCMLT', 'greater', true],
];

/** Names, rounding, and whether inexact results are flagged. */
const FRINT = [
  ['N', Rounding.TieEven, false],
  ['P', Rounding.PlusInfinity, false],
  ['M', Rounding.MinusInfinity, false],
  ['Z', Rounding.Zero, false],
  ['A', Rounding.TieAway, false],
  ['X', FPCR_ROUNDING, true],
  ['I', FPCR_ROUNDING, false],
] as const;

const SIZED = [
  ['32Z', 32, Rounding.Zero],
  ['32X', 32, FPCR_ROUNDING],
  ['64Z', 64, Rounding.Zero],
  ['64X', 64, FPCR_ROUNDING],
] as const;

const SIGNS = [
  ['S', false],
  ['U', true],
] as const;

const sameFormat: readonly Semantics[] = [
  ...row('FABS', (l, a) => l.write(andNot(a, l.signBits))),
  ...row('FNEG', (l, a) => l.write(xor(a, l.signBits))),
  ...row('FSQRT', squareRoots),
  ...row('FRECPE', (l, a) => l.write(l.soft('recipEstimate', [a]))),
  ...row('FRSQRTE', (l, a) => l.write(l.soft('rsqrtEstimate', [a]))),
  ...ZERO_COMPARISONS.flatMap(([name, comparison, swapped]) =>
    row(name, (l, a) =>
      swapped ? compareLanes(l, comparison, ZERO, a) : compareLanes(l, comparison, a, ZERO),
    ),
  ),
  ...FRINT.flatMap(([suffix, rounding, exact]) =>
    row(`FRINT${suffix}`, (l, a) => roundIntegralLanes(l, a, rounding, exact)),
  ),
  ...SIZED.map(([suffix, width, rounding]) =>
    vectorRow(`FRINT${suffix}_asimdmisc`, { ...SZ, ...Q }, (e) => {
      const l = new FloatLanes(e, formatOfSz(e), e.choice('Q') === 1);
      roundIntegralSizedLanes(l, l.read('Rn'), width, rounding);
    }),
  ),
  ...SIGNS.flatMap(([sign, unsigned]) => [
    ...Object.entries(CONVERSION_ROUNDING).flatMap(([letter, rounding]) =>
      row(`FCVT${letter}${sign}`, (l, a) => toIntegerLanes(l, a, unsigned, rounding)),
    ),
    ...row(`${sign}CVTF`, (l, a) => fromIntegerLanes(l, a, unsigned)),
  ]),
];

/** FCVTL: the low half of the operand, FCVTL2: the high half, in lanes of twice the size. */
const widening = vectorRow('FCVTL_asimdmisc', { ...SZ, ...Q }, (e) => {
  const format = formatOfSz(e) === 64 ? 32 : 16;
  const narrow = e.let(e.choice('Q') === 1 ? upperHalf(e.vector('Rn')) : e.vector('Rn'));
  const l = new FloatLanes(e, format, false);
  if (format === 16) {
    e.setVector('Rd', l.soft('toSingle', [narrow]));
    return;
  }
  hostElseSoft(
    e,
    (path) => {
      path.require(l.all(l.op('eq', narrow, narrow)));
      e.setVector('Rd', vector('f64x2.promote_low_f32x4', narrow));
    },
    () => e.setVector('Rd', l.soft('toDouble', [narrow])),
  );
});

/** Writes 64 bits of narrow lanes: to the low half, with zeros above, or to the high half, with the low one kept. */
function writeNarrow(l: FloatLanes, narrow: V128): void {
  const { e } = l;
  e.setVector('Rd', e.choice('Q') === 1 ? joinLowHalves(e.vector('Rd'), narrow) : lowHalfOnly(narrow));
}

/** A row whose operand has lanes of a format: by `sz` unless it is given. */
function narrowingRow(
  name: string,
  format: 32 | 64 | 'sz',
  emit: (l: FloatLanes, a: V128) => void,
): Semantics {
  return vectorRow(`${name}_asimdmisc`, format === 'sz' ? { ...SZ, ...Q } : Q, (e) => {
    const l = new FloatLanes(e, format === 'sz' ? formatOfSz(e) : format, true);
    emit(l, l.read('Rn'));
  });
}

function narrowDoubles(l: FloatLanes, a: V128): void {
  hostElseSoft(
    l.e,
    (path) => {
      const narrow = l.e.let(vector('f32x4.demote_f64x2_zero', a));
      const result = l.e.let(vector('f64x2.promote_low_f32x4', narrow));
      const magnitude = l.e.let(l.op('abs', result));
      const normal = and(
        l.op('gt', magnitude, l.constant(2 ** -126)),
        l.op('lt', magnitude, l.constant(Number.POSITIVE_INFINITY)),
      );
      path.require(l.all(orr(normal, zeroLanes(l, a))));
      path.requireExact(() => l.all(l.op('eq', result, a)));
      writeNarrow(l, narrow);
    },
    () => writeNarrow(l, l.soft('toSingle', [a])),
  );
}

const narrowing: readonly Semantics[] = [
  narrowingRow('FCVTN', 'sz', (l, a) =>
    l.format === 64 ? narrowDoubles(l, a) : writeNarrow(l, l.soft('toHalf', [a])),
  ),
  narrowingRow('FCVTXN', 64, (l, a) => writeNarrow(l, l.soft('toSingleOdd', [a]))),
  narrowingRow('BFCVTN', 32, (l, a) => writeNarrow(l, l.soft('toBFloat16', [a]))),
];

/** The format that `immh` names. */
const FIXED_FORMAT: Readonly<Record<'double', Choice>> = {
  double: { values: 2, of: ({ immh }) => immh >> 3 },
};

function fixedPoint(
  name: string,
  emit: (l: FloatLanes, a: V128, fractionBits: I32) => void,
): readonly Semantics[] {
  return [
    vectorRow(`${name}_asimdshf`, { ...FIXED_FORMAT, ...Q }, (e) => {
      const format = e.choice('double') === 1 ? 64 : 32;
      const l = new FloatLanes(e, format, e.choice('Q') === 1);
      const bits = e.immediateSmall('fractionBits', ({ immh, immb }) => 2 * format - ((immh << 3) | immb));
      emit(l, l.read('Rn'), bits);
    }),
    vectorRow(`${name}_asimdshf_half`, Q, (e) => {
      const l = new FloatLanes(e, 16, e.choice('Q') === 1);
      emit(
        l,
        l.read('Rn'),
        e.immediateSmall('fractionBits', ({ immb4 }) => 16 - immb4),
      );
    }),
  ];
}

const fixedPointRows = SIGNS.flatMap(([sign, unsigned]) => [
  ...fixedPoint(`${sign}CVTF`, (l, a, bits) => fromIntegerLanes(l, a, unsigned, bits)),
  ...fixedPoint(`FCVTZ${sign}`, (l, a, bits) => toIntegerLanes(l, a, unsigned, Rounding.Zero, bits)),
]);

export const floatingPointVectorTwoRegisterMiscSemantics: readonly Semantics[] = [
  ...sameFormat,
  widening,
  ...narrowing,
  ...fixedPointRows,
];
