import { defineGroup } from '../define.ts';

/** Advanced SIMD scalar three same (FP16). */
export const advsimdScalarThreeSameFp16 = defineGroup(
  'advsimd-scalar-three-same-fp16',
  { feature: 'FEAT_FP16' },
  [
    {
      id: 'FMULX_asisdsamefp16',
      title: 'FMULX',
      pattern: '01 0 11110 0 10 mmmmm 00 011 1 nnnnn ddddd',
      asm: 'fmulx sc:Rd,h sc:Rn,h sc:Rm,h',
    },
    {
      id: 'FCMEQ_asisdsamefp16',
      title: 'FCMEQ (register)',
      pattern: '01 0 11110 0 10 mmmmm 00 100 1 nnnnn ddddd',
      asm: 'fcmeq sc:Rd,h sc:Rn,h sc:Rm,h',
    },
    {
      id: 'FRECPS_asisdsamefp16',
      title: 'FRECPS',
      pattern: '01 0 11110 0 10 mmmmm 00 111 1 nnnnn ddddd',
      asm: 'frecps sc:Rd,h sc:Rn,h sc:Rm,h',
    },
    {
      id: 'FRSQRTS_asisdsamefp16',
      title: 'FRSQRTS',
      pattern: '01 0 11110 1 10 mmmmm 00 111 1 nnnnn ddddd',
      asm: 'frsqrts sc:Rd,h sc:Rn,h sc:Rm,h',
    },
    {
      id: 'FCMGE_asisdsamefp16',
      title: 'FCMGE (register)',
      pattern: '01 1 11110 0 10 mmmmm 00 100 1 nnnnn ddddd',
      asm: 'fcmge sc:Rd,h sc:Rn,h sc:Rm,h',
    },
    {
      id: 'FACGE_asisdsamefp16',
      title: 'FACGE',
      pattern: '01 1 11110 0 10 mmmmm 00 101 1 nnnnn ddddd',
      asm: 'facge sc:Rd,h sc:Rn,h sc:Rm,h',
    },
    {
      id: 'FABD_asisdsamefp16',
      title: 'FABD',
      pattern: '01 1 11110 1 10 mmmmm 00 010 1 nnnnn ddddd',
      asm: 'fabd sc:Rd,h sc:Rn,h sc:Rm,h',
    },
    {
      id: 'FCMGT_asisdsamefp16',
      title: 'FCMGT (register)',
      pattern: '01 1 11110 1 10 mmmmm 00 100 1 nnnnn ddddd',
      asm: 'fcmgt sc:Rd,h sc:Rn,h sc:Rm,h',
    },
    {
      id: 'FACGT_asisdsamefp16',
      title: 'FACGT',
      pattern: '01 1 11110 1 10 mmmmm 00 101 1 nnnnn ddddd',
      asm: 'facgt sc:Rd,h sc:Rn,h sc:Rm,h',
    },
  ],
);
