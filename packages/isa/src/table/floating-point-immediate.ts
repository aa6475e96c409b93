import { defineGroup } from '../define.ts';

/** Floating-point immediate. */
export const floatingPointImmediate = defineGroup(
  'floating-point-immediate',
  { legend: { x: 'sz', i: 'imm8' }, feature: 'FEAT_FP' },
  [
    {
      id: 'FMOV_floatimm',
      title: 'FMOV (scalar, immediate)',
      pattern: '000 11110 0x 1 iiiiiiii 100 00000 ddddd',
      asm: 'fmov sc:Rd,sz fimm8',
    },
    {
      id: 'FMOV_floatimm_half',
      title: 'FMOV (scalar, immediate, half-precision)',
      pattern: '000 11110 11 1 iiiiiiii 100 00000 ddddd',
      feature: 'FEAT_FP16',
      asm: 'fmov sc:Rd,h fimm8',
    },
  ],
);
