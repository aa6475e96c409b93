import type { Code } from '../wasm/code.ts';
import { OP, SIMD_PREFIX, TYPE, type ValueType } from '../wasm/opcodes.ts';
import { type SimdName, simdOpcode } from '../wasm/simd-opcodes.ts';
import type { Expr, I32, I64, V128 } from './expressions.ts';

/** Vector and floating-point values of semantics, beside the integer ones in `expressions.ts`. */

function simd<T extends ValueType>(
  type: T,
  name: SimdName,
  operands: readonly Expr[],
  lane?: number,
): Expr<T> {
  const opcode = simdOpcode(name);
  return {
    type,
    emit(code) {
      for (const operand of operands) operand.emit(code);
      code.byte(SIMD_PREFIX);
      code.unsigned(opcode);
      if (lane !== undefined) code.byte(lane);
    },
  };
}

/** A vector operation with a vector result: `vector('i8x16.add', a, b)`, `vector('i16x8.shl', a, amount)`. */
export const vector = (name: SimdName, ...operands: readonly Expr[]): V128 => simd('v128', name, operands);

/** A test with a 0 or 1 (or bit mask) result: all_true, any_true, bitmask. */
export const test = (name: SimdName, operand: V128): I32 => simd('i32', name, [operand]);

/** An integer lane: `lane('i32', 'i8x16.extract_lane_u', v, 3)`. */
export const extractLane = <T extends ValueType>(
  type: T,
  name: SimdName,
  operand: V128,
  lane: number,
): Expr<T> => simd(type, name, [operand], lane);

export const replaceLane = (name: SimdName, operand: V128, lane: number, value: Expr): V128 =>
  simd('v128', name, [operand, value], lane);

/** Bytes of two vectors, chosen by sixteen indices of 0 to 31. */
export function shuffle(a: V128, b: V128, indices: readonly number[]): V128 {
  return {
    type: 'v128',
    emit(code) {
      a.emit(code);
      b.emit(code);
      prefixed(code, 'i8x16.shuffle');
      for (const index of indices) code.byte(index);
    },
  };
}

/** A constant of sixteen bytes. */
export function vectorConstant(bytes: readonly number[]): V128 {
  return {
    type: 'v128',
    emit(code) {
      prefixed(code, 'v128.const');
      for (const byte of bytes) code.byte(byte);
    },
  };
}

/** A constant of equal 32-bit lanes. */
export function repeated32(value: number): V128 {
  const bytes = [value, value >>> 8, value >>> 16, value >>> 24].map((byte) => byte & 0xff);
  return vectorConstant([...bytes, ...bytes, ...bytes, ...bytes]);
}

/** A constant of two equal 64-bit lanes, from halves. */
export function repeated64(lo: number, hi: number): V128 {
  const bytes = [lo, lo >>> 8, lo >>> 16, lo >>> 24, hi, hi >>> 8, hi >>> 16, hi >>> 24].map(
    (byte) => byte & 0xff,
  );
  return vectorConstant([...bytes, ...bytes]);
}

/** The low 64 bits; the rest zero. */
export const lowHalfOnly = (a: V128): V128 => vector('v128.and', a, vectorConstant([...ONES, ...ZEROS]));
const ONES = new Array<number>(8).fill(0xff);
const ZEROS = new Array<number>(8).fill(0);

/** A vector whose low 64 bits are given, the rest zero. */
export const fromLow64 = (low: I64): V128 => replaceLane('i64x2.replace_lane', repeated32(0), 0, low);
export const fromHalves64 = (low: I64, high: I64): V128 =>
  replaceLane('i64x2.replace_lane', fromLow64(low), 1, high);
export const lane64 = (a: V128, lane: 0 | 1): I64 => extractLane('i64', 'i64x2.extract_lane', a, lane);
export const lane32 = (a: V128, lane: number): I32 => extractLane('i32', 'i32x4.extract_lane', a, lane);

/** Sixteen bytes of machine memory, or eight with zeros above them. */
export function loadVector(
  address: I32,
  offset: number,
  name: 'v128.load' | 'v128.load64_zero' = 'v128.load',
): V128 {
  return {
    type: 'v128',
    emit(code) {
      address.emit(code);
      code.simdMemory(name, offset);
    },
  };
}

/** A scalar operation on floats; `opcode` from `FLOAT_OP`, operands and result of whatever types it has. */
export function float<T extends ValueType>(type: T, opcode: number, ...operands: readonly Expr[]): Expr<T> {
  return {
    type,
    emit(code) {
      for (const operand of operands) operand.emit(code);
      code.op(opcode);
    },
  };
}

/** `condition ? a : b` of vectors or floats; both sides are evaluated. */
export function choose<T extends ValueType>(condition: I32, a: Expr<T>, b: Expr<T>): Expr<T> {
  return {
    type: a.type,
    emit(code) {
      a.emit(code);
      b.emit(code);
      condition.emit(code);
      if (a.type === 'v128') {
        code.op(OP.selectTyped);
        code.byte(1);
        code.byte(TYPE.v128);
      } else {
        code.op(OP.select);
      }
    },
  };
}

function prefixed(code: Code, name: SimdName): void {
  code.byte(SIMD_PREFIX);
  code.unsigned(simdOpcode(name));
}
