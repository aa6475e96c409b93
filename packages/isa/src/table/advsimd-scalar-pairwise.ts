import { defineGroup } from '../define.ts';

/** Advanced SIMD scalar pairwise. */
export const advsimdScalarPairwise = defineGroup(
  'advsimd-scalar-pairwise',
  { legend: { x: 'sz' }, feature: 'FEAT_AdvSIMD', status: 'todo' },
  [
    { id: 'ADDP_asisdpair', title: 'ADDP (scalar)', pattern: '01 0 11110 11 11000 11011 10 nnnnn ddddd' },
    {
      id: 'FMAXNMP_asisdpair',
      title: 'FMAXNMP (scalar)',
      pattern: '01 1 11110 0x 11000 01100 10 nnnnn ddddd',
    },
    {
      id: 'FMAXNMP_asisdpair_half',
      title: 'FMAXNMP (scalar, half-precision)',
      pattern: '01 0 11110 00 11000 01100 10 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    {
      id: 'FMINNMP_asisdpair',
      title: 'FMINNMP (scalar)',
      pattern: '01 1 11110 1x 11000 01100 10 nnnnn ddddd',
    },
    {
      id: 'FMINNMP_asisdpair_half',
      title: 'FMINNMP (scalar, half-precision)',
      pattern: '01 0 11110 10 11000 01100 10 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    { id: 'FADDP_asisdpair', title: 'FADDP (scalar)', pattern: '01 1 11110 0x 11000 01101 10 nnnnn ddddd' },
    {
      id: 'FADDP_asisdpair_half',
      title: 'FADDP (scalar, half-precision)',
      pattern: '01 0 11110 00 11000 01101 10 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    { id: 'FMAXP_asisdpair', title: 'FMAXP (scalar)', pattern: '01 1 11110 0x 11000 01111 10 nnnnn ddddd' },
    {
      id: 'FMAXP_asisdpair_half',
      title: 'FMAXP (scalar, half-precision)',
      pattern: '01 0 11110 00 11000 01111 10 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
    { id: 'FMINP_asisdpair', title: 'FMINP (scalar)', pattern: '01 1 11110 1x 11000 01111 10 nnnnn ddddd' },
    {
      id: 'FMINP_asisdpair_half',
      title: 'FMINP (scalar, half-precision)',
      pattern: '01 0 11110 10 11000 01111 10 nnnnn ddddd',
      feature: 'FEAT_FP16',
    },
  ],
);
