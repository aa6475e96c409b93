import type { Emitter } from '../emitter/emitter.ts';
import { i32, local, type V128 } from '../emitter/expressions.ts';
import { repeated32, shuffle, vector, vectorConstant } from '../emitter/vectors.ts';
import { cryptographic, held, xorAll } from './crypto-lanes.ts';
import type { Semantics } from './definition.ts';

/** FEAT_AES. The state is sixteen bytes by columns: byte `i` is in row `i % 4` and column `i / 4`. */

/** Product in GF(2^8). */
export function multiply(a: number, b: number, polynomial: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ (product & 0x80 ? polynomial : 0);
    if ((b >>> bit) & 1) product ^= a;
  }
  return product & 0xff;
}

/** x to the power of 254, which is 2 + 4 + ... + 128: the inverse in GF(2^8), and 0 for 0. */
export function inverse(x: number, polynomial: number): number {
  let square = x;
  let result = 1;
  for (let power = 2; power <= 128; power *= 2) {
    square = multiply(square, square, polynomial);
    result = multiply(result, square, polynomial);
  }
  return result;
}

const AES_POLYNOMIAL = 0x11b;

/** @spec FIPS 197, 5.1.1 SubBytes() Transformation */
export const AES_SBOX: readonly number[] = Array.from({ length: 256 }, (_, x) => {
  const value = inverse(x, AES_POLYNOMIAL);
  const doubled = value * 0x101;
  return (value ^ (doubled >>> 7) ^ (doubled >>> 6) ^ (doubled >>> 5) ^ (doubled >>> 4) ^ 0x63) & 0xff;
});

const AES_INVERSE_SBOX: readonly number[] = AES_SBOX.reduce<number[]>((inverted, value, x) => {
  inverted[value] = x;
  return inverted;
}, []);

/**
 * Replaces every byte by its entry in a table of 256. Sixteen look-ups of sixteen entries: each gives zero for
 * the bytes that are not its own.
 */
export function substitute(e: Emitter, table: readonly number[], value: V128): V128 {
  const sixteen = e.let(repeated32(0x1010_1010));
  const [indexPlace, resultPlace] = [e.temporary('v128'), e.temporary('v128')];
  const [index, result] = [local('v128', indexPlace), local('v128', resultPlace)];
  const found = (from: number): V128 =>
    vector('i8x16.swizzle', vectorConstant(table.slice(from, from + 16)), index);
  e.assign(indexPlace, value);
  e.assign(resultPlace, found(0));
  for (let from = 16; from < 256; from += 16) {
    e.assign(indexPlace, vector('i8x16.sub', index, sixteen));
    e.assign(resultPlace, vector('v128.or', result, found(from)));
  }
  return result;
}

/** Rows of the state moved by their number times `step` columns. */
const shiftRows = (state: V128, step: 1 | 3): V128 =>
  shuffle(
    state,
    state,
    Array.from({ length: 16 }, (_, index) => (index + 4 * (index % 4) * step) % 16),
  );

/** Each column moved up by rows: row r gets row r + `rows`. */
const rotateColumns = (state: V128, rows: number): V128 =>
  shuffle(
    state,
    state,
    Array.from({ length: 16 }, (_, index) => (index & ~3) | ((index + rows) & 3)),
  );

/** Every byte times 2; the value is evaluated twice. */
const doubled = (value: V128): V128 =>
  vector(
    'v128.xor',
    vector('i8x16.shl', value, i32(1)),
    vector('v128.and', vector('i8x16.shr_s', value, i32(7)), repeated32(0x1b1b_1b1b)),
  );

/** @spec FIPS 197, 5.1.3 MixColumns() Transformation */
function mixColumns(e: Emitter, state: V128): V128 {
  const next = e.let(rotateColumns(state, 1));
  const pair = e.let(vector('v128.xor', state, next));
  return xorAll(doubled(pair), next, rotateColumns(state, 2), rotateColumns(state, 3));
}

/** The inverse is a mixing of a column to which four times the sum of each byte and its opposite was added. */
function inverseMixColumns(e: Emitter, state: V128): V128 {
  const opposite = e.let(vector('v128.xor', state, rotateColumns(state, 2)));
  const twice = e.let(doubled(opposite));
  return mixColumns(e, e.let(vector('v128.xor', state, doubled(twice))));
}

const round = (row: string, table: readonly number[], step: 1 | 3): Semantics =>
  cryptographic(row, (e) => {
    const state = e.let(vector('v128.xor', e.vector('Rd'), e.vector('Rn')));
    e.setVector('Rd', substitute(e, table, shiftRows(state, step)));
  });

/** @spec DDI 0487, AESE; AESD; AESMC; AESIMC */
export const aesSemantics: readonly Semantics[] = [
  round('AESE_cryptoaes', AES_SBOX, 1),
  round('AESD_cryptoaes', AES_INVERSE_SBOX, 3),
  cryptographic('AESMC_cryptoaes', (e) => e.setVector('Rd', mixColumns(e, held(e, 'Rn')))),
  cryptographic('AESIMC_cryptoaes', (e) => e.setVector('Rd', inverseMixColumns(e, held(e, 'Rn')))),
];
