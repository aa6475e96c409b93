import { evenPairs } from '../constraints-simd.ts';
import { defineGroup } from '../define.ts';

/** Compare and swap. `A` acquires, `R` releases. */
export const compareAndSwap = defineGroup(
  'compare-and-swap',
  { legend: { A: 'A', R: 'R' }, feature: 'FEAT_LSE' },
  [
    {
      id: 'CASB_comswap',
      title: 'CASB, CASAB, CASALB, CASLB',
      pattern: '00 001000 1 A 1 sssss R 11111 nnnnn ttttt',
      asm: 'cas<order>b w:Rs w:Rt base',
    },
    {
      id: 'CASH_comswap',
      title: 'CASH, CASAH, CASALH, CASLH',
      pattern: '01 001000 1 A 1 sssss R 11111 nnnnn ttttt',
      asm: 'cas<order>h w:Rs w:Rt base',
    },
    {
      id: 'CAS_comswap',
      title: 'CAS, CASA, CASAL, CASL',
      pattern: '1z 001000 1 A 1 sssss R 11111 nnnnn ttttt',
      asm: 'cas<order> r:Rs r:Rt base',
    },
    {
      id: 'CASP_comswappr',
      title: 'CASP, CASPA, CASPAL, CASPL',
      pattern: '0z 001000 0 A 1 sssss R 11111 nnnnn ttttt',
      constraint: evenPairs,
      asm: 'casp<order> r:Rs rnext:Rs r:Rt rnext:Rt base',
    },
  ],
);
