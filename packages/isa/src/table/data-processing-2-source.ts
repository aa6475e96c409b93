import { defineGroup } from '../define.ts';

/** Data-processing (2 source). */
export const dataProcessing2Source = defineGroup('data-processing-2-source', {}, [
  {
    id: 'UDIV_dp_2src',
    title: 'UDIV',
    pattern: 'z 0 0 11010110 mmmmm 000010 nnnnn ddddd',
    asm: 'udiv r:Rd r:Rn r:Rm',
  },
  {
    id: 'SDIV_dp_2src',
    title: 'SDIV',
    pattern: 'z 0 0 11010110 mmmmm 000011 nnnnn ddddd',
    asm: 'sdiv r:Rd r:Rn r:Rm',
  },
  {
    id: 'LSLV_dp_2src',
    title: 'LSLV',
    pattern: 'z 0 0 11010110 mmmmm 001000 nnnnn ddddd',
    asm: 'lsl r:Rd r:Rn r:Rm',
    aliases: [{ asm: 'lsl r:Rd r:Rn r:Rm' }],
  },
  {
    id: 'LSRV_dp_2src',
    title: 'LSRV',
    pattern: 'z 0 0 11010110 mmmmm 001001 nnnnn ddddd',
    asm: 'lsr r:Rd r:Rn r:Rm',
    aliases: [{ asm: 'lsr r:Rd r:Rn r:Rm' }],
  },
  {
    id: 'ASRV_dp_2src',
    title: 'ASRV',
    pattern: 'z 0 0 11010110 mmmmm 001010 nnnnn ddddd',
    asm: 'asr r:Rd r:Rn r:Rm',
    aliases: [{ asm: 'asr r:Rd r:Rn r:Rm' }],
  },
  {
    id: 'RORV_dp_2src',
    title: 'RORV',
    pattern: 'z 0 0 11010110 mmmmm 001011 nnnnn ddddd',
    asm: 'ror r:Rd r:Rn r:Rm',
    aliases: [{ asm: 'ror r:Rd r:Rn r:Rm' }],
  },
]);
