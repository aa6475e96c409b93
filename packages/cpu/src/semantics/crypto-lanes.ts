import type { Emitter } from '../emitter/emitter.ts';
import {
  and,
  type Expr,
  type I32,
  type I64,
  i32,
  i64,
  or,
  rotr,
  type V128,
  xor,
} from '../emitter/expressions.ts';
import { lane32, lane64, repeated32, replaceLane, shuffle, vector } from '../emitter/vectors.ts';
import { type Choice, outlined, type Semantics, semantics } from './definition.ts';

/** What the cryptographic instructions share. */

/** Semantics of a cryptographic row: in a function of its own, after the check that SIMD is on. */
export function cryptographic(
  row: string,
  emit: (e: Emitter) => void,
  choices: Readonly<Record<string, Choice>> = {},
): Semantics {
  return outlined(
    semantics(row, choices, (e) => {
      e.checkFloatingPoint();
      emit(e);
    }),
  );
}

/** The register of a field, held. */
export const held = (e: Emitter, field: string): V128 => e.let(e.vector(field));

/** Four lanes of 32 bits, held. */
export const lanes32 = (e: Emitter, value: V128): I32[] =>
  [0, 1, 2, 3].map((lane) => e.let(lane32(value, lane)));

export function fromLanes32(lanes: readonly I32[]): V128 {
  return lanes
    .slice(1)
    .reduce<V128>(
      (result, value, index) => replaceLane('i32x4.replace_lane', result, index + 1, value),
      vector('i32x4.splat', lanes[0]),
    );
}

/** Both lanes of 64 bits, held, the lower first. */
export const lanes64 = (e: Emitter, value: V128): [I64, I64] => [
  e.let(lane64(value, 0)),
  e.let(lane64(value, 1)),
];

/** `SHAchoose`: the bits of `y` where `x` has ones, those of `z` elsewhere. `x` and `z` are evaluated twice. */
export const choose = <T extends 'i32' | 'i64'>(x: Expr<T>, y: Expr<T>, z: Expr<T>): Expr<T> =>
  xor(and(xor(y, z), x), z);
/** `SHAmajority`: what two of three have. Operands are evaluated twice. */
export const majority = <T extends 'i32' | 'i64'>(x: Expr<T>, y: Expr<T>, z: Expr<T>): Expr<T> =>
  or(and(x, y), and(or(x, y), z));
/** `SHAparity`. */
export const parity = (x: I32, y: I32, z: I32): I32 => xor(xor(x, y), z);

export const rotateLeft = (value: I32, bits: number): I32 => rotr(value, i32(32 - bits));
/** The exclusive or of a held value rotated right by three amounts. */
export function rotations<T extends 'i32' | 'i64'>(value: Expr<T>, amounts: readonly number[]): Expr<T> {
  const amount = (bits: number): Expr<T> =>
    (value.type === 'i32' ? i32(bits) : i64(bits)) as unknown as Expr<T>;
  return amounts.map((bits) => rotr(value, amount(bits))).reduce((a, b) => xor(a, b));
}

/** Rotates every lane; the value is evaluated twice. */
export const rotateLanesLeft = (width: 32 | 64, value: V128, bits: number): V128 => {
  const shape = width === 32 ? 'i32x4' : 'i64x2';
  return vector(
    'v128.or',
    vector(`${shape}.shl`, value, i32(bits)),
    vector(`${shape}.shr_u`, value, i32(width - bits)),
  );
};

export const xorAll = (...values: readonly V128[]): V128 => values.reduce((a, b) => vector('v128.xor', a, b));

/** Bytes `from` to `from + 15` of 32: those of `low`, then those of `high`. */
export const extract = (low: V128, high: V128, from: number): V128 =>
  shuffle(
    low,
    high,
    Array.from({ length: 16 }, (_, index) => from + index),
  );

export const ZERO: V128 = repeated32(0);
