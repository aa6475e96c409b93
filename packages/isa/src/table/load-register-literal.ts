import { defineGroup } from '../define.ts';

/** Load register (literal). */
export const loadRegisterLiteral = defineGroup(
  'load-register-literal',
  { legend: { i: 'imm19', p: 'prfop' } },
  [
    {
      id: 'LDR_loadlit',
      title: 'LDR (literal)',
      pattern: '0z 011 0 00 iiiiiiiiiiiiiiiiiii ttttt',
      asm: 'ldr r:Rt label:imm19',
    },
    {
      id: 'LDRSW_loadlit',
      title: 'LDRSW (literal)',
      pattern: '10 011 0 00 iiiiiiiiiiiiiiiiiii ttttt',
      asm: 'ldrsw x:Rt label:imm19',
    },
    {
      id: 'PRFM_loadlit',
      title: 'PRFM (literal)',
      pattern: '11 011 0 00 iiiiiiiiiiiiiiiiiii ppppp',
      asm: 'prfm prfop label:imm19',
    },
  ],
);
