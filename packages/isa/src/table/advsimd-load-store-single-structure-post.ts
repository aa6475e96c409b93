import { singleStructure } from '../constraints-simd.ts';
import { defineGroup } from '../define.ts';

/** Advanced SIMD load/store single structure (post-indexed). */
export const advsimdLoadStoreSingleStructurePost = defineGroup(
  'advsimd-load-store-single-structure-post',
  { legend: { s: 'size', k: 'scale', S: 'S' }, feature: 'FEAT_AdvSIMD', status: 'todo' },
  [
    {
      id: 'ST1_asisdlsop',
      title: 'ST1 (single structure)',
      pattern: '0 Q 001101 1 0 0 mmmmm kk0 S ss nnnnn ttttt',
      constraint: singleStructure,
    },
    {
      id: 'ST2_asisdlsop',
      title: 'ST2 (single structure)',
      pattern: '0 Q 001101 1 0 1 mmmmm kk0 S ss nnnnn ttttt',
      constraint: singleStructure,
    },
    {
      id: 'ST3_asisdlsop',
      title: 'ST3 (single structure)',
      pattern: '0 Q 001101 1 0 0 mmmmm kk1 S ss nnnnn ttttt',
      constraint: singleStructure,
    },
    {
      id: 'ST4_asisdlsop',
      title: 'ST4 (single structure)',
      pattern: '0 Q 001101 1 0 1 mmmmm kk1 S ss nnnnn ttttt',
      constraint: singleStructure,
    },
    {
      id: 'LD1_asisdlsop',
      title: 'LD1 (single structure)',
      pattern: '0 Q 001101 1 1 0 mmmmm kk0 S ss nnnnn ttttt',
      constraint: singleStructure,
    },
    {
      id: 'LD2_asisdlsop',
      title: 'LD2 (single structure)',
      pattern: '0 Q 001101 1 1 1 mmmmm kk0 S ss nnnnn ttttt',
      constraint: singleStructure,
    },
    {
      id: 'LD3_asisdlsop',
      title: 'LD3 (single structure)',
      pattern: '0 Q 001101 1 1 0 mmmmm kk1 S ss nnnnn ttttt',
      constraint: singleStructure,
    },
    {
      id: 'LD4_asisdlsop',
      title: 'LD4 (single structure)',
      pattern: '0 Q 001101 1 1 1 mmmmm kk1 S ss nnnnn ttttt',
      constraint: singleStructure,
    },
    { id: 'LD1R_asisdlsop', title: 'LD1R', pattern: '0 Q 001101 1 1 0 mmmmm 110 0 ss nnnnn ttttt' },
    { id: 'LD2R_asisdlsop', title: 'LD2R', pattern: '0 Q 001101 1 1 1 mmmmm 110 0 ss nnnnn ttttt' },
    { id: 'LD3R_asisdlsop', title: 'LD3R', pattern: '0 Q 001101 1 1 0 mmmmm 111 0 ss nnnnn ttttt' },
    { id: 'LD4R_asisdlsop', title: 'LD4R', pattern: '0 Q 001101 1 1 1 mmmmm 111 0 ss nnnnn ttttt' },
  ],
);
