import type { Emitter, Fields } from '../emitter/emitter.ts';
import { and, type Expr, extendU, type I32, type I64, i64, neg, sub } from '../emitter/expressions.ts';
import type { FormatBits } from '../floating-point/operation-word.ts';
import type { Choice, Semantics } from './definition.ts';
import { binaryOperation, type HostBinary } from './floating-point-arithmetic.ts';
import {
  CONVERSION_ROUNDING,
  fromInteger,
  type IntegerForm,
  toInteger,
} from './floating-point-conversion.ts';
import { multiplyAdd, newtonStep } from './floating-point-fused.ts';
import {
  elementOperand,
  type FloatType,
  floatingPoint,
  formats,
  host,
  hostCompare,
  hostElseSoft,
  negated,
  noneSubnormal,
  type Scalar,
  scalarOperand,
  softScalar,
  zeroOf,
} from './floating-point-paths.ts';

/** The floating-point rows of the Advanced SIMD scalar groups. */

const write =
  (e: Emitter) =>
  (result: Expr): void =>
    e.setScalar('Rd', result);

const OUTLINED = { outlined: true } as const;

/** Comparisons whose result is a mask. */
export type MaskComparison =
  | 'equal'
  | 'greaterEqual'
  | 'greater'
  | 'absoluteGreaterEqual'
  | 'absoluteGreater';

const HOST_COMPARISON = {
  equal: 'Eq',
  greaterEqual: 'Ge',
  greater: 'Gt',
  absoluteGreaterEqual: 'Ge',
  absoluteGreater: 'Gt',
} as const;

/** Writes all ones where the comparison holds, else zeros. Only NaNs need the software. */
function compareToMask(
  e: Emitter,
  name: MaskComparison,
  format: FormatBits,
  first: Scalar,
  second: Scalar,
): void {
  const set = write(e);
  const soft = (a: Expr, b: Expr): void => set(softScalar(e, name, format, [a, b]));
  if (format === 16) {
    soft(first, second);
    return;
  }
  const a = e.let(first as Expr<FloatType>);
  const b = e.let(second as Expr<FloatType>);
  hostElseSoft(
    e,
    (path) => {
      path.require(and(hostCompare('Eq', a, a), hostCompare('Eq', b, b)));
      const operand = (value: Expr<FloatType>): Expr<FloatType> =>
        name.startsWith('absolute') ? host(value.type, 'Abs', value) : value;
      const holds = hostCompare(HOST_COMPARISON[name], operand(a), operand(b));
      set(format === 32 ? neg(holds) : sub(i64(0), extendU(holds)));
    },
    () => soft(a, b),
    { flushable: noneSubnormal(a, b) },
  );
}

const pair = (e: Emitter, format: FormatBits): [Scalar, Scalar] => [
  scalarOperand(e, format, 'Rn'),
  scalarOperand(e, format, 'Rm'),
];

const COMPARISONS: readonly (readonly [string, MaskComparison])[] = [
  ['FCMEQ', 'equal'],
  ['FCMGE', 'greaterEqual'],
  ['FCMGT', 'greater'],
  ['FACGE', 'absoluteGreaterEqual'],
  ['FACGT', 'absoluteGreater'],
];

const threeSame: readonly Semantics[] = [
  ...COMPARISONS.flatMap(([name, comparison]) =>
    formats(
      `${name}_asisdsame`,
      'fp16',
      (e, format) => compareToMask(e, comparison, format, ...pair(e, format)),
      OUTLINED,
    ),
  ),
  ...(
    [
      ['FMULX', 'mulx'],
      ['FABD', 'absoluteDifference'],
    ] as const
  ).flatMap(([name, operation]) =>
    formats(
      `${name}_asisdsame`,
      'fp16',
      (e, format) => binaryOperation(e, operation, format, ...pair(e, format), write(e)),
      OUTLINED,
    ),
  ),
  ...(
    [
      ['FRECPS', 'recipStep'],
      ['FRSQRTS', 'rsqrtStep'],
    ] as const
  ).flatMap(([name, step]) =>
    formats(
      `${name}_asisdsame`,
      'fp16',
      (e, format) => newtonStep(e, step, format, ...pair(e, format), write(e)),
      OUTLINED,
    ),
  ),
];

/** Comparisons with zero; those with zero on the left are the opposite ones. */
const ZERO_COMPARISONS: readonly (readonly [string, MaskComparison, boolean])[] = [
  ['FCMGT', 'greater', false],
  ['FCMGE', 'greaterEqual', false],
  ['FCMEQ', 'equal', false],
  ['FCMLE', 'greaterEqual', true],
  ['FCMLT', 'greater', true],
];

const SIGNS = [
  ['S', false],
  ['U', true],
] as const;

/** An integer as wide as the format. */
const sameWidth = (format: FormatBits, unsigned: boolean, fractionBits?: I32): IntegerForm => ({
  width: format,
  unsigned,
  ...(fractionBits && { fractionBits }),
});

const integerOperand = (e: Emitter, format: FormatBits): I32 | I64 =>
  format === 64 ? e.scalar('i64', 'Rn') : e.scalar('i32', 'Rn');

const twoRegisterMisc: readonly Semantics[] = [
  ...ZERO_COMPARISONS.flatMap(([name, comparison, swapped]) =>
    formats(
      `${name}_asisdmisc`,
      'fp16',
      (e, format) => {
        const operand = scalarOperand(e, format, 'Rn');
        const zero = zeroOf(format);
        const [a, b] = swapped ? [zero, operand] : [operand, zero];
        compareToMask(e, comparison, format, a, b);
      },
      OUTLINED,
    ),
  ),
  ...(
    [
      ['FRECPE', 'recipEstimate'],
      ['FRSQRTE', 'rsqrtEstimate'],
      ['FRECPX', 'recipExponent'],
    ] as const
  ).flatMap(([name, operation]) =>
    formats(
      `${name}_asisdmisc`,
      'fp16',
      (e, format) => write(e)(softScalar(e, operation, format, [scalarOperand(e, format, 'Rn')])),
      OUTLINED,
    ),
  ),
  ...SIGNS.flatMap(([sign, unsigned]) => [
    ...Object.entries(CONVERSION_ROUNDING).flatMap(([letter, rounding]) =>
      formats(
        `FCVT${letter}${sign}_asisdmisc`,
        'fp16',
        (e, format) => {
          const operand = scalarOperand(e, format, 'Rn');
          toInteger(e, format, operand, sameWidth(format, unsigned), rounding, write(e));
        },
        OUTLINED,
      ),
    ),
    ...formats(
      `${sign}CVTF_asisdmisc`,
      'fp16',
      (e, format) => {
        fromInteger(e, format, integerOperand(e, format), sameWidth(format, unsigned), write(e));
      },
      OUTLINED,
    ),
  ]),
];

const PAIRWISE: readonly (readonly [string, HostBinary])[] = [
  ['FADDP', 'add'],
  ['FMAXP', 'max'],
  ['FMINP', 'min'],
  ['FMAXNMP', 'maxNumber'],
  ['FMINNMP', 'minNumber'],
];

const pairwise = PAIRWISE.flatMap(([name, operation]) =>
  formats(
    `${name}_asisdpair`,
    '_half',
    (e, format) => {
      const first = elementOperand(e, format, 'Rn', 'first', () => 0);
      const second = elementOperand(e, format, 'Rn', 'second', () => 1);
      binaryOperation(e, operation, format, first, second, write(e));
    },
    OUTLINED,
  ),
);

/** The element that multiplies; half-precision ones are in V0 to V15, for M is a bit of their index. */
export function indexedElement(e: Emitter, format: FormatBits): Scalar {
  if (format === 16)
    return elementOperand(e, format, 'Rm', 'index', ({ H, L, M }) => (H << 2) | (L << 1) | M);
  const index = format === 64 ? ({ H }: Fields) => H : ({ H, L }: Fields) => (H << 1) | L;
  return elementOperand(e, format, 'Vm', 'index', index);
}

const byElement: readonly Semantics[] = [
  ...(
    [
      ['FMUL', 'mul'],
      ['FMULX', 'mulx'],
    ] as const
  ).flatMap(([name, operation]) =>
    formats(
      `${name}_asisdelem`,
      '_half',
      (e, format) => {
        const operand = scalarOperand(e, format, 'Rn');
        binaryOperation(e, operation, format, operand, indexedElement(e, format), write(e));
      },
      OUTLINED,
    ),
  ),
  ...(['FMLA', 'FMLS'] as const).flatMap((name) =>
    formats(
      `${name}_asisdelem`,
      '_half',
      (e, format) => {
        const factor = scalarOperand(e, format, 'Rn');
        const operands = [
          scalarOperand(e, format, 'Rd'),
          name === 'FMLS' ? negated(factor) : factor,
          indexedElement(e, format),
        ] as const;
        multiplyAdd(e, format, operands, write(e));
      },
      OUTLINED,
    ),
  ),
];

/** The format that `immh` names. */
const FIXED_FORMAT: Readonly<Record<'double', Choice>> = {
  double: { values: 2, of: ({ immh }) => immh >> 3 },
};

/** Conversions of fixed-point numbers as wide as the format, `emit` for one of them. */
function fixedPoint(
  name: string,
  emit: (e: Emitter, format: FormatBits, fractionBits: I32) => void,
): readonly Semantics[] {
  return [
    floatingPoint(
      `${name}_asisdshf`,
      FIXED_FORMAT,
      (e) => {
        const format = e.choice('double') === 1 ? 64 : 32;
        const bits = e.immediateSmall('fractionBits', ({ immh, immb }) => 2 * format - ((immh << 3) | immb));
        emit(e, format, bits);
      },
      true,
    ),
    floatingPoint(
      `${name}_asisdshf_half`,
      {},
      (e) => {
        emit(
          e,
          16,
          e.immediateSmall('fractionBits', ({ immb4 }) => 16 - immb4),
        );
      },
      true,
    ),
  ];
}

const shifts = SIGNS.flatMap(([sign, unsigned]) => [
  ...fixedPoint(`${sign}CVTF`, (e, format, fractionBits) => {
    const form = sameWidth(format, unsigned, fractionBits);
    fromInteger(e, format, integerOperand(e, format), form, write(e));
  }),
  ...fixedPoint(`FCVTZ${sign}`, (e, format, fractionBits) => {
    const form = sameWidth(format, unsigned, fractionBits);
    toInteger(e, format, scalarOperand(e, format, 'Rn'), form, CONVERSION_ROUNDING.Z, write(e));
  }),
]);

export const floatingPointScalarSimdSemantics: readonly Semantics[] = [
  ...threeSame,
  ...twoRegisterMisc,
  ...pairwise,
  ...byElement,
  ...shifts,
];
