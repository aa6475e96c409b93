import { defineGroup } from '../define.ts';

/** Memory tagging. */
export const memoryTagging = defineGroup(
  'memory-tagging',
  { legend: { i: 'imm9', j: 'uimm6', k: 'uimm4', p: 'simm7' }, feature: 'FEAT_MTE', status: 'todo' },
  [
    { id: 'ADDG_addsub_immtags', title: 'ADDG', pattern: '1 0 0 100011 0 jjjjjj -- kkkk nnnnn ddddd' },
    { id: 'SUBG_addsub_immtags', title: 'SUBG', pattern: '1 1 0 100011 0 jjjjjj -- kkkk nnnnn ddddd' },
    { id: 'IRG_dp_2src', title: 'IRG', pattern: '1 0 0 11010110 mmmmm 000100 nnnnn ddddd' },
    { id: 'GMI_dp_2src', title: 'GMI', pattern: '1 0 0 11010110 mmmmm 000101 nnnnn ddddd' },
    { id: 'SUBP_dp_2src', title: 'SUBP', pattern: '1 0 0 11010110 mmmmm 000000 nnnnn ddddd' },
    { id: 'SUBPS_dp_2src', title: 'SUBPS', pattern: '1 0 1 11010110 mmmmm 000000 nnnnn ddddd' },
    {
      id: 'STG_ldsttags_post',
      title: 'STG',
      pattern: '11011001 00 1 iiiiiiiii 01 nnnnn ttttt',
    },
    {
      id: 'STG_ldsttags_off',
      title: 'STG',
      pattern: '11011001 00 1 iiiiiiiii 10 nnnnn ttttt',
    },
    {
      id: 'STG_ldsttags_pre',
      title: 'STG',
      pattern: '11011001 00 1 iiiiiiiii 11 nnnnn ttttt',
    },
    {
      id: 'STZG_ldsttags_post',
      title: 'STZG',
      pattern: '11011001 01 1 iiiiiiiii 01 nnnnn ttttt',
    },
    {
      id: 'STZG_ldsttags_off',
      title: 'STZG',
      pattern: '11011001 01 1 iiiiiiiii 10 nnnnn ttttt',
    },
    {
      id: 'STZG_ldsttags_pre',
      title: 'STZG',
      pattern: '11011001 01 1 iiiiiiiii 11 nnnnn ttttt',
    },
    {
      id: 'ST2G_ldsttags_post',
      title: 'ST2G',
      pattern: '11011001 10 1 iiiiiiiii 01 nnnnn ttttt',
    },
    {
      id: 'ST2G_ldsttags_off',
      title: 'ST2G',
      pattern: '11011001 10 1 iiiiiiiii 10 nnnnn ttttt',
    },
    {
      id: 'ST2G_ldsttags_pre',
      title: 'ST2G',
      pattern: '11011001 10 1 iiiiiiiii 11 nnnnn ttttt',
    },
    {
      id: 'STZ2G_ldsttags_post',
      title: 'STZ2G',
      pattern: '11011001 11 1 iiiiiiiii 01 nnnnn ttttt',
    },
    {
      id: 'STZ2G_ldsttags_off',
      title: 'STZ2G',
      pattern: '11011001 11 1 iiiiiiiii 10 nnnnn ttttt',
    },
    {
      id: 'STZ2G_ldsttags_pre',
      title: 'STZ2G',
      pattern: '11011001 11 1 iiiiiiiii 11 nnnnn ttttt',
    },
    {
      id: 'LDG_ldsttags',
      title: 'LDG',
      pattern: '11011001 01 1 iiiiiiiii 00 nnnnn ttttt',
    },
    {
      id: 'STZGM_ldsttags',
      title: 'STZGM',
      pattern: '11011001 00 1 000000000 00 nnnnn ttttt',
      feature: 'FEAT_MTE2',
    },
    {
      id: 'STGM_ldsttags',
      title: 'STGM',
      pattern: '11011001 10 1 000000000 00 nnnnn ttttt',
      feature: 'FEAT_MTE2',
    },
    {
      id: 'LDGM_ldsttags',
      title: 'LDGM',
      pattern: '11011001 11 1 000000000 00 nnnnn ttttt',
      feature: 'FEAT_MTE2',
    },
    {
      id: 'STGP_ldstpair_post',
      title: 'STGP',
      pattern: '01 101 0 001 0 ppppppp uuuuu nnnnn ttttt',
    },
    {
      id: 'STGP_ldstpair_off',
      title: 'STGP',
      pattern: '01 101 0 010 0 ppppppp uuuuu nnnnn ttttt',
    },
    {
      id: 'STGP_ldstpair_pre',
      title: 'STGP',
      pattern: '01 101 0 011 0 ppppppp uuuuu nnnnn ttttt',
    },
  ],
);
