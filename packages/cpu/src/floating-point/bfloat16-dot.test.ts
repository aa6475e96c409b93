import { describe, expect, test } from 'vitest';
import { dotBFloat16 } from './bfloat16-dot.ts';

const word = new DataView(new ArrayBuffer(4));

function single(value: number): number {
  word.setFloat32(0, value);
  return word.getInt32(0);
}

/** Two numbers in BFloat16, the lower halfword first. */
const pair = (low: number, high: number): number => (single(low) >>> 16) | (single(high) & 0xffff_0000);

const dot = (addend: number, a: number, b: number): string =>
  (dotBFloat16(addend, a, b) >>> 0).toString(16).padStart(8, '0');

const bits = (value: number): string => (single(value) >>> 0).toString(16).padStart(8, '0');

describe('the dot product of BFloat16 pairs', () => {
  test('adds two products', () => {
    expect(dot(single(10), pair(2, 3), pair(4, 5))).toBe(bits(33));
    expect(dot(single(-1), pair(-2, 0.5), pair(4, 8))).toBe(bits(-5));
  });

  test('rounds each sum to odd', () => {
    expect(dot(single(1), pair(2 ** -40, 0), pair(1, 0))).toBe('3f800001');
    expect(dot(single(1), pair(-(2 ** -40), 0), pair(1, 0))).toBe('3f7fffff');
    expect(dot(single(-1), pair(2 ** -100, 0), pair(1, 0))).toBe('bf7fffff');
  });

  test('takes subnormal numbers as zeros', () => {
    expect(dot(1, pair(0, 0), pair(0, 0))).toBe('00000000');
    expect(dot(single(-0), pair(2 ** -127, 0), pair(-1, -1))).toBe('80000000');
    expect(dot(0, pair(2 ** -100, 0), pair(2 ** -27, 0))).toBe('00000000');
  });

  test('gives infinities beyond the largest number and the default NaN', () => {
    expect(dot(0, pair(2 ** 127, 0), pair(2, 0))).toBe('7f800000');
    expect(dot(0, pair(2 ** 127, 2 ** 127), pair(2, -2))).toBe('7fc00000');
    expect(dot(0xff80_0001 | 0, pair(1, 1), pair(1, 1))).toBe('7fc00000');
  });
});
