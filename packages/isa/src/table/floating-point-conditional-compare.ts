import { defineGroup } from '../define.ts';

/** Floating-point conditional compare. */
export const floatingPointConditionalCompare = defineGroup(
  'floating-point-conditional-compare',
  { legend: { x: 'sz', v: 'nzcv' }, feature: 'FEAT_FP' },
  [
    {
      id: 'FCCMP_floatccmp',
      title: 'FCCMP',
      pattern: '000 11110 0x 1 mmmmm cccc 01 nnnnn 0 vvvv',
      asm: 'fccmp sc:Rn,sz sc:Rm,sz uhex:nzcv cond',
    },
    {
      id: 'FCCMP_floatccmp_half',
      title: 'FCCMP (half-precision)',
      pattern: '000 11110 11 1 mmmmm cccc 01 nnnnn 0 vvvv',
      feature: 'FEAT_FP16',
      asm: 'fccmp sc:Rn,h sc:Rm,h uhex:nzcv cond',
    },
    {
      id: 'FCCMPE_floatccmp',
      title: 'FCCMPE',
      pattern: '000 11110 0x 1 mmmmm cccc 01 nnnnn 1 vvvv',
      asm: 'fccmpe sc:Rn,sz sc:Rm,sz uhex:nzcv cond',
    },
    {
      id: 'FCCMPE_floatccmp_half',
      title: 'FCCMPE (half-precision)',
      pattern: '000 11110 11 1 mmmmm cccc 01 nnnnn 1 vvvv',
      feature: 'FEAT_FP16',
      asm: 'fccmpe sc:Rn,h sc:Rm,h uhex:nzcv cond',
    },
  ],
);
