import { defineGroup } from '../define.ts';

/** Load/store register pair (pre-indexed). */
export const loadStorePairPre = defineGroup('load-store-pair-pre', { legend: { i: 'imm7' } }, [
  {
    id: 'STP_ldstpair_pre',
    title: 'STP',
    pattern: 'z0 101 0 011 0 iiiiiii uuuuu nnnnn ttttt',
    asm: 'stp r:Rt r:Rt2 pairpre:2+sf',
  },
  {
    id: 'LDP_ldstpair_pre',
    title: 'LDP',
    pattern: 'z0 101 0 011 1 iiiiiii uuuuu nnnnn ttttt',
    asm: 'ldp r:Rt r:Rt2 pairpre:2+sf',
  },
  {
    id: 'LDPSW_ldstpair_pre',
    title: 'LDPSW',
    pattern: '01 101 0 011 1 iiiiiii uuuuu nnnnn ttttt',
    asm: 'ldpsw x:Rt x:Rt2 pairpre:2',
  },
]);
