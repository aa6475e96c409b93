import { defineGroup } from '../define.ts';

/** Add/subtract (immediate). */
export const addSubtractImmediate = defineGroup(
  'add-subtract-immediate',
  { legend: { h: 'sh', i: 'imm12' } },
  [
    {
      id: 'ADD_addsub_imm',
      title: 'ADD (immediate)',
      pattern: 'z 0 0 100010 h iiiiiiiiiiii nnnnn ddddd',
      asm: 'add rsp:Rd rsp:Rn addimm',
    },
    {
      id: 'ADDS_addsub_imm',
      title: 'ADDS (immediate)',
      pattern: 'z 0 1 100010 h iiiiiiiiiiii nnnnn ddddd',
      asm: 'adds r:Rd rsp:Rn addimm',
    },
    {
      id: 'SUB_addsub_imm',
      title: 'SUB (immediate)',
      pattern: 'z 1 0 100010 h iiiiiiiiiiii nnnnn ddddd',
      asm: 'sub rsp:Rd rsp:Rn addimm',
    },
    {
      id: 'SUBS_addsub_imm',
      title: 'SUBS (immediate)',
      pattern: 'z 1 1 100010 h iiiiiiiiiiii nnnnn ddddd',
      asm: 'subs r:Rd rsp:Rn addimm',
    },
  ],
);
