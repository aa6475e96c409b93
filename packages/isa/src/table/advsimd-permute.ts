import { doubleNeedsQ } from '../constraints-simd.ts';
import { defineGroup } from '../define.ts';

/** Advanced SIMD permute. */
export const advsimdPermute = defineGroup(
  'advsimd-permute',
  { legend: { s: 'size' }, feature: 'FEAT_AdvSIMD' },
  [
    {
      id: 'UZP1_asimdperm',
      title: 'UZP1',
      pattern: '0 Q 001110 ss 0 mmmmm 0 001 10 nnnnn ddddd',
      constraint: doubleNeedsQ,
      asm: 'uzp1 v:Rd,T v:Rn,T v:Rm,T',
    },
    {
      id: 'TRN1_asimdperm',
      title: 'TRN1',
      pattern: '0 Q 001110 ss 0 mmmmm 0 010 10 nnnnn ddddd',
      constraint: doubleNeedsQ,
      asm: 'trn1 v:Rd,T v:Rn,T v:Rm,T',
    },
    {
      id: 'ZIP1_asimdperm',
      title: 'ZIP1',
      pattern: '0 Q 001110 ss 0 mmmmm 0 011 10 nnnnn ddddd',
      constraint: doubleNeedsQ,
      asm: 'zip1 v:Rd,T v:Rn,T v:Rm,T',
    },
    {
      id: 'UZP2_asimdperm',
      title: 'UZP2',
      pattern: '0 Q 001110 ss 0 mmmmm 0 101 10 nnnnn ddddd',
      constraint: doubleNeedsQ,
      asm: 'uzp2 v:Rd,T v:Rn,T v:Rm,T',
    },
    {
      id: 'TRN2_asimdperm',
      title: 'TRN2',
      pattern: '0 Q 001110 ss 0 mmmmm 0 110 10 nnnnn ddddd',
      constraint: doubleNeedsQ,
      asm: 'trn2 v:Rd,T v:Rn,T v:Rm,T',
    },
    {
      id: 'ZIP2_asimdperm',
      title: 'ZIP2',
      pattern: '0 Q 001110 ss 0 mmmmm 0 111 10 nnnnn ddddd',
      constraint: doubleNeedsQ,
      asm: 'zip2 v:Rd,T v:Rn,T v:Rm,T',
    },
  ],
);
