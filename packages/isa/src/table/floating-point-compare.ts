import { defineGroup } from '../define.ts';

/** Floating-point compare. `cmpz` compares with zero. */
export const floatingPointCompare = defineGroup(
  'floating-point-compare',
  { legend: { x: 'sz', k: 'cmpz' }, feature: 'FEAT_FP' },
  [
    {
      id: 'FCMP_floatcmp',
      title: 'FCMP',
      pattern: '000 11110 0x 1 mmmmm 00 1000 nnnnn 0k000',
      defaults: { Rm: 0 },
      asm: 'fcmp sc:Rn,sz comparand:Rm,sz',
    },
    {
      id: 'FCMP_floatcmp_half',
      title: 'FCMP (half-precision)',
      pattern: '000 11110 11 1 mmmmm 00 1000 nnnnn 0k000',
      feature: 'FEAT_FP16',
      defaults: { Rm: 0 },
      asm: 'fcmp sc:Rn,h comparand:Rm,h',
    },
    {
      id: 'FCMPE_floatcmp',
      title: 'FCMPE',
      pattern: '000 11110 0x 1 mmmmm 00 1000 nnnnn 1k000',
      defaults: { Rm: 0 },
      asm: 'fcmpe sc:Rn,sz comparand:Rm,sz',
    },
    {
      id: 'FCMPE_floatcmp_half',
      title: 'FCMPE (half-precision)',
      pattern: '000 11110 11 1 mmmmm 00 1000 nnnnn 1k000',
      feature: 'FEAT_FP16',
      defaults: { Rm: 0 },
      asm: 'fcmpe sc:Rn,h comparand:Rm,h',
    },
  ],
);
