import { basePstateField } from '../constraints.ts';
import { defineGroup } from '../define.ts';
import { isSystemOperation } from '../operands/system.ts';

/** System instructions and system register moves. */
export const system = defineGroup('system', { legend: { p: 'op1', N: 'CRn', C: 'CRm', o: 'op2', h: 'o0' } }, [
  {
    id: 'MSR_pstate',
    title: 'MSR (immediate)',
    pattern: '1101010100 0 00 ppp 0100 CCCC ooo 11111',
    constraint: basePstateField,
    asm: 'msr pstate uhex:CRm',
  },
  {
    id: 'SYS_systeminstrs',
    title: 'SYS',
    pattern: '1101010100 0 01 ppp NNNN CCCC ooo ttttt',
    asm: 'sys u:op1 cr:CRn cr:CRm u:op2 x:Rt',
    aliases: [
      { asm: 'ic sysop:ic', requires: isSystemOperation('ic') },
      { asm: 'dc sysop:dc', requires: isSystemOperation('dc') },
      { asm: 'at sysop:at', requires: isSystemOperation('at') },
      { asm: 'tlbi sysop:tlbi', requires: isSystemOperation('tlbi') },
      { asm: 'cfp sysop:cfp', requires: isSystemOperation('cfp') },
      { asm: 'dvp sysop:dvp', requires: isSystemOperation('dvp') },
      { asm: 'cpp sysop:cpp', requires: isSystemOperation('cpp') },
      { asm: 'sys u:op1 cr:CRn cr:CRm u:op2', fix: { Rt: 31 } },
    ],
  },
  {
    id: 'SYSL_systeminstrs',
    title: 'SYSL',
    pattern: '1101010100 1 01 ppp NNNN CCCC ooo ttttt',
    asm: 'sysl x:Rt u:op1 cr:CRn cr:CRm u:op2',
  },
  {
    id: 'MSR_systemmove',
    title: 'MSR (register)',
    pattern: '1101010100 0 1 h ppp NNNN CCCC ooo ttttt',
    asm: 'msr sysreg:w x:Rt',
  },
  {
    id: 'MRS_systemmove',
    title: 'MRS',
    pattern: '1101010100 1 1 h ppp NNNN CCCC ooo ttttt',
    asm: 'mrs x:Rt sysreg:r',
  },
]);
