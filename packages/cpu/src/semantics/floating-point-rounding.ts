import { Rounding } from '@armature/softfloat';
import type { Emitter } from '../emitter/emitter.ts';
import { and, type Expr } from '../emitter/expressions.ts';
import { choose } from '../emitter/vectors.ts';
import { type FormatBits, FPCR_ROUNDING } from '../floating-point/operation-word.ts';
import type { Semantics } from './definition.ts';
import {
  type FloatType,
  floatConstant,
  floatingPoint,
  formatOfSz,
  formats,
  host,
  hostCompare,
  hostElseSoft,
  noneSubnormal,
  type Scalar,
  SZ,
  scalarOperand,
  softScalar,
} from './floating-point-paths.ts';

/** Rounding to integral values, in floating-point. */

const HOST_ROUNDING = ['Nearest', 'Ceil', 'Floor', 'Trunc'] as const;

/**
 * Rounds to an integral value as the host does, keeping the sign of zeros. FPCR's rounding is to nearest here.
 *
 * @param rounding a value of `Rounding`, or FPCR's.
 */
export function hostRound<T extends FloatType>(e: Emitter, a: Expr<T>, rounding: number): Expr<T> {
  if (rounding !== Rounding.TieAway) {
    return host(a.type, HOST_ROUNDING[rounding === FPCR_ROUNDING ? Rounding.TieEven : rounding], a);
  }
  const whole = e.let(host(a.type, 'Trunc', a));
  const cut = host(a.type, 'Abs', host(a.type, 'Sub', a, whole));
  const away = host(a.type, 'Add', whole, host(a.type, 'Copysign', floatConstant(a.type, 1), a));
  return choose(hostCompare('Ge', cut, floatConstant(a.type, 0.5)), away, whole);
}

/**
 * Rounds a scalar to an integral value.
 *
 * @param exact whether an inexact result sets IXC: FRINTX.
 */
export function roundIntegral(
  e: Emitter,
  format: FormatBits,
  operand: Scalar,
  rounding: number,
  exact: boolean,
  set: (result: Expr) => void,
): void {
  const soft = (a: Expr): void => set(softScalar(e, 'roundIntegral', format, [a], { rounding, exact }));
  if (format === 16) {
    soft(operand);
    return;
  }
  const a = e.let(operand as Expr<FloatType>);
  hostElseSoft(
    e,
    (path) => {
      const result = e.let(hostRound(e, a, rounding));
      path.require(hostCompare('Eq', result, result));
      if (exact) path.requireExact(() => hostCompare('Eq', result, a));
      set(result);
    },
    () => soft(a),
    { flushable: noneSubnormal(a) },
  );
}

/** Rounds a scalar to an integral value that fits an integer of `width` bits. */
function roundIntegralSized(
  e: Emitter,
  format: 32 | 64,
  operand: Scalar,
  width: 32 | 64,
  rounding: number,
  set: (result: Expr) => void,
): void {
  const a = e.let(operand as Expr<FloatType>);
  hostElseSoft(
    e,
    (path) => {
      const result = e.let(hostRound(e, a, rounding));
      const limit = 2 ** (width - 1);
      path.require(
        and(
          hostCompare('Ge', result, floatConstant(a.type, -limit)),
          hostCompare('Lt', result, floatConstant(a.type, limit)),
        ),
      );
      path.requireExact(() => hostCompare('Eq', result, a));
      set(result);
    },
    () => set(softScalar(e, 'roundIntegralSized', format, [a], { width, rounding })),
    { flushable: noneSubnormal(a) },
  );
}

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

const toIntegral = FRINT.flatMap(([suffix, rounding, exact]) =>
  formats(
    `FRINT${suffix}_floatdp1`,
    '_half',
    (e, format) => {
      const set = (result: Expr): void => e.setScalar('Rd', result);
      roundIntegral(e, format, scalarOperand(e, format, 'Rn'), rounding, exact, set);
    },
    { outlined: true },
  ),
);

const SIZED = [
  ['32Z', 32, Rounding.Zero],
  ['32X', 32, FPCR_ROUNDING],
  ['64Z', 64, Rounding.Zero],
  ['64X', 64, FPCR_ROUNDING],
] as const;

const toSizedIntegral = SIZED.map(([suffix, width, rounding]) =>
  floatingPoint(
    `FRINT${suffix}_floatdp1`,
    SZ,
    (e) => {
      const format = formatOfSz(e);
      const set = (result: Expr): void => e.setScalar('Rd', result);
      roundIntegralSized(e, format, scalarOperand(e, format, 'Rn'), width, rounding, set);
    },
    true,
  ),
);

export const floatingPointRoundingSemantics: readonly Semantics[] = [...toIntegral, ...toSizedIntegral];
