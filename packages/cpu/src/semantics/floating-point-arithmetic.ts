import type { Emitter } from '../emitter/emitter.ts';
import { and, type Expr, or } from '../emitter/expressions.ts';
import type { FormatBits, SoftOperationName } from '../floating-point/operation-word.ts';
import {
  type FloatType,
  type HostPath,
  host,
  hostCompare,
  hostElseSoft,
  isExactProduct,
  isExactQuotient,
  isExactSum,
  isFiniteFloat,
  isNormal,
  isZero,
  noneSubnormal,
  type Scalar,
  softScalar,
} from './floating-point-paths.ts';

/** Operations on two scalars that the host has. */
export type HostBinary = Extract<
  SoftOperationName,
  | 'add'
  | 'sub'
  | 'absoluteDifference'
  | 'mul'
  | 'mulx'
  | 'negatedMul'
  | 'div'
  | 'max'
  | 'min'
  | 'maxNumber'
  | 'minNumber'
>;

/** Sums that are finite never underflow: a subnormal one is exact, but may be flushed. */
function hostSum<T extends FloatType>(e: Emitter, path: HostPath, a: Expr<T>, b: Expr<T>): Expr<T> {
  const sum = e.let(host(a.type, 'Add', a, b));
  path.require(isFiniteFloat(sum));
  path.requireWhenFlushing(() => or(isNormal(sum), isZero(sum)));
  path.requireExact(() => isExactSum(e, a, b, sum));
  return sum;
}

function hostProduct<T extends FloatType>(e: Emitter, path: HostPath, a: Expr<T>, b: Expr<T>): Expr<T> {
  const product = e.let(host(a.type, 'Mul', a, b));
  e.if(
    isNormal(product),
    () => path.requireExact(() => isExactProduct(a, b, product)),
    () => path.require(and(isZero(product), or(isZero(a), isZero(b)))),
  );
  return product;
}

function hostQuotient<T extends FloatType>(e: Emitter, path: HostPath, a: Expr<T>, b: Expr<T>): Expr<T> {
  const quotient = e.let(host(a.type, 'Div', a, b));
  e.if(
    isNormal(quotient),
    () => path.requireExact(() => isExactQuotient(a, b, quotient)),
    () => path.require(and(isZero(quotient), isZero(a))),
  );
  return quotient;
}

/** The host orders zeros as the architecture does; only NaNs differ. */
function hostExtreme<T extends FloatType>(
  e: Emitter,
  path: HostPath,
  name: 'Min' | 'Max',
  a: Expr<T>,
  b: Expr<T>,
): Expr<T> {
  const result = e.let(host(a.type, name, a, b));
  path.require(hostCompare('Eq', result, result));
  return result;
}

function hostBinary<T extends FloatType>(
  e: Emitter,
  path: HostPath,
  name: HostBinary,
  a: Expr<T>,
  b: Expr<T>,
): Expr<T> {
  switch (name) {
    case 'add':
      return hostSum(e, path, a, b);
    case 'sub':
      return hostSum(e, path, a, e.let(host(b.type, 'Neg', b)));
    case 'absoluteDifference':
      return host(a.type, 'Abs', hostSum(e, path, a, e.let(host(b.type, 'Neg', b))));
    case 'mul':
    case 'mulx':
      return hostProduct(e, path, a, b);
    case 'negatedMul':
      return host(a.type, 'Neg', hostProduct(e, path, a, b));
    case 'div':
      return hostQuotient(e, path, a, b);
    case 'max':
    case 'maxNumber':
      return hostExtreme(e, path, 'Max', a, b);
    case 'min':
    case 'minNumber':
      return hostExtreme(e, path, 'Min', a, b);
  }
}

/** Operation on two scalars; `set` receives the result as a float or as its bits, and is called for each path. */
export function binaryOperation(
  e: Emitter,
  name: HostBinary,
  format: FormatBits,
  first: Scalar,
  second: Scalar,
  set: (result: Expr) => void,
): void {
  const soft = (a: Expr, b: Expr): void => set(softScalar(e, name, format, [a, b]));
  if (format === 16) {
    soft(first, second);
    return;
  }
  const a = e.let(first as Expr<FloatType>);
  const b = e.let(second as Expr<FloatType>);
  hostElseSoft(
    e,
    (path) => set(hostBinary(e, path, name, a, b)),
    () => soft(a, b),
    { flushable: noneSubnormal(a, b) },
  );
}

/** The square root of a scalar. */
export function squareRoot(
  e: Emitter,
  format: FormatBits,
  operand: Scalar,
  set: (result: Expr) => void,
): void {
  if (format === 16) {
    set(softScalar(e, 'sqrt', format, [operand]));
    return;
  }
  const a = e.let(operand as Expr<FloatType>);
  hostElseSoft(
    e,
    (path) => {
      const root = e.let(host(a.type, 'Sqrt', a));
      e.if(
        isNormal(root),
        () => path.requireExact(() => isExactQuotient(a, root, root)),
        () => path.require(isZero(root)),
      );
      set(root);
    },
    () => set(softScalar(e, 'sqrt', format, [a])),
    { flushable: noneSubnormal(a) },
  );
}
