import { moveWideShift } from '../constraints.ts';
import { defineGroup } from '../define.ts';
import { prefersMovn, prefersMovz } from '../preferences.ts';

/** Move wide (immediate). */
export const moveWide = defineGroup('move-wide', { legend: { h: 'hw', i: 'imm16' } }, [
  {
    id: 'MOVZ_movewide',
    title: 'MOVZ',
    pattern: 'z 10 100101 hh iiiiiiiiiiiiiiii ddddd',
    constraint: moveWideShift,
    asm: 'movz r:Rd wide',
    aliases: [{ asm: 'mov r:Rd movz', when: prefersMovz }],
  },
  {
    id: 'MOVN_movewide',
    title: 'MOVN',
    pattern: 'z 00 100101 hh iiiiiiiiiiiiiiii ddddd',
    constraint: moveWideShift,
    asm: 'movn r:Rd wide',
    aliases: [{ asm: 'mov r:Rd movn', when: prefersMovn }],
  },
  {
    id: 'MOVK_movewide',
    title: 'MOVK',
    pattern: 'z 11 100101 hh iiiiiiiiiiiiiiii ddddd',
    constraint: moveWideShift,
    asm: 'movk r:Rd wide',
  },
]);
