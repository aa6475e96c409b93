import type { V128 } from '../emitter/expressions.ts';
import type { Semantics } from './definition.ts';
import {
  absoluteDifference,
  doublingMultiplyHigh,
  halvingAdd,
  halvingSubtract,
  multiply,
  roundingDoublingAccumulate,
  roundingHalvingAdd,
  type Saturated,
  saturatingAdd,
} from './simd-arithmetic.ts';
import {
  and,
  andNot,
  belowU,
  bitSelect,
  everySecond,
  fixedSize,
  type LaneChoice,
  type Lanes,
  not,
  orr,
  simd,
  sizes,
  xor,
  ZERO,
} from './simd-lanes.ts';

/**
 * Advanced SIMD three same, its extra rows but dot products, and the scalar forms of both. Shifts by register are
 * in `simd-register-shift.ts`.
 */

type Operation = (l: Lanes, a: V128, b: V128) => V128;
type SaturatingOperation = (l: Lanes, a: V128, b: V128) => Saturated;

const ALL = sizes(0, 3);
const TO_WORD = sizes(0, 2);
const HALF_AND_WORD = sizes(1, 2);
const DOUBLEWORD = fixedSize(3);

const row = (id: string, lanes: LaneChoice, operation: Operation): Semantics =>
  simd(id, lanes, (l) => l.write(operation(l, l.read('Rn'), l.read('Rm'))));

/** A vector row of all sizes, and the scalar row of doublewords. */
const withScalarDoubleword = (name: string, operation: Operation): Semantics[] => [
  row(`${name}_asimdsame`, ALL, operation),
  row(`${name}_asisdsame`, DOUBLEWORD, operation),
];

const saturating = (name: string, lanes: LaneChoice, operation: SaturatingOperation): Semantics[] =>
  [`${name}_asimdsame`, `${name}_asisdsame`].map((id) =>
    simd(id, lanes, (l) => {
      const { result, overflow } = operation(l, l.read('Rn'), l.read('Rm'));
      l.writeSaturated(result, overflow);
    }),
  );

const COMPARISONS: Readonly<Record<string, Operation>> = {
  CMGT: (l, a, b) => l.op('gt_s', a, b),
  CMGE: (l, a, b) => l.op('ge_s', a, b),
  CMHI: (l, a, b) => belowU(l, b, a),
  CMHS: (l, a, b) => not(belowU(l, a, b)),
  CMEQ: (l, a, b) => l.op('eq', a, b),
  CMTST: (l, a, b) => l.op('ne', and(a, b), ZERO),
  ADD: (l, a, b) => l.op('add', a, b),
  SUB: (l, a, b) => l.op('sub', a, b),
};

const signedAndUnsigned = (name: string, make: (sign: 's' | 'u') => Operation): Semantics[] =>
  (['s', 'u'] as const).map((sign) => row(`${sign.toUpperCase()}${name}_asimdsame`, TO_WORD, make(sign)));

/** `operation` on neighbouring elements of both vectors taken as one. */
const pairwise =
  (operation: Operation): Operation =>
  (l, a, b) =>
    operation(l, everySecond(l.size, l.bytes, 0, a, b), everySecond(l.size, l.bytes, 1, a, b));

/** What is added to or subtracted from the destination. */
const accumulating = (
  id: string,
  lanes: LaneChoice,
  operation: 'add' | 'sub',
  addend: Operation,
): Semantics => row(id, lanes, (l, a, b) => l.op(operation, l.e.vector('Rd'), addend(l, a, b)));

const arithmetic: readonly Semantics[] = [
  ...signedAndUnsigned('HADD', (sign) => (l, a, b) => halvingAdd(l, sign, a, b)),
  ...signedAndUnsigned('RHADD', (sign) => (l, a, b) => roundingHalvingAdd(l, sign, a, b)),
  ...signedAndUnsigned('HSUB', (sign) => (l, a, b) => halvingSubtract(l, sign, a, b)),
  ...signedAndUnsigned('MAX', (sign) => (l, a, b) => l.op(`max_${sign}`, a, b)),
  ...signedAndUnsigned('MIN', (sign) => (l, a, b) => l.op(`min_${sign}`, a, b)),
  ...signedAndUnsigned('MAXP', (sign) => pairwise((l, a, b) => l.op(`max_${sign}`, a, b))),
  ...signedAndUnsigned('MINP', (sign) => pairwise((l, a, b) => l.op(`min_${sign}`, a, b))),
  ...signedAndUnsigned('ABD', (sign) => (l, a, b) => absoluteDifference(l, sign, a, b)),
  ...(['s', 'u'] as const).map((sign) =>
    accumulating(`${sign.toUpperCase()}ABA_asimdsame`, TO_WORD, 'add', (l, a, b) =>
      absoluteDifference(l, sign, a, b),
    ),
  ),
  row('MUL_asimdsame', TO_WORD, multiply),
  accumulating('MLA_asimdsame', TO_WORD, 'add', multiply),
  accumulating('MLS_asimdsame', TO_WORD, 'sub', multiply),
  row(
    'ADDP_asimdsame',
    ALL,
    pairwise((l, a, b) => l.op('add', a, b)),
  ),
];

const saturatingRows: readonly Semantics[] = [
  ...saturating('SQADD', ALL, (l, a, b) => saturatingAdd(l, 's', 'add', a, b)),
  ...saturating('UQADD', ALL, (l, a, b) => saturatingAdd(l, 'u', 'add', a, b)),
  ...saturating('SQSUB', ALL, (l, a, b) => saturatingAdd(l, 's', 'sub', a, b)),
  ...saturating('UQSUB', ALL, (l, a, b) => saturatingAdd(l, 'u', 'sub', a, b)),
  ...saturating('SQDMULH', HALF_AND_WORD, (l, a, b) => doublingMultiplyHigh(l, false, a, b)),
  ...saturating('SQRDMULH', HALF_AND_WORD, (l, a, b) => doublingMultiplyHigh(l, true, a, b)),
];

/** @spec DDI 0487, SQRDMLAH (vector); SQRDMLSH (vector) */
const roundingAccumulates: readonly Semantics[] = (['asimdsame2', 'asisdsame2'] as const).flatMap((group) =>
  (
    [
      ['SQRDMLAH', 'add'],
      ['SQRDMLSH', 'sub'],
    ] as const
  ).map(([name, operation]) =>
    simd(`${name}_${group}`, HALF_AND_WORD, (l) => {
      const [a, b, accumulator] = [l.read('Rn'), l.read('Rm'), l.read('Rd')];
      const { result, overflow } = roundingDoublingAccumulate(l, operation, accumulator, a, b);
      l.writeSaturated(result, overflow);
    }),
  ),
);

/** The bitwise rows look at whole registers; those after EOR insert bits of one register into another. */
const BITWISE: Readonly<Record<string, (a: V128, b: V128, d: V128) => V128>> = {
  AND: and,
  BIC: andNot,
  ORR: orr,
  ORN: (a, b) => orr(a, not(b)),
  EOR: xor,
  BSL: (a, b, d) => bitSelect(d, a, b),
  BIT: (a, b, d) => bitSelect(b, a, d),
  BIF: (a, b, d) => bitSelect(b, d, a),
};

const bitwise: readonly Semantics[] = Object.entries(BITWISE).map(([name, operation]) =>
  simd(`${name}_asimdsame`, fixedSize(0), (l) => {
    const { e } = l;
    l.write(operation(e.vector('Rn'), e.vector('Rm'), e.vector('Rd')));
  }),
);

export const simdThreeSameSemantics: readonly Semantics[] = [
  ...Object.entries(COMPARISONS).flatMap(([name, operation]) => withScalarDoubleword(name, operation)),
  ...arithmetic,
  ...saturatingRows,
  ...roundingAccumulates,
  ...bitwise,
];
