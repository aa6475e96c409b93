import { halfOrWord, noSize3 } from '../constraints-simd.ts';
import { defineGroup } from '../define.ts';

/** Advanced SIMD three different. */
export const advsimdThreeDifferent = defineGroup(
  'advsimd-three-different',
  { legend: { s: 'size' }, feature: 'FEAT_AdvSIMD', status: 'todo' },
  [
    {
      id: 'SADDL_asimddiff',
      title: 'SADDL, SADDL2',
      pattern: '0 Q 0 01110 ss 1 mmmmm 0000 00 nnnnn ddddd',
      constraint: noSize3,
    },
    {
      id: 'SADDW_asimddiff',
      title: 'SADDW, SADDW2',
      pattern: '0 Q 0 01110 ss 1 mmmmm 0001 00 nnnnn ddddd',
      constraint: noSize3,
    },
    {
      id: 'SSUBL_asimddiff',
      title: 'SSUBL, SSUBL2',
      pattern: '0 Q 0 01110 ss 1 mmmmm 0010 00 nnnnn ddddd',
      constraint: noSize3,
    },
    {
      id: 'SSUBW_asimddiff',
      title: 'SSUBW, SSUBW2',
      pattern: '0 Q 0 01110 ss 1 mmmmm 0011 00 nnnnn ddddd',
      constraint: noSize3,
    },
    {
      id: 'ADDHN_asimddiff',
      title: 'ADDHN, ADDHN2',
      pattern: '0 Q 0 01110 ss 1 mmmmm 0100 00 nnnnn ddddd',
      constraint: noSize3,
    },
    {
      id: 'SABAL_asimddiff',
      title: 'SABAL, SABAL2',
      pattern: '0 Q 0 01110 ss 1 mmmmm 0101 00 nnnnn ddddd',
      constraint: noSize3,
    },
    {
      id: 'SUBHN_asimddiff',
      title: 'SUBHN, SUBHN2',
      pattern: '0 Q 0 01110 ss 1 mmmmm 0110 00 nnnnn ddddd',
      constraint: noSize3,
    },
    {
      id: 'SABDL_asimddiff',
      title: 'SABDL, SABDL2',
      pattern: '0 Q 0 01110 ss 1 mmmmm 0111 00 nnnnn ddddd',
      constraint: noSize3,
    },
    {
      id: 'SMLAL_asimddiff',
      title: 'SMLAL, SMLAL2 (vector)',
      pattern: '0 Q 0 01110 ss 1 mmmmm 1000 00 nnnnn ddddd',
      constraint: noSize3,
    },
    {
      id: 'SQDMLAL_asimddiff',
      title: 'SQDMLAL, SQDMLAL2 (vector)',
      pattern: '0 Q 0 01110 ss 1 mmmmm 1001 00 nnnnn ddddd',
      constraint: halfOrWord,
    },
    {
      id: 'SMLSL_asimddiff',
      title: 'SMLSL, SMLSL2 (vector)',
      pattern: '0 Q 0 01110 ss 1 mmmmm 1010 00 nnnnn ddddd',
      constraint: noSize3,
    },
    {
      id: 'SQDMLSL_asimddiff',
      title: 'SQDMLSL, SQDMLSL2 (vector)',
      pattern: '0 Q 0 01110 ss 1 mmmmm 1011 00 nnnnn ddddd',
      constraint: halfOrWord,
    },
    {
      id: 'SMULL_asimddiff',
      title: 'SMULL, SMULL2 (vector)',
      pattern: '0 Q 0 01110 ss 1 mmmmm 1100 00 nnnnn ddddd',
      constraint: noSize3,
    },
    {
      id: 'SQDMULL_asimddiff',
      title: 'SQDMULL, SQDMULL2 (vector)',
      pattern: '0 Q 0 01110 ss 1 mmmmm 1101 00 nnnnn ddddd',
      constraint: halfOrWord,
    },
    {
      id: 'UADDL_asimddiff',
      title: 'UADDL, UADDL2',
      pattern: '0 Q 1 01110 ss 1 mmmmm 0000 00 nnnnn ddddd',
      constraint: noSize3,
    },
    {
      id: 'UADDW_asimddiff',
      title: 'UADDW, UADDW2',
      pattern: '0 Q 1 01110 ss 1 mmmmm 0001 00 nnnnn ddddd',
      constraint: noSize3,
    },
    {
      id: 'USUBL_asimddiff',
      title: 'USUBL, USUBL2',
      pattern: '0 Q 1 01110 ss 1 mmmmm 0010 00 nnnnn ddddd',
      constraint: noSize3,
    },
    {
      id: 'USUBW_asimddiff',
      title: 'USUBW, USUBW2',
      pattern: '0 Q 1 01110 ss 1 mmmmm 0011 00 nnnnn ddddd',
      constraint: noSize3,
    },
    {
      id: 'RADDHN_asimddiff',
      title: 'RADDHN, RADDHN2',
      pattern: '0 Q 1 01110 ss 1 mmmmm 0100 00 nnnnn ddddd',
      constraint: noSize3,
    },
    {
      id: 'UABAL_asimddiff',
      title: 'UABAL, UABAL2',
      pattern: '0 Q 1 01110 ss 1 mmmmm 0101 00 nnnnn ddddd',
      constraint: noSize3,
    },
    {
      id: 'RSUBHN_asimddiff',
      title: 'RSUBHN, RSUBHN2',
      pattern: '0 Q 1 01110 ss 1 mmmmm 0110 00 nnnnn ddddd',
      constraint: noSize3,
    },
    {
      id: 'UABDL_asimddiff',
      title: 'UABDL, UABDL2',
      pattern: '0 Q 1 01110 ss 1 mmmmm 0111 00 nnnnn ddddd',
      constraint: noSize3,
    },
    {
      id: 'UMLAL_asimddiff',
      title: 'UMLAL, UMLAL2 (vector)',
      pattern: '0 Q 1 01110 ss 1 mmmmm 1000 00 nnnnn ddddd',
      constraint: noSize3,
    },
    {
      id: 'UMLSL_asimddiff',
      title: 'UMLSL, UMLSL2 (vector)',
      pattern: '0 Q 1 01110 ss 1 mmmmm 1010 00 nnnnn ddddd',
      constraint: noSize3,
    },
    {
      id: 'UMULL_asimddiff',
      title: 'UMULL, UMULL2 (vector)',
      pattern: '0 Q 1 01110 ss 1 mmmmm 1100 00 nnnnn ddddd',
      constraint: noSize3,
    },
    {
      id: 'PMULL_asimddiff_byte',
      title: 'PMULL, PMULL2 (8-bit elements)',
      pattern: '0 Q 0 01110 00 1 mmmmm 1110 00 nnnnn ddddd',
    },
    {
      id: 'PMULL_asimddiff_doubleword',
      title: 'PMULL, PMULL2 (64-bit elements)',
      pattern: '0 Q 0 01110 11 1 mmmmm 1110 00 nnnnn ddddd',
      feature: 'FEAT_PMULL',
    },
  ],
);
