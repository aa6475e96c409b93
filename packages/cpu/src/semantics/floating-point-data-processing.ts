import type { Emitter } from '../emitter/emitter.ts';
import type { FormatBits } from '../floating-point/operation-word.ts';
import { type Semantics, semantics } from './definition.ts';
import { binaryOperation, type HostBinary, squareRoot } from './floating-point-arithmetic.ts';
import { formatOfSz, SZ, scalarOperand } from './floating-point-paths.ts';

/** The row for single- and double-precision, and that for half-precision, whose id has `half` after it. */
export function formats(
  row: string,
  half: string,
  emit: (e: Emitter, format: FormatBits) => void,
): readonly Semantics[] {
  return [
    semantics(row, SZ, (e) => {
      e.checkFloatingPoint();
      emit(e, formatOfSz(e));
    }),
    semantics(`${row}${half}`, {}, (e) => {
      e.checkFloatingPoint();
      emit(e, 16);
    }),
  ];
}

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

const root = formats('FSQRT_floatdp1', '_half', (e, format) => {
  squareRoot(e, format, scalarOperand(e, format, 'Rn'), (result) => e.setScalar('Rd', result));
});

export const floatingPointDataProcessingSemantics: readonly Semantics[] = [...twoSources, ...root];
