import { defineGroup } from '../define.ts';

/** Advanced SIMD scalar pairwise. */
export const advsimdScalarPairwise = defineGroup(
  'advsimd-scalar-pairwise',
  { legend: { x: 'sz' }, feature: 'FEAT_AdvSIMD' },
  [
    {
      id: 'ADDP_asisdpair',
      title: 'ADDP (scalar)',
      pattern: '01 0 11110 11 11000 11011 10 nnnnn ddddd',
      asm: 'addp sc:Rd,d v:Rn,2d',
    },
    {
      id: 'FMAXNMP_asisdpair',
      title: 'FMAXNMP (scalar)',
      pattern: '01 1 11110 0x 11000 01100 10 nnnnn ddddd',
      asm: 'fmaxnmp sc:Rd,sz v:Rn,Pairsz',
    },
    {
      id: 'FMAXNMP_asisdpair_half',
      title: 'FMAXNMP (scalar, half-precision)',
      pattern: '01 0 11110 00 11000 01100 10 nnnnn ddddd',
      feature: 'FEAT_FP16',
      asm: 'fmaxnmp sc:Rd,h v:Rn,2h',
    },
    {
      id: 'FMINNMP_asisdpair',
      title: 'FMINNMP (scalar)',
      pattern: '01 1 11110 1x 11000 01100 10 nnnnn ddddd',
      asm: 'fminnmp sc:Rd,sz v:Rn,Pairsz',
    },
    {
      id: 'FMINNMP_asisdpair_half',
      title: 'FMINNMP (scalar, half-precision)',
      pattern: '01 0 11110 10 11000 01100 10 nnnnn ddddd',
      feature: 'FEAT_FP16',
      asm: 'fminnmp sc:Rd,h v:Rn,2h',
    },
    {
      id: 'FADDP_asisdpair',
      title: 'FADDP (scalar)',
      pattern: '01 1 11110 0x 11000 01101 10 nnnnn ddddd',
      asm: 'faddp sc:Rd,sz v:Rn,Pairsz',
    },
    {
      id: 'FADDP_asisdpair_half',
      title: 'FADDP (scalar, half-precision)',
      pattern: '01 0 11110 00 11000 01101 10 nnnnn ddddd',
      feature: 'FEAT_FP16',
      asm: 'faddp sc:Rd,h v:Rn,2h',
    },
    {
      id: 'FMAXP_asisdpair',
      title: 'FMAXP (scalar)',
      pattern: '01 1 11110 0x 11000 01111 10 nnnnn ddddd',
      asm: 'fmaxp sc:Rd,sz v:Rn,Pairsz',
    },
    {
      id: 'FMAXP_asisdpair_half',
      title: 'FMAXP (scalar, half-precision)',
      pattern: '01 0 11110 00 11000 01111 10 nnnnn ddddd',
      feature: 'FEAT_FP16',
      asm: 'fmaxp sc:Rd,h v:Rn,2h',
    },
    {
      id: 'FMINP_asisdpair',
      title: 'FMINP (scalar)',
      pattern: '01 1 11110 1x 11000 01111 10 nnnnn ddddd',
      asm: 'fminp sc:Rd,sz v:Rn,Pairsz',
    },
    {
      id: 'FMINP_asisdpair_half',
      title: 'FMINP (scalar, half-precision)',
      pattern: '01 0 11110 10 11000 01111 10 nnnnn ddddd',
      feature: 'FEAT_FP16',
      asm: 'fminp sc:Rd,h v:Rn,2h',
    },
  ],
);
