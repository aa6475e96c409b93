import { defineGroup } from '../define.ts';

/** PC-relative addressing. */
export const pcRelative = defineGroup('pc-relative', { legend: { l: 'immlo', i: 'immhi' } }, [
  { id: 'ADR_pcreladdr', title: 'ADR', pattern: '0 ll 10000 iiiiiiiiiiiiiiiiiii ddddd', asm: 'adr x:Rd adr' },
  {
    id: 'ADRP_pcreladdr',
    title: 'ADRP',
    pattern: '1 ll 10000 iiiiiiiiiiiiiiiiiii ddddd',
    asm: 'adrp x:Rd adrp',
  },
]);
