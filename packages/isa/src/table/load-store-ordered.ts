import { defineGroup } from '../define.ts';

/** Load-acquire and store-release. */
export const loadStoreOrdered = defineGroup('load-store-ordered', {}, [
  {
    id: 'STLRB_ldstord',
    title: 'STLRB',
    pattern: '00 001000 1 0 0 sssss 1 uuuuu nnnnn ttttt',
    defaults: { Rs: 31, Rt2: 31 },
    asm: 'stlrb w:Rt base',
  },
  {
    id: 'LDARB_ldstord',
    title: 'LDARB',
    pattern: '00 001000 1 1 0 sssss 1 uuuuu nnnnn ttttt',
    defaults: { Rs: 31, Rt2: 31 },
    asm: 'ldarb w:Rt base',
  },
  {
    id: 'STLRH_ldstord',
    title: 'STLRH',
    pattern: '01 001000 1 0 0 sssss 1 uuuuu nnnnn ttttt',
    defaults: { Rs: 31, Rt2: 31 },
    asm: 'stlrh w:Rt base',
  },
  {
    id: 'LDARH_ldstord',
    title: 'LDARH',
    pattern: '01 001000 1 1 0 sssss 1 uuuuu nnnnn ttttt',
    defaults: { Rs: 31, Rt2: 31 },
    asm: 'ldarh w:Rt base',
  },
  {
    id: 'STLR_ldstord',
    title: 'STLR',
    pattern: '1z 001000 1 0 0 sssss 1 uuuuu nnnnn ttttt',
    defaults: { Rs: 31, Rt2: 31 },
    asm: 'stlr r:Rt base',
  },
  {
    id: 'LDAR_ldstord',
    title: 'LDAR',
    pattern: '1z 001000 1 1 0 sssss 1 uuuuu nnnnn ttttt',
    defaults: { Rs: 31, Rt2: 31 },
    asm: 'ldar r:Rt base',
  },
]);
