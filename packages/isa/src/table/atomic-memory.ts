import { defineGroup } from '../define.ts';

/** Atomic memory operations. `A` acquires, `R` releases. */
export const atomicMemory = defineGroup(
  'atomic-memory',
  { legend: { A: 'A', R: 'R' }, feature: 'FEAT_LSE', status: 'todo' },
  [
    {
      id: 'LDADDB_memop',
      title: 'LDADDB, LDADDAB, LDADDALB, LDADDLB',
      pattern: '00 111 0 00 A R 1 sssss 0 000 00 nnnnn ttttt',
    },
    {
      id: 'LDADDH_memop',
      title: 'LDADDH, LDADDAH, LDADDALH, LDADDLH',
      pattern: '01 111 0 00 A R 1 sssss 0 000 00 nnnnn ttttt',
    },
    {
      id: 'LDADD_memop',
      title: 'LDADD, LDADDA, LDADDAL, LDADDL',
      pattern: '1z 111 0 00 A R 1 sssss 0 000 00 nnnnn ttttt',
    },
    {
      id: 'LDCLRB_memop',
      title: 'LDCLRB, LDCLRAB, LDCLRALB, LDCLRLB',
      pattern: '00 111 0 00 A R 1 sssss 0 001 00 nnnnn ttttt',
    },
    {
      id: 'LDCLRH_memop',
      title: 'LDCLRH, LDCLRAH, LDCLRALH, LDCLRLH',
      pattern: '01 111 0 00 A R 1 sssss 0 001 00 nnnnn ttttt',
    },
    {
      id: 'LDCLR_memop',
      title: 'LDCLR, LDCLRA, LDCLRAL, LDCLRL',
      pattern: '1z 111 0 00 A R 1 sssss 0 001 00 nnnnn ttttt',
    },
    {
      id: 'LDEORB_memop',
      title: 'LDEORB, LDEORAB, LDEORALB, LDEORLB',
      pattern: '00 111 0 00 A R 1 sssss 0 010 00 nnnnn ttttt',
    },
    {
      id: 'LDEORH_memop',
      title: 'LDEORH, LDEORAH, LDEORALH, LDEORLH',
      pattern: '01 111 0 00 A R 1 sssss 0 010 00 nnnnn ttttt',
    },
    {
      id: 'LDEOR_memop',
      title: 'LDEOR, LDEORA, LDEORAL, LDEORL',
      pattern: '1z 111 0 00 A R 1 sssss 0 010 00 nnnnn ttttt',
    },
    {
      id: 'LDSETB_memop',
      title: 'LDSETB, LDSETAB, LDSETALB, LDSETLB',
      pattern: '00 111 0 00 A R 1 sssss 0 011 00 nnnnn ttttt',
    },
    {
      id: 'LDSETH_memop',
      title: 'LDSETH, LDSETAH, LDSETALH, LDSETLH',
      pattern: '01 111 0 00 A R 1 sssss 0 011 00 nnnnn ttttt',
    },
    {
      id: 'LDSET_memop',
      title: 'LDSET, LDSETA, LDSETAL, LDSETL',
      pattern: '1z 111 0 00 A R 1 sssss 0 011 00 nnnnn ttttt',
    },
    {
      id: 'LDSMAXB_memop',
      title: 'LDSMAXB, LDSMAXAB, LDSMAXALB, LDSMAXLB',
      pattern: '00 111 0 00 A R 1 sssss 0 100 00 nnnnn ttttt',
    },
    {
      id: 'LDSMAXH_memop',
      title: 'LDSMAXH, LDSMAXAH, LDSMAXALH, LDSMAXLH',
      pattern: '01 111 0 00 A R 1 sssss 0 100 00 nnnnn ttttt',
    },
    {
      id: 'LDSMAX_memop',
      title: 'LDSMAX, LDSMAXA, LDSMAXAL, LDSMAXL',
      pattern: '1z 111 0 00 A R 1 sssss 0 100 00 nnnnn ttttt',
    },
    {
      id: 'LDSMINB_memop',
      title: 'LDSMINB, LDSMINAB, LDSMINALB, LDSMINLB',
      pattern: '00 111 0 00 A R 1 sssss 0 101 00 nnnnn ttttt',
    },
    {
      id: 'LDSMINH_memop',
      title: 'LDSMINH, LDSMINAH, LDSMINALH, LDSMINLH',
      pattern: '01 111 0 00 A R 1 sssss 0 101 00 nnnnn ttttt',
    },
    {
      id: 'LDSMIN_memop',
      title: 'LDSMIN, LDSMINA, LDSMINAL, LDSMINL',
      pattern: '1z 111 0 00 A R 1 sssss 0 101 00 nnnnn ttttt',
    },
    {
      id: 'LDUMAXB_memop',
      title: 'LDUMAXB, LDUMAXAB, LDUMAXALB, LDUMAXLB',
      pattern: '00 111 0 00 A R 1 sssss 0 110 00 nnnnn ttttt',
    },
    {
      id: 'LDUMAXH_memop',
      title: 'LDUMAXH, LDUMAXAH, LDUMAXALH, LDUMAXLH',
      pattern: '01 111 0 00 A R 1 sssss 0 110 00 nnnnn ttttt',
    },
    {
      id: 'LDUMAX_memop',
      title: 'LDUMAX, LDUMAXA, LDUMAXAL, LDUMAXL',
      pattern: '1z 111 0 00 A R 1 sssss 0 110 00 nnnnn ttttt',
    },
    {
      id: 'LDUMINB_memop',
      title: 'LDUMINB, LDUMINAB, LDUMINALB, LDUMINLB',
      pattern: '00 111 0 00 A R 1 sssss 0 111 00 nnnnn ttttt',
    },
    {
      id: 'LDUMINH_memop',
      title: 'LDUMINH, LDUMINAH, LDUMINALH, LDUMINLH',
      pattern: '01 111 0 00 A R 1 sssss 0 111 00 nnnnn ttttt',
    },
    {
      id: 'LDUMIN_memop',
      title: 'LDUMIN, LDUMINA, LDUMINAL, LDUMINL',
      pattern: '1z 111 0 00 A R 1 sssss 0 111 00 nnnnn ttttt',
    },
    {
      id: 'SWPB_memop',
      title: 'SWPB, SWPAB, SWPALB, SWPLB',
      pattern: '00 111 0 00 A R 1 sssss 1 000 00 nnnnn ttttt',
    },
    {
      id: 'SWPH_memop',
      title: 'SWPH, SWPAH, SWPALH, SWPLH',
      pattern: '01 111 0 00 A R 1 sssss 1 000 00 nnnnn ttttt',
    },
    {
      id: 'SWP_memop',
      title: 'SWP, SWPA, SWPAL, SWPL',
      pattern: '1z 111 0 00 A R 1 sssss 1 000 00 nnnnn ttttt',
    },
    {
      id: 'LDAPRB_memop',
      title: 'LDAPRB',
      pattern: '00 111 0 00 1 0 1 sssss 1 100 00 nnnnn ttttt',
      feature: 'FEAT_LRCPC',
      defaults: { Rs: 31 },
    },
    {
      id: 'LDAPRH_memop',
      title: 'LDAPRH',
      pattern: '01 111 0 00 1 0 1 sssss 1 100 00 nnnnn ttttt',
      feature: 'FEAT_LRCPC',
      defaults: { Rs: 31 },
    },
    {
      id: 'LDAPR_memop',
      title: 'LDAPR',
      pattern: '1z 111 0 00 1 0 1 sssss 1 100 00 nnnnn ttttt',
      feature: 'FEAT_LRCPC',
      defaults: { Rs: 31 },
    },
  ],
);
