import { i32, sub } from '../emitter/expressions.ts';
import { vector } from '../emitter/vectors.ts';
import { cryptographic, held, rotateLanesLeft, xorAll } from './crypto-lanes.ts';
import type { Semantics } from './definition.ts';

/** FEAT_SHA3. @spec DDI 0487, EOR3; BCAX; RAX1; XAR */
export const sha3Semantics: readonly Semantics[] = [
  cryptographic('EOR3_crypto4', (e) => {
    e.setVector('Rd', xorAll(e.vector('Rn'), e.vector('Rm'), e.vector('Ra')));
  }),
  cryptographic('BCAX_crypto4', (e) => {
    const cleared = vector('v128.andnot', e.vector('Rm'), e.vector('Ra'));
    e.setVector('Rd', vector('v128.xor', e.vector('Rn'), cleared));
  }),
  cryptographic('RAX1_cryptosha512_3', (e) => {
    const m = held(e, 'Rm');
    e.setVector('Rd', vector('v128.xor', e.vector('Rn'), rotateLanesLeft(64, m, 1)));
  }),
  cryptographic('XAR_crypto3_imm6', (e) => {
    const value = e.let(vector('v128.xor', e.vector('Rn'), e.vector('Rm')));
    const right = e.let(e.immediateSmall('imm6', ({ imm6 }) => imm6));
    // A shift by 64 is one by 0: the value itself, which does no harm to the disjunction.
    const left = vector('i64x2.shl', value, sub(i32(64), right));
    e.setVector('Rd', vector('v128.or', vector('i64x2.shr_u', value, right), left));
  }),
];
