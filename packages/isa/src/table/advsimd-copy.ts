import { elementIndex, elementIndexWithQ, smovElement, umovElement } from '../constraints-simd.ts';
import { defineGroup } from '../define.ts';
import { isWholeElement } from '../preferences.ts';

/** Advanced SIMD copy. */
export const advsimdCopy = defineGroup(
  'advsimd-copy',
  { legend: { i: 'imm5', j: 'imm4' }, feature: 'FEAT_AdvSIMD' },
  [
    {
      id: 'DUP_asimdins_element',
      title: 'DUP (element)',
      pattern: '0 Q 0 01110000 iiiii 0 0000 1 nnnnn ddddd',
      constraint: elementIndexWithQ,
      asm: 'dup v:Rd,Telement elem:Rn',
    },
    {
      id: 'DUP_asimdins_general',
      title: 'DUP (general)',
      pattern: '0 Q 0 01110000 iiiii 0 0001 1 nnnnn ddddd',
      constraint: elementIndexWithQ,
      asm: 'dup v:Rd,Telement gpelem:Rn',
    },
    {
      id: 'SMOV_asimdins',
      title: 'SMOV',
      pattern: '0 Q 0 01110000 iiiii 0 0101 1 nnnnn ddddd',
      constraint: smovElement,
      asm: 'smov rq:Rd elem:Rn',
    },
    {
      id: 'UMOV_asimdins',
      title: 'UMOV',
      pattern: '0 Q 0 01110000 iiiii 0 0111 1 nnnnn ddddd',
      constraint: umovElement,
      asm: 'umov rq:Rd elem:Rn',
      aliases: [{ asm: 'mov rq:Rd elem:Rn', requires: isWholeElement }],
    },
    {
      id: 'INS_asimdins_general',
      title: 'INS (general)',
      pattern: '0 1 0 01110000 iiiii 0 0011 1 nnnnn ddddd',
      constraint: elementIndex,
      asm: 'ins elem:Rd gpelem:Rn',
      aliases: [{ asm: 'mov elem:Rd gpelem:Rn' }],
    },
    {
      id: 'INS_asimdins_element',
      title: 'INS (element)',
      pattern: '0 1 1 01110000 iiiii 0 jjjj 1 nnnnn ddddd',
      constraint: elementIndex,
      asm: 'ins elem:Rd elem4:Rn',
      aliases: [{ asm: 'mov elem:Rd elem4:Rn' }],
    },
  ],
);
