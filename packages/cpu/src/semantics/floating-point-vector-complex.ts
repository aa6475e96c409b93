import type { Fields } from '../emitter/emitter.ts';
import type { V128 } from '../emitter/expressions.ts';
import { vector, vectorConstant } from '../emitter/vectors.ts';
import type { FormatBits } from '../floating-point/operation-word.ts';
import { bit, type Choice, type Semantics } from './definition.ts';
import { binaryLanes } from './floating-point-vector-arithmetic.ts';
import { multiplyAddLanes } from './floating-point-vector-fused.ts';
import { FloatLanes, Q, vectorRow } from './floating-point-vector-paths.ts';
import { xor } from './simd-lanes.ts';

/**
 * Complex numbers: real parts in even lanes, imaginary ones in odd lanes. FEAT_FCMA.
 *
 * @spec DDI 0487, FCADD; FCMLA
 */

const FORMATS: readonly FormatBits[] = [16, 32, 64];

/** The formats of `size`, from half-precision to the last. */
const formatChoice = (values: 2 | 3): Readonly<Record<'format', Choice>> => ({
  format: { values, of: ({ size }) => size - 1 },
});

/** In steps of 90 degrees. */
const ROTATION: Readonly<Record<'rot', Choice>> = { rot: { values: 4, of: ({ rot }) => rot } };

/** Lanes with the real and the imaginary part of each number exchanged, or with one of them in place of both. */
const parts = (l: FloatLanes, a: V128, even: 0 | 1, odd: 0 | 1): V128 =>
  l.e.let(
    l.pick(
      a,
      a,
      Array.from({ length: 16 >> l.size }, (_, lane) => (lane & ~1) + ((lane & 1) === 0 ? even : odd)),
    ),
  );

/** With the signs of real or imaginary parts changed. */
function negatedParts(l: FloatLanes, a: V128, real: boolean, imaginary: boolean): V128 {
  if (!real && !imaginary) return a;
  const bytes = l.format / 8;
  const signs = Array.from({ length: 16 }, (_, byte) => {
    const changed = (Math.floor(byte / bytes) & 1) === 0 ? real : imaginary;
    return changed && byte % bytes === bytes - 1 ? 0x80 : 0;
  });
  return l.e.let(xor(a, vectorConstant(signs)));
}

/** Adds the second operand turned by 90 or 270 degrees. */
const complexAdd = vectorRow('FCADD_asimdsame2', { ...formatChoice(3), ...Q, rot: bit('rot') }, (e) => {
  const l = new FloatLanes(e, FORMATS[e.choice('format')], e.choice('Q') === 1);
  const turned = e.choice('rot') === 1;
  const other = negatedParts(l, parts(l, e.let(e.vector('Rm')), 1, 0), !turned, turned);
  binaryLanes(l, 'add', l.read('Rn'), other);
});

/** Adds the products of one part of the first operand and both of the second, turned. */
function complexMultiplyAdd(l: FloatLanes, b: V128): void {
  const rotation = l.e.choice('rot');
  const part = (rotation & 1) === 0 ? 0 : 1;
  const a = parts(l, l.read('Rn'), part, part);
  const other = part === 0 ? b : parts(l, b, 1, 0);
  const factor = negatedParts(l, other, rotation === 1 || rotation === 2, rotation >= 2);
  multiplyAddLanes(l, l.read('Rd'), a, factor);
}

const complexVectors = vectorRow('FCMLA_asimdsame2', { ...formatChoice(3), ...Q, ...ROTATION }, (e) => {
  const l = new FloatLanes(e, FORMATS[e.choice('format')], e.choice('Q') === 1);
  complexMultiplyAdd(l, l.read('Rm'));
});

const halfPairIndex = ({ H, L }: Fields): number => (H << 1) | L;
const singlePairIndex = ({ H }: Fields): number => H;

const complexElement = vectorRow('FCMLA_asimdelem', { ...formatChoice(2), ...Q, ...ROTATION }, (e) => {
  const l = new FloatLanes(e, FORMATS[e.choice('format')], e.choice('Q') === 1);
  const number =
    l.format === 16
      ? vector('i32x4.splat', e.element('i32', 4, 'Vm', 'index', halfPairIndex))
      : vector('i64x2.splat', e.element('i64', 8, 'Vm', 'index', singlePairIndex));
  complexMultiplyAdd(l, e.let(number));
});

export const floatingPointVectorComplexSemantics: readonly Semantics[] = [
  complexAdd,
  complexVectors,
  complexElement,
];
