import type { Fields, Halves } from '../emitter/emitter.ts';
import { and, i32, i64, xor } from '../emitter/expressions.ts';
import type { Semantics } from './definition.ts';
import { floatingPoint, formats } from './floating-point-paths.ts';

/** FMOV, FABS and FNEG: they change at most the sign, of NaNs too, and set no flags. */

const SIGN = {
  16: { sign: 0x8000, others: 0x7fff },
  32: { sign: 0x8000_0000, others: 0x7fff_ffff },
} as const;

const signOperations = (['FMOV', 'FABS', 'FNEG'] as const).flatMap((name) =>
  formats(`${name}_floatdp1`, '_half', (e, format) => {
    if (format === 64) {
      const value = e.scalar('i64', 'Rn');
      if (name === 'FMOV') e.setScalar('Rd', value);
      else if (name === 'FABS') e.setScalar('Rd', and(value, i64(-1, 0x7fff_ffff)));
      else e.setScalar('Rd', xor(value, i64(0, 0x8000_0000)));
      return;
    }
    const { sign, others } = SIGN[format];
    const word = e.scalar('i32', 'Rn');
    const value = format === 16 ? and(word, i32(0xffff)) : word;
    if (name === 'FMOV') e.setScalar('Rd', value);
    else if (name === 'FABS') e.setScalar('Rd', and(value, i32(others)));
    else e.setScalar('Rd', xor(value, i32(sign)));
  }),
);

/**
 * The upper half of a double-precision number from eight bits; that of the others follows.
 *
 * @spec DDI 0487, VFPExpandImm
 */
function expandImmediate(imm8: number, exponentBits: number): number {
  const sign = imm8 >>> 7;
  const repeated = (imm8 >>> 6) & 1 ? (1 << (exponentBits - 3)) - 1 : 0;
  const exponent = (((imm8 >>> 6) & 1) ^ 1) << (exponentBits - 1);
  return (sign << (exponentBits + 4)) | ((exponent | (repeated << 2)) << 4) | (imm8 & 0x3f);
}

/** The number as the top bits of a word: sign, exponent and four bits of fraction. */
const immediateBits =
  (exponentBits: number, above: number) =>
  ({ imm8 }: Fields): number =>
    expandImmediate(imm8, exponentBits) << above;

const immediates = formats('FMOV_floatimm', '_half', (e, format) => {
  if (format === 64) {
    const bits = immediateBits(11, 16);
    e.setScalar(
      'Rd',
      e.immediate64('imm', (fields): Halves => ({ lo: 0, hi: bits(fields) })),
    );
  } else if (format === 32) {
    e.setScalar('Rd', e.immediate32('imm', immediateBits(8, 19)));
  } else {
    e.setScalar('Rd', e.immediateSmall('imm', immediateBits(5, 6)));
  }
});

const general: readonly Semantics[] = [
  floatingPoint('FMOV_float2int_s_to_w', {}, (e) => e.setRegister('i32', 'Rd', e.scalar('i32', 'Rn'))),
  floatingPoint('FMOV_float2int_w_to_s', {}, (e) => e.setScalar('Rd', e.register('i32', 'Rn'))),
  floatingPoint('FMOV_float2int_d_to_x', {}, (e) => e.setRegister('i64', 'Rd', e.scalar('i64', 'Rn'))),
  floatingPoint('FMOV_float2int_x_to_d', {}, (e) => e.setScalar('Rd', e.register('i64', 'Rn'))),
  floatingPoint('FMOV_float2int_top_to_x', {}, (e) => {
    e.setRegister(
      'i64',
      'Rd',
      e.element('i64', 8, 'Rn', 'top', () => 1),
    );
  }),
  floatingPoint('FMOV_float2int_x_to_top', {}, (e) => {
    e.setElement(8, 'Rd', 'top', () => 1, e.register('i64', 'Rn'));
  }),
  // The general register is wide enough in either form.
  floatingPoint('FMOV_float2int_h_to_general', {}, (e) => {
    e.setRegister('i32', 'Rd', and(e.scalar('i32', 'Rn'), i32(0xffff)));
  }),
  floatingPoint('FMOV_float2int_general_to_h', {}, (e) => {
    e.setScalar('Rd', and(e.register('i32', 'Rn'), i32(0xffff)));
  }),
];

export const floatingPointMoveSemantics: readonly Semantics[] = [
  ...signOperations,
  ...immediates,
  ...general,
];
