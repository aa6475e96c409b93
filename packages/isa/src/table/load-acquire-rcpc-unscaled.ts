import { defineGroup } from '../define.ts';

/** LDAPR and STLR (unscaled immediate). */
export const loadAcquireRcpcUnscaled = defineGroup(
  'load-acquire-rcpc-unscaled',
  { legend: { i: 'imm9' }, feature: 'FEAT_LRCPC2' },
  [
    {
      id: 'STLURB_ldapstl_unscaled',
      title: 'STLURB',
      pattern: '00 011001 00 0 iiiiiiiii 00 nnnnn ttttt',
      asm: 'stlurb w:Rt simm9',
    },
    {
      id: 'LDAPURB_ldapstl_unscaled',
      title: 'LDAPURB',
      pattern: '00 011001 01 0 iiiiiiiii 00 nnnnn ttttt',
      asm: 'ldapurb w:Rt simm9',
    },
    {
      id: 'LDAPURSB_ldapstl_unscaled',
      title: 'LDAPURSB',
      pattern: '00 011001 1w 0 iiiiiiiii 00 nnnnn ttttt',
      asm: 'ldapursb rw:Rt simm9',
    },
    {
      id: 'STLURH_ldapstl_unscaled',
      title: 'STLURH',
      pattern: '01 011001 00 0 iiiiiiiii 00 nnnnn ttttt',
      asm: 'stlurh w:Rt simm9',
    },
    {
      id: 'LDAPURH_ldapstl_unscaled',
      title: 'LDAPURH',
      pattern: '01 011001 01 0 iiiiiiiii 00 nnnnn ttttt',
      asm: 'ldapurh w:Rt simm9',
    },
    {
      id: 'LDAPURSH_ldapstl_unscaled',
      title: 'LDAPURSH',
      pattern: '01 011001 1w 0 iiiiiiiii 00 nnnnn ttttt',
      asm: 'ldapursh rw:Rt simm9',
    },
    {
      id: 'STLUR_ldapstl_unscaled',
      title: 'STLUR',
      pattern: '1z 011001 00 0 iiiiiiiii 00 nnnnn ttttt',
      asm: 'stlur r:Rt simm9',
    },
    {
      id: 'LDAPUR_ldapstl_unscaled',
      title: 'LDAPUR',
      pattern: '1z 011001 01 0 iiiiiiiii 00 nnnnn ttttt',
      asm: 'ldapur r:Rt simm9',
    },
    {
      id: 'LDAPURSW_ldapstl_unscaled',
      title: 'LDAPURSW',
      pattern: '10 011001 10 0 iiiiiiiii 00 nnnnn ttttt',
      asm: 'ldapursw x:Rt simm9',
    },
  ],
);
