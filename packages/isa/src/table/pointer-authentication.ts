import { defineGroup } from '../define.ts';

/** Pointer authentication, outside the hint space. */
export const pointerAuthentication = defineGroup(
  'pointer-authentication',
  { legend: { S: 'S', i: 'imm9', W: 'W' }, feature: 'FEAT_PAuth', status: 'todo' },
  [
    { id: 'PACIA_dp_1src', title: 'PACIA', pattern: '1 1 0 11010110 00001 000000 nnnnn ddddd' },
    { id: 'PACIB_dp_1src', title: 'PACIB', pattern: '1 1 0 11010110 00001 000001 nnnnn ddddd' },
    { id: 'PACDA_dp_1src', title: 'PACDA', pattern: '1 1 0 11010110 00001 000010 nnnnn ddddd' },
    { id: 'PACDB_dp_1src', title: 'PACDB', pattern: '1 1 0 11010110 00001 000011 nnnnn ddddd' },
    { id: 'AUTIA_dp_1src', title: 'AUTIA', pattern: '1 1 0 11010110 00001 000100 nnnnn ddddd' },
    { id: 'AUTIB_dp_1src', title: 'AUTIB', pattern: '1 1 0 11010110 00001 000101 nnnnn ddddd' },
    { id: 'AUTDA_dp_1src', title: 'AUTDA', pattern: '1 1 0 11010110 00001 000110 nnnnn ddddd' },
    { id: 'AUTDB_dp_1src', title: 'AUTDB', pattern: '1 1 0 11010110 00001 000111 nnnnn ddddd' },
    { id: 'PACIZA_dp_1src', title: 'PACIZA', pattern: '1 1 0 11010110 00001 001000 11111 ddddd' },
    { id: 'PACIZB_dp_1src', title: 'PACIZB', pattern: '1 1 0 11010110 00001 001001 11111 ddddd' },
    { id: 'PACDZA_dp_1src', title: 'PACDZA', pattern: '1 1 0 11010110 00001 001010 11111 ddddd' },
    { id: 'PACDZB_dp_1src', title: 'PACDZB', pattern: '1 1 0 11010110 00001 001011 11111 ddddd' },
    { id: 'AUTIZA_dp_1src', title: 'AUTIZA', pattern: '1 1 0 11010110 00001 001100 11111 ddddd' },
    { id: 'AUTIZB_dp_1src', title: 'AUTIZB', pattern: '1 1 0 11010110 00001 001101 11111 ddddd' },
    { id: 'AUTDZA_dp_1src', title: 'AUTDZA', pattern: '1 1 0 11010110 00001 001110 11111 ddddd' },
    { id: 'AUTDZB_dp_1src', title: 'AUTDZB', pattern: '1 1 0 11010110 00001 001111 11111 ddddd' },
    { id: 'XPACI_dp_1src', title: 'XPACI', pattern: '1 1 0 11010110 00001 010000 11111 ddddd' },
    { id: 'XPACD_dp_1src', title: 'XPACD', pattern: '1 1 0 11010110 00001 010001 11111 ddddd' },
    { id: 'PACGA_dp_2src', title: 'PACGA', pattern: '1 0 0 11010110 mmmmm 001100 nnnnn ddddd' },
    {
      id: 'BRAAZ_branch_reg',
      title: 'BRAA, BRAAZ, BRAB, BRABZ',
      pattern: '1101011 0000 11111 000010 nnnnn 11111',
    },
    {
      id: 'BRABZ_branch_reg',
      title: 'BRAA, BRAAZ, BRAB, BRABZ',
      pattern: '1101011 0000 11111 000011 nnnnn 11111',
    },
    {
      id: 'BRAA_branch_reg',
      title: 'BRAA, BRAAZ, BRAB, BRABZ',
      pattern: '1101011 1000 11111 000010 nnnnn mmmmm',
    },
    {
      id: 'BRAB_branch_reg',
      title: 'BRAA, BRAAZ, BRAB, BRABZ',
      pattern: '1101011 1000 11111 000011 nnnnn mmmmm',
    },
    {
      id: 'BLRAAZ_branch_reg',
      title: 'BLRAA, BLRAAZ, BLRAB, BLRABZ',
      pattern: '1101011 0001 11111 000010 nnnnn 11111',
    },
    {
      id: 'BLRABZ_branch_reg',
      title: 'BLRAA, BLRAAZ, BLRAB, BLRABZ',
      pattern: '1101011 0001 11111 000011 nnnnn 11111',
    },
    {
      id: 'BLRAA_branch_reg',
      title: 'BLRAA, BLRAAZ, BLRAB, BLRABZ',
      pattern: '1101011 1001 11111 000010 nnnnn mmmmm',
    },
    {
      id: 'BLRAB_branch_reg',
      title: 'BLRAA, BLRAAZ, BLRAB, BLRABZ',
      pattern: '1101011 1001 11111 000011 nnnnn mmmmm',
    },
    {
      id: 'RETAA_branch_reg',
      title: 'RETAA, RETAB',
      pattern: '1101011 0010 11111 000010 11111 11111',
    },
    {
      id: 'RETAB_branch_reg',
      title: 'RETAA, RETAB',
      pattern: '1101011 0010 11111 000011 11111 11111',
    },
    {
      id: 'ERETAA_branch_reg',
      title: 'ERETAA, ERETAB',
      pattern: '1101011 0100 11111 000010 11111 11111',
    },
    {
      id: 'ERETAB_branch_reg',
      title: 'ERETAA, ERETAB',
      pattern: '1101011 0100 11111 000011 11111 11111',
    },
    {
      id: 'LDRAA_ldst_pac',
      title: 'LDRAA, LDRAB',
      pattern: '11 111 0 00 0 S 1 iiiiiiiii W 1 nnnnn ttttt',
    },
    {
      id: 'LDRAB_ldst_pac',
      title: 'LDRAA, LDRAB',
      pattern: '11 111 0 00 1 S 1 iiiiiiiii W 1 nnnnn ttttt',
    },
  ],
);
