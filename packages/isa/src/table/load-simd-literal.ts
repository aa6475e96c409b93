import { fpPairSize } from '../constraints-simd.ts';
import { defineGroup } from '../define.ts';

/** Load SIMD&FP register (literal). */
export const loadSimdLiteral = defineGroup(
  'load-simd-literal',
  { legend: { o: 'opc', i: 'imm19' }, feature: 'FEAT_FP' },
  [
    {
      id: 'LDR_loadlit_fp',
      title: 'LDR (literal, SIMD&FP)',
      pattern: 'oo 011 1 00 iiiiiiiiiiiiiiiiiii ttttt',
      constraint: fpPairSize,
      asm: 'ldr sc:Rt,pair label:imm19',
    },
  ],
);
