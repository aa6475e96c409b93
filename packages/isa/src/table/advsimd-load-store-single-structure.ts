import { singleStructure } from '../constraints-simd.ts';
import { defineGroup } from '../define.ts';

/** Advanced SIMD load/store single structure. `scale` is the size of the element: 0 byte, 1 halfword, 2 word or doubleword. */
export const advsimdLoadStoreSingleStructure = defineGroup(
  'advsimd-load-store-single-structure',
  { legend: { s: 'size', k: 'scale', S: 'S' }, feature: 'FEAT_AdvSIMD' },
  [
    {
      id: 'ST1_asisdlso',
      title: 'ST1 (single structure)',
      pattern: '0 Q 001101 0 0 0 00000 kk0 S ss nnnnn ttttt',
      constraint: singleStructure,
      asm: 'st1 elemlist:1 base',
    },
    {
      id: 'ST2_asisdlso',
      title: 'ST2 (single structure)',
      pattern: '0 Q 001101 0 0 1 00000 kk0 S ss nnnnn ttttt',
      constraint: singleStructure,
      asm: 'st2 elemlist:2 base',
    },
    {
      id: 'ST3_asisdlso',
      title: 'ST3 (single structure)',
      pattern: '0 Q 001101 0 0 0 00000 kk1 S ss nnnnn ttttt',
      constraint: singleStructure,
      asm: 'st3 elemlist:3 base',
    },
    {
      id: 'ST4_asisdlso',
      title: 'ST4 (single structure)',
      pattern: '0 Q 001101 0 0 1 00000 kk1 S ss nnnnn ttttt',
      constraint: singleStructure,
      asm: 'st4 elemlist:4 base',
    },
    {
      id: 'LD1_asisdlso',
      title: 'LD1 (single structure)',
      pattern: '0 Q 001101 0 1 0 00000 kk0 S ss nnnnn ttttt',
      constraint: singleStructure,
      asm: 'ld1 elemlist:1 base',
    },
    {
      id: 'LD2_asisdlso',
      title: 'LD2 (single structure)',
      pattern: '0 Q 001101 0 1 1 00000 kk0 S ss nnnnn ttttt',
      constraint: singleStructure,
      asm: 'ld2 elemlist:2 base',
    },
    {
      id: 'LD3_asisdlso',
      title: 'LD3 (single structure)',
      pattern: '0 Q 001101 0 1 0 00000 kk1 S ss nnnnn ttttt',
      constraint: singleStructure,
      asm: 'ld3 elemlist:3 base',
    },
    {
      id: 'LD4_asisdlso',
      title: 'LD4 (single structure)',
      pattern: '0 Q 001101 0 1 1 00000 kk1 S ss nnnnn ttttt',
      constraint: singleStructure,
      asm: 'ld4 elemlist:4 base',
    },
    {
      id: 'LD1R_asisdlso',
      title: 'LD1R',
      pattern: '0 Q 001101 0 1 0 00000 110 0 ss nnnnn ttttt',
      asm: 'ld1r list:Rt,1,T base',
    },
    {
      id: 'LD2R_asisdlso',
      title: 'LD2R',
      pattern: '0 Q 001101 0 1 1 00000 110 0 ss nnnnn ttttt',
      asm: 'ld2r list:Rt,2,T base',
    },
    {
      id: 'LD3R_asisdlso',
      title: 'LD3R',
      pattern: '0 Q 001101 0 1 0 00000 111 0 ss nnnnn ttttt',
      asm: 'ld3r list:Rt,3,T base',
    },
    {
      id: 'LD4R_asisdlso',
      title: 'LD4R',
      pattern: '0 Q 001101 0 1 1 00000 111 0 ss nnnnn ttttt',
      asm: 'ld4r list:Rt,4,T base',
    },
  ],
);
