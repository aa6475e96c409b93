import { defineGroup } from '../define.ts';

/** Data-processing (3 source). */
export const dataProcessing3Source = defineGroup('data-processing-3-source', {}, [
  {
    id: 'MADD_dp_3src',
    title: 'MADD',
    pattern: 'z 00 11011 000 mmmmm 0 aaaaa nnnnn ddddd',
    asm: 'madd r:Rd r:Rn r:Rm r:Ra',
    aliases: [{ asm: 'mul r:Rd r:Rn r:Rm', fix: { Ra: 31 } }],
  },
  {
    id: 'MSUB_dp_3src',
    title: 'MSUB',
    pattern: 'z 00 11011 000 mmmmm 1 aaaaa nnnnn ddddd',
    asm: 'msub r:Rd r:Rn r:Rm r:Ra',
    aliases: [{ asm: 'mneg r:Rd r:Rn r:Rm', fix: { Ra: 31 } }],
  },
  {
    id: 'SMADDL_dp_3src',
    title: 'SMADDL',
    pattern: '1 00 11011 001 mmmmm 0 aaaaa nnnnn ddddd',
    asm: 'smaddl x:Rd w:Rn w:Rm x:Ra',
    aliases: [{ asm: 'smull x:Rd w:Rn w:Rm', fix: { Ra: 31 } }],
  },
  {
    id: 'SMSUBL_dp_3src',
    title: 'SMSUBL',
    pattern: '1 00 11011 001 mmmmm 1 aaaaa nnnnn ddddd',
    asm: 'smsubl x:Rd w:Rn w:Rm x:Ra',
    aliases: [{ asm: 'smnegl x:Rd w:Rn w:Rm', fix: { Ra: 31 } }],
  },
  {
    id: 'SMULH_dp_3src',
    title: 'SMULH',
    pattern: '1 00 11011 010 mmmmm 0 aaaaa nnnnn ddddd',
    defaults: { Ra: 31 },
    asm: 'smulh x:Rd x:Rn x:Rm',
  },
  {
    id: 'UMADDL_dp_3src',
    title: 'UMADDL',
    pattern: '1 00 11011 101 mmmmm 0 aaaaa nnnnn ddddd',
    asm: 'umaddl x:Rd w:Rn w:Rm x:Ra',
    aliases: [{ asm: 'umull x:Rd w:Rn w:Rm', fix: { Ra: 31 } }],
  },
  {
    id: 'UMSUBL_dp_3src',
    title: 'UMSUBL',
    pattern: '1 00 11011 101 mmmmm 1 aaaaa nnnnn ddddd',
    asm: 'umsubl x:Rd w:Rn w:Rm x:Ra',
    aliases: [{ asm: 'umnegl x:Rd w:Rn w:Rm', fix: { Ra: 31 } }],
  },
  {
    id: 'UMULH_dp_3src',
    title: 'UMULH',
    pattern: '1 00 11011 110 mmmmm 0 aaaaa nnnnn ddddd',
    defaults: { Ra: 31 },
    asm: 'umulh x:Rd x:Rn x:Rm',
  },
]);
