import type { V128 } from '../emitter/expressions.ts';
import type { HostBinary } from './floating-point-arithmetic.ts';
import { type HostPath, hostElseSoft, isExactProduct, isExactQuotient } from './floating-point-paths.ts';
import {
  type FloatLanes,
  finiteLanes,
  noneSubnormalLanes,
  normalLanes,
  orderedLanes,
  zeroLanes,
} from './floating-point-vector-paths.ts';
import { and, orr } from './simd-lanes.ts';

/** Operations on vectors of floating-point lanes that the host has. Operands are held. */

/**
 * Sums that are finite never underflow: a subnormal one is exact, but may be flushed. The error of one is a float:
 * Knuth's two-sum.
 */
function hostSum(l: FloatLanes, path: HostPath, a: V128, b: V128): V128 {
  const sum = l.e.let(l.op('add', a, b));
  path.require(l.all(finiteLanes(l, sum)));
  path.requireWhenFlushing(() => l.all(orr(normalLanes(l, sum), zeroLanes(l, sum))));
  path.requireExact(() => {
    const part = l.e.let(l.op('sub', sum, a));
    const error = l.op('add', l.op('sub', a, l.op('sub', sum, part)), l.op('sub', b, part));
    return l.all(zeroLanes(l, error));
  });
  return sum;
}

function hostProduct(l: FloatLanes, path: HostPath, a: V128, b: V128): V128 {
  const product = l.e.let(l.op('mul', a, b));
  const zero = and(zeroLanes(l, product), orr(zeroLanes(l, a), zeroLanes(l, b)));
  path.require(l.all(orr(normalLanes(l, product), zero)));
  path.requireExact(() =>
    l.every((lane) => isExactProduct(l.lane(a, lane), l.lane(b, lane), l.lane(product, lane))),
  );
  return product;
}

function hostQuotient(l: FloatLanes, path: HostPath, a: V128, b: V128): V128 {
  const quotient = l.e.let(l.op('div', a, b));
  const zero = and(zeroLanes(l, quotient), zeroLanes(l, a));
  path.require(l.all(orr(normalLanes(l, quotient), zero)));
  path.requireExact(() =>
    l.every((lane) => isExactQuotient(l.lane(a, lane), l.lane(b, lane), l.lane(quotient, lane))),
  );
  return quotient;
}

/** The host orders zeros as the architecture does; only NaNs differ. */
function hostExtreme(l: FloatLanes, path: HostPath, name: 'min' | 'max', a: V128, b: V128): V128 {
  const result = l.e.let(l.op(name, a, b));
  path.require(l.all(l.op('eq', result, result)));
  return result;
}

function hostBinary(l: FloatLanes, path: HostPath, name: HostBinary, a: V128, b: V128): V128 {
  switch (name) {
    case 'add':
      return hostSum(l, path, a, b);
    case 'sub':
      return hostSum(l, path, a, l.e.let(l.op('neg', b)));
    case 'absoluteDifference':
      return l.op('abs', hostSum(l, path, a, l.e.let(l.op('neg', b))));
    case 'mul':
    case 'mulx':
      return hostProduct(l, path, a, b);
    case 'negatedMul':
      return l.op('neg', hostProduct(l, path, a, b));
    case 'div':
      return hostQuotient(l, path, a, b);
    case 'max':
    case 'maxNumber':
      return hostExtreme(l, path, 'max', a, b);
    case 'min':
    case 'minNumber':
      return hostExtreme(l, path, 'min', a, b);
  }
}

/** Operation on the lanes of two vectors; `set` receives the result, once for each path. */
export function binaryLanes(
  l: FloatLanes,
  name: HostBinary,
  a: V128,
  b: V128,
  set: (result: V128) => void = (result) => l.write(result),
): void {
  const soft = (): void => set(l.soft(name, [a, b]));
  if (l.format === 16) soft();
  else {
    hostElseSoft(l.e, (path) => set(hostBinary(l, path, name, a, b)), soft, {
      flushable: noneSubnormalLanes(l, a, b),
    });
  }
}

/** Square roots of all lanes. */
export function squareRoots(l: FloatLanes, a: V128): void {
  const soft = (): void => l.write(l.soft('sqrt', [a]));
  if (l.format === 16) {
    soft();
    return;
  }
  hostElseSoft(
    l.e,
    (path) => {
      const root = l.e.let(l.op('sqrt', a));
      path.require(l.all(orr(normalLanes(l, root), zeroLanes(l, root))));
      path.requireExact(() =>
        l.every((lane) => isExactQuotient(l.lane(a, lane), l.lane(root, lane), l.lane(root, lane))),
      );
      l.write(root);
    },
    soft,
    { flushable: noneSubnormalLanes(l, a) },
  );
}

/** Comparisons whose results are masks. */
export type LaneComparison =
  | 'equal'
  | 'greaterEqual'
  | 'greater'
  | 'absoluteGreaterEqual'
  | 'absoluteGreater';

const HOST_COMPARISON = {
  equal: 'eq',
  greaterEqual: 'ge',
  greater: 'gt',
  absoluteGreaterEqual: 'ge',
  absoluteGreater: 'gt',
} as const;

/** Writes ones to the lanes where the comparison holds, else zeros. Only NaNs need the software. */
export function compareLanes(l: FloatLanes, name: LaneComparison, a: V128, b: V128): void {
  const soft = (): void => l.write(l.soft(name, [a, b]));
  if (l.format === 16) {
    soft();
    return;
  }
  const operand = (value: V128): V128 => (name.startsWith('absolute') ? l.op('abs', value) : value);
  hostElseSoft(
    l.e,
    (path) => {
      path.require(l.all(orderedLanes(l, a, b)));
      l.write(l.op(HOST_COMPARISON[name], operand(a), operand(b)));
    },
    soft,
    { flushable: noneSubnormalLanes(l, a, b) },
  );
}
