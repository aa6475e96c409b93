import { elementIndex, elementIndexWithQ, smovElement, umovElement } from '../constraints-simd.ts';
import { defineGroup } from '../define.ts';

/** Advanced SIMD copy. */
export const advsimdCopy = defineGroup(
  'advsimd-copy',
  { legend: { i: 'imm5', j: 'imm4' }, feature: 'FEAT_AdvSIMD', status: 'todo' },
  [
    {
      id: 'DUP_asimdins_element',
      title: 'DUP (element)',
      pattern: '0 Q 0 01110000 iiiii 0 0000 1 nnnnn ddddd',
      constraint: elementIndexWithQ,
    },
    {
      id: 'DUP_asimdins_general',
      title: 'DUP (general)',
      pattern: '0 Q 0 01110000 iiiii 0 0001 1 nnnnn ddddd',
      constraint: elementIndexWithQ,
    },
    {
      id: 'SMOV_asimdins',
      title: 'SMOV',
      pattern: '0 Q 0 01110000 iiiii 0 0101 1 nnnnn ddddd',
      constraint: smovElement,
    },
    {
      id: 'UMOV_asimdins',
      title: 'UMOV',
      pattern: '0 Q 0 01110000 iiiii 0 0111 1 nnnnn ddddd',
      constraint: umovElement,
    },
    {
      id: 'INS_asimdins_general',
      title: 'INS (general)',
      pattern: '0 1 0 01110000 iiiii 0 0011 1 nnnnn ddddd',
      constraint: elementIndex,
    },
    {
      id: 'INS_asimdins_element',
      title: 'INS (element)',
      pattern: '0 1 1 01110000 iiiii 0 jjjj 1 nnnnn ddddd',
      constraint: elementIndex,
    },
  ],
);
