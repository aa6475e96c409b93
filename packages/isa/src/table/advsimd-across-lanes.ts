import { acrossLanesSize } from '../constraints-simd.ts';
import { defineGroup } from '../define.ts';

/** Advanced SIMD across lanes. */
export const advsimdAcrossLanes = defineGroup(
  'advsimd-across-lanes',
  { legend: { s: 'size' }, feature: 'FEAT_AdvSIMD', status: 'todo' },
  [
    {
      id: 'SADDLV_asimdall',
      title: 'SADDLV',
      pattern: '0 Q 0 01110 ss 11000 00011 10 nnnnn ddddd',
      constraint: acrossLanesSize,
    },
    {
      id: 'SMAXV_asimdall',
      title: 'SMAXV',
      pattern: '0 Q 0 01110 ss 11000 01010 10 nnnnn ddddd',
      constraint: acrossLanesSize,
    },
    {
      id: 'SMINV_asimdall',
      title: 'SMINV',
      pattern: '0 Q 0 01110 ss 11000 11010 10 nnnnn ddddd',
      constraint: acrossLanesSize,
    },
    {
      id: 'ADDV_asimdall',
      title: 'ADDV',
      pattern: '0 Q 0 01110 ss 11000 11011 10 nnnnn ddddd',
      constraint: acrossLanesSize,
    },
    {
      id: 'UADDLV_asimdall',
      title: 'UADDLV',
      pattern: '0 Q 1 01110 ss 11000 00011 10 nnnnn ddddd',
      constraint: acrossLanesSize,
    },
    {
      id: 'UMAXV_asimdall',
      title: 'UMAXV',
      pattern: '0 Q 1 01110 ss 11000 01010 10 nnnnn ddddd',
      constraint: acrossLanesSize,
    },
    {
      id: 'UMINV_asimdall',
      title: 'UMINV',
      pattern: '0 Q 1 01110 ss 11000 11010 10 nnnnn ddddd',
      constraint: acrossLanesSize,
    },
    { id: 'FMAXNMV_asimdall', title: 'FMAXNMV', pattern: '0 1 1 01110 00 11000 01100 10 nnnnn ddddd' },
    {
      id: 'FMAXNMV_asimdall_half',
      title: 'FMAXNMV (half-precision)',
      pattern: '0 Q 0 01110 00 11000 01100 10 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    { id: 'FMINNMV_asimdall', title: 'FMINNMV', pattern: '0 1 1 01110 10 11000 01100 10 nnnnn ddddd' },
    {
      id: 'FMINNMV_asimdall_half',
      title: 'FMINNMV (half-precision)',
      pattern: '0 Q 0 01110 10 11000 01100 10 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    { id: 'FMAXV_asimdall', title: 'FMAXV', pattern: '0 1 1 01110 00 11000 01111 10 nnnnn ddddd' },
    {
      id: 'FMAXV_asimdall_half',
      title: 'FMAXV (half-precision)',
      pattern: '0 Q 0 01110 00 11000 01111 10 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    { id: 'FMINV_asimdall', title: 'FMINV', pattern: '0 1 1 01110 10 11000 01111 10 nnnnn ddddd' },
    {
      id: 'FMINV_asimdall_half',
      title: 'FMINV (half-precision)',
      pattern: '0 Q 0 01110 10 11000 01111 10 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
  ],
);
