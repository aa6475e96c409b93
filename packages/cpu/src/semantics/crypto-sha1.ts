import { add, type I32 } from '../emitter/expressions.ts';
import { lane32, replaceLane, vector } from '../emitter/vectors.ts';
import {
  choose,
  cryptographic,
  extract,
  fromLanes32,
  held,
  lanes32,
  majority,
  parity,
  rotateLanesLeft,
  rotateLeft,
  xorAll,
  ZERO,
} from './crypto-lanes.ts';
import type { Semantics } from './definition.ts';

/** FEAT_SHA1. */

type Mix = (x: I32, y: I32, z: I32) => I32;

/** Four rounds with one function. @spec DDI 0487, SHA1C; SHA1P; SHA1M */
const rounds = (name: string, mix: Mix): Semantics =>
  cryptographic(`${name}_cryptosha3`, (e) => {
    let [a, b, c, d] = lanes32(e, e.vector('Rd'));
    let last = e.let(lane32(e.vector('Rn'), 0));
    for (const word of lanes32(e, e.vector('Rm'))) {
      const sum = add(add(last, rotateLeft(a, 5)), add(mix(b, c, d), word));
      [a, b, c, d, last] = [e.let(sum), a, e.let(rotateLeft(b, 30)), c, d];
    }
    e.setVector('Rd', fromLanes32([a, b, c, d]));
  });

export const sha1Semantics: readonly Semantics[] = [
  rounds('SHA1C', choose),
  rounds('SHA1P', parity),
  rounds('SHA1M', majority),
  cryptographic('SHA1H_cryptosha2', (e) => {
    const value = e.let(rotateLeft(lane32(e.vector('Rn'), 0), 30));
    e.setVector('Rd', replaceLane('i32x4.replace_lane', ZERO, 0, value));
  }),
  cryptographic('SHA1SU0_cryptosha3', (e) => {
    const d = held(e, 'Rd');
    e.setVector('Rd', xorAll(extract(d, e.vector('Rn'), 8), d, e.vector('Rm')));
  }),
  cryptographic('SHA1SU1_cryptosha2', (e) => {
    const shifted = extract(e.vector('Rn'), ZERO, 4);
    const words = e.let(vector('v128.xor', e.vector('Rd'), shifted));
    const rotated = e.let(rotateLanesLeft(32, words, 1));
    // The last word depends on the first one, which this instruction makes.
    const first = e.let(extract(ZERO, rotated, 4));
    e.setVector('Rd', vector('v128.xor', rotated, rotateLanesLeft(32, first, 1)));
  }),
];
