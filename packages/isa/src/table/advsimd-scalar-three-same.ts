import { doublewordOnly, halfOrWord } from '../constraints-simd.ts';
import { defineGroup } from '../define.ts';

/** Advanced SIMD scalar three same. */
export const advsimdScalarThreeSame = defineGroup(
  'advsimd-scalar-three-same',
  { legend: { s: 'size', x: 'sz' }, feature: 'FEAT_AdvSIMD', status: 'todo' },
  [
    { id: 'SQADD_asisdsame', title: 'SQADD', pattern: '01 0 11110 ss 1 mmmmm 00001 1 nnnnn ddddd' },
    { id: 'SQSUB_asisdsame', title: 'SQSUB', pattern: '01 0 11110 ss 1 mmmmm 00101 1 nnnnn ddddd' },
    {
      id: 'CMGT_asisdsame',
      title: 'CMGT (register)',
      pattern: '01 0 11110 ss 1 mmmmm 00110 1 nnnnn ddddd',
      constraint: doublewordOnly,
    },
    {
      id: 'CMGE_asisdsame',
      title: 'CMGE (register)',
      pattern: '01 0 11110 ss 1 mmmmm 00111 1 nnnnn ddddd',
      constraint: doublewordOnly,
    },
    {
      id: 'SSHL_asisdsame',
      title: 'SSHL',
      pattern: '01 0 11110 ss 1 mmmmm 01000 1 nnnnn ddddd',
      constraint: doublewordOnly,
    },
    {
      id: 'SQSHL_asisdsame',
      title: 'SQSHL (register)',
      pattern: '01 0 11110 ss 1 mmmmm 01001 1 nnnnn ddddd',
    },
    {
      id: 'SRSHL_asisdsame',
      title: 'SRSHL',
      pattern: '01 0 11110 ss 1 mmmmm 01010 1 nnnnn ddddd',
      constraint: doublewordOnly,
    },
    { id: 'SQRSHL_asisdsame', title: 'SQRSHL', pattern: '01 0 11110 ss 1 mmmmm 01011 1 nnnnn ddddd' },
    {
      id: 'ADD_asisdsame',
      title: 'ADD (vector)',
      pattern: '01 0 11110 ss 1 mmmmm 10000 1 nnnnn ddddd',
      constraint: doublewordOnly,
    },
    {
      id: 'CMTST_asisdsame',
      title: 'CMTST',
      pattern: '01 0 11110 ss 1 mmmmm 10001 1 nnnnn ddddd',
      constraint: doublewordOnly,
    },
    {
      id: 'SQDMULH_asisdsame',
      title: 'SQDMULH (vector)',
      pattern: '01 0 11110 ss 1 mmmmm 10110 1 nnnnn ddddd',
      constraint: halfOrWord,
    },
    { id: 'UQADD_asisdsame', title: 'UQADD', pattern: '01 1 11110 ss 1 mmmmm 00001 1 nnnnn ddddd' },
    { id: 'UQSUB_asisdsame', title: 'UQSUB', pattern: '01 1 11110 ss 1 mmmmm 00101 1 nnnnn ddddd' },
    {
      id: 'CMHI_asisdsame',
      title: 'CMHI (register)',
      pattern: '01 1 11110 ss 1 mmmmm 00110 1 nnnnn ddddd',
      constraint: doublewordOnly,
    },
    {
      id: 'CMHS_asisdsame',
      title: 'CMHS (register)',
      pattern: '01 1 11110 ss 1 mmmmm 00111 1 nnnnn ddddd',
      constraint: doublewordOnly,
    },
    {
      id: 'USHL_asisdsame',
      title: 'USHL',
      pattern: '01 1 11110 ss 1 mmmmm 01000 1 nnnnn ddddd',
      constraint: doublewordOnly,
    },
    {
      id: 'UQSHL_asisdsame',
      title: 'UQSHL (register)',
      pattern: '01 1 11110 ss 1 mmmmm 01001 1 nnnnn ddddd',
    },
    {
      id: 'URSHL_asisdsame',
      title: 'URSHL',
      pattern: '01 1 11110 ss 1 mmmmm 01010 1 nnnnn ddddd',
      constraint: doublewordOnly,
    },
    { id: 'UQRSHL_asisdsame', title: 'UQRSHL', pattern: '01 1 11110 ss 1 mmmmm 01011 1 nnnnn ddddd' },
    {
      id: 'SUB_asisdsame',
      title: 'SUB (vector)',
      pattern: '01 1 11110 ss 1 mmmmm 10000 1 nnnnn ddddd',
      constraint: doublewordOnly,
    },
    {
      id: 'CMEQ_asisdsame',
      title: 'CMEQ (register)',
      pattern: '01 1 11110 ss 1 mmmmm 10001 1 nnnnn ddddd',
      constraint: doublewordOnly,
    },
    {
      id: 'SQRDMULH_asisdsame',
      title: 'SQRDMULH (vector)',
      pattern: '01 1 11110 ss 1 mmmmm 10110 1 nnnnn ddddd',
      constraint: halfOrWord,
    },
    { id: 'FMULX_asisdsame', title: 'FMULX', pattern: '01 0 11110 0x 1 mmmmm 11011 1 nnnnn ddddd' },
    {
      id: 'FCMEQ_asisdsame',
      title: 'FCMEQ (register)',
      pattern: '01 0 11110 0x 1 mmmmm 11100 1 nnnnn ddddd',
    },
    { id: 'FRECPS_asisdsame', title: 'FRECPS', pattern: '01 0 11110 0x 1 mmmmm 11111 1 nnnnn ddddd' },
    { id: 'FRSQRTS_asisdsame', title: 'FRSQRTS', pattern: '01 0 11110 1x 1 mmmmm 11111 1 nnnnn ddddd' },
    {
      id: 'FCMGE_asisdsame',
      title: 'FCMGE (register)',
      pattern: '01 1 11110 0x 1 mmmmm 11100 1 nnnnn ddddd',
    },
    { id: 'FACGE_asisdsame', title: 'FACGE', pattern: '01 1 11110 0x 1 mmmmm 11101 1 nnnnn ddddd' },
    { id: 'FABD_asisdsame', title: 'FABD', pattern: '01 1 11110 1x 1 mmmmm 11010 1 nnnnn ddddd' },
    {
      id: 'FCMGT_asisdsame',
      title: 'FCMGT (register)',
      pattern: '01 1 11110 1x 1 mmmmm 11100 1 nnnnn ddddd',
    },
    { id: 'FACGT_asisdsame', title: 'FACGT', pattern: '01 1 11110 1x 1 mmmmm 11101 1 nnnnn ddddd' },
  ],
);
