import { defineGroup } from '../define.ts';

/** Test and branch (immediate). */
export const testAndBranch = defineGroup('test-and-branch', { legend: { b: 'b5', o: 'b40', i: 'imm14' } }, [
  {
    id: 'TBZ_testbranch',
    title: 'TBZ',
    pattern: 'b 011011 0 ooooo iiiiiiiiiiiiii ttttt',
    asm: 'tbz tbreg:Rt tbbit label:imm14',
  },
  {
    id: 'TBNZ_testbranch',
    title: 'TBNZ',
    pattern: 'b 011011 1 ooooo iiiiiiiiiiiiii ttttt',
    asm: 'tbnz tbreg:Rt tbbit label:imm14',
  },
]);
