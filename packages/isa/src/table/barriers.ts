import { defineGroup } from '../define.ts';

/** Barriers. */
export const barriers = defineGroup('barriers', { legend: { C: 'CRm' } }, [
  {
    id: 'CLREX_barriers',
    title: 'CLREX',
    pattern: '1101010100 0 00 011 0011 CCCC 010 11111',
    asm: 'clrex uhex:CRm',
    aliases: [{ asm: 'clrex', fix: { CRm: 15 } }],
  },
  {
    id: 'DSB_barriers',
    title: 'DSB',
    pattern: '1101010100 0 00 011 0011 CCCC 100 11111',
    asm: 'dsb barrier',
    aliases: [
      { asm: 'ssbb', fix: { CRm: 0 } },
      { asm: 'pssbb', fix: { CRm: 4 } },
    ],
  },
  {
    id: 'DMB_barriers',
    title: 'DMB',
    pattern: '1101010100 0 00 011 0011 CCCC 101 11111',
    asm: 'dmb barrier',
  },
  {
    id: 'ISB_barriers',
    title: 'ISB',
    pattern: '1101010100 0 00 011 0011 CCCC 110 11111',
    asm: 'isb isb',
    aliases: [{ asm: 'isb', fix: { CRm: 15 } }],
  },
]);
