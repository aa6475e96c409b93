import { defineGroup } from '../define.ts';

/** Floating-point conditional select. */
export const floatingPointConditionalSelect = defineGroup(
  'floating-point-conditional-select',
  { legend: { x: 'sz' }, feature: 'FEAT_FP' },
  [
    {
      id: 'FCSEL_floatsel',
      title: 'FCSEL',
      pattern: '000 11110 0x 1 mmmmm cccc 11 nnnnn ddddd',
      asm: 'fcsel sc:Rd,sz sc:Rn,sz sc:Rm,sz cond',
    },
    {
      id: 'FCSEL_floatsel_half',
      title: 'FCSEL (half-precision)',
      pattern: '000 11110 11 1 mmmmm cccc 11 nnnnn ddddd',
      feature: 'FEAT_FP16',
      asm: 'fcsel sc:Rd,h sc:Rn,h sc:Rm,h cond',
    },
  ],
);
