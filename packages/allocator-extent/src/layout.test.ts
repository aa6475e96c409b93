import { expect, test } from 'vitest';
import { headNode, layoutOf } from './layout.ts';

const BASE = 0x4_0000;

test.each([1, 31, 32, 33, 4096, 2 ** 20, 2 ** 28])(
  'the parts for %i frames are words, apart, and in their order',
  (count) => {
    const layout = layoutOf({ base: BASE, count });
    const { levels, classes, heads, records, counters, groups, words, length } = layout;
    const parts = [classes, heads, records, counters, groups, words, length];
    expect(parts).toEqual([...parts].sort((a, b) => a - b));
    expect(parts.every((part) => part % 4 === 0)).toBe(true);
    expect(heads - classes).toBe(levels * 4);
    expect(records - heads).toBe(levels * 32 * 8);
    expect(counters - records).toBe((count + 2) * 12);
    expect((groups - counters) * 32).toBeGreaterThan(count);
    expect(headNode(layout, 0)).toBeGreaterThanOrEqual(0);
    expect(length).toBeLessThan(2 ** 32);
  },
);

test('a GiB takes less than 3107 KiB', () => {
  expect(layoutOf({ base: BASE, count: 2 ** 18 }).length).toBeLessThan(3107 * 1024);
});
