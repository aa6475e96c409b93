import type { Expr } from '../emitter/expressions.ts';
import { hostFusesMultiplyAdd } from '../floating-point/host-fused.ts';
import type { Semantics } from './definition.ts';
import { binaryOperation, type HostBinary, squareRoot } from './floating-point-arithmetic.ts';
import { multiplyAdd } from './floating-point-fused.ts';
import { formats, negated, scalarOperand } from './floating-point-paths.ts';

/** Floating-point data-processing with two and three sources, and FSQRT. */

const TWO_SOURCES: readonly (readonly [string, HostBinary])[] = [
  ['FMUL', 'mul'],
  ['FDIV', 'div'],
  ['FADD', 'add'],
  ['FSUB', 'sub'],
  ['FMAX', 'max'],
  ['FMIN', 'min'],
  ['FMAXNM', 'maxNumber'],
  ['FMINNM', 'minNumber'],
  ['FNMUL', 'negatedMul'],
];

const twoSources = TWO_SOURCES.flatMap(([name, operation]) =>
  formats(`${name}_floatdp2`, '_half', (e, format) => {
    const [a, b] = ['Rn', 'Rm'].map((field) => scalarOperand(e, format, field));
    binaryOperation(e, operation, format, a, b, (result) => e.setScalar('Rd', result));
  }),
);

/** What is negated: the addend, and the first factor. */
const THREE_SOURCES = [
  ['FMADD', false, false],
  ['FMSUB', false, true],
  ['FNMADD', true, true],
  ['FNMSUB', true, false],
] as const;

const threeSources = THREE_SOURCES.flatMap(([name, negatesAddend, negatesFactor]) =>
  formats(
    `${name}_floatdp3`,
    '_half',
    (e, format) => {
      const [addend, a, b] = ['Ra', 'Rn', 'Rm'].map((field) => scalarOperand(e, format, field));
      multiplyAdd(
        e,
        format,
        [negatesAddend ? negated(addend) : addend, negatesFactor ? negated(a) : a, b],
        (result: Expr) => e.setScalar('Rd', result),
      );
    },
    // Without an instruction of the host for it, it takes too much room.
    { outlined: !hostFusesMultiplyAdd() },
  ),
);

const root = formats('FSQRT_floatdp1', '_half', (e, format) => {
  squareRoot(e, format, scalarOperand(e, format, 'Rn'), (result) => e.setScalar('Rd', result));
});

export const floatingPointDataProcessingSemantics: readonly Semantics[] = [
  ...twoSources,
  ...threeSources,
  ...root,
];
