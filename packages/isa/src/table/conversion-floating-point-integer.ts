import { defineGroup } from '../define.ts';

/** Conversion between floating-point and integer. */
export const conversionFloatingPointInteger = defineGroup(
  'conversion-floating-point-integer',
  { legend: { x: 'sz' }, feature: 'FEAT_FP', status: 'todo' },
  [
    {
      id: 'FCVTNS_float2int',
      title: 'FCVTNS (scalar)',
      pattern: 'z 00 11110 0x 1 00 000 000000 nnnnn ddddd',
    },
    {
      id: 'FCVTNS_float2int_half',
      title: 'FCVTNS (scalar, half-precision)',
      pattern: 'z 00 11110 11 1 00 000 000000 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    {
      id: 'FCVTNU_float2int',
      title: 'FCVTNU (scalar)',
      pattern: 'z 00 11110 0x 1 00 001 000000 nnnnn ddddd',
    },
    {
      id: 'FCVTNU_float2int_half',
      title: 'FCVTNU (scalar, half-precision)',
      pattern: 'z 00 11110 11 1 00 001 000000 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    {
      id: 'SCVTF_float2int',
      title: 'SCVTF (scalar, integer)',
      pattern: 'z 00 11110 0x 1 00 010 000000 nnnnn ddddd',
    },
    {
      id: 'SCVTF_float2int_half',
      title: 'SCVTF (scalar, integer, half-precision)',
      pattern: 'z 00 11110 11 1 00 010 000000 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    {
      id: 'UCVTF_float2int',
      title: 'UCVTF (scalar, integer)',
      pattern: 'z 00 11110 0x 1 00 011 000000 nnnnn ddddd',
    },
    {
      id: 'UCVTF_float2int_half',
      title: 'UCVTF (scalar, integer, half-precision)',
      pattern: 'z 00 11110 11 1 00 011 000000 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    {
      id: 'FCVTAS_float2int',
      title: 'FCVTAS (scalar)',
      pattern: 'z 00 11110 0x 1 00 100 000000 nnnnn ddddd',
    },
    {
      id: 'FCVTAS_float2int_half',
      title: 'FCVTAS (scalar, half-precision)',
      pattern: 'z 00 11110 11 1 00 100 000000 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    {
      id: 'FCVTAU_float2int',
      title: 'FCVTAU (scalar)',
      pattern: 'z 00 11110 0x 1 00 101 000000 nnnnn ddddd',
    },
    {
      id: 'FCVTAU_float2int_half',
      title: 'FCVTAU (scalar, half-precision)',
      pattern: 'z 00 11110 11 1 00 101 000000 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    {
      id: 'FCVTPS_float2int',
      title: 'FCVTPS (scalar)',
      pattern: 'z 00 11110 0x 1 01 000 000000 nnnnn ddddd',
    },
    {
      id: 'FCVTPS_float2int_half',
      title: 'FCVTPS (scalar, half-precision)',
      pattern: 'z 00 11110 11 1 01 000 000000 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    {
      id: 'FCVTPU_float2int',
      title: 'FCVTPU (scalar)',
      pattern: 'z 00 11110 0x 1 01 001 000000 nnnnn ddddd',
    },
    {
      id: 'FCVTPU_float2int_half',
      title: 'FCVTPU (scalar, half-precision)',
      pattern: 'z 00 11110 11 1 01 001 000000 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    {
      id: 'FCVTMS_float2int',
      title: 'FCVTMS (scalar)',
      pattern: 'z 00 11110 0x 1 10 000 000000 nnnnn ddddd',
    },
    {
      id: 'FCVTMS_float2int_half',
      title: 'FCVTMS (scalar, half-precision)',
      pattern: 'z 00 11110 11 1 10 000 000000 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    {
      id: 'FCVTMU_float2int',
      title: 'FCVTMU (scalar)',
      pattern: 'z 00 11110 0x 1 10 001 000000 nnnnn ddddd',
    },
    {
      id: 'FCVTMU_float2int_half',
      title: 'FCVTMU (scalar, half-precision)',
      pattern: 'z 00 11110 11 1 10 001 000000 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    {
      id: 'FCVTZS_float2int',
      title: 'FCVTZS (scalar, integer)',
      pattern: 'z 00 11110 0x 1 11 000 000000 nnnnn ddddd',
    },
    {
      id: 'FCVTZS_float2int_half',
      title: 'FCVTZS (scalar, integer, half-precision)',
      pattern: 'z 00 11110 11 1 11 000 000000 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    {
      id: 'FCVTZU_float2int',
      title: 'FCVTZU (scalar, integer)',
      pattern: 'z 00 11110 0x 1 11 001 000000 nnnnn ddddd',
    },
    {
      id: 'FCVTZU_float2int_half',
      title: 'FCVTZU (scalar, integer, half-precision)',
      pattern: 'z 00 11110 11 1 11 001 000000 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    {
      id: 'FMOV_float2int_s_to_w',
      title: 'FMOV (general), single-precision to 32-bit',
      pattern: '0 00 11110 00 1 00 110 000000 nnnnn ddddd',
    },
    {
      id: 'FMOV_float2int_w_to_s',
      title: 'FMOV (general), 32-bit to single-precision',
      pattern: '0 00 11110 00 1 00 111 000000 nnnnn ddddd',
    },
    {
      id: 'FMOV_float2int_d_to_x',
      title: 'FMOV (general), double-precision to 64-bit',
      pattern: '1 00 11110 01 1 00 110 000000 nnnnn ddddd',
    },
    {
      id: 'FMOV_float2int_x_to_d',
      title: 'FMOV (general), 64-bit to double-precision',
      pattern: '1 00 11110 01 1 00 111 000000 nnnnn ddddd',
    },
    {
      id: 'FMOV_float2int_top_to_x',
      title: 'FMOV (general), top half of 128-bit to 64-bit',
      pattern: '1 00 11110 10 1 01 110 000000 nnnnn ddddd',
    },
    {
      id: 'FMOV_float2int_x_to_top',
      title: 'FMOV (general), 64-bit to top half of 128-bit',
      pattern: '1 00 11110 10 1 01 111 000000 nnnnn ddddd',
    },
    {
      id: 'FMOV_float2int_h_to_general',
      title: 'FMOV (general), from half-precision',
      pattern: 'z 00 11110 11 1 00 110 000000 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    {
      id: 'FMOV_float2int_general_to_h',
      title: 'FMOV (general), to half-precision',
      pattern: 'z 00 11110 11 1 00 111 000000 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    {
      id: 'FJCVTZS_float2int',
      title: 'FJCVTZS',
      pattern: '0 00 11110 01 1 11 110 000000 nnnnn ddddd',
      feature: 'FEAT_JSCVT',
    },
  ],
);
