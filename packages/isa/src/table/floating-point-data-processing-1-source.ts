import { fpConversionTypes } from '../constraints-simd.ts';
import { defineGroup } from '../define.ts';

/** Floating-point data-processing (1 source). */
export const floatingPointDataProcessing1Source = defineGroup(
  'floating-point-data-processing-1-source',
  { legend: { x: 'sz', y: 'ftype', o: 'opc' }, feature: 'FEAT_FP', status: 'todo' },
  [
    { id: 'FMOV_floatdp1', title: 'FMOV (register)', pattern: '000 11110 0x 1 000000 10000 nnnnn ddddd' },
    {
      id: 'FMOV_floatdp1_half',
      title: 'FMOV (register, half-precision)',
      pattern: '000 11110 11 1 000000 10000 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    { id: 'FABS_floatdp1', title: 'FABS (scalar)', pattern: '000 11110 0x 1 000001 10000 nnnnn ddddd' },
    {
      id: 'FABS_floatdp1_half',
      title: 'FABS (scalar, half-precision)',
      pattern: '000 11110 11 1 000001 10000 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    { id: 'FNEG_floatdp1', title: 'FNEG (scalar)', pattern: '000 11110 0x 1 000010 10000 nnnnn ddddd' },
    {
      id: 'FNEG_floatdp1_half',
      title: 'FNEG (scalar, half-precision)',
      pattern: '000 11110 11 1 000010 10000 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    { id: 'FSQRT_floatdp1', title: 'FSQRT (scalar)', pattern: '000 11110 0x 1 000011 10000 nnnnn ddddd' },
    {
      id: 'FSQRT_floatdp1_half',
      title: 'FSQRT (scalar, half-precision)',
      pattern: '000 11110 11 1 000011 10000 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    { id: 'FRINTN_floatdp1', title: 'FRINTN (scalar)', pattern: '000 11110 0x 1 001000 10000 nnnnn ddddd' },
    {
      id: 'FRINTN_floatdp1_half',
      title: 'FRINTN (scalar, half-precision)',
      pattern: '000 11110 11 1 001000 10000 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    { id: 'FRINTP_floatdp1', title: 'FRINTP (scalar)', pattern: '000 11110 0x 1 001001 10000 nnnnn ddddd' },
    {
      id: 'FRINTP_floatdp1_half',
      title: 'FRINTP (scalar, half-precision)',
      pattern: '000 11110 11 1 001001 10000 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    { id: 'FRINTM_floatdp1', title: 'FRINTM (scalar)', pattern: '000 11110 0x 1 001010 10000 nnnnn ddddd' },
    {
      id: 'FRINTM_floatdp1_half',
      title: 'FRINTM (scalar, half-precision)',
      pattern: '000 11110 11 1 001010 10000 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    { id: 'FRINTZ_floatdp1', title: 'FRINTZ (scalar)', pattern: '000 11110 0x 1 001011 10000 nnnnn ddddd' },
    {
      id: 'FRINTZ_floatdp1_half',
      title: 'FRINTZ (scalar, half-precision)',
      pattern: '000 11110 11 1 001011 10000 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    { id: 'FRINTA_floatdp1', title: 'FRINTA (scalar)', pattern: '000 11110 0x 1 001100 10000 nnnnn ddddd' },
    {
      id: 'FRINTA_floatdp1_half',
      title: 'FRINTA (scalar, half-precision)',
      pattern: '000 11110 11 1 001100 10000 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    { id: 'FRINTX_floatdp1', title: 'FRINTX (scalar)', pattern: '000 11110 0x 1 001110 10000 nnnnn ddddd' },
    {
      id: 'FRINTX_floatdp1_half',
      title: 'FRINTX (scalar, half-precision)',
      pattern: '000 11110 11 1 001110 10000 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    { id: 'FRINTI_floatdp1', title: 'FRINTI (scalar)', pattern: '000 11110 0x 1 001111 10000 nnnnn ddddd' },
    {
      id: 'FRINTI_floatdp1_half',
      title: 'FRINTI (scalar, half-precision)',
      pattern: '000 11110 11 1 001111 10000 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    {
      id: 'FRINT32Z_floatdp1',
      title: 'FRINT32Z (scalar)',
      pattern: '000 11110 0x 1 010000 10000 nnnnn ddddd',
      feature: 'FEAT_FRINTTS',
    },
    {
      id: 'FRINT32X_floatdp1',
      title: 'FRINT32X (scalar)',
      pattern: '000 11110 0x 1 010001 10000 nnnnn ddddd',
      feature: 'FEAT_FRINTTS',
    },
    {
      id: 'FRINT64Z_floatdp1',
      title: 'FRINT64Z (scalar)',
      pattern: '000 11110 0x 1 010010 10000 nnnnn ddddd',
      feature: 'FEAT_FRINTTS',
    },
    {
      id: 'FRINT64X_floatdp1',
      title: 'FRINT64X (scalar)',
      pattern: '000 11110 0x 1 010011 10000 nnnnn ddddd',
      feature: 'FEAT_FRINTTS',
    },
    {
      id: 'FCVT_floatdp1',
      title: 'FCVT',
      pattern: '000 11110 yy 1 0001oo 10000 nnnnn ddddd',
      constraint: fpConversionTypes,
    },
    {
      id: 'BFCVT_floatdp1',
      title: 'BFCVT',
      pattern: '000 11110 01 1 000110 10000 nnnnn ddddd',
      feature: 'FEAT_BF16',
    },
  ],
);
