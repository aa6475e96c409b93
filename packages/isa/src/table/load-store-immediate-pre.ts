import { defineGroup } from '../define.ts';

/** Load/store register (immediate pre-indexed). */
export const loadStoreImmediatePre = defineGroup('load-store-immediate-pre', { legend: { i: 'imm9' } }, [
  {
    id: 'STRB_ldst_immpre',
    title: 'STRB (immediate)',
    pattern: '00 111 0 00 00 0 iiiiiiiii 11 nnnnn ttttt',
    asm: 'strb w:Rt pre9',
  },
  {
    id: 'LDRB_ldst_immpre',
    title: 'LDRB (immediate)',
    pattern: '00 111 0 00 01 0 iiiiiiiii 11 nnnnn ttttt',
    asm: 'ldrb w:Rt pre9',
  },
  {
    id: 'LDRSB_ldst_immpre',
    title: 'LDRSB (immediate)',
    pattern: '00 111 0 00 1w 0 iiiiiiiii 11 nnnnn ttttt',
    asm: 'ldrsb rw:Rt pre9',
  },
  {
    id: 'STRH_ldst_immpre',
    title: 'STRH (immediate)',
    pattern: '01 111 0 00 00 0 iiiiiiiii 11 nnnnn ttttt',
    asm: 'strh w:Rt pre9',
  },
  {
    id: 'LDRH_ldst_immpre',
    title: 'LDRH (immediate)',
    pattern: '01 111 0 00 01 0 iiiiiiiii 11 nnnnn ttttt',
    asm: 'ldrh w:Rt pre9',
  },
  {
    id: 'LDRSH_ldst_immpre',
    title: 'LDRSH (immediate)',
    pattern: '01 111 0 00 1w 0 iiiiiiiii 11 nnnnn ttttt',
    asm: 'ldrsh rw:Rt pre9',
  },
  {
    id: 'STR_ldst_immpre',
    title: 'STR (immediate)',
    pattern: '1z 111 0 00 00 0 iiiiiiiii 11 nnnnn ttttt',
    asm: 'str r:Rt pre9',
  },
  {
    id: 'LDR_ldst_immpre',
    title: 'LDR (immediate)',
    pattern: '1z 111 0 00 01 0 iiiiiiiii 11 nnnnn ttttt',
    asm: 'ldr r:Rt pre9',
  },
  {
    id: 'LDRSW_ldst_immpre',
    title: 'LDRSW (immediate)',
    pattern: '10 111 0 00 10 0 iiiiiiiii 11 nnnnn ttttt',
    asm: 'ldrsw x:Rt pre9',
  },
]);
