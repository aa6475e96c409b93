import { defineGroup } from '../define.ts';

/** Advanced SIMD two-register miscellaneous (FP16). */
export const advsimdTwoRegisterMiscFp16 = defineGroup(
  'advsimd-two-register-misc-fp16',
  { feature: 'FEAT_FP16', status: 'todo' },
  [
    {
      id: 'FRINTN_asimdmiscfp16',
      title: 'FRINTN (vector)',
      pattern: '0 Q 0 01110 0 111100 11000 10 nnnnn ddddd',
    },
    {
      id: 'FRINTM_asimdmiscfp16',
      title: 'FRINTM (vector)',
      pattern: '0 Q 0 01110 0 111100 11001 10 nnnnn ddddd',
    },
    {
      id: 'FCVTNS_asimdmiscfp16',
      title: 'FCVTNS (vector)',
      pattern: '0 Q 0 01110 0 111100 11010 10 nnnnn ddddd',
    },
    {
      id: 'FCVTMS_asimdmiscfp16',
      title: 'FCVTMS (vector)',
      pattern: '0 Q 0 01110 0 111100 11011 10 nnnnn ddddd',
    },
    {
      id: 'FCVTAS_asimdmiscfp16',
      title: 'FCVTAS (vector)',
      pattern: '0 Q 0 01110 0 111100 11100 10 nnnnn ddddd',
    },
    {
      id: 'SCVTF_asimdmiscfp16',
      title: 'SCVTF (vector, integer)',
      pattern: '0 Q 0 01110 0 111100 11101 10 nnnnn ddddd',
    },
    {
      id: 'FCMGT_asimdmiscfp16',
      title: 'FCMGT (zero)',
      pattern: '0 Q 0 01110 1 111100 01100 10 nnnnn ddddd',
    },
    {
      id: 'FCMEQ_asimdmiscfp16',
      title: 'FCMEQ (zero)',
      pattern: '0 Q 0 01110 1 111100 01101 10 nnnnn ddddd',
    },
    {
      id: 'FCMLT_asimdmiscfp16',
      title: 'FCMLT (zero)',
      pattern: '0 Q 0 01110 1 111100 01110 10 nnnnn ddddd',
    },
    {
      id: 'FABS_asimdmiscfp16',
      title: 'FABS (vector)',
      pattern: '0 Q 0 01110 1 111100 01111 10 nnnnn ddddd',
    },
    {
      id: 'FRINTP_asimdmiscfp16',
      title: 'FRINTP (vector)',
      pattern: '0 Q 0 01110 1 111100 11000 10 nnnnn ddddd',
    },
    {
      id: 'FRINTZ_asimdmiscfp16',
      title: 'FRINTZ (vector)',
      pattern: '0 Q 0 01110 1 111100 11001 10 nnnnn ddddd',
    },
    {
      id: 'FCVTPS_asimdmiscfp16',
      title: 'FCVTPS (vector)',
      pattern: '0 Q 0 01110 1 111100 11010 10 nnnnn ddddd',
    },
    {
      id: 'FCVTZS_asimdmiscfp16',
      title: 'FCVTZS (vector, integer)',
      pattern: '0 Q 0 01110 1 111100 11011 10 nnnnn ddddd',
    },
    { id: 'FRECPE_asimdmiscfp16', title: 'FRECPE', pattern: '0 Q 0 01110 1 111100 11101 10 nnnnn ddddd' },
    {
      id: 'FRINTA_asimdmiscfp16',
      title: 'FRINTA (vector)',
      pattern: '0 Q 1 01110 0 111100 11000 10 nnnnn ddddd',
    },
    {
      id: 'FRINTX_asimdmiscfp16',
      title: 'FRINTX (vector)',
      pattern: '0 Q 1 01110 0 111100 11001 10 nnnnn ddddd',
    },
    {
      id: 'FCVTNU_asimdmiscfp16',
      title: 'FCVTNU (vector)',
      pattern: '0 Q 1 01110 0 111100 11010 10 nnnnn ddddd',
    },
    {
      id: 'FCVTMU_asimdmiscfp16',
      title: 'FCVTMU (vector)',
      pattern: '0 Q 1 01110 0 111100 11011 10 nnnnn ddddd',
    },
    {
      id: 'FCVTAU_asimdmiscfp16',
      title: 'FCVTAU (vector)',
      pattern: '0 Q 1 01110 0 111100 11100 10 nnnnn ddddd',
    },
    {
      id: 'UCVTF_asimdmiscfp16',
      title: 'UCVTF (vector, integer)',
      pattern: '0 Q 1 01110 0 111100 11101 10 nnnnn ddddd',
    },
    {
      id: 'FCMGE_asimdmiscfp16',
      title: 'FCMGE (zero)',
      pattern: '0 Q 1 01110 1 111100 01100 10 nnnnn ddddd',
    },
    {
      id: 'FCMLE_asimdmiscfp16',
      title: 'FCMLE (zero)',
      pattern: '0 Q 1 01110 1 111100 01101 10 nnnnn ddddd',
    },
    {
      id: 'FNEG_asimdmiscfp16',
      title: 'FNEG (vector)',
      pattern: '0 Q 1 01110 1 111100 01111 10 nnnnn ddddd',
    },
    {
      id: 'FRINTI_asimdmiscfp16',
      title: 'FRINTI (vector)',
      pattern: '0 Q 1 01110 1 111100 11001 10 nnnnn ddddd',
    },
    {
      id: 'FCVTPU_asimdmiscfp16',
      title: 'FCVTPU (vector)',
      pattern: '0 Q 1 01110 1 111100 11010 10 nnnnn ddddd',
    },
    {
      id: 'FCVTZU_asimdmiscfp16',
      title: 'FCVTZU (vector, integer)',
      pattern: '0 Q 1 01110 1 111100 11011 10 nnnnn ddddd',
    },
    { id: 'FRSQRTE_asimdmiscfp16', title: 'FRSQRTE', pattern: '0 Q 1 01110 1 111100 11101 10 nnnnn ddddd' },
    {
      id: 'FSQRT_asimdmiscfp16',
      title: 'FSQRT (vector)',
      pattern: '0 Q 1 01110 1 111100 11111 10 nnnnn ddddd',
    },
  ],
);
