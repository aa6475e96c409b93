import { bitfieldRange } from '../constraints.ts';
import { defineGroup } from '../define.ts';

/** Bitfield. */
export const bitfield = defineGroup('bitfield', { legend: { N: 'N', r: 'immr', i: 'imms' } }, [
  {
    id: 'SBFM_bitfield',
    title: 'SBFM',
    pattern: 'z 00 100110 N rrrrrr iiiiii nnnnn ddddd',
    constraint: bitfieldRange,
    asm: 'sbfm r:Rd r:Rn bit:immr bit:imms',
  },
  {
    id: 'BFM_bitfield',
    title: 'BFM',
    pattern: 'z 01 100110 N rrrrrr iiiiii nnnnn ddddd',
    constraint: bitfieldRange,
    asm: 'bfm r:Rd r:Rn bit:immr bit:imms',
  },
  {
    id: 'UBFM_bitfield',
    title: 'UBFM',
    pattern: 'z 10 100110 N rrrrrr iiiiii nnnnn ddddd',
    constraint: bitfieldRange,
    asm: 'ubfm r:Rd r:Rn bit:immr bit:imms',
  },
]);
