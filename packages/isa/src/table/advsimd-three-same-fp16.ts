import { defineGroup } from '../define.ts';

/** Advanced SIMD three same (FP16). */
export const advsimdThreeSameFp16 = defineGroup('advsimd-three-same-fp16', { feature: 'FEAT_FP16' }, [
  {
    id: 'FMAXNM_asimdsamefp16',
    title: 'FMAXNM (vector)',
    pattern: '0 Q 0 01110 0 10 mmmmm 00 000 1 nnnnn ddddd',
    asm: 'fmaxnm v:Rd,H v:Rn,H v:Rm,H',
  },
  {
    id: 'FMLA_asimdsamefp16',
    title: 'FMLA (vector)',
    pattern: '0 Q 0 01110 0 10 mmmmm 00 001 1 nnnnn ddddd',
    asm: 'fmla v:Rd,H v:Rn,H v:Rm,H',
  },
  {
    id: 'FADD_asimdsamefp16',
    title: 'FADD (vector)',
    pattern: '0 Q 0 01110 0 10 mmmmm 00 010 1 nnnnn ddddd',
    asm: 'fadd v:Rd,H v:Rn,H v:Rm,H',
  },
  {
    id: 'FMULX_asimdsamefp16',
    title: 'FMULX',
    pattern: '0 Q 0 01110 0 10 mmmmm 00 011 1 nnnnn ddddd',
    asm: 'fmulx v:Rd,H v:Rn,H v:Rm,H',
  },
  {
    id: 'FCMEQ_asimdsamefp16',
    title: 'FCMEQ (register)',
    pattern: '0 Q 0 01110 0 10 mmmmm 00 100 1 nnnnn ddddd',
    asm: 'fcmeq v:Rd,H v:Rn,H v:Rm,H',
  },
  {
    id: 'FMAX_asimdsamefp16',
    title: 'FMAX (vector)',
    pattern: '0 Q 0 01110 0 10 mmmmm 00 110 1 nnnnn ddddd',
    asm: 'fmax v:Rd,H v:Rn,H v:Rm,H',
  },
  {
    id: 'FRECPS_asimdsamefp16',
    title: 'FRECPS',
    pattern: '0 Q 0 01110 0 10 mmmmm 00 111 1 nnnnn ddddd',
    asm: 'frecps v:Rd,H v:Rn,H v:Rm,H',
  },
  {
    id: 'FMINNM_asimdsamefp16',
    title: 'FMINNM (vector)',
    pattern: '0 Q 0 01110 1 10 mmmmm 00 000 1 nnnnn ddddd',
    asm: 'fminnm v:Rd,H v:Rn,H v:Rm,H',
  },
  {
    id: 'FMLS_asimdsamefp16',
    title: 'FMLS (vector)',
    pattern: '0 Q 0 01110 1 10 mmmmm 00 001 1 nnnnn ddddd',
    asm: 'fmls v:Rd,H v:Rn,H v:Rm,H',
  },
  {
    id: 'FSUB_asimdsamefp16',
    title: 'FSUB (vector)',
    pattern: '0 Q 0 01110 1 10 mmmmm 00 010 1 nnnnn ddddd',
    asm: 'fsub v:Rd,H v:Rn,H v:Rm,H',
  },
  {
    id: 'FMIN_asimdsamefp16',
    title: 'FMIN (vector)',
    pattern: '0 Q 0 01110 1 10 mmmmm 00 110 1 nnnnn ddddd',
    asm: 'fmin v:Rd,H v:Rn,H v:Rm,H',
  },
  {
    id: 'FRSQRTS_asimdsamefp16',
    title: 'FRSQRTS',
    pattern: '0 Q 0 01110 1 10 mmmmm 00 111 1 nnnnn ddddd',
    asm: 'frsqrts v:Rd,H v:Rn,H v:Rm,H',
  },
  {
    id: 'FMAXNMP_asimdsamefp16',
    title: 'FMAXNMP (vector)',
    pattern: '0 Q 1 01110 0 10 mmmmm 00 000 1 nnnnn ddddd',
    asm: 'fmaxnmp v:Rd,H v:Rn,H v:Rm,H',
  },
  {
    id: 'FADDP_asimdsamefp16',
    title: 'FADDP (vector)',
    pattern: '0 Q 1 01110 0 10 mmmmm 00 010 1 nnnnn ddddd',
    asm: 'faddp v:Rd,H v:Rn,H v:Rm,H',
  },
  {
    id: 'FMUL_asimdsamefp16',
    title: 'FMUL (vector)',
    pattern: '0 Q 1 01110 0 10 mmmmm 00 011 1 nnnnn ddddd',
    asm: 'fmul v:Rd,H v:Rn,H v:Rm,H',
  },
  {
    id: 'FCMGE_asimdsamefp16',
    title: 'FCMGE (register)',
    pattern: '0 Q 1 01110 0 10 mmmmm 00 100 1 nnnnn ddddd',
    asm: 'fcmge v:Rd,H v:Rn,H v:Rm,H',
  },
  {
    id: 'FACGE_asimdsamefp16',
    title: 'FACGE',
    pattern: '0 Q 1 01110 0 10 mmmmm 00 101 1 nnnnn ddddd',
    asm: 'facge v:Rd,H v:Rn,H v:Rm,H',
  },
  {
    id: 'FMAXP_asimdsamefp16',
    title: 'FMAXP (vector)',
    pattern: '0 Q 1 01110 0 10 mmmmm 00 110 1 nnnnn ddddd',
    asm: 'fmaxp v:Rd,H v:Rn,H v:Rm,H',
  },
  {
    id: 'FDIV_asimdsamefp16',
    title: 'FDIV (vector)',
    pattern: '0 Q 1 01110 0 10 mmmmm 00 111 1 nnnnn ddddd',
    asm: 'fdiv v:Rd,H v:Rn,H v:Rm,H',
  },
  {
    id: 'FMINNMP_asimdsamefp16',
    title: 'FMINNMP (vector)',
    pattern: '0 Q 1 01110 1 10 mmmmm 00 000 1 nnnnn ddddd',
    asm: 'fminnmp v:Rd,H v:Rn,H v:Rm,H',
  },
  {
    id: 'FABD_asimdsamefp16',
    title: 'FABD',
    pattern: '0 Q 1 01110 1 10 mmmmm 00 010 1 nnnnn ddddd',
    asm: 'fabd v:Rd,H v:Rn,H v:Rm,H',
  },
  {
    id: 'FCMGT_asimdsamefp16',
    title: 'FCMGT (register)',
    pattern: '0 Q 1 01110 1 10 mmmmm 00 100 1 nnnnn ddddd',
    asm: 'fcmgt v:Rd,H v:Rn,H v:Rm,H',
  },
  {
    id: 'FACGT_asimdsamefp16',
    title: 'FACGT',
    pattern: '0 Q 1 01110 1 10 mmmmm 00 101 1 nnnnn ddddd',
    asm: 'facgt v:Rd,H v:Rn,H v:Rm,H',
  },
  {
    id: 'FMINP_asimdsamefp16',
    title: 'FMINP (vector)',
    pattern: '0 Q 1 01110 1 10 mmmmm 00 110 1 nnnnn ddddd',
    asm: 'fminp v:Rd,H v:Rn,H v:Rm,H',
  },
]);
