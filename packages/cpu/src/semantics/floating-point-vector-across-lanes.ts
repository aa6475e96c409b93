import type { V128 } from '../emitter/expressions.ts';
import { vectorConstant } from '../emitter/vectors.ts';
import type { Semantics } from './definition.ts';
import type { HostBinary } from './floating-point-arithmetic.ts';
import { binaryLanes } from './floating-point-vector-arithmetic.ts';
import { FloatLanes, Q, vectorRow } from './floating-point-vector-paths.ts';
import { and, everySecond } from './simd-lanes.ts';

/**
 * The floating-point rows of Advanced SIMD across lanes. Neighbours are put together first, then neighbours of
 * the results: the order tells which of several NaNs is the result.
 */

const OPERATIONS: Readonly<Record<string, HostBinary>> = {
  FMAXV: 'max',
  FMINV: 'min',
  FMAXNMV: 'maxNumber',
  FMINNMV: 'minNumber',
};

/** Element 0, zeros above. */
function elementOnly(l: FloatLanes, a: V128): V128 {
  const bytes = l.format / 8;
  return and(a, vectorConstant(Array.from({ length: 16 }, (_, index) => (index < bytes ? 0xff : 0))));
}

function acrossLanes(l: FloatLanes, operation: HostBinary): void {
  const { e } = l;
  const value = e.temporary('v128');
  const held: V128 = { type: 'v128', emit: (code) => code.localGet(value) };
  e.assign(value, e.vector('Rn'));
  for (let { bytes, lanes } = l; lanes > 1; lanes >>= 1, bytes = 8) {
    const [first, second] = ([0, 1] as const).map((part) =>
      e.let(everySecond(l.size, bytes, part, held, held)),
    );
    // Lanes beyond those that are left repeat them: they add nothing.
    binaryLanes(new FloatLanes(e, l.format, false), operation, first, second, (result) =>
      e.assign(value, result),
    );
  }
  e.setVector('Rd', elementOnly(l, held));
}

export const floatingPointVectorAcrossLanesSemantics: readonly Semantics[] = Object.entries(
  OPERATIONS,
).flatMap(([name, operation]) => [
  vectorRow(`${name}_asimdall`, {}, (e) => acrossLanes(new FloatLanes(e, 32, true), operation)),
  vectorRow(`${name}_asimdall_half`, Q, (e) =>
    acrossLanes(new FloatLanes(e, 16, e.choice('Q') === 1), operation),
  ),
]);
