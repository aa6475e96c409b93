import { measureFragmentation } from '@armature/allocator';
import { FREE_STATUS, NO_FRAME } from '@armature/core';
import { expect, test } from 'vitest';
import { HierarchicalAllocator } from '../src/index.ts';

function random(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

test('after 100 rounds of random frees and allocations, free memory is in free huge frames', () => {
  const next = random(1);
  const allocator = new HierarchicalAllocator({ base: 0x4_0000, count: 65_536 });
  const held: number[] = [];
  for (let frame = allocator.alloc(0); frame !== NO_FRAME; frame = allocator.alloc(0)) held.push(frame);
  let refused = 0;
  const drop = (): void => {
    const at = next(held.length);
    if (allocator.free(held[at]!, 0) !== FREE_STATUS.ok) refused++;
    held[at] = held.at(-1)!;
    held.pop();
  };
  for (let left = 32_768; left > 0; left--) drop();
  expect(measureFragmentation(allocator).freeHugeFrames).toBe(0);
  for (let round = 0; round < 100; round++) {
    for (let at = 0; at < 3277; at++) drop();
    for (let at = 0; at < 3277; at++) held.push(allocator.alloc(0));
  }
  expect(refused).toBe(0);
  const { freeFrames, freeHugeFrames } = measureFragmentation(allocator);
  expect((freeHugeFrames * 512) / freeFrames).toBeGreaterThan(0.95);
});

test('searches in a checkerboard of 4 GiB fail without looking at it', () => {
  const allocator = new HierarchicalAllocator({ base: 0x4_0000, count: 1_048_576 });
  const all = new Int32Array(allocator.count);
  allocator.allocBatch(all);
  allocator.freeBatch(all.filter((frame) => frame % 2 === 1));
  let found = 0;
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 10; round++) {
    const start = performance.now();
    for (let search = 0; search < 1000; search++)
      if (allocator.alloc(1 + (search % 20)) !== NO_FRAME) found++;
    best = Math.min(best, performance.now() - start);
  }
  expect(found).toBe(0);
  // Milliseconds for 1000 searches, so microseconds for each; reading the bitmap would take a hundred.
  expect(best).toBeLessThan(10);
});

test('metadata is at most 40 KiB for a GiB of single frames', () => {
  const allocator = new HierarchicalAllocator({ base: 0x4_0000, count: 1_048_576 });
  expect(allocator.metadataBytes / 4).toBeLessThanOrEqual(40 * 1024);
});
