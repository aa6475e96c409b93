import { describe, expect, test } from 'vitest';
import { codeOf } from '../test/sample.ts';
import {
  bytes,
  cells,
  concat,
  decodeCells,
  decodeReg,
  decodeString,
  decodeStringList,
  decodeU32,
  decodeU64,
  empty,
  phandle,
  reg,
  string,
  stringList,
  u32,
  u64,
} from './index.ts';

describe('encoding', () => {
  test('numbers are big-endian', () => {
    expect([...u32(0x1234_5678)]).toEqual([0x12, 0x34, 0x56, 0x78]);
    expect([...u64(0x1_0000_0002)]).toEqual([0, 0, 0, 1, 0, 0, 0, 2]);
    expect([...u64(0xffff_ffff_ffff_ffffn)]).toEqual(Array(8).fill(0xff));
    expect(empty()).toHaveLength(0);
  });

  test('text ends with NUL', () => {
    expect([...string('ab')]).toEqual([0x61, 0x62, 0]);
    expect([...stringList('a', 'b')]).toEqual([0x61, 0, 0x62, 0]);
    expect([...string('é')]).toEqual([0xc3, 0xa9, 0]);
    expect(stringList()).toHaveLength(0);
  });

  test('reg takes the cell counts of the parent', () => {
    expect([...reg([[0x900_0000, 0x1000]], 1, 1)]).toEqual([9, 0, 0, 0, 0, 0, 0x10, 0]);
    expect([...reg([[1, 0]], 1, 0)]).toEqual([0, 0, 0, 1]);
    expect(reg([[1n << 100n, 1]], 4, 1)).toHaveLength(20);
  });

  test('cells and concat keep the order', () => {
    const label = phandle();
    expect(cells(1, label, 2).parts).toEqual([u32(1), label, u32(2)]);
    expect(concat(u32(1), label, cells(2, 3)).parts).toEqual([u32(1), label, u32(2), u32(3)]);
  });

  test('bytes copies', () => {
    const input = [1, 2];
    const value = bytes(input);
    input[0] = 9;
    expect([...value]).toEqual([1, 2]);
  });

  test.each([
    () => u32(-1),
    () => u32(2 ** 32),
    () => u32(1.5),
    () => u32(Number.NaN),
    () => u64(-1),
    () => u64(1n << 64n),
    () => u64(2 ** 60),
    () => cells(1, 2 ** 32),
    () => reg([[0x1_0000_0000, 1]], 1, 1),
    () => reg([[1, 1]], 1, 0),
    () => reg([[1, 1]], 5, 1),
    () => string('a\0b'),
    () => bytes([256]),
    () => bytes([0.5]),
  ])('a value that does not fit is refused: %s', (run) => {
    expect(codeOf(run)).toBe('FDT_BAD_VALUE');
  });
});

describe('decoding', () => {
  test('is the inverse of encoding', () => {
    expect(decodeU32(u32(0xffff_ffff))).toBe(0xffff_ffff);
    expect(decodeU64(u64(0x8000_0000_0000_0001n))).toBe(0x8000_0000_0000_0001n);
    expect(decodeCells(u64(0x1_0000_0002))).toEqual([1, 2]);
    expect(decodeString(string('é'))).toBe('é');
    expect(decodeString(string(''))).toBe('');
    expect(decodeStringList(stringList('a', '', 'b'))).toEqual(['a', '', 'b']);
    expect(decodeStringList(empty())).toEqual([]);
    expect(decodeReg(reg([[5, 6]], 3, 1), 3, 1)).toEqual([{ address: 5n, size: 6n }]);
    expect(decodeReg(empty(), 0, 0)).toEqual([]);
  });

  test('reads views at any offset', () => {
    const shifted = new Uint8Array([9, ...u32(7)]).subarray(1);
    expect(decodeU32(shifted)).toBe(7);
  });

  test.each([
    () => decodeU32(u64(1)),
    () => decodeU64(u32(1)),
    () => decodeCells(bytes([1, 2, 3])),
    () => decodeString(stringList('a', 'b')),
    () => decodeString(empty()),
    () => decodeString(bytes([0x61])),
    () => decodeString(bytes([0xff, 0])),
    () => decodeReg(u32(1), 2, 1),
    () => decodeReg(u32(1), 0, 0),
    () => decodeReg(u32(1), 5, 0),
  ])('a value of another form is refused: %s', (run) => {
    expect(codeOf(run)).toBe('FDT_BAD_VALUE');
  });
});
