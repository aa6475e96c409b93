import { defineGroup } from '../define.ts';

/** Flag manipulation. */
export const flagManipulation = defineGroup(
  'flag-manipulation',
  { legend: { j: 'imm6', k: 'mask' }, feature: 'FEAT_FlagM' },
  [
    { id: 'CFINV_pstate', title: 'CFINV', pattern: '1101010100 0 00 000 0100 ---- 000 11111', asm: 'cfinv' },
    {
      id: 'XAFLAG_pstate',
      title: 'XAFLAG',
      pattern: '1101010100 0 00 000 0100 ---- 001 11111',
      feature: 'FEAT_FlagM2',
      asm: 'xaflag',
    },
    {
      id: 'AXFLAG_pstate',
      title: 'AXFLAG',
      pattern: '1101010100 0 00 000 0100 ---- 010 11111',
      feature: 'FEAT_FlagM2',
      asm: 'axflag',
    },
    {
      id: 'RMIF_rmif',
      title: 'RMIF',
      pattern: '1 0 1 11010000 jjjjjj 00001 nnnnn 0 kkkk',
      asm: 'rmif x:Rn u:imm6 u:mask',
    },
    {
      id: 'SETF8_setf',
      title: 'SETF8',
      pattern: '0 0 1 11010000 000000 0 0010 nnnnn 0 1101',
      asm: 'setf8 w:Rn',
    },
    {
      id: 'SETF16_setf',
      title: 'SETF16',
      pattern: '0 0 1 11010000 000000 1 0010 nnnnn 0 1101',
      asm: 'setf16 w:Rn',
    },
  ],
);
