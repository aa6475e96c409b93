import { Rounding } from '@armature/softfloat';
import { type I32, i32, type V128 } from '../emitter/expressions.ts';
import { lowHalfOnly, repeated32, test, vector } from '../emitter/vectors.ts';
import { FPCR_ROUNDING } from '../floating-point/operation-word.ts';
import type { Choice, Semantics } from './definition.ts';
import { CONVERSION_ROUNDING } from './floating-point-conversion.ts';
import { formatOfSz, hostElseSoft, SZ } from './floating-point-paths.ts';
import { compareLanes, type LaneComparison, squareRoots } from './floating-point-vector-arithmetic.ts';
import {
  FloatLanes,
  noneSubnormalLanes,
  normalSingleLanes,
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
import { and, andNot, joinLowHalves, narrow, orr, xor, ZERO } from './simd-lanes.ts';

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

/** Half- to single-precision is exact; infinities and NaNs need the software, and all else FPCR.AHP gives meaning. */
function widenHalves(l: FloatLanes, a: V128): void {
  const { e } = l;
  hostElseSoft(
    e,
    (path) => {
      const words = e.let(vector('i32x4.extend_low_i16x8_s', a));
      const magnitude = e.let(and(words, repeated32(0x7fff)));
      path.require(test('i32x4.all_true', vector('i32x4.lt_s', magnitude, repeated32(0x7c00))));
      // The fraction in its place, then the exponent: biases differ by 112.
      const fraction = vector('i32x4.shl', magnitude, i32(13));
      const value = vector('f32x4.mul', fraction, repeated32((127 + 112) << 23));
      e.setVector('Rd', orr(value, and(words, repeated32(0x8000_0000))));
    },
    () => e.setVector('Rd', l.soft('toSingle', [a])),
    { anyControl: true },
  );
}

/** FCVTL: the low half of the operand, FCVTL2: the high half, in lanes of twice the size. */
const widening = vectorRow('FCVTL_asimdmisc', { ...SZ, ...Q }, (e) => {
  const format = formatOfSz(e) === 64 ? 32 : 16;
  const operand = e.let(e.choice('Q') === 1 ? upperHalf(e.vector('Rn')) : e.vector('Rn'));
  const l = new FloatLanes(e, format, false);
  if (format === 16) {
    widenHalves(l, operand);
    return;
  }
  hostElseSoft(
    e,
    (path) => {
      path.require(l.all(l.op('eq', operand, operand)));
      e.setVector('Rd', vector('f64x2.promote_low_f32x4', operand));
    },
    () => e.setVector('Rd', l.soft('toDouble', [operand])),
    { flushable: noneSubnormalLanes(l, operand) },
  );
});

/** Writes 64 bits of narrow lanes: to the low half, with zeros above, or to the high half, with the low one kept. */
function writeNarrow(l: FloatLanes, result: V128): void {
  const { e } = l;
  e.setVector('Rd', e.choice('Q') === 1 ? joinLowHalves(e.vector('Rd'), result) : lowHalfOnly(result));
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
      const singles = l.e.let(vector('f32x4.demote_f64x2_zero', a));
      const result = l.e.let(vector('f64x2.promote_low_f32x4', singles));
      path.require(l.all(orr(normalSingleLanes(l, result), zeroLanes(l, a))));
      path.requireExact(() => l.all(l.op('eq', result, a)));
      writeNarrow(l, singles);
    },
    () => writeNarrow(l, l.soft('toSingle', [a])),
    { flushable: noneSubnormalLanes(l, a) },
  );
}

/** Single- to half-precision where the results are normal or zero; rounds to nearest, ties to even. */
function narrowSingles(l: FloatLanes, a: V128): void {
  const { e } = l;
  hostElseSoft(
    e,
    (path) => {
      const zero = e.let(zeroLanes(l, a));
      const absolute = e.let(l.op('abs', a));
      const inRange = and(
        l.op('ge', absolute, l.constant(2 ** -14)),
        l.op('le', absolute, l.constant(65504)),
      );
      path.require(l.all(orr(zero, inRange)));
      path.requireExact(() => l.all(vector('i32x4.eq', and(a, repeated32(0x1fff)), ZERO)));
      const last = and(vector('i32x4.shr_u', absolute, i32(13)), repeated32(1));
      const rounded = vector('i32x4.add', vector('i32x4.add', absolute, repeated32(0xfff)), last);
      const magnitude = vector('i32x4.sub', vector('i32x4.shr_u', rounded, i32(13)), repeated32(112 << 10));
      const sign = vector('i32x4.shr_u', and(a, l.signBits), i32(16));
      writeNarrow(l, narrow(1, 0, orr(andNot(magnitude, zero), sign)));
    },
    () => writeNarrow(l, l.soft('toHalf', [a])),
    { flushable: noneSubnormalLanes(l, a) },
  );
}

const narrowing: readonly Semantics[] = [
  narrowingRow('FCVTN', 'sz', (l, a) => (l.format === 64 ? narrowDoubles(l, a) : narrowSingles(l, a))),
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
