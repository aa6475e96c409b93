import { extractRange } from '../constraints.ts';
import { defineGroup } from '../define.ts';
import { sourcesAreOne } from '../preferences.ts';

/** Extract. */
export const extract = defineGroup('extract', { legend: { N: 'N', i: 'imms' } }, [
  {
    id: 'EXTR_extract',
    title: 'EXTR',
    pattern: 'z 00 100111 N 0 mmmmm iiiiii nnnnn ddddd',
    constraint: extractRange,
    defaults: { N: 'sf' },
    asm: 'extr r:Rd r:Rn r:Rm bit:imms',
    aliases: [{ asm: 'ror r:Rd same:Rn,Rm bit:imms', requires: sourcesAreOne }],
  },
]);
