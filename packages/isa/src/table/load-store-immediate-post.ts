import { defineGroup } from '../define.ts';

/** Load/store register (immediate post-indexed). */
export const loadStoreImmediatePost = defineGroup('load-store-immediate-post', { legend: { i: 'imm9' } }, [
  {
    id: 'STRB_ldst_immpost',
    title: 'STRB (immediate)',
    pattern: '00 111 0 00 00 0 iiiiiiiii 01 nnnnn ttttt',
    asm: 'strb w:Rt post9',
  },
  {
    id: 'LDRB_ldst_immpost',
    title: 'LDRB (immediate)',
    pattern: '00 111 0 00 01 0 iiiiiiiii 01 nnnnn ttttt',
    asm: 'ldrb w:Rt post9',
  },
  {
    id: 'LDRSB_ldst_immpost',
    title: 'LDRSB (immediate)',
    pattern: '00 111 0 00 1w 0 iiiiiiiii 01 nnnnn ttttt',
    asm: 'ldrsb rw:Rt post9',
  },
  {
    id: 'STRH_ldst_immpost',
    title: 'STRH (immediate)',
    pattern: '01 111 0 00 00 0 iiiiiiiii 01 nnnnn ttttt',
    asm: 'strh w:Rt post9',
  },
  {
    id: 'LDRH_ldst_immpost',
    title: 'LDRH (immediate)',
    pattern: '01 111 0 00 01 0 iiiiiiiii 01 nnnnn ttttt',
    asm: 'ldrh w:Rt post9',
  },
  {
    id: 'LDRSH_ldst_immpost',
    title: 'LDRSH (immediate)',
    pattern: '01 111 0 00 1w 0 iiiiiiiii 01 nnnnn ttttt',
    asm: 'ldrsh rw:Rt post9',
  },
  {
    id: 'STR_ldst_immpost',
    title: 'STR (immediate)',
    pattern: '1z 111 0 00 00 0 iiiiiiiii 01 nnnnn ttttt',
    asm: 'str r:Rt post9',
  },
  {
    id: 'LDR_ldst_immpost',
    title: 'LDR (immediate)',
    pattern: '1z 111 0 00 01 0 iiiiiiiii 01 nnnnn ttttt',
    asm: 'ldr r:Rt post9',
  },
  {
    id: 'LDRSW_ldst_immpost',
    title: 'LDRSW (immediate)',
    pattern: '10 111 0 00 10 0 iiiiiiiii 01 nnnnn ttttt',
    asm: 'ldrsw x:Rt post9',
  },
]);
