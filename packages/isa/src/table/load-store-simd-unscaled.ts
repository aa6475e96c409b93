import { fpAccessSize } from '../constraints-simd.ts';
import { defineGroup } from '../define.ts';

/** Load/store SIMD&FP register (unscaled immediate). */
export const loadStoreSimdUnscaled = defineGroup(
  'load-store-simd-unscaled',
  { legend: { s: 'size', o: 'opc1', i: 'imm9' }, feature: 'FEAT_FP' },
  [
    {
      id: 'STUR_ldst_unscaled_fp',
      title: 'STUR (SIMD&FP)',
      pattern: 'ss 111 1 00 o0 0 iiiiiiiii 00 nnnnn ttttt',
      constraint: fpAccessSize,
      asm: 'stur sc:Rt,access simm9',
      aliases: [{ asm: 'str sc:Rt,access simm9', assembleOnly: true }],
    },
    {
      id: 'LDUR_ldst_unscaled_fp',
      title: 'LDUR (SIMD&FP)',
      pattern: 'ss 111 1 00 o1 0 iiiiiiiii 00 nnnnn ttttt',
      constraint: fpAccessSize,
      asm: 'ldur sc:Rt,access simm9',
      aliases: [{ asm: 'ldr sc:Rt,access simm9', assembleOnly: true }],
    },
  ],
);
