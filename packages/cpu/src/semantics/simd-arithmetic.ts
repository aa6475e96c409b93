import { i32, type V128 } from '../emitter/expressions.ts';
import { vector } from '../emitter/vectors.ts';
import {
  and,
  andNot,
  belowU,
  bitSelect,
  extend,
  extendedProduct,
  type Lanes,
  minimum,
  narrow,
  not,
  ONES,
  orr,
  pick,
  repeated,
  type Sign,
  signs,
  xor,
  ZERO,
} from './simd-lanes.ts';

/** Arithmetic on lanes that more than one encoding group uses. Operands must be held: they are used repeatedly. */

/** A result, and lanes that are not zero where it saturated. */
export interface Saturated {
  readonly result: V128;
  readonly overflow: V128;
}

/** (a + b) >> 1 without losing the carry. */
export function halvingAdd(l: Lanes, sign: Sign, a: V128, b: V128): V128 {
  return l.op('add', and(a, b), l.op(`shr_${sign}`, xor(a, b), i32(1)));
}

/** (a + b + 1) >> 1 */
export function roundingHalvingAdd(l: Lanes, sign: Sign, a: V128, b: V128): V128 {
  if (sign === 'u' && l.size < 2) return l.op('avgr_u', a, b);
  return l.op('sub', orr(a, b), l.op(`shr_${sign}`, xor(a, b), i32(1)));
}

/** (a - b) >> 1 */
export function halvingSubtract(l: Lanes, sign: Sign, a: V128, b: V128): V128 {
  return l.op('sub', l.op(`shr_${sign}`, xor(a, b), i32(1)), andNot(b, a));
}

/** |a - b|, unsigned. */
export function absoluteDifference(l: Lanes, sign: Sign, a: V128, b: V128): V128 {
  return l.op('sub', l.op(`max_${sign}`, a, b), l.op(`min_${sign}`, a, b));
}

/** The low half of each product. */
export function multiply(l: Lanes, a: V128, b: V128): V128 {
  if (l.size > 0) return l.op('mul', a, b);
  const even = and(vector('i16x8.mul', a, b), repeated(1, 0xff));
  const high = (x: V128): V128 => vector('i16x8.shr_u', x, i32(8));
  const odd = vector('i16x8.shl', vector('i16x8.mul', high(a), high(b)), i32(8));
  return orr(even, odd);
}

/** What signed saturation makes of an overflow: the largest number, or the smallest where `negative` has ones. */
const extreme = (l: Lanes, negative: V128): V128 => xor(negative, not(minimum(l.size)));

/** SQADD, SQSUB, UQADD, UQSUB. @spec DDI 0487, SatQ */
export function saturatingAdd(l: Lanes, sign: Sign, operation: 'add' | 'sub', a: V128, b: V128): Saturated {
  const { e } = l;
  const sum = e.let(l.op(operation, a, b));
  if (l.size < 2) {
    const result = e.let(l.op(`${operation}_sat_${sign}`, a, b));
    return { result, overflow: xor(result, sum) };
  }
  if (sign === 'u') {
    const overflow = e.let(operation === 'add' ? belowU(l, sum, a) : belowU(l, a, b));
    return { result: operation === 'add' ? orr(sum, overflow) : andNot(sum, overflow), overflow };
  }
  const signsDiffer = xor(a, b);
  const moved = xor(a, sum);
  const wrapped = operation === 'add' ? andNot(moved, signsDiffer) : and(moved, signsDiffer);
  const overflow = e.let(signs(l, wrapped));
  return { result: bitSelect(overflow, extreme(l, signs(l, a)), sum), overflow };
}

/** SUQADD: a signed number plus an unsigned one, as a signed one. */
export function addUnsigned(l: Lanes, signed: V128, unsigned: V128): Saturated {
  const { result, overflow } = saturatingAdd(l, 'u', 'add', l.e.let(xor(signed, minimum(l.size))), unsigned);
  return { result: xor(result, minimum(l.size)), overflow };
}

/** USQADD: an unsigned number plus a signed one, as an unsigned one. */
export function addSigned(l: Lanes, unsigned: V128, signed: V128): Saturated {
  const { result, overflow } = saturatingAdd(l, 's', 'add', l.e.let(xor(unsigned, minimum(l.size))), signed);
  return { result: xor(result, minimum(l.size)), overflow };
}

/** SQNEG, SQABS: only the smallest number overflows. */
export function saturatingNegation(l: Lanes, operation: 'neg' | 'abs', a: V128): Saturated {
  const overflow = l.e.let(l.op('eq', a, minimum(l.size)));
  return { result: xor(l.op(operation, a), overflow), overflow };
}

/** How wide signed or unsigned lanes become narrow ones: S to S, U to U, or S to U. */
export type Narrowing = 'signed' | 'unsigned' | 'toUnsigned';

/**
 * Lanes of twice the size of `l`, limited to what its lanes hold: {@link narrow} then drops nothing.
 *
 * @spec DDI 0487, SatQ
 */
export function limit(l: Lanes, narrowing: Narrowing, wide: V128): Saturated {
  const { e } = l;
  const w = l.wide();
  const [lowest, highest] = limits(l, narrowing);
  let result: V128;
  if (w.size < 3) {
    result =
      narrowing === 'unsigned'
        ? w.op('min_u', wide, highest)
        : w.op('min_s', w.op('max_s', wide, lowest), highest);
  } else {
    const above = narrowing === 'unsigned' ? belowU(w, highest, wide) : w.op('gt_s', wide, highest);
    const topped = e.let(bitSelect(above, highest, wide));
    result = narrowing === 'unsigned' ? topped : bitSelect(w.op('lt_s', topped, lowest), lowest, topped);
  }
  const held = e.let(result);
  return { result: held, overflow: xor(held, wide) };
}

/** The smallest and the largest number, as lanes of twice the size. */
function limits(l: Lanes, narrowing: Narrowing): readonly [V128, V128] {
  const w = l.wide();
  const all = w.op('shr_u', ONES, i32(l.bits));
  if (narrowing !== 'signed') return [ZERO, all];
  const half = w.op('shr_u', ONES, i32(l.bits + 1));
  return [not(half), half];
}

/** Two vectors of wide lanes back to one of narrow lanes, their upper bits dropped. */
function narrowBoth(l: Lanes, low: V128, high: V128): V128 {
  const count = 16 >> l.size;
  return pick(
    l.size,
    low,
    high,
    Array.from({ length: count }, (_, index) => 2 * index),
  );
}

/** SQDMULH and SQRDMULH: the high half of twice the product. */
export function doublingMultiplyHigh(l: Lanes, rounding: boolean, a: V128, b: V128): Saturated {
  const w = l.wide();
  const half = (half: 'low' | 'high'): V128 => {
    const product = extendedProduct(l.size, half, 's', a, b);
    const rounded = rounding ? w.op('add', product, repeated(w.size, 2 ** (l.bits - 2))) : product;
    return w.op('shr_s', rounded, i32(l.bits - 1));
  };
  const smallest = minimum(l.size);
  const overflow = l.e.let(and(l.op('eq', a, smallest), l.op('eq', b, smallest)));
  if (rounding && l.size === 1) return { result: l.op('q15mulr_sat_s', a, b), overflow };
  // The one overflow gives 2^(bits-1), which wraps to the smallest number.
  return { result: xor(narrowBoth(l, half('low'), half('high')), overflow), overflow };
}

/**
 * SQRDMLAH and SQRDMLSH: the accumulator, as the high half, plus or minus twice the product, rounded.
 * Half of it all fits in twice the bits, so half of it is what is computed.
 */
export function roundingDoublingAccumulate(
  l: Lanes,
  operation: 'add' | 'sub',
  accumulator: V128,
  a: V128,
  b: V128,
): Saturated {
  const w = l.wide();
  const half = (half: 'low' | 'high'): Saturated => {
    const product = extendedProduct(l.size, half, 's', a, b);
    const start = w.op('shl', extend(l.size, half, 's', accumulator), i32(l.bits - 1));
    const sum = w.op('add', w.op(operation, start, product), repeated(w.size, 2 ** (l.bits - 2)));
    return limit(l, 'signed', l.e.let(w.op('shr_s', sum, i32(l.bits - 1))));
  };
  const low = half('low');
  const high = half('high');
  return {
    result: narrowBoth(l, low.result, high.result),
    overflow: narrowOverflow(l, low.overflow, high.overflow),
  };
}

/** Narrow lanes that are not zero where either half of the wide lane is not. */
function narrowOverflow(l: Lanes, low: V128, high: V128): V128 {
  const w = l.wide();
  const ones = (overflow: V128): V128 => w.op('ne', overflow, ZERO);
  return narrowBoth(l, ones(low), ones(high));
}

/** Twice the product of the low or high halves, at twice the size. */
export function doublingMultiplyLong(l: Lanes, a: V128, b: V128): Saturated {
  const product = l.e.let(extendedProduct(l.size, l.half, 's', a, b));
  return saturatingAdd(l.wide(), 's', 'add', product, product);
}

/** SQDMLAL, SQDMLSL: both the doubling and the accumulation saturate. */
export function doublingAccumulateLong(
  l: Lanes,
  operation: 'add' | 'sub',
  accumulator: V128,
  a: V128,
  b: V128,
): Saturated {
  const doubled = doublingMultiplyLong(l, a, b);
  const { result, overflow } = saturatingAdd(l.wide(), 's', operation, accumulator, l.e.let(doubled.result));
  return { result, overflow: orr(overflow, doubled.overflow) };
}

/** Wide lanes limited and narrowed, in the low 64 bits. */
export function saturatingNarrow(l: Lanes, narrowing: Narrowing, wide: V128): Saturated {
  const { result, overflow } = limit(l, narrowing, wide);
  return { result: narrow(l.size, 0, result), overflow };
}
