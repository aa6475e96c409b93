import { evenPairs } from '../constraints-simd.ts';
import { defineGroup } from '../define.ts';

/** Compare and swap. `A` acquires, `R` releases. */
export const compareAndSwap = defineGroup(
  'compare-and-swap',
  { legend: { k: 'size', A: 'A', R: 'R', x: 'sz' }, feature: 'FEAT_LSE', status: 'todo' },
  [
    { id: 'CAS_comswap', title: 'CAS', pattern: 'kk 001000 1 A 1 sssss R 11111 nnnnn ttttt' },
    {
      id: 'CASP_comswappr',
      title: 'CASP',
      pattern: '0 x 001000 0 A 1 sssss R 11111 nnnnn ttttt',
      constraint: evenPairs,
    },
  ],
);
