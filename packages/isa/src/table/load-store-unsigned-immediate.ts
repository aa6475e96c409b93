import { defineGroup } from '../define.ts';

/** Load/store register (unsigned immediate). */
export const loadStoreUnsignedImmediate = defineGroup(
  'load-store-unsigned-immediate',
  { legend: { i: 'imm12', p: 'prfop' } },
  [
    {
      id: 'STRB_ldst_pos',
      title: 'STRB (immediate)',
      pattern: '00 111 0 01 00 iiiiiiiiiiii nnnnn ttttt',
      asm: 'strb w:Rt pos:0',
    },
    {
      id: 'LDRB_ldst_pos',
      title: 'LDRB (immediate)',
      pattern: '00 111 0 01 01 iiiiiiiiiiii nnnnn ttttt',
      asm: 'ldrb w:Rt pos:0',
    },
    {
      id: 'LDRSB_ldst_pos',
      title: 'LDRSB (immediate)',
      pattern: '00 111 0 01 1w iiiiiiiiiiii nnnnn ttttt',
      asm: 'ldrsb rw:Rt pos:0',
    },
    {
      id: 'STRH_ldst_pos',
      title: 'STRH (immediate)',
      pattern: '01 111 0 01 00 iiiiiiiiiiii nnnnn ttttt',
      asm: 'strh w:Rt pos:1',
    },
    {
      id: 'LDRH_ldst_pos',
      title: 'LDRH (immediate)',
      pattern: '01 111 0 01 01 iiiiiiiiiiii nnnnn ttttt',
      asm: 'ldrh w:Rt pos:1',
    },
    {
      id: 'LDRSH_ldst_pos',
      title: 'LDRSH (immediate)',
      pattern: '01 111 0 01 1w iiiiiiiiiiii nnnnn ttttt',
      asm: 'ldrsh rw:Rt pos:1',
    },
    {
      id: 'STR_ldst_pos',
      title: 'STR (immediate)',
      pattern: '1z 111 0 01 00 iiiiiiiiiiii nnnnn ttttt',
      asm: 'str r:Rt pos:2+sf',
    },
    {
      id: 'LDR_ldst_pos',
      title: 'LDR (immediate)',
      pattern: '1z 111 0 01 01 iiiiiiiiiiii nnnnn ttttt',
      asm: 'ldr r:Rt pos:2+sf',
    },
    {
      id: 'LDRSW_ldst_pos',
      title: 'LDRSW (immediate)',
      pattern: '10 111 0 01 10 iiiiiiiiiiii nnnnn ttttt',
      asm: 'ldrsw x:Rt pos:2',
    },
    {
      id: 'PRFM_ldst_pos',
      title: 'PRFM (immediate)',
      pattern: '11 111 0 01 10 iiiiiiiiiiii nnnnn ppppp',
      asm: 'prfm prfop pos:3',
    },
  ],
);
