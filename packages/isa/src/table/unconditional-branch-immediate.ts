import { defineGroup } from '../define.ts';

/** Unconditional branch (immediate). */
export const unconditionalBranchImmediate = defineGroup(
  'unconditional-branch-immediate',
  { legend: { i: 'imm26' } },
  [
    { id: 'B_branch_imm', title: 'B', pattern: '0 00101 iiiiiiiiiiiiiiiiiiiiiiiiii', asm: 'b label:imm26' },
    {
      id: 'BL_branch_imm',
      title: 'BL',
      pattern: '1 00101 iiiiiiiiiiiiiiiiiiiiiiiiii',
      asm: 'bl label:imm26',
    },
  ],
);
