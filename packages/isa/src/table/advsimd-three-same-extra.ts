import { complexSize, halfOrWord } from '../constraints-simd.ts';
import { defineGroup } from '../define.ts';

/** Advanced SIMD three same extra. The half-precision forms of FCMLA and FCADD need FEAT_FP16 as well. */
export const advsimdThreeSameExtra = defineGroup(
  'advsimd-three-same-extra',
  { legend: { s: 'size', r: 'rot' }, feature: 'FEAT_AdvSIMD', status: 'todo' },
  [
    {
      id: 'SDOT_asimdsame2',
      title: 'SDOT (vector)',
      pattern: '0 Q 0 01110 10 0 mmmmm 1 0010 1 nnnnn ddddd',
      feature: 'FEAT_DotProd',
    },
    {
      id: 'UDOT_asimdsame2',
      title: 'UDOT (vector)',
      pattern: '0 Q 1 01110 10 0 mmmmm 1 0010 1 nnnnn ddddd',
      feature: 'FEAT_DotProd',
    },
    {
      id: 'USDOT_asimdsame2',
      title: 'USDOT (vector)',
      pattern: '0 Q 0 01110 10 0 mmmmm 1 0011 1 nnnnn ddddd',
      feature: 'FEAT_I8MM',
    },
    {
      id: 'SQRDMLAH_asimdsame2',
      title: 'SQRDMLAH (vector)',
      pattern: '0 Q 1 01110 ss 0 mmmmm 1 0000 1 nnnnn ddddd',
      feature: 'FEAT_RDM',
      constraint: halfOrWord,
    },
    {
      id: 'SQRDMLSH_asimdsame2',
      title: 'SQRDMLSH (vector)',
      pattern: '0 Q 1 01110 ss 0 mmmmm 1 0001 1 nnnnn ddddd',
      feature: 'FEAT_RDM',
      constraint: halfOrWord,
    },
    {
      id: 'FCMLA_asimdsame2',
      title: 'FCMLA',
      pattern: '0 Q 1 01110 ss 0 mmmmm 1 10rr 1 nnnnn ddddd',
      feature: 'FEAT_FCMA',
      constraint: complexSize,
    },
    {
      id: 'FCADD_asimdsame2',
      title: 'FCADD',
      pattern: '0 Q 1 01110 ss 0 mmmmm 1 11r0 1 nnnnn ddddd',
      feature: 'FEAT_FCMA',
      constraint: complexSize,
    },
    {
      id: 'SMMLA_asimdsame2',
      title: 'SMMLA',
      pattern: '0 1 0 01110 10 0 mmmmm 1 0100 1 nnnnn ddddd',
      feature: 'FEAT_I8MM',
    },
    {
      id: 'UMMLA_asimdsame2',
      title: 'UMMLA',
      pattern: '0 1 1 01110 10 0 mmmmm 1 0100 1 nnnnn ddddd',
      feature: 'FEAT_I8MM',
    },
    {
      id: 'USMMLA_asimdsame2',
      title: 'USMMLA',
      pattern: '0 1 0 01110 10 0 mmmmm 1 0101 1 nnnnn ddddd',
      feature: 'FEAT_I8MM',
    },
    {
      id: 'BFMMLA_asimdsame2',
      title: 'BFMMLA',
      pattern: '0 1 1 01110 01 0 mmmmm 1 1101 1 nnnnn ddddd',
      feature: 'FEAT_BF16',
    },
    {
      id: 'BFDOT_asimdsame2',
      title: 'BFDOT (vector)',
      pattern: '0 Q 1 01110 01 0 mmmmm 1 1111 1 nnnnn ddddd',
      feature: 'FEAT_BF16',
    },
    {
      id: 'BFMLALB_asimdsame2',
      title: 'BFMLALB, BFMLALT (vector)',
      pattern: '0 0 1 01110 11 0 mmmmm 1 1111 1 nnnnn ddddd',
      feature: 'FEAT_BF16',
    },
    {
      id: 'BFMLALT_asimdsame2',
      title: 'BFMLALB, BFMLALT (vector)',
      pattern: '0 1 1 01110 11 0 mmmmm 1 1111 1 nnnnn ddddd',
      feature: 'FEAT_BF16',
    },
  ],
);
