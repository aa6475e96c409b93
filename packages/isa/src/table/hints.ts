import { defineGroup } from '../define.ts';

/** Hints. `HINT_hints` matches the whole space; the named hints are more specific. */
export const hints = defineGroup('hints', { legend: { C: 'CRm', o: 'op2' } }, [
  {
    id: 'HINT_hints',
    title: 'HINT',
    pattern: '1101010100 0 00 011 0010 CCCC ooo 11111',
    asm: 'hint hint',
    aliases: [{ asm: 'clearbhb', fix: { CRm: 2, op2: 6 } }],
  },
  { id: 'NOP_hints', title: 'NOP', pattern: '1101010100 0 00 011 0010 0000 000 11111', asm: 'nop' },
  { id: 'YIELD_hints', title: 'YIELD', pattern: '1101010100 0 00 011 0010 0000 001 11111', asm: 'yield' },
  { id: 'WFE_hints', title: 'WFE', pattern: '1101010100 0 00 011 0010 0000 010 11111', asm: 'wfe' },
  { id: 'WFI_hints', title: 'WFI', pattern: '1101010100 0 00 011 0010 0000 011 11111', asm: 'wfi' },
  { id: 'SEV_hints', title: 'SEV', pattern: '1101010100 0 00 011 0010 0000 100 11111', asm: 'sev' },
  { id: 'SEVL_hints', title: 'SEVL', pattern: '1101010100 0 00 011 0010 0000 101 11111', asm: 'sevl' },
]);
