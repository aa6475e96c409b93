import { defineGroup } from '../define.ts';

/** Exception generation. */
export const exceptionGeneration = defineGroup('exception-generation', { legend: { i: 'imm16' } }, [
  {
    id: 'SVC_exception',
    title: 'SVC',
    pattern: '11010100 000 iiiiiiiiiiiiiiii 000 01',
    asm: 'svc uhex:imm16',
  },
  {
    id: 'HVC_exception',
    title: 'HVC',
    pattern: '11010100 000 iiiiiiiiiiiiiiii 000 10',
    asm: 'hvc uhex:imm16',
  },
  {
    id: 'SMC_exception',
    title: 'SMC',
    pattern: '11010100 000 iiiiiiiiiiiiiiii 000 11',
    asm: 'smc uhex:imm16',
  },
  {
    id: 'BRK_exception',
    title: 'BRK',
    pattern: '11010100 001 iiiiiiiiiiiiiiii 000 00',
    asm: 'brk uhex:imm16',
  },
  {
    id: 'HLT_exception',
    title: 'HLT',
    pattern: '11010100 010 iiiiiiiiiiiiiiii 000 00',
    asm: 'hlt uhex:imm16',
  },
  {
    id: 'DCPS1_exception',
    title: 'DCPS1',
    pattern: '11010100 101 iiiiiiiiiiiiiiii 000 01',
    asm: 'dcps1 uhex:imm16',
    aliases: [{ asm: 'dcps1', fix: { imm16: 0 } }],
  },
  {
    id: 'DCPS2_exception',
    title: 'DCPS2',
    pattern: '11010100 101 iiiiiiiiiiiiiiii 000 10',
    asm: 'dcps2 uhex:imm16',
    aliases: [{ asm: 'dcps2', fix: { imm16: 0 } }],
  },
  {
    id: 'DCPS3_exception',
    title: 'DCPS3',
    pattern: '11010100 101 iiiiiiiiiiiiiiii 000 11',
    asm: 'dcps3 uhex:imm16',
    aliases: [{ asm: 'dcps3', fix: { imm16: 0 } }],
  },
]);
