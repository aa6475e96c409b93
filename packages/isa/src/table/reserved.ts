import { defineGroup } from '../define.ts';

/** Permanently undefined. */
export const reserved = defineGroup('reserved', { legend: { i: 'imm16' } }, [
  { id: 'UDF_perm_undef', title: 'UDF', pattern: '0000000000000000 iiiiiiiiiiiiiiii', asm: 'udf u:imm16' },
]);
