import { defineGroup } from '../define.ts';

/** Conditional compare (register). */
export const conditionalCompareRegister = defineGroup(
  'conditional-compare-register',
  { legend: { v: 'nzcv' } },
  [
    {
      id: 'CCMN_condcmp_reg',
      title: 'CCMN (register)',
      pattern: 'z 0 1 11010010 mmmmm cccc 0 0 nnnnn 0 vvvv',
      asm: 'ccmn r:Rn r:Rm uhex:nzcv cond',
    },
    {
      id: 'CCMP_condcmp_reg',
      title: 'CCMP (register)',
      pattern: 'z 1 1 11010010 mmmmm cccc 0 0 nnnnn 0 vvvv',
      asm: 'ccmp r:Rn r:Rm uhex:nzcv cond',
    },
  ],
);
