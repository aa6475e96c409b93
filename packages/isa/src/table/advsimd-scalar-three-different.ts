import { halfOrWord } from '../constraints-simd.ts';
import { defineGroup } from '../define.ts';

/** Advanced SIMD scalar three different. */
export const advsimdScalarThreeDifferent = defineGroup(
  'advsimd-scalar-three-different',
  { legend: { s: 'size' }, feature: 'FEAT_AdvSIMD' },
  [
    {
      id: 'SQDMLAL_asisddiff',
      title: 'SQDMLAL (vector)',
      pattern: '01 0 11110 ss 1 mmmmm 1001 00 nnnnn ddddd',
      constraint: halfOrWord,
      asm: 'sqdmlal sc:Rd,wide sc:Rn,size sc:Rm,size',
    },
    {
      id: 'SQDMLSL_asisddiff',
      title: 'SQDMLSL (vector)',
      pattern: '01 0 11110 ss 1 mmmmm 1011 00 nnnnn ddddd',
      constraint: halfOrWord,
      asm: 'sqdmlsl sc:Rd,wide sc:Rn,size sc:Rm,size',
    },
    {
      id: 'SQDMULL_asisddiff',
      title: 'SQDMULL (vector)',
      pattern: '01 0 11110 ss 1 mmmmm 1101 00 nnnnn ddddd',
      constraint: halfOrWord,
      asm: 'sqdmull sc:Rd,wide sc:Rn,size sc:Rm,size',
    },
  ],
);
