import { defineGroup } from '../define.ts';

/** Floating-point data-processing (3 source). */
export const floatingPointDataProcessing3Source = defineGroup(
  'floating-point-data-processing-3-source',
  { legend: { x: 'sz' }, feature: 'FEAT_FP' },
  [
    {
      id: 'FMADD_floatdp3',
      title: 'FMADD',
      pattern: '000 11111 0x 0 mmmmm 0 aaaaa nnnnn ddddd',
      asm: 'fmadd sc:Rd,sz sc:Rn,sz sc:Rm,sz sc:Ra,sz',
    },
    {
      id: 'FMADD_floatdp3_half',
      title: 'FMADD (half-precision)',
      pattern: '000 11111 11 0 mmmmm 0 aaaaa nnnnn ddddd',
      feature: 'FEAT_FP16',
      asm: 'fmadd sc:Rd,h sc:Rn,h sc:Rm,h sc:Ra,h',
    },
    {
      id: 'FMSUB_floatdp3',
      title: 'FMSUB',
      pattern: '000 11111 0x 0 mmmmm 1 aaaaa nnnnn ddddd',
      asm: 'fmsub sc:Rd,sz sc:Rn,sz sc:Rm,sz sc:Ra,sz',
    },
    {
      id: 'FMSUB_floatdp3_half',
      title: 'FMSUB (half-precision)',
      pattern: '000 11111 11 0 mmmmm 1 aaaaa nnnnn ddddd',
      feature: 'FEAT_FP16',
      asm: 'fmsub sc:Rd,h sc:Rn,h sc:Rm,h sc:Ra,h',
    },
    {
      id: 'FNMADD_floatdp3',
      title: 'FNMADD',
      pattern: '000 11111 0x 1 mmmmm 0 aaaaa nnnnn ddddd',
      asm: 'fnmadd sc:Rd,sz sc:Rn,sz sc:Rm,sz sc:Ra,sz',
    },
    {
      id: 'FNMADD_floatdp3_half',
      title: 'FNMADD (half-precision)',
      pattern: '000 11111 11 1 mmmmm 0 aaaaa nnnnn ddddd',
      feature: 'FEAT_FP16',
      asm: 'fnmadd sc:Rd,h sc:Rn,h sc:Rm,h sc:Ra,h',
    },
    {
      id: 'FNMSUB_floatdp3',
      title: 'FNMSUB',
      pattern: '000 11111 0x 1 mmmmm 1 aaaaa nnnnn ddddd',
      asm: 'fnmsub sc:Rd,sz sc:Rn,sz sc:Rm,sz sc:Ra,sz',
    },
    {
      id: 'FNMSUB_floatdp3_half',
      title: 'FNMSUB (half-precision)',
      pattern: '000 11111 11 1 mmmmm 1 aaaaa nnnnn ddddd',
      feature: 'FEAT_FP16',
      asm: 'fnmsub sc:Rd,h sc:Rn,h sc:Rm,h sc:Ra,h',
    },
  ],
);
