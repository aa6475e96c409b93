import type { Emitter } from '../emitter/emitter.ts';
import { type I32, xor } from '../emitter/expressions.ts';
import { lane32, vector } from '../emitter/vectors.ts';
import { inverse, substitute } from './crypto-aes.ts';
import { cryptographic, fromLanes32, lanes32, parity, rotateLeft } from './crypto-lanes.ts';
import type { Semantics } from './definition.ts';

/** FEAT_SM4. */

const SM4_POLYNOMIAL = 0x1f5;

/** The affine map of the substitution: a circulant matrix and a constant. */
function affine(x: number): number {
  let result = 0xd3;
  for (let bit = 0; bit < 8; bit++) {
    let row = x & ((0xa7 << bit) | (0xa7 >>> (8 - bit)));
    row ^= row >>> 4;
    row ^= row >>> 2;
    row ^= row >>> 1;
    result ^= (row & 1) << bit;
  }
  return result;
}

/** The substitution: an affine map, the inverse in GF(2^8), and the map again. @spec GB/T 32907-2016, S-box */
export const SM4_SBOX: readonly number[] = Array.from({ length: 256 }, (_, x) =>
  affine(inverse(affine(x), SM4_POLYNOMIAL)),
);

/** Replaces the four bytes of a word. */
const substituteWord = (e: Emitter, value: I32): I32 =>
  e.let(lane32(substitute(e, SM4_SBOX, vector('i32x4.splat', value)), 0));

/** Four rounds on the words of a state, with a linear map of the substituted sum. */
function rounds(e: Emitter, field: string, keys: string, mix: (value: I32) => I32): readonly I32[] {
  let words = lanes32(e, e.vector(field));
  for (const key of lanes32(e, e.vector(keys))) {
    const sum = substituteWord(e, xor(parity(words[1], words[2], words[3]), key));
    words = [...words.slice(1), e.let(xor(mix(sum), words[0]))];
  }
  return words;
}

/** @spec DDI 0487, SM4E; SM4EKEY */
export const sm4Semantics: readonly Semantics[] = [
  cryptographic('SM4E_cryptosha512_2', (e) => {
    const mix = (value: I32): I32 =>
      [2, 10, 18, 24].reduce((sum, bits) => xor(sum, rotateLeft(value, bits)), value);
    e.setVector('Rd', fromLanes32(rounds(e, 'Rd', 'Rn', mix)));
  }),
  cryptographic('SM4EKEY_cryptosha512_3', (e) => {
    const mix = (value: I32): I32 => parity(value, rotateLeft(value, 13), rotateLeft(value, 23));
    e.setVector('Rd', fromLanes32(rounds(e, 'Rn', 'Rm', mix)));
  }),
];
