import { extendAmountAtMost4 } from '../constraints.ts';
import { defineGroup } from '../define.ts';

/** Add/subtract (extended register). */
export const addSubtractExtendedRegister = defineGroup(
  'add-subtract-extended-register',
  { legend: { o: 'option', i: 'imm3' } },
  [
    {
      id: 'ADD_addsub_ext',
      title: 'ADD (extended register)',
      pattern: 'z 0 0 01011 00 1 mmmmm ooo iii nnnnn ddddd',
      constraint: extendAmountAtMost4,
      asm: 'add rsp:Rd rsp:Rn rext',
    },
    {
      id: 'ADDS_addsub_ext',
      title: 'ADDS (extended register)',
      pattern: 'z 0 1 01011 00 1 mmmmm ooo iii nnnnn ddddd',
      constraint: extendAmountAtMost4,
      asm: 'adds r:Rd rsp:Rn rext:s',
      aliases: [{ asm: 'cmn rsp:Rn rext:s', fix: { Rd: 31 } }],
    },
    {
      id: 'SUB_addsub_ext',
      title: 'SUB (extended register)',
      pattern: 'z 1 0 01011 00 1 mmmmm ooo iii nnnnn ddddd',
      constraint: extendAmountAtMost4,
      asm: 'sub rsp:Rd rsp:Rn rext',
    },
    {
      id: 'SUBS_addsub_ext',
      title: 'SUBS (extended register)',
      pattern: 'z 1 1 01011 00 1 mmmmm ooo iii nnnnn ddddd',
      constraint: extendAmountAtMost4,
      asm: 'subs r:Rd rsp:Rn rext:s',
      aliases: [{ asm: 'cmp rsp:Rn rext:s', fix: { Rd: 31 } }],
    },
  ],
);
