import { defineGroup } from '../define.ts';

/** Atomic memory operations. `A` acquires, `R` releases. */
export const atomicMemory = defineGroup(
  'atomic-memory',
  { legend: { k: 'size', A: 'A', R: 'R' }, feature: 'FEAT_LSE', status: 'todo' },
  [
    { id: 'LDADD_memop', title: 'LDADD', pattern: 'kk 111 0 00 A R 1 sssss 0 000 00 nnnnn ttttt' },
    { id: 'LDCLR_memop', title: 'LDCLR', pattern: 'kk 111 0 00 A R 1 sssss 0 001 00 nnnnn ttttt' },
    { id: 'LDEOR_memop', title: 'LDEOR', pattern: 'kk 111 0 00 A R 1 sssss 0 010 00 nnnnn ttttt' },
    { id: 'LDSET_memop', title: 'LDSET', pattern: 'kk 111 0 00 A R 1 sssss 0 011 00 nnnnn ttttt' },
    { id: 'LDSMAX_memop', title: 'LDSMAX', pattern: 'kk 111 0 00 A R 1 sssss 0 100 00 nnnnn ttttt' },
    { id: 'LDSMIN_memop', title: 'LDSMIN', pattern: 'kk 111 0 00 A R 1 sssss 0 101 00 nnnnn ttttt' },
    { id: 'LDUMAX_memop', title: 'LDUMAX', pattern: 'kk 111 0 00 A R 1 sssss 0 110 00 nnnnn ttttt' },
    { id: 'LDUMIN_memop', title: 'LDUMIN', pattern: 'kk 111 0 00 A R 1 sssss 0 111 00 nnnnn ttttt' },
    { id: 'SWP_memop', title: 'SWP', pattern: 'kk 111 0 00 A R 1 sssss 1 000 00 nnnnn ttttt' },
    {
      id: 'LDAPR_memop',
      title: 'LDAPR',
      pattern: 'kk 111 0 00 1 0 1 sssss 1 100 00 nnnnn ttttt',
      feature: 'FEAT_LRCPC',
      defaults: { Rs: 31 },
    },
  ],
);
