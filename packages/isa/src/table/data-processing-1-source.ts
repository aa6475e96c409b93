import { revWidth } from '../constraints.ts';
import { defineGroup } from '../define.ts';

/** Data-processing (1 source). */
export const dataProcessing1Source = defineGroup('data-processing-1-source', { legend: { o: 'opc0' } }, [
  {
    id: 'RBIT_dp_1src',
    title: 'RBIT',
    pattern: 'z 1 0 11010110 00000 000000 nnnnn ddddd',
    asm: 'rbit r:Rd r:Rn',
  },
  {
    id: 'REV16_dp_1src',
    title: 'REV16',
    pattern: 'z 1 0 11010110 00000 000001 nnnnn ddddd',
    asm: 'rev16 r:Rd r:Rn',
  },
  {
    id: 'REV_dp_1src',
    title: 'REV',
    pattern: 'z 1 0 11010110 00000 00001o nnnnn ddddd',
    constraint: revWidth,
    defaults: { opc0: 'sf' },
    asm: 'rev r:Rd r:Rn',
    aliases: [{ asm: 'rev64 x:Rd x:Rn', fix: { sf: 1, opc0: 1 }, assembleOnly: true }],
  },
  {
    id: 'REV32_dp_1src',
    title: 'REV32',
    pattern: '1 1 0 11010110 00000 000010 nnnnn ddddd',
    asm: 'rev32 x:Rd x:Rn',
  },
  {
    id: 'CLZ_dp_1src',
    title: 'CLZ',
    pattern: 'z 1 0 11010110 00000 000100 nnnnn ddddd',
    asm: 'clz r:Rd r:Rn',
  },
  {
    id: 'CLS_dp_1src',
    title: 'CLS',
    pattern: 'z 1 0 11010110 00000 000101 nnnnn ddddd',
    asm: 'cls r:Rd r:Rn',
  },
]);
