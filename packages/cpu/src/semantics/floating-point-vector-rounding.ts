import { Rounding } from '@armature/softfloat';
import { type Expr, type I32, i32, shl, sub, type V128 } from '../emitter/expressions.ts';
import { float, lane64, repeated32, repeated64, replaceLane, vector } from '../emitter/vectors.ts';
import { FPCR_ROUNDING, FRACTION_BITS_SHIFT } from '../floating-point/operation-word.ts';
import { FLOAT_OP } from '../wasm/opcodes.ts';
import { powerOfTwo } from './floating-point-conversion.ts';
import { bitsOf, demote, hostElseSoft } from './floating-point-paths.ts';
import { type FloatLanes, noneSubnormalLanes } from './floating-point-vector-paths.ts';
import { and, bitSelect, orr, ZERO } from './simd-lanes.ts';

/** Rounding of vectors of floating-point lanes to integral values, and conversions from and to integer lanes. */

const HOST_ROUNDING = ['nearest', 'ceil', 'floor', 'trunc'] as const;

/**
 * Rounds lanes to integral values as the host does, keeping the sign of zeros. FPCR's rounding is to nearest here.
 *
 * @param rounding a value of `Rounding`, or FPCR's.
 */
function hostRounded(l: FloatLanes, a: V128, rounding: number): V128 {
  if (rounding !== Rounding.TieAway) {
    return l.op(HOST_ROUNDING[rounding === FPCR_ROUNDING ? Rounding.TieEven : rounding], a);
  }
  const whole = l.e.let(l.op('trunc', a));
  const cut = l.op('abs', l.op('sub', a, whole));
  const one = orr(and(a, l.signBits), l.constant(1));
  return bitSelect(l.op('ge', cut, l.constant(0.5)), l.op('add', whole, one), whole);
}

/**
 * Writes lanes rounded to integral values.
 *
 * @param exact whether an inexact result sets IXC: FRINTX.
 */
export function roundIntegralLanes(l: FloatLanes, a: V128, rounding: number, exact: boolean): void {
  const soft = (): void => l.write(l.soft('roundIntegral', [a], { rounding, exact }));
  if (l.format === 16) {
    soft();
    return;
  }
  hostElseSoft(
    l.e,
    (path) => {
      const result = l.e.let(hostRounded(l, a, rounding));
      path.require(l.all(l.op('eq', result, result)));
      if (exact) path.requireExact(() => l.all(l.op('eq', result, a)));
      l.write(result);
    },
    soft,
    { flushable: noneSubnormalLanes(l, a) },
  );
}

/** Writes lanes rounded to integral values that fit integers of `width` bits: FRINT32X and the like. */
export function roundIntegralSizedLanes(l: FloatLanes, a: V128, width: 32 | 64, rounding: number): void {
  hostElseSoft(
    l.e,
    (path) => {
      const result = l.e.let(hostRounded(l, a, rounding));
      const limit = 2 ** (width - 1);
      const inRange = and(l.op('ge', result, l.constant(-limit)), l.op('lt', result, l.constant(limit)));
      path.require(l.all(inRange));
      path.requireExact(() => l.all(l.op('eq', result, a)));
      l.write(result);
    },
    () => l.write(l.soft('roundIntegralSized', [a], { width, rounding })),
    { flushable: noneSubnormalLanes(l, a) },
  );
}

/** What the fraction bits, a number of 1 to 64, add to the operation word. */
const parameters = (fractionBits: I32 | undefined): I32 | undefined =>
  fractionBits && shl(fractionBits, i32(FRACTION_BITS_SHIFT));

/** Lanes times a power of two. */
function scaledLanes(l: FloatLanes, a: V128, exponent: I32): V128 {
  const scale = powerOfTwo(exponent);
  const splat = l.format === 32 ? vector('f32x4.splat', demote(scale)) : vector('f64x2.splat', scale);
  return l.op('mul', a, splat);
}

/** A vector of two lanes of 64 bits. */
const doublewords = (lane: (index: number) => Expr): V128 =>
  replaceLane('i64x2.replace_lane', replaceLane('i64x2.replace_lane', ZERO, 0, lane(0)), 1, lane(1));

/** Writes integers as wide as the lanes, or fixed-point numbers of that many fraction bits; they saturate. */
export function toIntegerLanes(
  l: FloatLanes,
  a: V128,
  unsigned: boolean,
  rounding: number,
  fractionBits?: I32,
): void {
  const options = { width: l.format, unsigned, rounding };
  const soft = (): void => l.write(l.soft('toFixed', [a], options, parameters(fractionBits)));
  if (l.format === 16) {
    soft();
    return;
  }
  hostElseSoft(
    l.e,
    (path) => {
      // Scaling is exact but for overflow, which is out of any range.
      const scaled = fractionBits ? l.e.let(scaledLanes(l, a, fractionBits)) : a;
      const whole = l.e.let(hostRounded(l, scaled, rounding));
      const end = 2 ** (unsigned ? l.format : l.format - 1);
      const start = unsigned ? l.op('gt', whole, l.constant(-1)) : l.op('ge', whole, l.constant(-end));
      path.require(l.all(and(start, l.op('lt', whole, l.constant(end)))));
      path.requireExact(() => l.all(l.op('eq', whole, scaled)));
      const sign = unsigned ? 'u' : 's';
      if (l.format === 32) l.write(vector(`i32x4.trunc_sat_f32x4_${sign}`, whole));
      else {
        const opcode = unsigned ? FLOAT_OP.i64TruncF64U : FLOAT_OP.i64TruncF64S;
        l.write(doublewords((lane) => float('i64', opcode, l.lane(whole, lane))));
      }
    },
    soft,
    { flushable: noneSubnormalLanes(l, a) },
  );
}

/** Integer lanes that the format holds exactly: those of few enough bits. */
function exactIntegers(l: FloatLanes, a: V128, unsigned: boolean): V128 {
  const bits = l.format === 32 ? 24 : 53;
  if (unsigned) return l.integerOp('eq', l.integerOp('shr_u', a, i32(bits)), ZERO);
  // The smallest number is its own magnitude here, and a power of two.
  const limit = l.format === 32 ? repeated32(2 ** bits) : repeated64(0, 2 ** (bits - 32));
  return l.integerOp('le_s', l.integerOp('abs', a), limit);
}

/** Integer lanes converted by the host. */
function hostConverted(l: FloatLanes, a: V128, unsigned: boolean): V128 {
  if (l.format === 32) return vector(`f32x4.convert_i32x4_${unsigned ? 'u' : 's'}`, a);
  const opcode = unsigned ? FLOAT_OP.f64ConvertI64U : FLOAT_OP.f64ConvertI64S;
  return doublewords((index) => bitsOf(float('f64', opcode, lane64(a, index === 0 ? 0 : 1))));
}

/** Writes floating-point numbers of integer lanes. Exact results depend on neither FPCR nor FPSR. */
export function fromIntegerLanes(l: FloatLanes, a: V128, unsigned: boolean, fractionBits?: I32): void {
  const options = { width: l.format, unsigned };
  const soft = (): void => l.write(l.soft('fromFixed', [a], options, parameters(fractionBits)));
  if (l.format === 16) {
    soft();
    return;
  }
  hostElseSoft(
    l.e,
    (path) => {
      path.requireExact(() => l.all(exactIntegers(l, a, unsigned)));
      const whole = hostConverted(l, a, unsigned);
      l.write(fractionBits ? scaledLanes(l, whole, sub(i32(0), fractionBits)) : whole);
    },
    soft,
    { anyControl: true },
  );
}
