import type { Fields, Halves } from '../emitter/emitter.ts';
import type { V128 } from '../emitter/expressions.ts';
import { vector } from '../emitter/vectors.ts';
import type { Semantics } from './definition.ts';
import { andNot, fixedSize, orr, simd } from './simd-lanes.ts';

/**
 * Advanced SIMD modified immediate: a 64-bit constant in both halves of a register, alone or combined with what the
 * register holds.
 *
 * @spec DDI 0487, AdvSIMDExpandImm
 */

const imm8 = ({ abc, defgh }: Fields): number => (abc << 5) | defgh;

const words = (word: number): Halves => ({ lo: word, hi: word });
const halfwords = (half: number): Halves => words(half | (half << 16));
const inverted = ({ lo, hi }: Halves): Halves => ({ lo: ~lo, hi: ~hi });

type Expansion = (fields: Fields) => Halves;

const word: Expansion = (fields) => words(imm8(fields) << (8 * fields.amount));
const half: Expansion = (fields) => halfwords(imm8(fields) << (8 * fields.amount));
/** Shifted by 8 or 16 places, with ones coming in. */
const ones: Expansion = (fields) => {
  const shift = 8 << fields.amount;
  return words((imm8(fields) << shift) | ((1 << shift) - 1));
};
const byte: Expansion = (fields) => halfwords(imm8(fields) * 0x0101);

/** Each bit of the immediate is a byte of zeros or ones. */
const doubleword: Expansion = (fields) => {
  const bytes = (bits: number): number => {
    let value = 0;
    for (let index = 0; index < 4; index++) if ((bits >> index) & 1) value |= 0xff << (8 * index);
    return value;
  };
  return { lo: bytes(imm8(fields)), hi: bytes(imm8(fields) >> 4) };
};

/**
 * A floating-point number's upper bits: sign, the inverse of the exponent's top bit, copies of that bit, and six bits
 * of exponent and fraction.
 *
 * @spec DDI 0487, VFPExpandImm
 */
function floatingPoint(immediate: number, copies: number): number {
  const sign = immediate >> 7;
  const top = (immediate >> 6) & 1;
  const exponent = ((top ^ 1) << copies) | (top === 1 ? (1 << copies) - 1 : 0);
  return (((sign << (copies + 1)) | exponent) << 6) | (immediate & 0x3f);
}

const single: Expansion = (fields) => words(floatingPoint(imm8(fields), 5) << 19);
const double: Expansion = (fields) => ({ lo: 0, hi: floatingPoint(imm8(fields), 8) << 16 });
const halfPrecision: Expansion = (fields) => halfwords(floatingPoint(imm8(fields), 2) << 6);

const row = (
  id: string,
  expand: Expansion,
  combine: (immediate: V128, old: V128) => V128 = (immediate) => immediate,
): Semantics =>
  simd(id, fixedSize(3), (l) => {
    const immediate = vector('i64x2.splat', l.e.immediate64('immediate', expand));
    l.write(combine(immediate, l.e.vector('Rd')));
  });

const not =
  (expand: Expansion): Expansion =>
  (fields) =>
    inverted(expand(fields));
const or = (immediate: V128, old: V128): V128 => orr(old, immediate);
const clear = (immediate: V128, old: V128): V128 => andNot(old, immediate);

export const simdModifiedImmediateSemantics: readonly Semantics[] = [
  row('MOVI_asimdimm_word', word),
  row('MOVI_asimdimm_half', half),
  row('MOVI_asimdimm_ones', ones),
  row('MOVI_asimdimm_byte', byte),
  row('MOVI_asimdimm_doubleword', doubleword),
  row('MVNI_asimdimm_word', not(word)),
  row('MVNI_asimdimm_half', not(half)),
  row('MVNI_asimdimm_ones', not(ones)),
  row('ORR_asimdimm_word', word, or),
  row('ORR_asimdimm_half', half, or),
  row('BIC_asimdimm_word', word, clear),
  row('BIC_asimdimm_half', half, clear),
  row('FMOV_asimdimm_single', single),
  row('FMOV_asimdimm_double', double),
  row('FMOV_asimdimm_halfprecision', halfPrecision),
];
