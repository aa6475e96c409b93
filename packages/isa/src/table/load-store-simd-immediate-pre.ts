import { fpAccessSize } from '../constraints-simd.ts';
import { defineGroup } from '../define.ts';

/** Load/store SIMD&FP register (immediate pre-indexed). */
export const loadStoreSimdImmediatePre = defineGroup(
  'load-store-simd-immediate-pre',
  { legend: { s: 'size', o: 'opc1', i: 'imm9' }, feature: 'FEAT_FP' },
  [
    {
      id: 'STR_ldst_immpre_fp',
      title: 'STR (immediate, SIMD&FP)',
      pattern: 'ss 111 1 00 o0 0 iiiiiiiii 11 nnnnn ttttt',
      constraint: fpAccessSize,
      asm: 'str sc:Rt,access pre9',
    },
    {
      id: 'LDR_ldst_immpre_fp',
      title: 'LDR (immediate, SIMD&FP)',
      pattern: 'ss 111 1 00 o1 0 iiiiiiiii 11 nnnnn ttttt',
      constraint: fpAccessSize,
      asm: 'ldr sc:Rt,access pre9',
    },
  ],
);
