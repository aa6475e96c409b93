import type { Emitter } from '../emitter/emitter.ts';
import { and as and32, type Expr, eq, type I32, i64, type V128 } from '../emitter/expressions.ts';
import {
  extractLane,
  lane64,
  lowHalfOnly,
  repeated32,
  repeated64,
  shuffle,
  test,
  vector,
} from '../emitter/vectors.ts';
import type {
  FormatBits,
  SoftOperationName,
  SoftOperationOptions,
} from '../floating-point/operation-word.ts';
import { bit, type Choice, type Semantics, semantics } from './definition.ts';
import { type FloatType, formatOfSz, SZ, softVector } from './floating-point-paths.ts';
import { and, elementBytes, not, orr, SHAPES, type Size } from './simd-lanes.ts';

/*
 * Vectors of floating-point lanes, and the two paths of `floating-point-paths.ts` on them: the host computes all
 * lanes, and its result stands when it is right in each of them; else all lanes are done again in software. Of a
 * vector of 64 bits the upper half holds anything until the result is written; conditions leave it out.
 */

export const Q: Readonly<Record<'Q', Choice>> = { Q: bit('Q') };

/** The lanes of one variant of a row, and its emitter. */
export class FloatLanes {
  readonly e: Emitter;
  readonly format: FormatBits;
  /** Whether the vector has 128 bits, not 64. */
  readonly full: boolean;
  /** Binary logarithm of the bytes of a lane. */
  readonly size: Size;

  constructor(e: Emitter, format: FormatBits, full: boolean) {
    this.e = e;
    this.format = format;
    this.full = full;
    this.size = format === 16 ? 1 : format === 32 ? 2 : 3;
  }

  /** How many there are. */
  get lanes(): number {
    return this.bytes >> this.size;
  }

  /** Bytes of the vector. */
  get bytes(): 8 | 16 {
    return this.full ? 16 : 8;
  }

  /** The type of a lane on the host, which has no half-precision. */
  get type(): FloatType {
    return this.format === 32 ? 'f32' : 'f64';
  }

  /** An operation of the host on floating-point lanes: `op('add', a, b)`. */
  op(name: string, ...operands: readonly Expr[]): V128 {
    return vector(`${this.format === 32 ? 'f32x4' : 'f64x2'}.${name}`, ...operands);
  }

  /** An operation on integer lanes of the same size. */
  integerOp(name: string, ...operands: readonly Expr[]): V128 {
    return vector(`${SHAPES[this.size]}.${name}`, ...operands);
  }

  /** A register, read now. */
  read(field: string): V128 {
    return this.e.let(this.e.vector(field));
  }

  /** Writes the result register, zeros above the vector. */
  write(result: V128): void {
    this.e.setVector('Rd', this.full ? result : lowHalfOnly(result));
  }

  /** Whether a mask has ones in all lanes. */
  all(mask: V128): I32 {
    if (this.full) return test(`${SHAPES[this.size]}.all_true`, mask);
    return eq(lane64(mask, 0), i64(-1, -1));
  }

  /** Whether a condition holds for each lane, from its number. */
  every(condition: (lane: number) => I32): I32 {
    return Array.from({ length: this.lanes }, (_, lane) => condition(lane)).reduce((a, b) => and32(a, b));
  }

  /** A lane as a scalar of the host. */
  lane(a: V128, lane: number): Expr<FloatType> {
    return extractLane<FloatType>(
      this.type,
      `${this.format === 32 ? 'f32x4' : 'f64x2'}.extract_lane`,
      a,
      lane,
    );
  }

  /** A number in every lane. */
  constant(value: number): V128 {
    const bytes = new DataView(new ArrayBuffer(8));
    if (this.format === 32) {
      bytes.setFloat32(0, value);
      return repeated32(bytes.getInt32(0));
    }
    bytes.setFloat64(0, value);
    return repeated64(bytes.getInt32(4), bytes.getInt32(0));
  }

  /** The sign bit of every lane. */
  get signBits(): V128 {
    if (this.format === 64) return repeated64(0, 0x8000_0000);
    return repeated32(this.format === 32 ? 0x8000_0000 : 0x8000_8000);
  }

  /** Elements of two vectors, numbered through both. */
  pick(a: V128, b: V128, elements: readonly number[]): V128 {
    return shuffle(a, b, elementBytes(this.size, elements));
  }

  /** Does an operation on the lanes in software. */
  soft(
    name: SoftOperationName,
    operands: readonly V128[],
    options: SoftOperationOptions = {},
    parameters?: I32,
  ): V128 {
    return softVector(this.e, name, this.format, this.lanes, operands, options, parameters);
  }
}

/**
 * The rows for single- and double-precision lanes, and that for half-precision, whose id has `half` after it.
 */
export function vectorFormats(
  row: string,
  half: 'fp16' | '_half',
  emit: (l: FloatLanes) => void,
): readonly Semantics[] {
  return [
    vectorRow(row, { ...SZ, ...Q }, (e) => emit(new FloatLanes(e, formatOfSz(e), e.choice('Q') === 1))),
    vectorRow(`${row}${half}`, Q, (e) => emit(new FloatLanes(e, 16, e.choice('Q') === 1))),
  ];
}

/** Semantics of a row of floating-point vectors with lanes of its own. */
export function vectorRow(
  row: string,
  choices: Readonly<Record<string, Choice>>,
  emit: (e: Emitter) => void,
): Semantics {
  const checked = (e: Emitter): void => {
    e.checkFloatingPoint();
    emit(e);
  };
  return { ...semantics(row, choices, checked), outlined: true };
}

const SMALLEST_NORMAL = { f32: 2 ** -126, f64: 2 ** -1022 } as const;

/** Lanes neither infinite nor NaN. */
export const finiteLanes = (l: FloatLanes, a: V128): V128 =>
  l.op('lt', l.op('abs', a), l.constant(Number.POSITIVE_INFINITY));

/**
 * Finite lanes too large for the result before rounding to have been subnormal: the smallest normal number itself
 * may be an underflow, which is detected before rounding.
 */
export const normalLanes = (l: FloatLanes, a: V128): V128 =>
  and(l.op('gt', l.op('abs', a), l.constant(SMALLEST_NORMAL[l.type])), finiteLanes(l, a));

/** The same in single-precision for lanes of double-precision. */
export const normalSingleLanes = (d: FloatLanes, a: V128): V128 =>
  and(d.op('gt', d.op('abs', a), d.constant(SMALLEST_NORMAL.f32)), finiteLanes(d, a));

export const zeroLanes = (l: FloatLanes, a: V128): V128 => l.op('eq', a, repeated32(0));

/** For `flushable` of {@link hostElseSoft}: vectors whose lanes FPCR.FZ leaves alone. */
export const noneSubnormalLanes =
  (l: FloatLanes, ...operands: readonly V128[]): (() => I32) =>
  () => {
    const smallest = l.constant(SMALLEST_NORMAL[l.type]);
    const kept = operands.map((a) => orr(zeroLanes(l, a), not(l.op('lt', l.op('abs', a), smallest))));
    return l.all(kept.reduce(and));
  };

/** Lanes that are not NaN in either operand. */
export const orderedLanes = (l: FloatLanes, a: V128, b: V128): V128 =>
  and(l.op('eq', a, a), l.op('eq', b, b));

/** A vector shifted so that its upper half is the lower. */
export const upperHalf = (a: V128): V128 => shuffle(a, a, elementBytes(3, [1, 0]));
