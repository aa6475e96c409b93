import { defineGroup } from '../define.ts';

/** Unconditional branch (register). */
export const unconditionalBranchRegister = defineGroup('unconditional-branch-register', {}, [
  { id: 'BR_branch_reg', title: 'BR', pattern: '1101011 0000 11111 000000 nnnnn 00000', asm: 'br x:Rn' },
  { id: 'BLR_branch_reg', title: 'BLR', pattern: '1101011 0001 11111 000000 nnnnn 00000', asm: 'blr x:Rn' },
  {
    id: 'RET_branch_reg',
    title: 'RET',
    pattern: '1101011 0010 11111 000000 nnnnn 00000',
    asm: 'ret x:Rn',
    aliases: [{ asm: 'ret', fix: { Rn: 30 } }],
  },
  { id: 'ERET_branch_reg', title: 'ERET', pattern: '1101011 0100 11111 000000 11111 00000', asm: 'eret' },
  { id: 'DRPS_branch_reg', title: 'DRPS', pattern: '1101011 0101 11111 000000 11111 00000', asm: 'drps' },
]);
