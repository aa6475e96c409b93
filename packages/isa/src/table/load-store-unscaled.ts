import { defineGroup } from '../define.ts';

/** Load/store register (unscaled immediate). */
export const loadStoreUnscaled = defineGroup('load-store-unscaled', { legend: { i: 'imm9', p: 'prfop' } }, [
  {
    id: 'STURB_ldst_unscaled',
    title: 'STURB',
    pattern: '00 111 0 00 00 0 iiiiiiiii 00 nnnnn ttttt',
    asm: 'sturb w:Rt simm9',
    aliases: [{ asm: 'strb w:Rt simm9', assembleOnly: true }],
  },
  {
    id: 'LDURB_ldst_unscaled',
    title: 'LDURB',
    pattern: '00 111 0 00 01 0 iiiiiiiii 00 nnnnn ttttt',
    asm: 'ldurb w:Rt simm9',
    aliases: [{ asm: 'ldrb w:Rt simm9', assembleOnly: true }],
  },
  {
    id: 'LDURSB_ldst_unscaled',
    title: 'LDURSB',
    pattern: '00 111 0 00 1w 0 iiiiiiiii 00 nnnnn ttttt',
    asm: 'ldursb rw:Rt simm9',
    aliases: [{ asm: 'ldrsb rw:Rt simm9', assembleOnly: true }],
  },
  {
    id: 'STURH_ldst_unscaled',
    title: 'STURH',
    pattern: '01 111 0 00 00 0 iiiiiiiii 00 nnnnn ttttt',
    asm: 'sturh w:Rt simm9',
    aliases: [{ asm: 'strh w:Rt simm9', assembleOnly: true }],
  },
  {
    id: 'LDURH_ldst_unscaled',
    title: 'LDURH',
    pattern: '01 111 0 00 01 0 iiiiiiiii 00 nnnnn ttttt',
    asm: 'ldurh w:Rt simm9',
    aliases: [{ asm: 'ldrh w:Rt simm9', assembleOnly: true }],
  },
  {
    id: 'LDURSH_ldst_unscaled',
    title: 'LDURSH',
    pattern: '01 111 0 00 1w 0 iiiiiiiii 00 nnnnn ttttt',
    asm: 'ldursh rw:Rt simm9',
    aliases: [{ asm: 'ldrsh rw:Rt simm9', assembleOnly: true }],
  },
  {
    id: 'STUR_ldst_unscaled',
    title: 'STUR',
    pattern: '1z 111 0 00 00 0 iiiiiiiii 00 nnnnn ttttt',
    asm: 'stur r:Rt simm9',
    aliases: [{ asm: 'str r:Rt simm9', assembleOnly: true }],
  },
  {
    id: 'LDUR_ldst_unscaled',
    title: 'LDUR',
    pattern: '1z 111 0 00 01 0 iiiiiiiii 00 nnnnn ttttt',
    asm: 'ldur r:Rt simm9',
    aliases: [{ asm: 'ldr r:Rt simm9', assembleOnly: true }],
  },
  {
    id: 'LDURSW_ldst_unscaled',
    title: 'LDURSW',
    pattern: '10 111 0 00 10 0 iiiiiiiii 00 nnnnn ttttt',
    asm: 'ldursw x:Rt simm9',
    aliases: [{ asm: 'ldrsw x:Rt simm9', assembleOnly: true }],
  },
  {
    id: 'PRFUM_ldst_unscaled',
    title: 'PRFUM',
    pattern: '11 111 0 00 10 0 iiiiiiiii 00 nnnnn ppppp',
    asm: 'prfum prfop simm9',
    aliases: [{ asm: 'prfm prfop simm9', assembleOnly: true }],
  },
]);
