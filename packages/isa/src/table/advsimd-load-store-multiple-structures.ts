import { doubleNeedsQ } from '../constraints-simd.ts';
import { defineGroup } from '../define.ts';

/** Advanced SIMD load/store multiple structures. */
export const advsimdLoadStoreMultipleStructures = defineGroup(
  'advsimd-load-store-multiple-structures',
  { legend: { s: 'size' }, feature: 'FEAT_AdvSIMD' },
  [
    {
      id: 'ST4_asisdlse',
      title: 'ST4 (multiple structures)',
      pattern: '0 Q 0011000 0 000000 0000 ss nnnnn ttttt',
      constraint: doubleNeedsQ,
      asm: 'st4 list:Rt,4,T base',
    },
    {
      id: 'ST1_asisdlse_r4',
      title: 'ST1 (multiple structures, four registers)',
      pattern: '0 Q 0011000 0 000000 0010 ss nnnnn ttttt',
      asm: 'st1 list:Rt,4,T base',
    },
    {
      id: 'ST3_asisdlse',
      title: 'ST3 (multiple structures)',
      pattern: '0 Q 0011000 0 000000 0100 ss nnnnn ttttt',
      constraint: doubleNeedsQ,
      asm: 'st3 list:Rt,3,T base',
    },
    {
      id: 'ST1_asisdlse_r3',
      title: 'ST1 (multiple structures, three registers)',
      pattern: '0 Q 0011000 0 000000 0110 ss nnnnn ttttt',
      asm: 'st1 list:Rt,3,T base',
    },
    {
      id: 'ST1_asisdlse_r1',
      title: 'ST1 (multiple structures, one register)',
      pattern: '0 Q 0011000 0 000000 0111 ss nnnnn ttttt',
      asm: 'st1 list:Rt,1,T base',
    },
    {
      id: 'ST2_asisdlse',
      title: 'ST2 (multiple structures)',
      pattern: '0 Q 0011000 0 000000 1000 ss nnnnn ttttt',
      constraint: doubleNeedsQ,
      asm: 'st2 list:Rt,2,T base',
    },
    {
      id: 'ST1_asisdlse_r2',
      title: 'ST1 (multiple structures, two registers)',
      pattern: '0 Q 0011000 0 000000 1010 ss nnnnn ttttt',
      asm: 'st1 list:Rt,2,T base',
    },
    {
      id: 'LD4_asisdlse',
      title: 'LD4 (multiple structures)',
      pattern: '0 Q 0011000 1 000000 0000 ss nnnnn ttttt',
      constraint: doubleNeedsQ,
      asm: 'ld4 list:Rt,4,T base',
    },
    {
      id: 'LD1_asisdlse_r4',
      title: 'LD1 (multiple structures, four registers)',
      pattern: '0 Q 0011000 1 000000 0010 ss nnnnn ttttt',
      asm: 'ld1 list:Rt,4,T base',
    },
    {
      id: 'LD3_asisdlse',
      title: 'LD3 (multiple structures)',
      pattern: '0 Q 0011000 1 000000 0100 ss nnnnn ttttt',
      constraint: doubleNeedsQ,
      asm: 'ld3 list:Rt,3,T base',
    },
    {
      id: 'LD1_asisdlse_r3',
      title: 'LD1 (multiple structures, three registers)',
      pattern: '0 Q 0011000 1 000000 0110 ss nnnnn ttttt',
      asm: 'ld1 list:Rt,3,T base',
    },
    {
      id: 'LD1_asisdlse_r1',
      title: 'LD1 (multiple structures, one register)',
      pattern: '0 Q 0011000 1 000000 0111 ss nnnnn ttttt',
      asm: 'ld1 list:Rt,1,T base',
    },
    {
      id: 'LD2_asisdlse',
      title: 'LD2 (multiple structures)',
      pattern: '0 Q 0011000 1 000000 1000 ss nnnnn ttttt',
      constraint: doubleNeedsQ,
      asm: 'ld2 list:Rt,2,T base',
    },
    {
      id: 'LD1_asisdlse_r2',
      title: 'LD1 (multiple structures, two registers)',
      pattern: '0 Q 0011000 1 000000 1010 ss nnnnn ttttt',
      asm: 'ld1 list:Rt,2,T base',
    },
  ],
);
