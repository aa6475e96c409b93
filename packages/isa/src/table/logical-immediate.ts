import { bitMaskImmediate } from '../constraints.ts';
import { defineGroup } from '../define.ts';
import { prefersBitMaskMove } from '../preferences.ts';

/** Logical (immediate). */
export const logicalImmediate = defineGroup(
  'logical-immediate',
  { legend: { N: 'N', r: 'immr', i: 'imms' } },
  [
    {
      id: 'AND_log_imm',
      title: 'AND (immediate)',
      pattern: 'z 00 100100 N rrrrrr iiiiii nnnnn ddddd',
      constraint: bitMaskImmediate,
      asm: 'and rsp:Rd r:Rn bitmask',
      aliases: [{ asm: 'bic rsp:Rd r:Rn bitmask:inverted', assembleOnly: true }],
    },
    {
      id: 'ORR_log_imm',
      title: 'ORR (immediate)',
      pattern: 'z 01 100100 N rrrrrr iiiiii nnnnn ddddd',
      constraint: bitMaskImmediate,
      asm: 'orr rsp:Rd r:Rn bitmask',
      aliases: [{ asm: 'mov rsp:Rd bitmask', fix: { Rn: 31 }, when: prefersBitMaskMove }],
    },
    {
      id: 'EOR_log_imm',
      title: 'EOR (immediate)',
      pattern: 'z 10 100100 N rrrrrr iiiiii nnnnn ddddd',
      constraint: bitMaskImmediate,
      asm: 'eor rsp:Rd r:Rn bitmask',
    },
    {
      id: 'ANDS_log_imm',
      title: 'ANDS (immediate)',
      pattern: 'z 11 100100 N rrrrrr iiiiii nnnnn ddddd',
      constraint: bitMaskImmediate,
      asm: 'ands r:Rd r:Rn bitmask',
      aliases: [
        { asm: 'tst r:Rn bitmask', fix: { Rd: 31 } },
        { asm: 'bics r:Rd r:Rn bitmask:inverted', assembleOnly: true },
      ],
    },
  ],
);
