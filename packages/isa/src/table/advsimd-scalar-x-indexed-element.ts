import { fpElementScalar, halfOrWord } from '../constraints-simd.ts';
import { defineGroup } from '../define.ts';

/** Advanced SIMD scalar x indexed element. */
export const advsimdScalarXIndexedElement = defineGroup(
  'advsimd-scalar-x-indexed-element',
  { legend: { s: 'size', x: 'sz', L: 'L', M: 'M', H: 'H' }, feature: 'FEAT_AdvSIMD', status: 'todo' },
  [
    {
      id: 'SQDMLAL_asisdelem',
      title: 'SQDMLAL (by element)',
      pattern: '01 0 11111 ss L M mmmm 0011 H 0 nnnnn ddddd',
      constraint: halfOrWord,
    },
    {
      id: 'SQDMLSL_asisdelem',
      title: 'SQDMLSL (by element)',
      pattern: '01 0 11111 ss L M mmmm 0111 H 0 nnnnn ddddd',
      constraint: halfOrWord,
    },
    {
      id: 'SQDMULL_asisdelem',
      title: 'SQDMULL (by element)',
      pattern: '01 0 11111 ss L M mmmm 1011 H 0 nnnnn ddddd',
      constraint: halfOrWord,
    },
    {
      id: 'SQDMULH_asisdelem',
      title: 'SQDMULH (by element)',
      pattern: '01 0 11111 ss L M mmmm 1100 H 0 nnnnn ddddd',
      constraint: halfOrWord,
    },
    {
      id: 'SQRDMULH_asisdelem',
      title: 'SQRDMULH (by element)',
      pattern: '01 0 11111 ss L M mmmm 1101 H 0 nnnnn ddddd',
      constraint: halfOrWord,
    },
    {
      id: 'SQRDMLAH_asisdelem',
      title: 'SQRDMLAH (by element)',
      pattern: '01 1 11111 ss L M mmmm 1101 H 0 nnnnn ddddd',
      feature: 'FEAT_RDM',
      constraint: halfOrWord,
    },
    {
      id: 'SQRDMLSH_asisdelem',
      title: 'SQRDMLSH (by element)',
      pattern: '01 1 11111 ss L M mmmm 1111 H 0 nnnnn ddddd',
      feature: 'FEAT_RDM',
      constraint: halfOrWord,
    },
    {
      id: 'FMLA_asisdelem',
      title: 'FMLA (by element)',
      pattern: '01 0 11111 1x L M mmmm 0001 H 0 nnnnn ddddd',
      constraint: fpElementScalar,
    },
    {
      id: 'FMLA_asisdelem_half',
      title: 'FMLA (by element, half-precision)',
      pattern: '01 0 11111 00 L M mmmm 0001 H 0 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    {
      id: 'FMLS_asisdelem',
      title: 'FMLS (by element)',
      pattern: '01 0 11111 1x L M mmmm 0101 H 0 nnnnn ddddd',
      constraint: fpElementScalar,
    },
    {
      id: 'FMLS_asisdelem_half',
      title: 'FMLS (by element, half-precision)',
      pattern: '01 0 11111 00 L M mmmm 0101 H 0 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    {
      id: 'FMUL_asisdelem',
      title: 'FMUL (by element)',
      pattern: '01 0 11111 1x L M mmmm 1001 H 0 nnnnn ddddd',
      constraint: fpElementScalar,
    },
    {
      id: 'FMUL_asisdelem_half',
      title: 'FMUL (by element, half-precision)',
      pattern: '01 0 11111 00 L M mmmm 1001 H 0 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    {
      id: 'FMULX_asisdelem',
      title: 'FMULX (by element)',
      pattern: '01 1 11111 1x L M mmmm 1001 H 0 nnnnn ddddd',
      constraint: fpElementScalar,
    },
    {
      id: 'FMULX_asisdelem_half',
      title: 'FMULX (by element, half-precision)',
      pattern: '01 1 11111 00 L M mmmm 1001 H 0 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
  ],
);
