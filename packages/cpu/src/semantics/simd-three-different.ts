import type { V128 } from '../emitter/expressions.ts';
import { i32 } from '../emitter/expressions.ts';
import type { Semantics } from './definition.ts';
import { absoluteDifference, doublingAccumulateLong, doublingMultiplyLong } from './simd-arithmetic.ts';
import {
  extend,
  extendedProduct,
  type Lanes,
  narrow,
  repeated,
  type Sign,
  simd,
  sizes,
} from './simd-lanes.ts';

/**
 * Advanced SIMD three different and its scalar forms, but polynomial products. The narrow operands of the forms
 * that end in 2 are upper halves.
 */

const NARROW = sizes(0, 2);
const HALF_AND_WORD = sizes(1, 2);

const extended = (l: Lanes, sign: Sign, a: V128): V128 => extend(l.size, l.half, sign, a);

/** A row of each sign. */
const signed = (name: string, emit: (l: Lanes, sign: Sign) => V128): Semantics[] =>
  (['s', 'u'] as const).map((sign) =>
    simd(`${sign.toUpperCase()}${name}_asimddiff`, NARROW, (l) => l.wide().write(emit(l, sign))),
  );

/** |a - b| at twice the size: as an unsigned number it fits half of it. */
const difference = (l: Lanes, sign: Sign): V128 =>
  extended(l, 'u', absoluteDifference(l, sign, l.read('Rn'), l.read('Rm')));

const product = (l: Lanes, sign: Sign): V128 =>
  extendedProduct(l.size, l.half, sign, l.e.vector('Rn'), l.e.vector('Rm'));

const long: readonly Semantics[] = (['add', 'sub'] as const).flatMap((operation) => {
  const name = operation.toUpperCase();
  return [
    ...signed(`${name}L`, (l, sign) =>
      l.wide().op(operation, extended(l, sign, l.e.vector('Rn')), extended(l, sign, l.e.vector('Rm'))),
    ),
    ...signed(`${name}W`, (l, sign) =>
      l.wide().op(operation, l.e.vector('Rn'), extended(l, sign, l.e.vector('Rm'))),
    ),
    ...signed(operation === 'add' ? 'MLAL' : 'MLSL', (l, sign) =>
      l.wide().op(operation, l.e.vector('Rd'), product(l, sign)),
    ),
  ];
});

const multiplication: readonly Semantics[] = [
  ...signed('MULL', product),
  ...signed('ABDL', difference),
  ...signed('ABAL', (l, sign) => l.wide().op('add', l.e.vector('Rd'), difference(l, sign))),
];

/** ADDHN, RADDHN, SUBHN, RSUBHN: the high half of a sum or a difference. */
const highNarrow: readonly Semantics[] = (['add', 'sub'] as const).flatMap((operation) =>
  ['', 'R'].map((rounding) =>
    simd(`${rounding}${operation.toUpperCase()}HN_asimddiff`, NARROW, (l) => {
      const wide = l.wide();
      const sum = wide.op(operation, l.e.vector('Rn'), l.e.vector('Rm'));
      const half = wide.op('shl', repeated(wide.size, 1), i32(l.bits - 1));
      l.writeNarrow(narrow(l.size, 1, rounding === '' ? sum : wide.op('add', sum, half)));
    }),
  ),
);

const saturating: readonly Semantics[] = ['asimddiff', 'asisddiff'].flatMap((group) => [
  simd(`SQDMULL_${group}`, HALF_AND_WORD, (l) => {
    const { result, overflow } = doublingMultiplyLong(l, l.read('Rn'), l.read('Rm'));
    l.wide().writeSaturated(result, overflow);
  }),
  ...(
    [
      ['SQDMLAL', 'add'],
      ['SQDMLSL', 'sub'],
    ] as const
  ).map(([name, operation]) =>
    simd(`${name}_${group}`, HALF_AND_WORD, (l) => {
      const [a, b, accumulator] = [l.read('Rn'), l.read('Rm'), l.read('Rd')];
      const { result, overflow } = doublingAccumulateLong(l, operation, accumulator, a, b);
      l.wide().writeSaturated(result, overflow);
    }),
  ),
]);

export const simdThreeDifferentSemantics: readonly Semantics[] = [
  ...long,
  ...multiplication,
  ...highNarrow,
  ...saturating,
];
