import { defineGroup } from '../define.ts';

/** MSR (immediate) of the PSTATE fields that extensions add. */
export const pstateExtensions = defineGroup('pstate-extensions', { legend: { C: 'CRm' } }, [
  {
    id: 'MSR_pstate_uao',
    title: 'MSR (immediate), UAO',
    pattern: '1101010100 0 00 000 0100 CCCC 011 11111',
    feature: 'FEAT_UAO',
    asm: 'msr name:uao uhex:CRm',
  },
  {
    id: 'MSR_pstate_pan',
    title: 'MSR (immediate), PAN',
    pattern: '1101010100 0 00 000 0100 CCCC 100 11111',
    feature: 'FEAT_PAN',
    asm: 'msr name:pan uhex:CRm',
  },
  {
    id: 'MSR_pstate_ssbs',
    title: 'MSR (immediate), SSBS',
    pattern: '1101010100 0 00 011 0100 CCCC 001 11111',
    feature: 'FEAT_SSBS2',
    asm: 'msr name:ssbs uhex:CRm',
  },
  {
    id: 'MSR_pstate_dit',
    title: 'MSR (immediate), DIT',
    pattern: '1101010100 0 00 011 0100 CCCC 010 11111',
    feature: 'FEAT_DIT',
    asm: 'msr name:dit uhex:CRm',
  },
  {
    id: 'MSR_pstate_tco',
    title: 'MSR (immediate), TCO',
    pattern: '1101010100 0 00 011 0100 CCCC 100 11111',
    feature: 'FEAT_MTE',
    status: 'todo',
    asm: 'msr name:tco uhex:CRm',
  },
]);
