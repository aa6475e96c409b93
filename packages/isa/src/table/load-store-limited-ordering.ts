import { defineGroup } from '../define.ts';

/** LoadLOAcquire and StoreLORelease. */
export const loadStoreLimitedOrdering = defineGroup('load-store-limited-ordering', { feature: 'FEAT_LOR' }, [
  {
    id: 'STLLRB_ldstord',
    title: 'STLLRB',
    pattern: '00 001000 1 0 0 sssss 0 uuuuu nnnnn ttttt',
    defaults: { Rs: 31, Rt2: 31 },
    asm: 'stllrb w:Rt base',
  },
  {
    id: 'LDLARB_ldstord',
    title: 'LDLARB',
    pattern: '00 001000 1 1 0 sssss 0 uuuuu nnnnn ttttt',
    defaults: { Rs: 31, Rt2: 31 },
    asm: 'ldlarb w:Rt base',
  },
  {
    id: 'STLLRH_ldstord',
    title: 'STLLRH',
    pattern: '01 001000 1 0 0 sssss 0 uuuuu nnnnn ttttt',
    defaults: { Rs: 31, Rt2: 31 },
    asm: 'stllrh w:Rt base',
  },
  {
    id: 'LDLARH_ldstord',
    title: 'LDLARH',
    pattern: '01 001000 1 1 0 sssss 0 uuuuu nnnnn ttttt',
    defaults: { Rs: 31, Rt2: 31 },
    asm: 'ldlarh w:Rt base',
  },
  {
    id: 'STLLR_ldstord',
    title: 'STLLR',
    pattern: '1z 001000 1 0 0 sssss 0 uuuuu nnnnn ttttt',
    defaults: { Rs: 31, Rt2: 31 },
    asm: 'stllr r:Rt base',
  },
  {
    id: 'LDLAR_ldstord',
    title: 'LDLAR',
    pattern: '1z 001000 1 1 0 sssss 0 uuuuu nnnnn ttttt',
    defaults: { Rs: 31, Rt2: 31 },
    asm: 'ldlar r:Rt base',
  },
]);
