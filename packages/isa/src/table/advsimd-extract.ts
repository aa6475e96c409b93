import { extractIndex } from '../constraints-simd.ts';
import { defineGroup } from '../define.ts';

/** Advanced SIMD extract. */
export const advsimdExtract = defineGroup(
  'advsimd-extract',
  { legend: { i: 'imm4' }, feature: 'FEAT_AdvSIMD' },
  [
    {
      id: 'EXT_asimdext',
      title: 'EXT',
      pattern: '0 Q 101110 00 0 mmmmm 0 iiii 0 nnnnn ddddd',
      constraint: extractIndex,
      asm: 'ext v:Rd,B v:Rn,B v:Rm,B u:imm4',
    },
  ],
);
