import { defineGroup } from '../define.ts';

/** Advanced SIMD modified immediate. The immediate is `abc:defgh`. */
export const advsimdModifiedImmediate = defineGroup(
  'advsimd-modified-immediate',
  { legend: { a: 'abc', e: 'defgh', k: 'amount' }, feature: 'FEAT_AdvSIMD' },
  [
    {
      id: 'MOVI_asimdimm_word',
      title: 'MOVI (32-bit shifted immediate)',
      pattern: '0 Q 0 0111100000 aaa 0kk0 0 1 eeeee ddddd',
      asm: 'movi v:Rd,S vimm',
    },
    {
      id: 'ORR_asimdimm_word',
      title: 'ORR (vector, immediate, 32-bit)',
      pattern: '0 Q 0 0111100000 aaa 0kk1 0 1 eeeee ddddd',
      asm: 'orr v:Rd,S vimm',
    },
    {
      id: 'MOVI_asimdimm_half',
      title: 'MOVI (16-bit shifted immediate)',
      pattern: '0 Q 0 0111100000 aaa 10k0 0 1 eeeee ddddd',
      asm: 'movi v:Rd,H vimm',
    },
    {
      id: 'ORR_asimdimm_half',
      title: 'ORR (vector, immediate, 16-bit)',
      pattern: '0 Q 0 0111100000 aaa 10k1 0 1 eeeee ddddd',
      asm: 'orr v:Rd,H vimm',
    },
    {
      id: 'MOVI_asimdimm_ones',
      title: 'MOVI (32-bit shifting ones)',
      pattern: '0 Q 0 0111100000 aaa 110k 0 1 eeeee ddddd',
      asm: 'movi v:Rd,S vimmones',
    },
    {
      id: 'MOVI_asimdimm_byte',
      title: 'MOVI (8-bit)',
      pattern: '0 Q 0 0111100000 aaa 1110 0 1 eeeee ddddd',
      asm: 'movi v:Rd,B vimmbyte',
    },
    {
      id: 'FMOV_asimdimm_single',
      title: 'FMOV (vector, immediate, single-precision)',
      pattern: '0 Q 0 0111100000 aaa 1111 0 1 eeeee ddddd',
      asm: 'fmov v:Rd,S vfimm',
    },
    {
      id: 'MVNI_asimdimm_word',
      title: 'MVNI (32-bit shifted immediate)',
      pattern: '0 Q 1 0111100000 aaa 0kk0 0 1 eeeee ddddd',
      asm: 'mvni v:Rd,S vimm',
    },
    {
      id: 'BIC_asimdimm_word',
      title: 'BIC (vector, immediate, 32-bit)',
      pattern: '0 Q 1 0111100000 aaa 0kk1 0 1 eeeee ddddd',
      asm: 'bic v:Rd,S vimm',
    },
    {
      id: 'MVNI_asimdimm_half',
      title: 'MVNI (16-bit shifted immediate)',
      pattern: '0 Q 1 0111100000 aaa 10k0 0 1 eeeee ddddd',
      asm: 'mvni v:Rd,H vimm',
    },
    {
      id: 'BIC_asimdimm_half',
      title: 'BIC (vector, immediate, 16-bit)',
      pattern: '0 Q 1 0111100000 aaa 10k1 0 1 eeeee ddddd',
      asm: 'bic v:Rd,H vimm',
    },
    {
      id: 'MVNI_asimdimm_ones',
      title: 'MVNI (32-bit shifting ones)',
      pattern: '0 Q 1 0111100000 aaa 110k 0 1 eeeee ddddd',
      asm: 'mvni v:Rd,S vimmones',
    },
    {
      id: 'MOVI_asimdimm_doubleword',
      title: 'MOVI (64-bit)',
      pattern: '0 Q 1 0111100000 aaa 1110 0 1 eeeee ddddd',
      asm: 'movi maskreg:Rd vimmmask',
    },
    {
      id: 'FMOV_asimdimm_double',
      title: 'FMOV (vector, immediate, double-precision)',
      pattern: '0 1 1 0111100000 aaa 1111 0 1 eeeee ddddd',
      asm: 'fmov v:Rd,2d vfimm',
    },
    {
      id: 'FMOV_asimdimm_halfprecision',
      title: 'FMOV (vector, immediate, half-precision)',
      pattern: '0 Q 0 0111100000 aaa 1111 1 1 eeeee ddddd',
      feature: 'FEAT_FP16',
      asm: 'fmov v:Rd,H vfimm',
    },
  ],
);
