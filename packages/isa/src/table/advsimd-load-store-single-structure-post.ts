import { singleStructure } from '../constraints-simd.ts';
import { defineGroup } from '../define.ts';

/** Advanced SIMD load/store single structure (post-indexed). */
export const advsimdLoadStoreSingleStructurePost = defineGroup(
  'advsimd-load-store-single-structure-post',
  { legend: { s: 'size', k: 'scale', S: 'S' }, feature: 'FEAT_AdvSIMD' },
  [
    {
      id: 'ST1_asisdlsop',
      title: 'ST1 (single structure)',
      pattern: '0 Q 001101 1 0 0 mmmmm kk0 S ss nnnnn ttttt',
      constraint: singleStructure,
      asm: 'st1 elemlist:1 elempost:1',
    },
    {
      id: 'ST2_asisdlsop',
      title: 'ST2 (single structure)',
      pattern: '0 Q 001101 1 0 1 mmmmm kk0 S ss nnnnn ttttt',
      constraint: singleStructure,
      asm: 'st2 elemlist:2 elempost:2',
    },
    {
      id: 'ST3_asisdlsop',
      title: 'ST3 (single structure)',
      pattern: '0 Q 001101 1 0 0 mmmmm kk1 S ss nnnnn ttttt',
      constraint: singleStructure,
      asm: 'st3 elemlist:3 elempost:3',
    },
    {
      id: 'ST4_asisdlsop',
      title: 'ST4 (single structure)',
      pattern: '0 Q 001101 1 0 1 mmmmm kk1 S ss nnnnn ttttt',
      constraint: singleStructure,
      asm: 'st4 elemlist:4 elempost:4',
    },
    {
      id: 'LD1_asisdlsop',
      title: 'LD1 (single structure)',
      pattern: '0 Q 001101 1 1 0 mmmmm kk0 S ss nnnnn ttttt',
      constraint: singleStructure,
      asm: 'ld1 elemlist:1 elempost:1',
    },
    {
      id: 'LD2_asisdlsop',
      title: 'LD2 (single structure)',
      pattern: '0 Q 001101 1 1 1 mmmmm kk0 S ss nnnnn ttttt',
      constraint: singleStructure,
      asm: 'ld2 elemlist:2 elempost:2',
    },
    {
      id: 'LD3_asisdlsop',
      title: 'LD3 (single structure)',
      pattern: '0 Q 001101 1 1 0 mmmmm kk1 S ss nnnnn ttttt',
      constraint: singleStructure,
      asm: 'ld3 elemlist:3 elempost:3',
    },
    {
      id: 'LD4_asisdlsop',
      title: 'LD4 (single structure)',
      pattern: '0 Q 001101 1 1 1 mmmmm kk1 S ss nnnnn ttttt',
      constraint: singleStructure,
      asm: 'ld4 elemlist:4 elempost:4',
    },
    {
      id: 'LD1R_asisdlsop',
      title: 'LD1R',
      pattern: '0 Q 001101 1 1 0 mmmmm 110 0 ss nnnnn ttttt',
      asm: 'ld1r list:Rt,1,T reppost:1',
    },
    {
      id: 'LD2R_asisdlsop',
      title: 'LD2R',
      pattern: '0 Q 001101 1 1 1 mmmmm 110 0 ss nnnnn ttttt',
      asm: 'ld2r list:Rt,2,T reppost:2',
    },
    {
      id: 'LD3R_asisdlsop',
      title: 'LD3R',
      pattern: '0 Q 001101 1 1 0 mmmmm 111 0 ss nnnnn ttttt',
      asm: 'ld3r list:Rt,3,T reppost:3',
    },
    {
      id: 'LD4R_asisdlsop',
      title: 'LD4R',
      pattern: '0 Q 001101 1 1 1 mmmmm 111 0 ss nnnnn ttttt',
      asm: 'ld4r list:Rt,4,T reppost:4',
    },
  ],
);
