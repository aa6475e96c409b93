import { add, type I64, i64, shrU, xor } from '../emitter/expressions.ts';
import { fromHalves64 } from '../emitter/vectors.ts';
import { choose, cryptographic, lanes64, majority, rotations } from './crypto-lanes.ts';
import type { Semantics } from './definition.ts';

/** FEAT_SHA512. */

const sum1 = (value: I64): I64 => rotations(value, [14, 18, 41]);
const sum0 = (value: I64): I64 => rotations(value, [28, 34, 39]);
const sigma0 = (value: I64): I64 => xor(rotations(value, [1, 8]), shrU(value, i64(7)));
const sigma1 = (value: I64): I64 => xor(rotations(value, [19, 61]), shrU(value, i64(6)));

/** @spec DDI 0487, SHA512H; SHA512H2; SHA512SU0; SHA512SU1 */
export const sha512Semantics: readonly Semantics[] = [
  cryptographic('SHA512H_cryptosha512_3', (e) => {
    const [x0, x1] = lanes64(e, e.vector('Rn'));
    const [y0, y1] = lanes64(e, e.vector('Rm'));
    const [w0, w1] = lanes64(e, e.vector('Rd'));
    const high = e.let(add(add(choose(y1, x0, x1), sum1(y1)), w1));
    const next = e.let(add(high, y0));
    const low = add(add(choose(next, y1, x0), sum1(next)), w0);
    e.setVector('Rd', fromHalves64(low, high));
  }),
  cryptographic('SHA512H2_cryptosha512_3', (e) => {
    const [x0] = lanes64(e, e.vector('Rn'));
    const [y0, y1] = lanes64(e, e.vector('Rm'));
    const [w0, w1] = lanes64(e, e.vector('Rd'));
    const high = e.let(add(add(majority(x0, y1, y0), sum0(y0)), w1));
    const low = add(add(majority(high, y0, y1), sum0(high)), w0);
    e.setVector('Rd', fromHalves64(low, high));
  }),
  cryptographic('SHA512SU0_cryptosha512_2', (e) => {
    const [x0] = lanes64(e, e.vector('Rn'));
    const [w0, w1] = lanes64(e, e.vector('Rd'));
    e.setVector('Rd', fromHalves64(add(w0, sigma0(w1)), add(w1, sigma0(x0))));
  }),
  cryptographic('SHA512SU1_cryptosha512_3', (e) => {
    const x = lanes64(e, e.vector('Rn'));
    const y = lanes64(e, e.vector('Rm'));
    const w = lanes64(e, e.vector('Rd'));
    const word = (lane: 0 | 1): I64 => add(add(w[lane], sigma1(x[lane])), y[lane]);
    e.setVector('Rd', fromHalves64(word(0), word(1)));
  }),
];
