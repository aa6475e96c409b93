import { FREE_STATUS } from '@armature/core';
import { expect, test } from 'vitest';
import { HierarchicalAllocator } from '../src/index.ts';

const PAGE = 65_536;

test('memory grows with the marks of runs, and what it holds stays', () => {
  const allocator = new HierarchicalAllocator({ base: 0x4_0000, count: 1 << 19 });
  const before = allocator.metadataBytes;
  const blocks = Array.from({ length: allocator.count / 2 }, () => allocator.alloc(1));
  expect(new Set(blocks).size).toBe(blocks.length);
  expect(allocator.metadataBytes).toBeGreaterThan(before + PAGE);
  expect(allocator.validate()).toEqual([]);
  for (const frame of blocks.filter((_, at) => at % 4096 === 0)) {
    expect(allocator.free(frame, 0)).toBe(FREE_STATUS.wrongSize);
    expect(allocator.free(frame + 1, 0)).toBe(FREE_STATUS.notAllocated);
  }
  const copy = new HierarchicalAllocator(allocator);
  copy.restore(allocator.snapshot());
  for (const each of [allocator, copy]) {
    expect(blocks.every((frame) => each.free(frame, 1) === FREE_STATUS.ok)).toBe(true);
    expect(each.validate()).toEqual([]);
    expect(each.stats().free).toBe(each.count);
  }
  allocator.reset();
  expect(allocator.metadataBytes).toBe(before);
});

test('marks in one word, and in more and fewer of a huge frame, are kept in places of every size', () => {
  const allocator = new HierarchicalAllocator({ base: 0x4_0000, count: 512 });
  const pair = (word: number): number => 0x4_0000 + 32 * word + 6;
  const order = Array.from({ length: 16 }, (_, at) => (at * 7) % 16);
  for (const step of [1, 3, 5]) {
    for (const word of order) {
      expect(allocator.allocAt(pair(word), 2)).toBe(true);
      expect(allocator.validate()).toEqual([]);
    }
    for (const word of order) expect(allocator.free(pair(word), 0)).toBe(FREE_STATUS.wrongSize);
    for (let at = 0; at < 16; at++) {
      expect(allocator.free(pair((order[at]! * step) % 16), 1)).toBe(FREE_STATUS.ok);
      expect(allocator.validate()).toEqual([]);
    }
  }
  expect(allocator.stats().free).toBe(512);
});
