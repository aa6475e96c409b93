import { halfOrWord } from '../constraints-simd.ts';
import { defineGroup } from '../define.ts';

/** Advanced SIMD scalar three same extra. */
export const advsimdScalarThreeSameExtra = defineGroup(
  'advsimd-scalar-three-same-extra',
  { legend: { s: 'size' }, feature: 'FEAT_AdvSIMD' },
  [
    {
      id: 'SQRDMLAH_asisdsame2',
      title: 'SQRDMLAH (vector)',
      pattern: '01 1 11110 ss 0 mmmmm 1 0000 1 nnnnn ddddd',
      feature: 'FEAT_RDM',
      constraint: halfOrWord,
      asm: 'sqrdmlah sc:Rd,size sc:Rn,size sc:Rm,size',
    },
    {
      id: 'SQRDMLSH_asisdsame2',
      title: 'SQRDMLSH (vector)',
      pattern: '01 1 11110 ss 0 mmmmm 1 0001 1 nnnnn ddddd',
      feature: 'FEAT_RDM',
      constraint: halfOrWord,
      asm: 'sqrdmlsh sc:Rd,size sc:Rn,size sc:Rm,size',
    },
  ],
);
