import { fpPairSize } from '../constraints-simd.ts';
import { defineGroup } from '../define.ts';

/** Load/store SIMD&FP register pairs. */
export const loadStoreSimdPair = defineGroup(
  'load-store-simd-pair',
  { legend: { o: 'opc', i: 'imm7' }, feature: 'FEAT_FP' },
  [
    {
      id: 'STNP_ldstnapair_offs_fp',
      title: 'STNP (SIMD&FP)',
      pattern: 'oo 101 1 000 0 iiiiiii uuuuu nnnnn ttttt',
      constraint: fpPairSize,
      asm: 'stnp sc:Rt,pair sc:Rt2,pair pair:2+opc',
    },
    {
      id: 'LDNP_ldstnapair_offs_fp',
      title: 'LDNP (SIMD&FP)',
      pattern: 'oo 101 1 000 1 iiiiiii uuuuu nnnnn ttttt',
      constraint: fpPairSize,
      asm: 'ldnp sc:Rt,pair sc:Rt2,pair pair:2+opc',
    },
    {
      id: 'STP_ldstpair_post_fp',
      title: 'STP (SIMD&FP)',
      pattern: 'oo 101 1 001 0 iiiiiii uuuuu nnnnn ttttt',
      constraint: fpPairSize,
      asm: 'stp sc:Rt,pair sc:Rt2,pair pairpost:2+opc',
    },
    {
      id: 'LDP_ldstpair_post_fp',
      title: 'LDP (SIMD&FP)',
      pattern: 'oo 101 1 001 1 iiiiiii uuuuu nnnnn ttttt',
      constraint: fpPairSize,
      asm: 'ldp sc:Rt,pair sc:Rt2,pair pairpost:2+opc',
    },
    {
      id: 'STP_ldstpair_off_fp',
      title: 'STP (SIMD&FP)',
      pattern: 'oo 101 1 010 0 iiiiiii uuuuu nnnnn ttttt',
      constraint: fpPairSize,
      asm: 'stp sc:Rt,pair sc:Rt2,pair pair:2+opc',
    },
    {
      id: 'LDP_ldstpair_off_fp',
      title: 'LDP (SIMD&FP)',
      pattern: 'oo 101 1 010 1 iiiiiii uuuuu nnnnn ttttt',
      constraint: fpPairSize,
      asm: 'ldp sc:Rt,pair sc:Rt2,pair pair:2+opc',
    },
    {
      id: 'STP_ldstpair_pre_fp',
      title: 'STP (SIMD&FP)',
      pattern: 'oo 101 1 011 0 iiiiiii uuuuu nnnnn ttttt',
      constraint: fpPairSize,
      asm: 'stp sc:Rt,pair sc:Rt2,pair pairpre:2+opc',
    },
    {
      id: 'LDP_ldstpair_pre_fp',
      title: 'LDP (SIMD&FP)',
      pattern: 'oo 101 1 011 1 iiiiiii uuuuu nnnnn ttttt',
      constraint: fpPairSize,
      asm: 'ldp sc:Rt,pair sc:Rt2,pair pairpre:2+opc',
    },
  ],
);
