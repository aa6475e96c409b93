import { defineGroup } from '../define.ts';

/** Floating-point data-processing (3 source). */
export const floatingPointDataProcessing3Source = defineGroup(
  'floating-point-data-processing-3-source',
  { legend: { x: 'sz' }, feature: 'FEAT_FP', status: 'todo' },
  [
    { id: 'FMADD_floatdp3', title: 'FMADD', pattern: '000 11111 0x 0 mmmmm 0 aaaaa nnnnn ddddd' },
    {
      id: 'FMADD_floatdp3_half',
      title: 'FMADD (half-precision)',
      pattern: '000 11111 11 0 mmmmm 0 aaaaa nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    { id: 'FMSUB_floatdp3', title: 'FMSUB', pattern: '000 11111 0x 0 mmmmm 1 aaaaa nnnnn ddddd' },
    {
      id: 'FMSUB_floatdp3_half',
      title: 'FMSUB (half-precision)',
      pattern: '000 11111 11 0 mmmmm 1 aaaaa nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    { id: 'FNMADD_floatdp3', title: 'FNMADD', pattern: '000 11111 0x 1 mmmmm 0 aaaaa nnnnn ddddd' },
    {
      id: 'FNMADD_floatdp3_half',
      title: 'FNMADD (half-precision)',
      pattern: '000 11111 11 1 mmmmm 0 aaaaa nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    { id: 'FNMSUB_floatdp3', title: 'FNMSUB', pattern: '000 11111 0x 1 mmmmm 1 aaaaa nnnnn ddddd' },
    {
      id: 'FNMSUB_floatdp3_half',
      title: 'FNMSUB (half-precision)',
      pattern: '000 11111 11 1 mmmmm 1 aaaaa nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
  ],
);
