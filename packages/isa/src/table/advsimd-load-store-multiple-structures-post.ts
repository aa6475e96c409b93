import { doubleNeedsQ } from '../constraints-simd.ts';
import { defineGroup } from '../define.ts';

/** Advanced SIMD load/store multiple structures (post-indexed). */
export const advsimdLoadStoreMultipleStructuresPost = defineGroup(
  'advsimd-load-store-multiple-structures-post',
  { legend: { s: 'size' }, feature: 'FEAT_AdvSIMD' },
  [
    {
      id: 'ST4_asisdlsep',
      title: 'ST4 (multiple structures)',
      pattern: '0 Q 0011001 0 0 mmmmm 0000 ss nnnnn ttttt',
      constraint: doubleNeedsQ,
      asm: 'st4 list:Rt,4,T listpost:4',
    },
    {
      id: 'ST1_asisdlsep_r4',
      title: 'ST1 (multiple structures, four registers)',
      pattern: '0 Q 0011001 0 0 mmmmm 0010 ss nnnnn ttttt',
      asm: 'st1 list:Rt,4,T listpost:4',
    },
    {
      id: 'ST3_asisdlsep',
      title: 'ST3 (multiple structures)',
      pattern: '0 Q 0011001 0 0 mmmmm 0100 ss nnnnn ttttt',
      constraint: doubleNeedsQ,
      asm: 'st3 list:Rt,3,T listpost:3',
    },
    {
      id: 'ST1_asisdlsep_r3',
      title: 'ST1 (multiple structures, three registers)',
      pattern: '0 Q 0011001 0 0 mmmmm 0110 ss nnnnn ttttt',
      asm: 'st1 list:Rt,3,T listpost:3',
    },
    {
      id: 'ST1_asisdlsep_r1',
      title: 'ST1 (multiple structures, one register)',
      pattern: '0 Q 0011001 0 0 mmmmm 0111 ss nnnnn ttttt',
      asm: 'st1 list:Rt,1,T listpost:1',
    },
    {
      id: 'ST2_asisdlsep',
      title: 'ST2 (multiple structures)',
      pattern: '0 Q 0011001 0 0 mmmmm 1000 ss nnnnn ttttt',
      constraint: doubleNeedsQ,
      asm: 'st2 list:Rt,2,T listpost:2',
    },
    {
      id: 'ST1_asisdlsep_r2',
      title: 'ST1 (multiple structures, two registers)',
      pattern: '0 Q 0011001 0 0 mmmmm 1010 ss nnnnn ttttt',
      asm: 'st1 list:Rt,2,T listpost:2',
    },
    {
      id: 'LD4_asisdlsep',
      title: 'LD4 (multiple structures)',
      pattern: '0 Q 0011001 1 0 mmmmm 0000 ss nnnnn ttttt',
      constraint: doubleNeedsQ,
      asm: 'ld4 list:Rt,4,T listpost:4',
    },
    {
      id: 'LD1_asisdlsep_r4',
      title: 'LD1 (multiple structures, four registers)',
      pattern: '0 Q 0011001 1 0 mmmmm 0010 ss nnnnn ttttt',
      asm: 'ld1 list:Rt,4,T listpost:4',
    },
    {
      id: 'LD3_asisdlsep',
      title: 'LD3 (multiple structures)',
      pattern: '0 Q 0011001 1 0 mmmmm 0100 ss nnnnn ttttt',
      constraint: doubleNeedsQ,
      asm: 'ld3 list:Rt,3,T listpost:3',
    },
    {
      id: 'LD1_asisdlsep_r3',
      title: 'LD1 (multiple structures, three registers)',
      pattern: '0 Q 0011001 1 0 mmmmm 0110 ss nnnnn ttttt',
      asm: 'ld1 list:Rt,3,T listpost:3',
    },
    {
      id: 'LD1_asisdlsep_r1',
      title: 'LD1 (multiple structures, one register)',
      pattern: '0 Q 0011001 1 0 mmmmm 0111 ss nnnnn ttttt',
      asm: 'ld1 list:Rt,1,T listpost:1',
    },
    {
      id: 'LD2_asisdlsep',
      title: 'LD2 (multiple structures)',
      pattern: '0 Q 0011001 1 0 mmmmm 1000 ss nnnnn ttttt',
      constraint: doubleNeedsQ,
      asm: 'ld2 list:Rt,2,T listpost:2',
    },
    {
      id: 'LD1_asisdlsep_r2',
      title: 'LD1 (multiple structures, two registers)',
      pattern: '0 Q 0011001 1 0 mmmmm 1010 ss nnnnn ttttt',
      asm: 'ld1 list:Rt,2,T listpost:2',
    },
  ],
);
