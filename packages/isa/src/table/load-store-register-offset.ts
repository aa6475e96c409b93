import { indexExtension } from '../constraints.ts';
import { defineGroup } from '../define.ts';

/** Load/store register (register offset). */
export const loadStoreRegisterOffset = defineGroup(
  'load-store-register-offset',
  { legend: { o: 'option', S: 'S', p: 'prfop' } },
  [
    {
      id: 'STRB_ldst_regoff',
      title: 'STRB (register)',
      pattern: '00 111 0 00 00 1 mmmmm ooo S 10 nnnnn ttttt',
      constraint: indexExtension,
      asm: 'strb w:Rt regoff:0',
    },
    {
      id: 'LDRB_ldst_regoff',
      title: 'LDRB (register)',
      pattern: '00 111 0 00 01 1 mmmmm ooo S 10 nnnnn ttttt',
      constraint: indexExtension,
      asm: 'ldrb w:Rt regoff:0',
    },
    {
      id: 'LDRSB_ldst_regoff',
      title: 'LDRSB (register)',
      pattern: '00 111 0 00 1w 1 mmmmm ooo S 10 nnnnn ttttt',
      constraint: indexExtension,
      asm: 'ldrsb rw:Rt regoff:0',
    },
    {
      id: 'STRH_ldst_regoff',
      title: 'STRH (register)',
      pattern: '01 111 0 00 00 1 mmmmm ooo S 10 nnnnn ttttt',
      constraint: indexExtension,
      asm: 'strh w:Rt regoff:1',
    },
    {
      id: 'LDRH_ldst_regoff',
      title: 'LDRH (register)',
      pattern: '01 111 0 00 01 1 mmmmm ooo S 10 nnnnn ttttt',
      constraint: indexExtension,
      asm: 'ldrh w:Rt regoff:1',
    },
    {
      id: 'LDRSH_ldst_regoff',
      title: 'LDRSH (register)',
      pattern: '01 111 0 00 1w 1 mmmmm ooo S 10 nnnnn ttttt',
      constraint: indexExtension,
      asm: 'ldrsh rw:Rt regoff:1',
    },
    {
      id: 'STR_ldst_regoff',
      title: 'STR (register)',
      pattern: '1z 111 0 00 00 1 mmmmm ooo S 10 nnnnn ttttt',
      constraint: indexExtension,
      asm: 'str r:Rt regoff:2+sf',
    },
    {
      id: 'LDR_ldst_regoff',
      title: 'LDR (register)',
      pattern: '1z 111 0 00 01 1 mmmmm ooo S 10 nnnnn ttttt',
      constraint: indexExtension,
      asm: 'ldr r:Rt regoff:2+sf',
    },
    {
      id: 'LDRSW_ldst_regoff',
      title: 'LDRSW (register)',
      pattern: '10 111 0 00 10 1 mmmmm ooo S 10 nnnnn ttttt',
      constraint: indexExtension,
      asm: 'ldrsw x:Rt regoff:2',
    },
    {
      id: 'PRFM_ldst_regoff',
      title: 'PRFM (register)',
      pattern: '11 111 0 00 10 1 mmmmm ooo S 10 nnnnn ppppp',
      constraint: indexExtension,
      asm: 'prfm prfop regoff:3',
    },
  ],
);
