import { defineGroup } from '../define.ts';

/** Conditional compare (immediate). */
export const conditionalCompareImmediate = defineGroup(
  'conditional-compare-immediate',
  { legend: { i: 'imm5', v: 'nzcv' } },
  [
    {
      id: 'CCMN_condcmp_imm',
      title: 'CCMN (immediate)',
      pattern: 'z 0 1 11010010 iiiii cccc 1 0 nnnnn 0 vvvv',
      asm: 'ccmn r:Rn uhex:imm5 uhex:nzcv cond',
    },
    {
      id: 'CCMP_condcmp_imm',
      title: 'CCMP (immediate)',
      pattern: 'z 1 1 11010010 iiiii cccc 1 0 nnnnn 0 vvvv',
      asm: 'ccmp r:Rn uhex:imm5 uhex:nzcv cond',
    },
  ],
);
