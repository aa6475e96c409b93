import { defineGroup } from '../define.ts';

/** Advanced SIMD scalar two-register miscellaneous (FP16). */
export const advsimdScalarTwoRegisterMiscFp16 = defineGroup(
  'advsimd-scalar-two-register-misc-fp16',
  { feature: 'FEAT_FP16' },
  [
    {
      id: 'FCVTNS_asisdmiscfp16',
      title: 'FCVTNS (vector)',
      pattern: '01 0 11110 0 111100 11010 10 nnnnn ddddd',
      asm: 'fcvtns sc:Rd,h sc:Rn,h',
    },
    {
      id: 'FCVTMS_asisdmiscfp16',
      title: 'FCVTMS (vector)',
      pattern: '01 0 11110 0 111100 11011 10 nnnnn ddddd',
      asm: 'fcvtms sc:Rd,h sc:Rn,h',
    },
    {
      id: 'FCVTAS_asisdmiscfp16',
      title: 'FCVTAS (vector)',
      pattern: '01 0 11110 0 111100 11100 10 nnnnn ddddd',
      asm: 'fcvtas sc:Rd,h sc:Rn,h',
    },
    {
      id: 'SCVTF_asisdmiscfp16',
      title: 'SCVTF (vector, integer)',
      pattern: '01 0 11110 0 111100 11101 10 nnnnn ddddd',
      asm: 'scvtf sc:Rd,h sc:Rn,h',
    },
    {
      id: 'FCMGT_asisdmiscfp16',
      title: 'FCMGT (zero)',
      pattern: '01 0 11110 1 111100 01100 10 nnnnn ddddd',
      asm: 'fcmgt sc:Rd,h sc:Rn,h fzero',
    },
    {
      id: 'FCMEQ_asisdmiscfp16',
      title: 'FCMEQ (zero)',
      pattern: '01 0 11110 1 111100 01101 10 nnnnn ddddd',
      asm: 'fcmeq sc:Rd,h sc:Rn,h fzero',
    },
    {
      id: 'FCMLT_asisdmiscfp16',
      title: 'FCMLT (zero)',
      pattern: '01 0 11110 1 111100 01110 10 nnnnn ddddd',
      asm: 'fcmlt sc:Rd,h sc:Rn,h fzero',
    },
    {
      id: 'FCVTPS_asisdmiscfp16',
      title: 'FCVTPS (vector)',
      pattern: '01 0 11110 1 111100 11010 10 nnnnn ddddd',
      asm: 'fcvtps sc:Rd,h sc:Rn,h',
    },
    {
      id: 'FCVTZS_asisdmiscfp16',
      title: 'FCVTZS (vector, integer)',
      pattern: '01 0 11110 1 111100 11011 10 nnnnn ddddd',
      asm: 'fcvtzs sc:Rd,h sc:Rn,h',
    },
    {
      id: 'FRECPE_asisdmiscfp16',
      title: 'FRECPE',
      pattern: '01 0 11110 1 111100 11101 10 nnnnn ddddd',
      asm: 'frecpe sc:Rd,h sc:Rn,h',
    },
    {
      id: 'FCVTNU_asisdmiscfp16',
      title: 'FCVTNU (vector)',
      pattern: '01 1 11110 0 111100 11010 10 nnnnn ddddd',
      asm: 'fcvtnu sc:Rd,h sc:Rn,h',
    },
    {
      id: 'FCVTMU_asisdmiscfp16',
      title: 'FCVTMU (vector)',
      pattern: '01 1 11110 0 111100 11011 10 nnnnn ddddd',
      asm: 'fcvtmu sc:Rd,h sc:Rn,h',
    },
    {
      id: 'FCVTAU_asisdmiscfp16',
      title: 'FCVTAU (vector)',
      pattern: '01 1 11110 0 111100 11100 10 nnnnn ddddd',
      asm: 'fcvtau sc:Rd,h sc:Rn,h',
    },
    {
      id: 'UCVTF_asisdmiscfp16',
      title: 'UCVTF (vector, integer)',
      pattern: '01 1 11110 0 111100 11101 10 nnnnn ddddd',
      asm: 'ucvtf sc:Rd,h sc:Rn,h',
    },
    {
      id: 'FCMGE_asisdmiscfp16',
      title: 'FCMGE (zero)',
      pattern: '01 1 11110 1 111100 01100 10 nnnnn ddddd',
      asm: 'fcmge sc:Rd,h sc:Rn,h fzero',
    },
    {
      id: 'FCMLE_asisdmiscfp16',
      title: 'FCMLE (zero)',
      pattern: '01 1 11110 1 111100 01101 10 nnnnn ddddd',
      asm: 'fcmle sc:Rd,h sc:Rn,h fzero',
    },
    {
      id: 'FCVTPU_asisdmiscfp16',
      title: 'FCVTPU (vector)',
      pattern: '01 1 11110 1 111100 11010 10 nnnnn ddddd',
      asm: 'fcvtpu sc:Rd,h sc:Rn,h',
    },
    {
      id: 'FCVTZU_asisdmiscfp16',
      title: 'FCVTZU (vector, integer)',
      pattern: '01 1 11110 1 111100 11011 10 nnnnn ddddd',
      asm: 'fcvtzu sc:Rd,h sc:Rn,h',
    },
    {
      id: 'FRSQRTE_asisdmiscfp16',
      title: 'FRSQRTE',
      pattern: '01 1 11110 1 111100 11101 10 nnnnn ddddd',
      asm: 'frsqrte sc:Rd,h sc:Rn,h',
    },
    {
      id: 'FRECPX_asisdmiscfp16',
      title: 'FRECPX',
      pattern: '01 0 11110 1 111100 11111 10 nnnnn ddddd',
      asm: 'frecpx sc:Rd,h sc:Rn,h',
    },
  ],
);
