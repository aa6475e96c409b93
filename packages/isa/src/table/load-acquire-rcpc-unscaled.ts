import { defineGroup } from '../define.ts';

/** LDAPR and STLR (unscaled immediate). */
export const loadAcquireRcpcUnscaled = defineGroup(
  'load-acquire-rcpc-unscaled',
  { legend: { i: 'imm9' }, feature: 'FEAT_LRCPC2', status: 'todo' },
  [
    { id: 'STLURB_ldapstl_unscaled', title: 'STLURB', pattern: '00 011001 00 0 iiiiiiiii 00 nnnnn ttttt' },
    { id: 'LDAPURB_ldapstl_unscaled', title: 'LDAPURB', pattern: '00 011001 01 0 iiiiiiiii 00 nnnnn ttttt' },
    {
      id: 'LDAPURSB_ldapstl_unscaled',
      title: 'LDAPURSB',
      pattern: '00 011001 1w 0 iiiiiiiii 00 nnnnn ttttt',
    },
    { id: 'STLURH_ldapstl_unscaled', title: 'STLURH', pattern: '01 011001 00 0 iiiiiiiii 00 nnnnn ttttt' },
    { id: 'LDAPURH_ldapstl_unscaled', title: 'LDAPURH', pattern: '01 011001 01 0 iiiiiiiii 00 nnnnn ttttt' },
    {
      id: 'LDAPURSH_ldapstl_unscaled',
      title: 'LDAPURSH',
      pattern: '01 011001 1w 0 iiiiiiiii 00 nnnnn ttttt',
    },
    { id: 'STLUR_ldapstl_unscaled', title: 'STLUR', pattern: '1z 011001 00 0 iiiiiiiii 00 nnnnn ttttt' },
    { id: 'LDAPUR_ldapstl_unscaled', title: 'LDAPUR', pattern: '1z 011001 01 0 iiiiiiiii 00 nnnnn ttttt' },
    {
      id: 'LDAPURSW_ldapstl_unscaled',
      title: 'LDAPURSW',
      pattern: '10 011001 10 0 iiiiiiiii 00 nnnnn ttttt',
    },
  ],
);
