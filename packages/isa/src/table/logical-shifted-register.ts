import { shiftAmountBelowDatasize } from '../constraints.ts';
import { defineGroup } from '../define.ts';

/** Logical (shifted register). */
export const logicalShiftedRegister = defineGroup(
  'logical-shifted-register',
  { legend: { h: 'shift', i: 'imm6' } },
  [
    {
      id: 'AND_log_shift',
      title: 'AND (shifted register)',
      pattern: 'z 00 01010 hh 0 mmmmm iiiiii nnnnn ddddd',
      constraint: shiftAmountBelowDatasize,
      asm: 'and r:Rd r:Rn rshift:ror',
    },
    {
      id: 'BIC_log_shift',
      title: 'BIC (shifted register)',
      pattern: 'z 00 01010 hh 1 mmmmm iiiiii nnnnn ddddd',
      constraint: shiftAmountBelowDatasize,
      asm: 'bic r:Rd r:Rn rshift:ror',
    },
    {
      id: 'ORR_log_shift',
      title: 'ORR (shifted register)',
      pattern: 'z 01 01010 hh 0 mmmmm iiiiii nnnnn ddddd',
      constraint: shiftAmountBelowDatasize,
      asm: 'orr r:Rd r:Rn rshift:ror',
      aliases: [
        { asm: 'mov r:Rd r:Rm', fix: { shift: 0, imm6: 0, Rn: 31 } },
        { asm: 'mov r:Rd rshift:ror', fix: { Rn: 31 }, assembleOnly: true },
        { asm: 'uxtw x:Rd w:Rm', fix: { sf: 0, shift: 0, imm6: 0, Rn: 31 }, assembleOnly: true },
        { asm: 'uxtw w:Rd w:Rm', fix: { sf: 0, shift: 0, imm6: 0, Rn: 31 }, assembleOnly: true },
      ],
    },
    {
      id: 'ORN_log_shift',
      title: 'ORN (shifted register)',
      pattern: 'z 01 01010 hh 1 mmmmm iiiiii nnnnn ddddd',
      constraint: shiftAmountBelowDatasize,
      asm: 'orn r:Rd r:Rn rshift:ror',
      aliases: [{ asm: 'mvn r:Rd rshift:ror', fix: { Rn: 31 } }],
    },
    {
      id: 'EOR_log_shift',
      title: 'EOR (shifted register)',
      pattern: 'z 10 01010 hh 0 mmmmm iiiiii nnnnn ddddd',
      constraint: shiftAmountBelowDatasize,
      asm: 'eor r:Rd r:Rn rshift:ror',
    },
    {
      id: 'EON_log_shift',
      title: 'EON (shifted register)',
      pattern: 'z 10 01010 hh 1 mmmmm iiiiii nnnnn ddddd',
      constraint: shiftAmountBelowDatasize,
      asm: 'eon r:Rd r:Rn rshift:ror',
    },
    {
      id: 'ANDS_log_shift',
      title: 'ANDS (shifted register)',
      pattern: 'z 11 01010 hh 0 mmmmm iiiiii nnnnn ddddd',
      constraint: shiftAmountBelowDatasize,
      asm: 'ands r:Rd r:Rn rshift:ror',
      aliases: [{ asm: 'tst r:Rn rshift:ror', fix: { Rd: 31 } }],
    },
    {
      id: 'BICS_log_shift',
      title: 'BICS (shifted register)',
      pattern: 'z 11 01010 hh 1 mmmmm iiiiii nnnnn ddddd',
      constraint: shiftAmountBelowDatasize,
      asm: 'bics r:Rd r:Rn rshift:ror',
    },
  ],
);
