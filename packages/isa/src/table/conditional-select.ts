import { defineGroup } from '../define.ts';
import { hasOppositeCondition, isConditionalNegate, isConditionalStep } from '../preferences.ts';

/** Conditional select. */
export const conditionalSelect = defineGroup('conditional-select', {}, [
  {
    id: 'CSEL_condsel',
    title: 'CSEL',
    pattern: 'z 0 0 11010100 mmmmm cccc 00 nnnnn ddddd',
    asm: 'csel r:Rd r:Rn r:Rm cond',
  },
  {
    id: 'CSINC_condsel',
    title: 'CSINC',
    pattern: 'z 0 0 11010100 mmmmm cccc 01 nnnnn ddddd',
    asm: 'csinc r:Rd r:Rn r:Rm cond',
    aliases: [
      { asm: 'cset r:Rd condinv', fix: { Rn: 31, Rm: 31 }, when: hasOppositeCondition },
      { asm: 'cinc r:Rd same:Rn,Rm condinv', when: isConditionalStep },
    ],
  },
  {
    id: 'CSINV_condsel',
    title: 'CSINV',
    pattern: 'z 1 0 11010100 mmmmm cccc 00 nnnnn ddddd',
    asm: 'csinv r:Rd r:Rn r:Rm cond',
    aliases: [
      { asm: 'csetm r:Rd condinv', fix: { Rn: 31, Rm: 31 }, when: hasOppositeCondition },
      { asm: 'cinv r:Rd same:Rn,Rm condinv', when: isConditionalStep },
    ],
  },
  {
    id: 'CSNEG_condsel',
    title: 'CSNEG',
    pattern: 'z 1 0 11010100 mmmmm cccc 01 nnnnn ddddd',
    asm: 'csneg r:Rd r:Rn r:Rm cond',
    aliases: [{ asm: 'cneg r:Rd same:Rn,Rm condinv', when: isConditionalNegate }],
  },
]);
