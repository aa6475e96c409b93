import { defineGroup } from '../define.ts';

/** Floating-point data-processing (2 source). */
export const floatingPointDataProcessing2Source = defineGroup(
  'floating-point-data-processing-2-source',
  { legend: { x: 'sz' }, feature: 'FEAT_FP', status: 'todo' },
  [
    { id: 'FMUL_floatdp2', title: 'FMUL (scalar)', pattern: '000 11110 0x 1 mmmmm 0000 10 nnnnn ddddd' },
    {
      id: 'FMUL_floatdp2_half',
      title: 'FMUL (scalar, half-precision)',
      pattern: '000 11110 11 1 mmmmm 0000 10 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    { id: 'FDIV_floatdp2', title: 'FDIV (scalar)', pattern: '000 11110 0x 1 mmmmm 0001 10 nnnnn ddddd' },
    {
      id: 'FDIV_floatdp2_half',
      title: 'FDIV (scalar, half-precision)',
      pattern: '000 11110 11 1 mmmmm 0001 10 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    { id: 'FADD_floatdp2', title: 'FADD (scalar)', pattern: '000 11110 0x 1 mmmmm 0010 10 nnnnn ddddd' },
    {
      id: 'FADD_floatdp2_half',
      title: 'FADD (scalar, half-precision)',
      pattern: '000 11110 11 1 mmmmm 0010 10 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    { id: 'FSUB_floatdp2', title: 'FSUB (scalar)', pattern: '000 11110 0x 1 mmmmm 0011 10 nnnnn ddddd' },
    {
      id: 'FSUB_floatdp2_half',
      title: 'FSUB (scalar, half-precision)',
      pattern: '000 11110 11 1 mmmmm 0011 10 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    { id: 'FMAX_floatdp2', title: 'FMAX (scalar)', pattern: '000 11110 0x 1 mmmmm 0100 10 nnnnn ddddd' },
    {
      id: 'FMAX_floatdp2_half',
      title: 'FMAX (scalar, half-precision)',
      pattern: '000 11110 11 1 mmmmm 0100 10 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    { id: 'FMIN_floatdp2', title: 'FMIN (scalar)', pattern: '000 11110 0x 1 mmmmm 0101 10 nnnnn ddddd' },
    {
      id: 'FMIN_floatdp2_half',
      title: 'FMIN (scalar, half-precision)',
      pattern: '000 11110 11 1 mmmmm 0101 10 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    { id: 'FMAXNM_floatdp2', title: 'FMAXNM (scalar)', pattern: '000 11110 0x 1 mmmmm 0110 10 nnnnn ddddd' },
    {
      id: 'FMAXNM_floatdp2_half',
      title: 'FMAXNM (scalar, half-precision)',
      pattern: '000 11110 11 1 mmmmm 0110 10 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    { id: 'FMINNM_floatdp2', title: 'FMINNM (scalar)', pattern: '000 11110 0x 1 mmmmm 0111 10 nnnnn ddddd' },
    {
      id: 'FMINNM_floatdp2_half',
      title: 'FMINNM (scalar, half-precision)',
      pattern: '000 11110 11 1 mmmmm 0111 10 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    { id: 'FNMUL_floatdp2', title: 'FNMUL (scalar)', pattern: '000 11110 0x 1 mmmmm 1000 10 nnnnn ddddd' },
    {
      id: 'FNMUL_floatdp2_half',
      title: 'FNMUL (scalar, half-precision)',
      pattern: '000 11110 11 1 mmmmm 1000 10 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
  ],
);
