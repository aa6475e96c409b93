import { defineGroup } from '../define.ts';

/** Advanced SIMD three same (FP16). */
export const advsimdThreeSameFp16 = defineGroup(
  'advsimd-three-same-fp16',
  { feature: 'FEAT_FP16', status: 'todo' },
  [
    {
      id: 'FMAXNM_asimdsamefp16',
      title: 'FMAXNM (vector)',
      pattern: '0 Q 0 01110 0 10 mmmmm 00 000 1 nnnnn ddddd',
    },
    {
      id: 'FMLA_asimdsamefp16',
      title: 'FMLA (vector)',
      pattern: '0 Q 0 01110 0 10 mmmmm 00 001 1 nnnnn ddddd',
    },
    {
      id: 'FADD_asimdsamefp16',
      title: 'FADD (vector)',
      pattern: '0 Q 0 01110 0 10 mmmmm 00 010 1 nnnnn ddddd',
    },
    { id: 'FMULX_asimdsamefp16', title: 'FMULX', pattern: '0 Q 0 01110 0 10 mmmmm 00 011 1 nnnnn ddddd' },
    {
      id: 'FCMEQ_asimdsamefp16',
      title: 'FCMEQ (register)',
      pattern: '0 Q 0 01110 0 10 mmmmm 00 100 1 nnnnn ddddd',
    },
    {
      id: 'FMAX_asimdsamefp16',
      title: 'FMAX (vector)',
      pattern: '0 Q 0 01110 0 10 mmmmm 00 110 1 nnnnn ddddd',
    },
    { id: 'FRECPS_asimdsamefp16', title: 'FRECPS', pattern: '0 Q 0 01110 0 10 mmmmm 00 111 1 nnnnn ddddd' },
    {
      id: 'FMINNM_asimdsamefp16',
      title: 'FMINNM (vector)',
      pattern: '0 Q 0 01110 1 10 mmmmm 00 000 1 nnnnn ddddd',
    },
    {
      id: 'FMLS_asimdsamefp16',
      title: 'FMLS (vector)',
      pattern: '0 Q 0 01110 1 10 mmmmm 00 001 1 nnnnn ddddd',
    },
    {
      id: 'FSUB_asimdsamefp16',
      title: 'FSUB (vector)',
      pattern: '0 Q 0 01110 1 10 mmmmm 00 010 1 nnnnn ddddd',
    },
    {
      id: 'FMIN_asimdsamefp16',
      title: 'FMIN (vector)',
      pattern: '0 Q 0 01110 1 10 mmmmm 00 110 1 nnnnn ddddd',
    },
    { id: 'FRSQRTS_asimdsamefp16', title: 'FRSQRTS', pattern: '0 Q 0 01110 1 10 mmmmm 00 111 1 nnnnn ddddd' },
    {
      id: 'FMAXNMP_asimdsamefp16',
      title: 'FMAXNMP (vector)',
      pattern: '0 Q 1 01110 0 10 mmmmm 00 000 1 nnnnn ddddd',
    },
    {
      id: 'FADDP_asimdsamefp16',
      title: 'FADDP (vector)',
      pattern: '0 Q 1 01110 0 10 mmmmm 00 010 1 nnnnn ddddd',
    },
    {
      id: 'FMUL_asimdsamefp16',
      title: 'FMUL (vector)',
      pattern: '0 Q 1 01110 0 10 mmmmm 00 011 1 nnnnn ddddd',
    },
    {
      id: 'FCMGE_asimdsamefp16',
      title: 'FCMGE (register)',
      pattern: '0 Q 1 01110 0 10 mmmmm 00 100 1 nnnnn ddddd',
    },
    { id: 'FACGE_asimdsamefp16', title: 'FACGE', pattern: '0 Q 1 01110 0 10 mmmmm 00 101 1 nnnnn ddddd' },
    {
      id: 'FMAXP_asimdsamefp16',
      title: 'FMAXP (vector)',
      pattern: '0 Q 1 01110 0 10 mmmmm 00 110 1 nnnnn ddddd',
    },
    {
      id: 'FDIV_asimdsamefp16',
      title: 'FDIV (vector)',
      pattern: '0 Q 1 01110 0 10 mmmmm 00 111 1 nnnnn ddddd',
    },
    {
      id: 'FMINNMP_asimdsamefp16',
      title: 'FMINNMP (vector)',
      pattern: '0 Q 1 01110 1 10 mmmmm 00 000 1 nnnnn ddddd',
    },
    { id: 'FABD_asimdsamefp16', title: 'FABD', pattern: '0 Q 1 01110 1 10 mmmmm 00 010 1 nnnnn ddddd' },
    {
      id: 'FCMGT_asimdsamefp16',
      title: 'FCMGT (register)',
      pattern: '0 Q 1 01110 1 10 mmmmm 00 100 1 nnnnn ddddd',
    },
    { id: 'FACGT_asimdsamefp16', title: 'FACGT', pattern: '0 Q 1 01110 1 10 mmmmm 00 101 1 nnnnn ddddd' },
    {
      id: 'FMINP_asimdsamefp16',
      title: 'FMINP (vector)',
      pattern: '0 Q 1 01110 1 10 mmmmm 00 110 1 nnnnn ddddd',
    },
  ],
);
