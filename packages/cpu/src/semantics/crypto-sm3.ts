import type { Emitter } from '../emitter/emitter.ts';
import { add, and, type I32, not, or, type V128, xor } from '../emitter/expressions.ts';
import { lane32, replaceLane, vector } from '../emitter/vectors.ts';
import {
  cryptographic,
  extract,
  fromLanes32,
  lanes32,
  majority,
  parity,
  rotateLanesLeft,
  rotateLeft,
  xorAll,
  ZERO,
} from './crypto-lanes.ts';
import type { Semantics } from './definition.ts';

/** FEAT_SM3. */

/** The permutation P1 of every lane of a held value. */
const permuted = (value: V128): V128 =>
  xorAll(value, rotateLanesLeft(32, value, 15), rotateLanesLeft(32, value, 23));

/** The first lane in the place of the last one, the others zero. */
const inLastLane = (value: V128): V128 => extract(ZERO, value, 4);

/** Word of Vm that the instruction names. */
const indexed = (e: Emitter): I32 => e.element('i32', 4, 'Rm', 'imm2', ({ imm2 }) => imm2);

/** Rounds of the first half use exclusive or, the others majority and choice. */
const first = (row: string, mix: (x: I32, y: I32, z: I32) => I32): Semantics =>
  cryptographic(row, (e) => {
    const [d0, d1, d2, d3] = lanes32(e, e.vector('Rd'));
    const second = xor(lane32(e.vector('Rn'), 3), rotateLeft(d3, 12));
    const sum = e.let(add(add(mix(d3, d1, d2), d0), add(second, indexed(e))));
    e.setVector('Rd', fromLanes32([d1, rotateLeft(d2, 9), d3, sum]));
  });

const second = (row: string, mix: (x: I32, y: I32, z: I32) => I32): Semantics =>
  cryptographic(row, (e) => {
    const [d0, d1, d2, d3] = lanes32(e, e.vector('Rd'));
    const sum = e.let(add(add(mix(d3, d2, d1), d0), add(lane32(e.vector('Rn'), 3), indexed(e))));
    const last = e.let(parity(sum, rotateLeft(sum, 9), rotateLeft(sum, 17)));
    e.setVector('Rd', fromLanes32([d1, rotateLeft(d2, 19), d3, last]));
  });

/** @spec DDI 0487, SM3PARTW1; SM3PARTW2; SM3SS1; SM3TT1A; SM3TT1B; SM3TT2A; SM3TT2B */
export const sm3Semantics: readonly Semantics[] = [
  cryptographic('SM3PARTW1_cryptosha512_3', (e) => {
    const both = e.let(vector('v128.xor', e.vector('Rd'), e.vector('Rn')));
    const m = e.let(extract(e.vector('Rm'), ZERO, 4));
    const words = e.let(vector('v128.xor', both, rotateLanesLeft(32, m, 15)));
    // The last word takes the first one, permuted, before it is permuted itself.
    const firstPermuted = e.let(permuted(words));
    const last = e.let(inLastLane(firstPermuted));
    const all = e.let(vector('v128.xor', words, rotateLanesLeft(32, last, 15)));
    e.setVector('Rd', permuted(all));
  }),
  cryptographic('SM3PARTW2_cryptosha512_3', (e) => {
    const m = e.let(e.vector('Rm'));
    const words = e.let(vector('v128.xor', e.vector('Rn'), rotateLanesLeft(32, m, 7)));
    const last = e.let(inLastLane(words));
    const rotated = e.let(rotateLanesLeft(32, last, 15));
    e.setVector('Rd', xorAll(e.vector('Rd'), words, permuted(rotated)));
  }),
  cryptographic('SM3SS1_crypto4', (e) => {
    const sum = add(
      add(rotateLeft(lane32(e.vector('Rn'), 3), 12), lane32(e.vector('Rm'), 3)),
      lane32(e.vector('Ra'), 3),
    );
    const value = e.let(rotateLeft(sum, 7));
    e.setVector('Rd', replaceLane('i32x4.replace_lane', ZERO, 3, value));
  }),
  first('SM3TT1A_crypto3_imm2', parity),
  first('SM3TT1B_crypto3_imm2', majority),
  second('SM3TT2A_crypto3_imm2', parity),
  second('SM3TT2B_crypto3_imm2', (x, y, z) => or(and(x, y), and(not(x), z))),
];
