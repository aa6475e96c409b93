import { elementIndex } from '../constraints-simd.ts';
import { defineGroup } from '../define.ts';

/** Advanced SIMD scalar copy. */
export const advsimdScalarCopy = defineGroup(
  'advsimd-scalar-copy',
  { legend: { i: 'imm5' }, feature: 'FEAT_AdvSIMD' },
  [
    {
      id: 'DUP_asisdone',
      title: 'DUP (element)',
      pattern: '01 0 11110000 iiiii 0 0000 1 nnnnn ddddd',
      constraint: elementIndex,
      asm: 'dup sc:Rd,element elem:Rn',
      aliases: [{ asm: 'mov sc:Rd,element elem:Rn' }],
    },
  ],
);
