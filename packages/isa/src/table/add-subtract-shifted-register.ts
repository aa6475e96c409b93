import { noRorAndAmountBelowDatasize } from '../constraints.ts';
import { defineGroup } from '../define.ts';

/** Add/subtract (shifted register). */
export const addSubtractShiftedRegister = defineGroup(
  'add-subtract-shifted-register',
  { legend: { h: 'shift', i: 'imm6' } },
  [
    {
      id: 'ADD_addsub_shift',
      title: 'ADD (shifted register)',
      pattern: 'z 0 0 01011 hh 0 mmmmm iiiiii nnnnn ddddd',
      constraint: noRorAndAmountBelowDatasize,
      asm: 'add r:Rd r:Rn rshift',
    },
    {
      id: 'ADDS_addsub_shift',
      title: 'ADDS (shifted register)',
      pattern: 'z 0 1 01011 hh 0 mmmmm iiiiii nnnnn ddddd',
      constraint: noRorAndAmountBelowDatasize,
      asm: 'adds r:Rd r:Rn rshift',
      aliases: [{ asm: 'cmn r:Rn rshift', fix: { Rd: 31 } }],
    },
    {
      id: 'SUB_addsub_shift',
      title: 'SUB (shifted register)',
      pattern: 'z 1 0 01011 hh 0 mmmmm iiiiii nnnnn ddddd',
      constraint: noRorAndAmountBelowDatasize,
      asm: 'sub r:Rd r:Rn rshift',
      aliases: [{ asm: 'neg r:Rd rshift', fix: { Rn: 31 } }],
    },
    {
      id: 'SUBS_addsub_shift',
      title: 'SUBS (shifted register)',
      pattern: 'z 1 1 01011 hh 0 mmmmm iiiiii nnnnn ddddd',
      constraint: noRorAndAmountBelowDatasize,
      asm: 'subs r:Rd r:Rn rshift',
      aliases: [
        { asm: 'cmp r:Rn rshift', fix: { Rd: 31 } },
        { asm: 'negs r:Rd rshift', fix: { Rn: 31 } },
      ],
    },
  ],
);
