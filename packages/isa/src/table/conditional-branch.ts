import { defineGroup } from '../define.ts';

/** Conditional branch (immediate). */
export const conditionalBranch = defineGroup('conditional-branch', { legend: { i: 'imm19' } }, [
  {
    id: 'B_condbranch',
    title: 'B.cond',
    pattern: '0101010 0 iiiiiiiiiiiiiiiiiii 0 cccc',
    asm: 'b.<cond> label:imm19',
    aliases: [{ asm: 'b<cond> label:imm19', assembleOnly: true }],
  },
]);
