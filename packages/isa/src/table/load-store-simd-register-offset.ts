import { fpAccessSizeAndExtension } from '../constraints-simd.ts';
import { defineGroup } from '../define.ts';

/** Load/store SIMD&FP register (register offset). */
export const loadStoreSimdRegisterOffset = defineGroup(
  'load-store-simd-register-offset',
  { legend: { s: 'size', o: 'opc1', p: 'option', S: 'S' }, feature: 'FEAT_FP' },
  [
    {
      id: 'STR_ldst_regoff_fp',
      title: 'STR (register, SIMD&FP)',
      pattern: 'ss 111 1 00 o0 1 mmmmm ppp S 10 nnnnn ttttt',
      constraint: fpAccessSizeAndExtension,
      asm: 'str sc:Rt,access regoff:size+4*opc1',
    },
    {
      id: 'LDR_ldst_regoff_fp',
      title: 'LDR (register, SIMD&FP)',
      pattern: 'ss 111 1 00 o1 1 mmmmm ppp S 10 nnnnn ttttt',
      constraint: fpAccessSizeAndExtension,
      asm: 'ldr sc:Rt,access regoff:size+4*opc1',
    },
  ],
);
