import { bitfieldRange } from '../constraints.ts';
import { defineGroup } from '../define.ts';
import { endsAtHighestBit, isInsertion, isLeftShift, prefersSbfx, prefersUbfx } from '../preferences.ts';

/** Bitfield. */
export const bitfield = defineGroup('bitfield', { legend: { N: 'N', r: 'immr', i: 'imms' } }, [
  {
    id: 'SBFM_bitfield',
    title: 'SBFM',
    pattern: 'z 00 100110 N rrrrrr iiiiii nnnnn ddddd',
    constraint: bitfieldRange,
    defaults: { N: 'sf' },
    asm: 'sbfm r:Rd r:Rn bit:immr bit:imms',
    aliases: [
      { asm: 'asr r:Rd r:Rn srcamount', when: endsAtHighestBit },
      { asm: 'sbfiz r:Rd r:Rn bfiz', when: isInsertion },
      { asm: 'sbfx r:Rd r:Rn bfx', when: prefersSbfx },
      { asm: 'sxtb r:Rd w:Rn', fix: { immr: 0, imms: 7 } },
      { asm: 'sxth r:Rd w:Rn', fix: { immr: 0, imms: 15 } },
      { asm: 'sxtw x:Rd w:Rn', fix: { sf: 1, immr: 0, imms: 31 } },
    ],
  },
  {
    id: 'BFM_bitfield',
    title: 'BFM',
    pattern: 'z 01 100110 N rrrrrr iiiiii nnnnn ddddd',
    constraint: bitfieldRange,
    defaults: { N: 'sf' },
    asm: 'bfm r:Rd r:Rn bit:immr bit:imms',
    aliases: [
      { asm: 'bfc r:Rd bfiz', fix: { Rn: 31 }, when: isInsertion },
      { asm: 'bfi r:Rd r:Rn bfiz', when: isInsertion },
      { asm: 'bfxil r:Rd r:Rn bfx' },
    ],
  },
  {
    id: 'UBFM_bitfield',
    title: 'UBFM',
    pattern: 'z 10 100110 N rrrrrr iiiiii nnnnn ddddd',
    constraint: bitfieldRange,
    defaults: { N: 'sf' },
    asm: 'ubfm r:Rd r:Rn bit:immr bit:imms',
    aliases: [
      { asm: 'lsl r:Rd r:Rn lslamount', when: isLeftShift },
      { asm: 'lsr r:Rd r:Rn srcamount', when: endsAtHighestBit },
      { asm: 'ubfiz r:Rd r:Rn bfiz', when: isInsertion },
      { asm: 'ubfx r:Rd r:Rn bfx', when: prefersUbfx },
      { asm: 'uxtb w:Rd w:Rn', fix: { sf: 0, immr: 0, imms: 7 } },
      { asm: 'uxth w:Rd w:Rn', fix: { sf: 0, immr: 0, imms: 15 } },
      { asm: 'uxtb x:Rd w:Rn', fix: { sf: 0, immr: 0, imms: 7 }, assembleOnly: true },
      { asm: 'uxth x:Rd w:Rn', fix: { sf: 0, immr: 0, imms: 15 }, assembleOnly: true },
    ],
  },
]);
