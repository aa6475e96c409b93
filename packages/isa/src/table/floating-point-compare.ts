import { defineGroup } from '../define.ts';

/** Floating-point compare. `cmpz` compares with zero. */
export const floatingPointCompare = defineGroup(
  'floating-point-compare',
  { legend: { x: 'sz', k: 'cmpz' }, feature: 'FEAT_FP', status: 'todo' },
  [
    {
      id: 'FCMP_floatcmp',
      title: 'FCMP',
      pattern: '000 11110 0x 1 mmmmm 00 1000 nnnnn 0k000',
      defaults: { cmpz: 0, Rm: 0 },
      asm: 'fcmp sc:Rn,sz sc:Rm,sz',
      aliases: [{ asm: 'fcmp sc:Rn,sz fzero', fix: { cmpz: 1 } }],
    },
    {
      id: 'FCMP_floatcmp_half',
      title: 'FCMP (half-precision)',
      pattern: '000 11110 11 1 mmmmm 00 1000 nnnnn 0k000',
      feature: 'FEAT_FP16',
      defaults: { cmpz: 0, Rm: 0 },
      asm: 'fcmp sc:Rn,h sc:Rm,h',
      aliases: [{ asm: 'fcmp sc:Rn,h fzero', fix: { cmpz: 1 } }],
    },
    {
      id: 'FCMPE_floatcmp',
      title: 'FCMPE',
      pattern: '000 11110 0x 1 mmmmm 00 1000 nnnnn 1k000',
      defaults: { cmpz: 0, Rm: 0 },
      asm: 'fcmpe sc:Rn,sz sc:Rm,sz',
      aliases: [{ asm: 'fcmpe sc:Rn,sz fzero', fix: { cmpz: 1 } }],
    },
    {
      id: 'FCMPE_floatcmp_half',
      title: 'FCMPE (half-precision)',
      pattern: '000 11110 11 1 mmmmm 00 1000 nnnnn 1k000',
      feature: 'FEAT_FP16',
      defaults: { cmpz: 0, Rm: 0 },
      asm: 'fcmpe sc:Rn,h sc:Rm,h',
      aliases: [{ asm: 'fcmpe sc:Rn,h fzero', fix: { cmpz: 1 } }],
    },
  ],
);
