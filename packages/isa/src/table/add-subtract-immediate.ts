import { defineGroup } from '../define.ts';
import { usesStackPointer } from '../preferences.ts';

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
      aliases: [
        { asm: 'mov rsp:Rd rsp:Rn', fix: { sh: 0, imm12: 0 }, requires: usesStackPointer },
        { asm: 'sub rsp:Rd rsp:Rn negaddimm', assembleOnly: true },
      ],
    },
    {
      id: 'ADDS_addsub_imm',
      title: 'ADDS (immediate)',
      pattern: 'z 0 1 100010 h iiiiiiiiiiii nnnnn ddddd',
      asm: 'adds r:Rd rsp:Rn addimm',
      aliases: [
        { asm: 'cmn rsp:Rn addimm', fix: { Rd: 31 } },
        { asm: 'cmp rsp:Rn negaddimm', fix: { Rd: 31 }, assembleOnly: true },
        { asm: 'subs r:Rd rsp:Rn negaddimm', assembleOnly: true },
      ],
    },
    {
      id: 'SUB_addsub_imm',
      title: 'SUB (immediate)',
      pattern: 'z 1 0 100010 h iiiiiiiiiiii nnnnn ddddd',
      asm: 'sub rsp:Rd rsp:Rn addimm',
      aliases: [{ asm: 'add rsp:Rd rsp:Rn negaddimm', assembleOnly: true }],
    },
    {
      id: 'SUBS_addsub_imm',
      title: 'SUBS (immediate)',
      pattern: 'z 1 1 100010 h iiiiiiiiiiii nnnnn ddddd',
      asm: 'subs r:Rd rsp:Rn addimm',
      aliases: [
        { asm: 'cmp rsp:Rn addimm', fix: { Rd: 31 } },
        { asm: 'cmn rsp:Rn negaddimm', fix: { Rd: 31 }, assembleOnly: true },
        { asm: 'adds r:Rd rsp:Rn negaddimm', assembleOnly: true },
      ],
    },
  ],
);
