import { fpAccessSize } from '../constraints-simd.ts';
import { defineGroup } from '../define.ts';

/** Load/store SIMD&FP register (immediate post-indexed). */
export const loadStoreSimdImmediatePost = defineGroup(
  'load-store-simd-immediate-post',
  { legend: { s: 'size', o: 'opc1', i: 'imm9' }, feature: 'FEAT_FP' },
  [
    {
      id: 'STR_ldst_immpost_fp',
      title: 'STR (immediate, SIMD&FP)',
      pattern: 'ss 111 1 00 o0 0 iiiiiiiii 01 nnnnn ttttt',
      constraint: fpAccessSize,
      asm: 'str sc:Rt,access post9',
    },
    {
      id: 'LDR_ldst_immpost_fp',
      title: 'LDR (immediate, SIMD&FP)',
      pattern: 'ss 111 1 00 o1 0 iiiiiiiii 01 nnnnn ttttt',
      constraint: fpAccessSize,
      asm: 'ldr sc:Rt,access post9',
    },
  ],
);
