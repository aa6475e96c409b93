import type { V128 } from '../emitter/expressions.ts';
import type { Semantics } from './definition.ts';
import type { HostBinary } from './floating-point-arithmetic.ts';
import { binaryLanes, compareLanes, type LaneComparison } from './floating-point-vector-arithmetic.ts';
import { multiplyAddLanes, newtonStepLanes } from './floating-point-vector-fused.ts';
import { type FloatLanes, vectorFormats } from './floating-point-vector-paths.ts';
import { everySecond, xor } from './simd-lanes.ts';

/** The floating-point rows of Advanced SIMD three same, and its half-precision group. */

const row = (name: string, emit: (l: FloatLanes, a: V128, b: V128) => void): readonly Semantics[] =>
  vectorFormats(`${name}_asimdsame`, 'fp16', (l) => emit(l, l.read('Rn'), l.read('Rm')));

const BINARY: Readonly<Record<string, HostBinary>> = {
  FADD: 'add',
  FSUB: 'sub',
  FMUL: 'mul',
  FMULX: 'mulx',
  FDIV: 'div',
  FMAX: 'max',
  FMIN: 'min',
  FMAXNM: 'maxNumber',
  FMINNM: 'minNumber',
  FABD: 'absoluteDifference',
};

/** On neighbours in the two operands taken as one. */
const PAIRWISE: Readonly<Record<string, HostBinary>> = {
  FADDP: 'add',
  FMAXP: 'max',
  FMINP: 'min',
  FMAXNMP: 'maxNumber',
  FMINNMP: 'minNumber',
};

const COMPARISONS: Readonly<Record<string, LaneComparison>> = {
  FCMEQ: 'equal',
  FCMGE: 'greaterEqual',
  FCMGT: 'greater',
  FACGE: 'absoluteGreaterEqual',
  FACGT: 'absoluteGreater',
};

/** FMLS negates a factor, NaNs too. */
export const FUSED = [
  ['FMLA', false],
  ['FMLS', true],
] as const;

export const floatingPointVectorThreeSameSemantics: readonly Semantics[] = [
  ...Object.entries(BINARY).flatMap(([name, operation]) =>
    row(name, (l, a, b) => binaryLanes(l, operation, a, b)),
  ),
  ...Object.entries(PAIRWISE).flatMap(([name, operation]) =>
    row(name, (l, a, b) => {
      const [first, second] = ([0, 1] as const).map((part) =>
        l.e.let(everySecond(l.size, l.bytes, part, a, b)),
      );
      binaryLanes(l, operation, first, second);
    }),
  ),
  ...Object.entries(COMPARISONS).flatMap(([name, comparison]) =>
    row(name, (l, a, b) => compareLanes(l, comparison, a, b)),
  ),
  ...FUSED.flatMap(([name, negate]) =>
    row(name, (l, a, b) => {
      const factor = negate ? l.e.let(xor(a, l.signBits)) : a;
      multiplyAddLanes(l, l.read('Rd'), factor, b);
    }),
  ),
  ...row('FRECPS', (l, a, b) => newtonStepLanes(l, 'recipStep', a, b)),
  ...row('FRSQRTS', (l, a, b) => newtonStepLanes(l, 'rsqrtStep', a, b)),
];
