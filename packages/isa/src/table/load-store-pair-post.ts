import { defineGroup } from '../define.ts';

/** Load/store register pair (post-indexed). */
export const loadStorePairPost = defineGroup('load-store-pair-post', { legend: { i: 'imm7' } }, [
  {
    id: 'STP_ldstpair_post',
    title: 'STP',
    pattern: 'z0 101 0 001 0 iiiiiii uuuuu nnnnn ttttt',
    asm: 'stp r:Rt r:Rt2 pairpost:2+sf',
  },
  {
    id: 'LDP_ldstpair_post',
    title: 'LDP',
    pattern: 'z0 101 0 001 1 iiiiiii uuuuu nnnnn ttttt',
    asm: 'ldp r:Rt r:Rt2 pairpost:2+sf',
  },
  {
    id: 'LDPSW_ldstpair_post',
    title: 'LDPSW',
    pattern: '01 101 0 001 1 iiiiiii uuuuu nnnnn ttttt',
    asm: 'ldpsw x:Rt x:Rt2 pairpost:2',
  },
]);
