import { isArmatureError } from '@armature/core';
import { expect, test } from 'vitest';
import { BuddyAllocator } from './index.ts';
import { layoutOf, type Shape } from './layout.ts';

const shape: Shape = { base: 0x4_0000, count: 4096, placement: 'lifo', cpus: 2, capacity: 8 };

test.each(['lifo', 'address'] as const)(
  'the parts of %s are words, apart, and in their order',
  (placement) => {
    const layout = layoutOf({ ...shape, placement });
    const { nodes, starts, firstBlocks, freeBlocks, lowest, bits, summary, magazineSizes, slots, kinds } =
      layout;
    const parts = [
      nodes,
      starts,
      firstBlocks,
      freeBlocks,
      lowest,
      bits,
      summary,
      magazineSizes,
      slots,
      kinds,
    ];
    expect(parts).toEqual([...parts].sort((a, b) => a - b));
    expect(parts.every((part) => part % 4 === 0)).toBe(true);
    expect(slots - magazineSizes).toBe(2 * 4);
    expect(kinds - slots).toBe(2 * 8 * 4);
    expect(layout.length).toBe(kinds + 4096);
  },
);

test('what takes more than 4 GiB is refused, with what to do', () => {
  const make = (): unknown => new BuddyAllocator({ base: 0, count: 480_000_000 });
  expect(make).toThrow('a buddy allocator cannot manage 480000000 frames');
  try {
    make();
  } catch (error) {
    if (!isArmatureError(error)) throw error;
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.hint).toContain("placement: 'address'");
  }
  expect(layoutOf({ ...shape, base: 0, count: 480_000_000, placement: 'address' }).length).toBeLessThan(
    2 ** 30,
  );
});
