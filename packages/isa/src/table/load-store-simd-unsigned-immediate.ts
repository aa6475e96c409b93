import { fpAccessSize } from '../constraints-simd.ts';
import { defineGroup } from '../define.ts';

/** Load/store SIMD&FP register (unsigned immediate). The access is 2 to the power of opc1:size bytes. */
export const loadStoreSimdUnsignedImmediate = defineGroup(
  'load-store-simd-unsigned-immediate',
  { legend: { s: 'size', o: 'opc1', i: 'imm12' }, feature: 'FEAT_FP' },
  [
    {
      id: 'STR_ldst_pos_fp',
      title: 'STR (immediate, SIMD&FP)',
      pattern: 'ss 111 1 01 o0 iiiiiiiiiiii nnnnn ttttt',
      constraint: fpAccessSize,
      asm: 'str sc:Rt,access pos:size+4*opc1',
    },
    {
      id: 'LDR_ldst_pos_fp',
      title: 'LDR (immediate, SIMD&FP)',
      pattern: 'ss 111 1 01 o1 iiiiiiiiiiii nnnnn ttttt',
      constraint: fpAccessSize,
      asm: 'ldr sc:Rt,access pos:size+4*opc1',
    },
  ],
);
