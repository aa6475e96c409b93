import { expect, test } from 'vitest';
import { decode, extract, fieldGetter, fields, rowById } from './decode.ts';
import type { Feature } from './types.ts';

test('a word decodes to the most specific row, signed or unsigned', () => {
  expect(decode(0x91004020)?.id).toBe('ADD_addsub_imm');
  expect(decode(0x91004020 | 0)?.id).toBe('ADD_addsub_imm');
  expect(decode(0xd503201f)?.id).toBe('NOP_hints');
  expect(decode(0xd50320ff, new Set<Feature>(['base']))?.id).toBe('HINT_hints');
  expect(decode(0xd50320ff)?.id).toBe('XPACLRI_hints');
});

test('reserved values are unallocated', () => {
  expect(decode(0x0b008020)).toBeUndefined(); // add w0, w1, w0, lsl #32
  expect(decode(0x8bc00020)).toBeUndefined(); // add with the shift ROR
  expect(decode(0x52c00000)).toBeUndefined(); // movz w0, lsl #32
  expect(decode(0x1240fc00)).toBeUndefined(); // and w0 with N set
  expect(decode(0x9240fc00)).toBeUndefined(); // and x0 with a mask of all ones
  expect(decode(0x8b201420)).toBeUndefined(); // add extended, amount 5
  expect(decode(0xdac00820)?.id).toBe('REV32_dp_1src');
  expect(decode(0x5ac00c20)).toBeUndefined(); // rev w with the 64-bit opcode
});

test('the features given select rows', () => {
  const word = 0xb8200020; // ldadd w0, w0, [x1]
  expect(decode(word)?.feature).toBe('FEAT_LSE');
  expect(decode(word, new Set<Feature>(['base']))).toBeUndefined();
});

test('fields are read by name', () => {
  const row = rowById('ADD_addsub_imm');
  if (row === undefined) throw new Error('row is missing');
  expect(fields(row, 0x91004020)).toEqual({ sf: 1, sh: 0, imm12: 16, Rn: 1, Rd: 0 });
  expect(extract(row, 0x91004020, 'imm12')).toBe(16);
  expect(fieldGetter(row, 0x91004020)('Rn')).toBe(1);
  expect(() => extract(row, 0, 'Rm')).toThrow('ADD_addsub_imm has no field Rm');
  expect(rowById('NOTHING')).toBeUndefined();
});
