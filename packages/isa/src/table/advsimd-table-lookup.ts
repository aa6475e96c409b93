import { defineGroup } from '../define.ts';

/** Advanced SIMD table lookup. */
export const advsimdTableLookup = defineGroup(
  'advsimd-table-lookup',
  { legend: { l: 'len' }, feature: 'FEAT_AdvSIMD' },
  [
    {
      id: 'TBL_asimdtbl',
      title: 'TBL',
      pattern: '0 Q 001110 000 mmmmm 0 ll 0 00 nnnnn ddddd',
      asm: 'tbl v:Rd,B tblist v:Rm,B',
    },
    {
      id: 'TBX_asimdtbl',
      title: 'TBX',
      pattern: '0 Q 001110 000 mmmmm 0 ll 1 00 nnnnn ddddd',
      asm: 'tbx v:Rd,B tblist v:Rm,B',
    },
  ],
);
