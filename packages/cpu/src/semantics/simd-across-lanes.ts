import type { V128 } from '../emitter/expressions.ts';
import type { Semantics } from './definition.ts';
import {
  everySecond,
  fixedSize,
  type Lanes,
  pairSums,
  pick,
  type Sign,
  type Size,
  simd,
  sizes,
} from './simd-lanes.ts';

/** The integer rows of Advanced SIMD across lanes, and the pairwise sum of scalars. Results are scalars. */

type Operation = (a: V128, b: V128) => V128;

/** Lanes put together until element 0 is what all of them give; the others hold anything. */
function reduced(l: Lanes, size: Size, lanes: number, operation: Operation, a: V128): V128 {
  let value = a;
  for (let left = lanes; left > 1; left >>= 1) {
    const held = l.e.let(value);
    const upper = Array.from({ length: 16 >> size }, (_, index) => (index + left / 2) % (16 >> size));
    value = operation(held, pick(size, held, held, upper));
  }
  return value;
}

const ROWS = sizes(0, 2);

const across = (row: string, operation: (l: Lanes) => Operation): Semantics =>
  simd(row, ROWS, (l) => {
    const result = reduced(l, l.size, l.bytes >> l.size, operation(l), l.e.vector('Rn'));
    l.element().write(result);
  });

/** SADDLV, UADDLV: the sum at twice the size. */
const longSum = (sign: Sign): Semantics =>
  simd(`${sign.toUpperCase()}ADDLV_asimdall`, ROWS, (l) => {
    const wide = l.wide();
    const pairs = pairSums(l.size, sign, l.read('Rn'));
    const sum = reduced(l, wide.size, l.bytes >> wide.size, (a, b) => wide.op('add', a, b), pairs);
    wide.element().write(sum);
  });

export const simdAcrossLanesSemantics: readonly Semantics[] = [
  across('ADDV_asimdall', (l) => (a, b) => l.op('add', a, b)),
  ...(['s', 'u'] as const).flatMap((sign) => [
    across(`${sign.toUpperCase()}MAXV_asimdall`, (l) => (a, b) => l.op(`max_${sign}`, a, b)),
    across(`${sign.toUpperCase()}MINV_asimdall`, (l) => (a, b) => l.op(`min_${sign}`, a, b)),
    longSum(sign),
  ]),
  simd('ADDP_asisdpair', fixedSize(3), (l) => {
    const a = l.read('Rn');
    l.write(l.op('add', everySecond(3, 16, 0, a, a), everySecond(3, 16, 1, a, a)));
  }),
];
