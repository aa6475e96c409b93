import type { Emitter } from '../emitter/emitter.ts';
import { add, type I32, i32, type V128 } from '../emitter/expressions.ts';
import { vector } from '../emitter/vectors.ts';
import {
  choose,
  cryptographic,
  extract,
  fromLanes32,
  held,
  lanes32,
  majority,
  rotateLanesLeft,
  rotations,
  xorAll,
  ZERO,
} from './crypto-lanes.ts';
import type { Semantics } from './definition.ts';

/** FEAT_SHA256. */

/** Four rounds on a to d and e to h. @spec DDI 0487, shared/functions/crypto, SHA256hash */
function hash(e: Emitter, low: V128, high: V128, words: V128): { low: I32[]; high: I32[] } {
  let x = lanes32(e, low);
  let y = lanes32(e, high);
  for (const word of lanes32(e, words)) {
    const sum = add(add(y[3], rotations(y[0], [6, 11, 25])), add(choose(y[0], y[1], y[2]), word));
    const t = e.let(sum);
    const a = e.let(add(t, add(rotations(x[0], [2, 13, 22]), majority(x[0], x[1], x[2]))));
    const fifth = e.let(add(t, x[3]));
    x = [a, ...x.slice(0, 3)];
    y = [fifth, ...y.slice(0, 3)];
  }
  return { low: x, high: y };
}

/** Two rotations and a shift of every lane of a held value. */
const sigma = (value: V128, first: number, second: number, shift: number): V128 =>
  xorAll(
    rotateLanesLeft(32, value, 32 - first),
    rotateLanesLeft(32, value, 32 - second),
    vector('i32x4.shr_u', value, i32(shift)),
  );

/** @spec DDI 0487, SHA256H; SHA256H2; SHA256SU0; SHA256SU1 */
export const sha256Semantics: readonly Semantics[] = [
  cryptographic('SHA256H_cryptosha3', (e) => {
    e.setVector('Rd', fromLanes32(hash(e, e.vector('Rd'), e.vector('Rn'), e.vector('Rm')).low));
  }),
  cryptographic('SHA256H2_cryptosha3', (e) => {
    e.setVector('Rd', fromLanes32(hash(e, e.vector('Rn'), e.vector('Rd'), e.vector('Rm')).high));
  }),
  cryptographic('SHA256SU0_cryptosha2', (e) => {
    const d = held(e, 'Rd');
    const following = e.let(extract(d, e.vector('Rn'), 4));
    e.setVector('Rd', vector('i32x4.add', d, sigma(following, 7, 18, 3)));
  }),
  cryptographic('SHA256SU1_cryptosha3', (e) => {
    const m = held(e, 'Rm');
    const sum = e.let(vector('i32x4.add', e.vector('Rd'), extract(e.vector('Rn'), m, 4)));
    // The upper two words need the lower two: first with zeros in their place, then with them.
    const last = e.let(extract(m, ZERO, 8));
    const lower = e.let(vector('i32x4.add', sum, sigma(last, 17, 19, 10)));
    const moved = e.let(extract(ZERO, lower, 8));
    e.setVector('Rd', vector('i32x4.add', lower, sigma(moved, 17, 19, 10)));
  }),
];
