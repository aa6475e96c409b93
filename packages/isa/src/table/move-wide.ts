import { moveWideShift } from '../constraints.ts';
import { defineGroup } from '../define.ts';

/** Move wide (immediate). */
export const moveWide = defineGroup('move-wide', { legend: { h: 'hw', i: 'imm16' } }, [
  {
    id: 'MOVN_movewide',
    title: 'MOVN',
    pattern: 'z 00 100101 hh iiiiiiiiiiiiiiii ddddd',
    constraint: moveWideShift,
    asm: 'movn r:Rd wide',
  },
  {
    id: 'MOVZ_movewide',
    title: 'MOVZ',
    pattern: 'z 10 100101 hh iiiiiiiiiiiiiiii ddddd',
    constraint: moveWideShift,
    asm: 'movz r:Rd wide',
  },
  {
    id: 'MOVK_movewide',
    title: 'MOVK',
    pattern: 'z 11 100101 hh iiiiiiiiiiiiiiii ddddd',
    constraint: moveWideShift,
    asm: 'movk r:Rd wide',
  },
]);
