import { defineGroup } from '../define.ts';

/** Load/store register (unprivileged). */
export const loadStoreUnprivileged = defineGroup('load-store-unprivileged', { legend: { i: 'imm9' } }, [
  {
    id: 'STTRB_ldst_unpriv',
    title: 'STTRB',
    pattern: '00 111 0 00 00 0 iiiiiiiii 10 nnnnn ttttt',
    asm: 'sttrb w:Rt simm9',
  },
  {
    id: 'LDTRB_ldst_unpriv',
    title: 'LDTRB',
    pattern: '00 111 0 00 01 0 iiiiiiiii 10 nnnnn ttttt',
    asm: 'ldtrb w:Rt simm9',
  },
  {
    id: 'LDTRSB_ldst_unpriv',
    title: 'LDTRSB',
    pattern: '00 111 0 00 1w 0 iiiiiiiii 10 nnnnn ttttt',
    asm: 'ldtrsb rw:Rt simm9',
  },
  {
    id: 'STTRH_ldst_unpriv',
    title: 'STTRH',
    pattern: '01 111 0 00 00 0 iiiiiiiii 10 nnnnn ttttt',
    asm: 'sttrh w:Rt simm9',
  },
  {
    id: 'LDTRH_ldst_unpriv',
    title: 'LDTRH',
    pattern: '01 111 0 00 01 0 iiiiiiiii 10 nnnnn ttttt',
    asm: 'ldtrh w:Rt simm9',
  },
  {
    id: 'LDTRSH_ldst_unpriv',
    title: 'LDTRSH',
    pattern: '01 111 0 00 1w 0 iiiiiiiii 10 nnnnn ttttt',
    asm: 'ldtrsh rw:Rt simm9',
  },
  {
    id: 'STTR_ldst_unpriv',
    title: 'STTR',
    pattern: '1z 111 0 00 00 0 iiiiiiiii 10 nnnnn ttttt',
    asm: 'sttr r:Rt simm9',
  },
  {
    id: 'LDTR_ldst_unpriv',
    title: 'LDTR',
    pattern: '1z 111 0 00 01 0 iiiiiiiii 10 nnnnn ttttt',
    asm: 'ldtr r:Rt simm9',
  },
  {
    id: 'LDTRSW_ldst_unpriv',
    title: 'LDTRSW',
    pattern: '10 111 0 00 10 0 iiiiiiiii 10 nnnnn ttttt',
    asm: 'ldtrsw x:Rt simm9',
  },
]);
