import { defineGroup } from '../define.ts';

/** Load/store no-allocate pair (offset). */
export const loadStoreNoAllocatePair = defineGroup('load-store-no-allocate-pair', { legend: { i: 'imm7' } }, [
  {
    id: 'STNP_ldstnapair_offs',
    title: 'STNP',
    pattern: 'z0 101 0 000 0 iiiiiii uuuuu nnnnn ttttt',
    asm: 'stnp r:Rt r:Rt2 pair:2+sf',
  },
  {
    id: 'LDNP_ldstnapair_offs',
    title: 'LDNP',
    pattern: 'z0 101 0 000 1 iiiiiii uuuuu nnnnn ttttt',
    asm: 'ldnp r:Rt r:Rt2 pair:2+sf',
  },
]);
