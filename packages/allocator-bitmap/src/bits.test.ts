import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  clearBit,
  clearRange,
  lastSet,
  lowestBit,
  nextClear,
  nextSet,
  popcount,
  setBit,
  setRange,
  testBit,
  wordsFor,
} from './bits.ts';

const BITS = 160;
const bitmap = fc.int32Array({ minLength: BITS / 32, maxLength: BITS / 32 });
const sparse = fc.array(fc.nat(BITS - 1), { maxLength: 3 }).map((bits) => {
  const words = new Int32Array(BITS / 32);
  for (const bit of bits) setBit(words, bit);
  return words;
});
const range = fc.tuple(fc.nat(BITS), fc.nat(BITS)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
const bitsOf = (words: Int32Array): boolean[] =>
  Array.from({ length: BITS }, (_, index) => testBit(words, index));

test('scans agree with looking at every bit', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        bitmap,
        sparse,
        sparse.map((words) => words.map((word) => ~word)),
      ),
      range,
      (words, [from, to]) => {
        const bits = bitsOf(words);
        const find = (value: boolean): number => {
          const at = bits.slice(from, to).indexOf(value);
          return at < 0 ? to : from + at;
        };
        expect(nextSet(words, from, to)).toBe(find(true));
        expect(nextClear(words, from, to)).toBe(find(false));
        const last = bits.slice(from, to).lastIndexOf(true);
        expect(lastSet(words, from, to)).toBe(last < 0 ? -1 : from + last);
      },
    ),
    { numRuns: 1000 },
  );
});

test('ranges change their bits and no others', () => {
  fc.assert(
    fc.property(bitmap, range, (words, [from, to]) => {
      const bits = bitsOf(words);
      const set = words.slice();
      setRange(set, from, to);
      expect(bitsOf(set)).toEqual(bits.map((bit, index) => bit || (index >= from && index < to)));
      const clear = words.slice();
      clearRange(clear, from, to);
      expect(bitsOf(clear)).toEqual(bits.map((bit, index) => bit && !(index >= from && index < to)));
    }),
    { numRuns: 1000 },
  );
});

test('single bits', () => {
  fc.assert(
    fc.property(bitmap, fc.nat(BITS - 1), (words, index) => {
      setBit(words, index);
      expect(testBit(words, index)).toBe(true);
      clearBit(words, index);
      expect(testBit(words, index)).toBe(false);
    }),
  );
});

test('words', () => {
  expect([0, 1, 32, 33].map(wordsFor)).toEqual([0, 1, 1, 2]);
  expect([1, 2, -1, -0x8000_0000, 12].map(lowestBit)).toEqual([0, 1, 0, 31, 2]);
  expect([0, 1, -1, -0x8000_0000, 0x5555_5555].map(popcount)).toEqual([0, 1, 32, 1, 16]);
});
