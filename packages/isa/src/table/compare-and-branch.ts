import { defineGroup } from '../define.ts';

/** Compare and branch (immediate). */
export const compareAndBranch = defineGroup('compare-and-branch', { legend: { i: 'imm19' } }, [
  {
    id: 'CBZ_compbranch',
    title: 'CBZ',
    pattern: 'z 011010 0 iiiiiiiiiiiiiiiiiii ttttt',
    asm: 'cbz r:Rt label:imm19',
  },
  {
    id: 'CBNZ_compbranch',
    title: 'CBNZ',
    pattern: 'z 011010 1 iiiiiiiiiiiiiiiiiii ttttt',
    asm: 'cbnz r:Rt label:imm19',
  },
]);
