import { defineGroup } from '../define.ts';

/** Load/store register pair (offset). */
export const loadStorePairOffset = defineGroup('load-store-pair-offset', { legend: { i: 'imm7' } }, [
  {
    id: 'STP_ldstpair_off',
    title: 'STP',
    pattern: 'z0 101 0 010 0 iiiiiii uuuuu nnnnn ttttt',
    asm: 'stp r:Rt r:Rt2 pair:2+sf',
  },
  {
    id: 'LDP_ldstpair_off',
    title: 'LDP',
    pattern: 'z0 101 0 010 1 iiiiiii uuuuu nnnnn ttttt',
    asm: 'ldp r:Rt r:Rt2 pair:2+sf',
  },
  {
    id: 'LDPSW_ldstpair_off',
    title: 'LDPSW',
    pattern: '01 101 0 010 1 iiiiiii uuuuu nnnnn ttttt',
    asm: 'ldpsw x:Rt x:Rt2 pair:2',
  },
]);
