import { acrossLanesSize } from '../constraints-simd.ts';
import { defineGroup } from '../define.ts';

/** Advanced SIMD across lanes. */
export const advsimdAcrossLanes = defineGroup(
  'advsimd-across-lanes',
  { legend: { s: 'size' }, feature: 'FEAT_AdvSIMD' },
  [
    {
      id: 'SADDLV_asimdall',
      title: 'SADDLV',
      pattern: '0 Q 0 01110 ss 11000 00011 10 nnnnn ddddd',
      constraint: acrossLanesSize,
      asm: 'saddlv sc:Rd,wide v:Rn,T',
    },
    {
      id: 'SMAXV_asimdall',
      title: 'SMAXV',
      pattern: '0 Q 0 01110 ss 11000 01010 10 nnnnn ddddd',
      constraint: acrossLanesSize,
      asm: 'smaxv sc:Rd,size v:Rn,T',
    },
    {
      id: 'SMINV_asimdall',
      title: 'SMINV',
      pattern: '0 Q 0 01110 ss 11000 11010 10 nnnnn ddddd',
      constraint: acrossLanesSize,
      asm: 'sminv sc:Rd,size v:Rn,T',
    },
    {
      id: 'ADDV_asimdall',
      title: 'ADDV',
      pattern: '0 Q 0 01110 ss 11000 11011 10 nnnnn ddddd',
      constraint: acrossLanesSize,
      asm: 'addv sc:Rd,size v:Rn,T',
    },
    {
      id: 'UADDLV_asimdall',
      title: 'UADDLV',
      pattern: '0 Q 1 01110 ss 11000 00011 10 nnnnn ddddd',
      constraint: acrossLanesSize,
      asm: 'uaddlv sc:Rd,wide v:Rn,T',
    },
    {
      id: 'UMAXV_asimdall',
      title: 'UMAXV',
      pattern: '0 Q 1 01110 ss 11000 01010 10 nnnnn ddddd',
      constraint: acrossLanesSize,
      asm: 'umaxv sc:Rd,size v:Rn,T',
    },
    {
      id: 'UMINV_asimdall',
      title: 'UMINV',
      pattern: '0 Q 1 01110 ss 11000 11010 10 nnnnn ddddd',
      constraint: acrossLanesSize,
      asm: 'uminv sc:Rd,size v:Rn,T',
    },
    {
      id: 'FMAXNMV_asimdall',
      title: 'FMAXNMV',
      pattern: '0 1 1 01110 00 11000 01100 10 nnnnn ddddd',
      asm: 'fmaxnmv sc:Rd,s v:Rn,4s',
    },
    {
      id: 'FMAXNMV_asimdall_half',
      title: 'FMAXNMV (half-precision)',
      pattern: '0 Q 0 01110 00 11000 01100 10 nnnnn ddddd',
      feature: 'FEAT_FP16',
      asm: 'fmaxnmv sc:Rd,h v:Rn,H',
    },
    {
      id: 'FMINNMV_asimdall',
      title: 'FMINNMV',
      pattern: '0 1 1 01110 10 11000 01100 10 nnnnn ddddd',
      asm: 'fminnmv sc:Rd,s v:Rn,4s',
    },
    {
      id: 'FMINNMV_asimdall_half',
      title: 'FMINNMV (half-precision)',
      pattern: '0 Q 0 01110 10 11000 01100 10 nnnnn ddddd',
      feature: 'FEAT_FP16',
      asm: 'fminnmv sc:Rd,h v:Rn,H',
    },
    {
      id: 'FMAXV_asimdall',
      title: 'FMAXV',
      pattern: '0 1 1 01110 00 11000 01111 10 nnnnn ddddd',
      asm: 'fmaxv sc:Rd,s v:Rn,4s',
    },
    {
      id: 'FMAXV_asimdall_half',
      title: 'FMAXV (half-precision)',
      pattern: '0 Q 0 01110 00 11000 01111 10 nnnnn ddddd',
      feature: 'FEAT_FP16',
      asm: 'fmaxv sc:Rd,h v:Rn,H',
    },
    {
      id: 'FMINV_asimdall',
      title: 'FMINV',
      pattern: '0 1 1 01110 10 11000 01111 10 nnnnn ddddd',
      asm: 'fminv sc:Rd,s v:Rn,4s',
    },
    {
      id: 'FMINV_asimdall_half',
      title: 'FMINV (half-precision)',
      pattern: '0 Q 0 01110 10 11000 01111 10 nnnnn ddddd',
      feature: 'FEAT_FP16',
      asm: 'fminv sc:Rd,h v:Rn,H',
    },
  ],
);
