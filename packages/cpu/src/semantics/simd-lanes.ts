import { sharedRegisterOffset } from '@armature/core';
import { rowById } from '@armature/isa';
import type { Emitter, Fields } from '../emitter/emitter.ts';
import { type Expr, type I32, i32, or, shl, type V128 } from '../emitter/expressions.ts';
import {
  lowHalfOnly,
  repeated32,
  repeated64,
  shuffle,
  test,
  vector,
  vectorConstant,
} from '../emitter/vectors.ts';
import { bit, type Choice, type Semantics, semantics } from './definition.ts';

/**
 * What all integer SIMD semantics stand on: the lanes of a row, results, FPSR.QC, and rearranging lanes.
 *
 * A scalar form is the vector form on element 0, with the rest of the result cleared; so is a 64-bit vector with
 * its upper half. Operations therefore work on whole vectors and only results are masked.
 */

/** Binary logarithm of the bytes of an element: the field `size`. */
export type Size = 0 | 1 | 2 | 3;

export const SHAPES = ['i8x16', 'i16x8', 'i32x4', 'i64x2'] as const;
export type Sign = 's' | 'u';
export type Half = 'low' | 'high';

/** The cumulative saturation bit. @spec DDI 0487, FPSR */
const QC_SHIFT = 27;
const FPSR = sharedRegisterOffset('FPSR');

/** Bits of the result register that an instruction fills; it clears the others. */
type Extent = 8 | 16 | 32 | 64 | 128;

/** How a row's elements are told. */
export interface LaneChoice {
  readonly first: Size;
  readonly last: Size;
  readonly of: (fields: Fields) => number;
}

/** Elements of `first` to `last`, as the field `size` tells. */
export const sizes = (first: Size, last: Size): LaneChoice => ({ first, last, of: ({ size }) => size });
export const fixedSize = (size: Size): LaneChoice => ({ first: size, last: size, of: () => size });

/** The lanes of one variant of a row, and its emitter. */
export class Lanes {
  readonly e: Emitter;
  readonly size: Size;
  readonly scalar: boolean;
  /** An instruction on the upper half of its narrow vectors: SADDL2, XTN2. */
  readonly upper: boolean;
  private readonly extent: Extent;

  constructor(e: Emitter, size: Size, scalar: boolean, q: boolean) {
    this.e = e;
    this.size = size;
    this.scalar = scalar;
    this.upper = !scalar && q;
    this.extent = scalar ? ((8 << size) as Extent) : q ? 128 : 64;
  }

  /** Bits of an element: `esize` of the pseudocode. */
  get bits(): number {
    return 8 << this.size;
  }

  /** Bytes of the vector: 8 or 16. */
  get bytes(): 8 | 16 {
    return this.extent === 128 ? 16 : 8;
  }

  /** The half of a narrow operand that the instruction reads. */
  get half(): Half {
    return this.upper ? 'high' : 'low';
  }

  /** A wasm vector instruction on lanes of this size: `op('add', a, b)`. */
  op(name: string, ...operands: readonly Expr[]): V128 {
    return vector(`${SHAPES[this.size]}.${name}`, ...operands);
  }

  /** Lanes of twice the size: results of these fill 128 bits, or the scalar. */
  wide(): Lanes {
    if (this.size === 3) throw new Error('code generator: no wider lanes');
    return new Lanes(this.e, (this.size + 1) as Size, this.scalar, true);
  }

  /** Element 0 alone. */
  element(): Lanes {
    return new Lanes(this.e, this.size, true, false);
  }

  /** A register, read now. */
  read(field: string, next = 0): V128 {
    return this.e.let(this.e.vector(field, next));
  }

  /** Writes the result register: the lanes of this extent, zeros above. */
  write(result: V128): void {
    this.e.setVector('Rd', within(this.extent, result));
  }

  /** Writes the result; `overflow` is not zero in the lanes that saturated, which FPSR.QC collects. */
  writeSaturated(result: V128, overflow: V128): void {
    const held = this.e.let(result);
    this.writeSaturatedWhen(held, test('v128.any_true', within(this.extent, overflow)));
  }

  /** The same, where 0 or 1 tells whether any lane saturated. */
  writeSaturatedWhen(result: V128, saturated: I32): void {
    collectSaturation(this.e, saturated);
    this.write(result);
  }

  /**
   * Writes 64 bits of narrow lanes: the low half of the register, with zeros above, or the high half, with the low
   * one kept. `low` has zeros in its high half.
   */
  writeNarrow(low: V128): void {
    if (this.scalar) this.write(low);
    else this.e.setVector('Rd', this.upper ? joinLowHalves(this.e.vector('Rd'), low) : low);
  }

  /** The same where wide lanes, all of them or that of a scalar, may have saturated. */
  writeSaturatedNarrow(low: V128, overflow: V128): void {
    const held = this.e.let(low);
    collectSaturation(this.e, test('v128.any_true', this.wide().within(overflow)));
    this.writeNarrow(held);
  }

  /** A vector with zeros where the instruction has no lanes. */
  private within(value: V128): V128 {
    return within(this.extent, value);
  }
}

/** The low bits of a vector, with zeros above. */
function within(extent: Extent, value: V128): V128 {
  if (extent === 128) return value;
  if (extent === 64) return lowHalfOnly(value);
  const bytes = Array.from({ length: 16 }, (_, index) => (index < extent / 8 ? 0xff : 0));
  return vector('v128.and', value, vectorConstant(bytes));
}

function collectSaturation(e: Emitter, saturated: I32): void {
  e.setState32(FPSR, or(e.state32(FPSR), shl(saturated, i32(QC_SHIFT))));
}

/** Short rows that compiled programs and libraries use most: a call would take several times as long as they do. */
const FREQUENT: ReadonlySet<string> = new Set([
  ...['AND', 'ORR', 'EOR', 'BIC', 'BSL', 'ADD', 'SUB', 'MUL', 'MLA'].map((name) => `${name}_asimdsame`),
  ...['EQ', 'GT', 'GE', 'HI', 'HS', 'TST'].map((comparison) => `CM${comparison}_asimdsame`),
  ...['ZIP', 'UZP', 'TRN'].flatMap((name) => [`${name}1_asimdperm`, `${name}2_asimdperm`]),
  ...['word', 'half', 'ones', 'byte', 'doubleword'].map((form) => `MOVI_asimdimm_${form}`),
  ...['SHL', 'USHR', 'SSHR', 'USRA', 'SSRA'].map((name) => `${name}_asimdshf`),
  ...['UMOV', 'INS', 'DUP'].flatMap((name) =>
    ['', '_general', '_element'].map((form) => `${name}_asimdins${form}`),
  ),
]);

/** Semantics of one SIMD row. Its id tells a scalar group; a row of vectors without the field Q has 128 bits. */
export function simd(
  row: string,
  lanes: LaneChoice,
  emit: (l: Lanes) => void,
  more: Readonly<Record<string, Choice>> = {},
): Semantics {
  const { first, last } = lanes;
  const scalar = row.includes('_asisd');
  const size: Choice = { values: last - first + 1, of: (fields) => lanes.of(fields) - first };
  const hasQ = rowById(row)?.fields.has('Q') === true;
  const choices = { ...(size.values > 1 && { lanes: size }), ...(hasQ && { Q: bit('Q') }), ...more };
  return simdSemantics(row, choices, (e) => {
    const chosen = size.values > 1 ? first + e.choice('lanes') : first;
    emit(new Lanes(e, chosen as Size, scalar, !scalar && (!hasQ || e.choice('Q') === 1)));
  });
}

/** Semantics that begin with the check of access to SIMD and floating point. */
export function simdSemantics(
  row: string,
  choices: Readonly<Record<string, Choice>>,
  emit: (e: Emitter) => void,
): Semantics {
  const checked = (e: Emitter): void => {
    e.checkFloatingPoint();
    emit(e);
  };
  return { ...semantics(row, choices, checked), outlined: !FREQUENT.has(row) };
}

export const and = (a: V128, b: V128): V128 => vector('v128.and', a, b);
export const orr = (a: V128, b: V128): V128 => vector('v128.or', a, b);
export const xor = (a: V128, b: V128): V128 => vector('v128.xor', a, b);
export const not = (a: V128): V128 => vector('v128.not', a);
/** `a & ~b` */
export const andNot = (a: V128, b: V128): V128 => vector('v128.andnot', a, b);
/** Bits of `a` where the mask has ones, of `b` elsewhere. */
export const bitSelect = (mask: V128, a: V128, b: V128): V128 => vector('v128.bitselect', a, b, mask);

export const ZERO: V128 = repeated32(0);
export const ONES: V128 = repeated32(-1);

/** Equal lanes, each with the top bit alone set: the smallest signed number. */
export function minimum(size: Size): V128 {
  return size === 3 ? repeated64(0, 0x8000_0000) : repeated(size, 2 ** ((8 << size) - 1));
}

/** Equal lanes of a value below 2^32, of its low bits where lanes are narrower. */
export function repeated(size: Size, value: number): V128 {
  if (size === 3) return repeated64(value, 0);
  if (size === 2) return repeated32(value);
  const half = size === 1 ? value & 0xffff : (value & 0xff) * 0x0101;
  return repeated32(half | (half << 16));
}

/** Lanes of ones where the lane is negative, else zeros. */
export const signs = (l: Lanes, a: V128): V128 => l.op('shr_s', a, i32(l.bits - 1));

/** Lanes of ones where `a` is below `b` as unsigned numbers. */
export function belowU(l: Lanes, a: V128, b: V128): V128 {
  if (l.size < 3) return l.op('lt_u', a, b);
  return l.op('lt_s', xor(a, minimum(3)), xor(b, minimum(3)));
}

/** Bytes of elements, numbered through two vectors of 16 bytes. */
export function elementBytes(size: Size, elements: readonly number[]): number[] {
  const bytes = 1 << size;
  return elements.flatMap((element) => Array.from({ length: bytes }, (_, byte) => element * bytes + byte));
}

/** Elements of two vectors, numbered through both. */
export const pick = (size: Size, a: V128, b: V128, elements: readonly number[]): V128 =>
  shuffle(a, b, elementBytes(size, elements));

/** The low halves of two vectors. */
export const joinLowHalves = (low: V128, high: V128): V128 => pick(3, low, high, [0, 2]);

/**
 * Every second element, from element `first` on, of two vectors of `bytes` bytes taken as one.
 */
export function everySecond(size: Size, bytes: 8 | 16, first: 0 | 1, a: V128, b: V128): V128 {
  const count = bytes >> size;
  const elements = Array.from({ length: 16 >> size }, (_, index) => {
    const element = (2 * index + first) % (2 * count);
    return element < count ? element : (16 >> size) + element - count;
  });
  return pick(size, a, b, elements);
}

/** The low or high half of narrow lanes, extended to twice their size. */
export const extend = (size: Size, half: Half, sign: Sign, a: V128): V128 =>
  vector(`${SHAPES[size + 1]}.extend_${half}_${SHAPES[size]}_${sign}`, a);

/** Products at twice the size of the low or high half of narrow lanes. */
export const extendedProduct = (size: Size, half: Half, sign: Sign, a: V128, b: V128): V128 =>
  vector(`${SHAPES[size + 1]}.extmul_${half}_${SHAPES[size]}_${sign}`, a, b);

/** The lower (0) or upper (1) half of every lane of twice the size, in the low 64 bits; zeros above. */
export function narrow(size: Size, part: 0 | 1, wide: V128): V128 {
  const count = 8 >> size;
  const elements = Array.from({ length: 2 * count }, (_, index) =>
    index < count ? 2 * index + part : 2 * count,
  );
  return pick(size, wide, ZERO, elements);
}

/** Sums of neighbouring lanes, at twice the size. */
export function pairSums(size: Size, sign: Sign, a: V128): V128 {
  if (size < 2) return vector(`${SHAPES[size + 1]}.extadd_pairwise_${SHAPES[size]}_${sign}`, a);
  const shift = `shr_${sign}`;
  const even = vector(`i64x2.${shift}`, vector('i64x2.shl', a, i32(32)), i32(32));
  return vector('i64x2.add', even, vector(`i64x2.${shift}`, a, i32(32)));
}

/** Reverses the elements inside each group of `bytes` bytes. */
export function reverseIn(bytes: number, size: Size, a: V128): V128 {
  const count = bytes >> size;
  const elements = Array.from({ length: 16 >> size }, (_, index) => index + count - 1 - 2 * (index % count));
  return pick(size, a, a, elements);
}

/** Bits of every byte in reverse. */
export function reverseBits(e: Emitter, a: V128): V128 {
  const reversed = (nibble: number): number =>
    ((nibble & 1) << 3) | ((nibble & 2) << 1) | ((nibble & 4) >> 1) | (nibble >> 3);
  const table = Array.from({ length: 16 }, (_, nibble) => reversed(nibble));
  const held = e.let(a);
  const low = vector(
    'i8x16.swizzle',
    vectorConstant(table.map((value) => value << 4)),
    and(held, repeated(0, 15)),
  );
  const high = vector('i8x16.swizzle', vectorConstant(table), vector('i8x16.shr_u', held, i32(4)));
  return orr(low, high);
}
