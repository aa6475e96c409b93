import { FREE_STATUS, NO_FRAME } from '@armature/core';
import { describe, expect, test } from 'vitest';
import { ExtentAllocator, extentAllocator } from './index.ts';

const BASE = 0x4_0000;
const make = (count = 256): ExtentAllocator => new ExtentAllocator({ base: BASE, count });

describe('good fit', () => {
  test('the shortest run that fits is taken', () => {
    const allocator = make();
    for (const [offset, count] of [
      [10, 1],
      [30, 1],
      [42, 1],
      [200, 1],
    ] as const) {
      allocator.allocAt(BASE + offset, count);
    }
    // Free: 10, 19, 11, 157 and 55 frames.
    expect(allocator.allocRun(11)).toBe(BASE + 31);
    expect(allocator.allocRun(10)).toBe(BASE);
    expect(allocator.allocRun(12)).toBe(BASE + 11);
    expect(allocator.allocRun(100)).toBe(BASE + 43);
  });

  test('a run of its own class is found behind shorter ones', () => {
    const allocator = make(2048);
    // Free runs of 100 to 104 frames are in one class.
    for (const [at, length] of [100, 101, 102, 103, 104].entries())
      allocator.allocAt(BASE + at * 200 + length, 200 - length);
    allocator.allocAt(BASE + 1000, 1048);
    expect(allocator.allocRun(104)).toBe(BASE + 800);
    expect(allocator.allocRun(104)).toBe(NO_FRAME);
    expect(allocator.allocRun(103)).toBe(BASE + 600);
  });

  test('freed neighbours are joined at once, on both sides', () => {
    const allocator = make();
    const frames = [0, 1, 2].map(() => allocator.allocRun(5));
    const rest = allocator.allocRun(256 - 15);
    expect(allocator.freeRun(frames[0]!, 5)).toBe(FREE_STATUS.ok);
    expect(allocator.freeRun(frames[2]!, 5)).toBe(FREE_STATUS.ok);
    expect(allocator.allocRun(6)).toBe(NO_FRAME);
    expect(allocator.freeRun(frames[1]!, 5)).toBe(FREE_STATUS.ok);
    expect(allocator.allocRun(15)).toBe(BASE);
    expect(allocator.freeRun(rest, 241)).toBe(FREE_STATUS.ok);
    expect(allocator.validate()).toEqual([]);
  });

  test('a constrained run may begin in the middle of a free one', () => {
    const allocator = make();
    expect(allocator.allocRun(5, { low: BASE + 33, high: BASE + 64, align: 4, boundary: 8 })).toBe(BASE + 40);
    expect(allocator.allocRun(20, { boundary: 32, low: BASE + 50, high: BASE + 90 })).toBe(BASE + 64);
    expect(allocator.allocRun(3, { align: 128 })).toBe(BASE + 128);
    expect(allocator.allocRun(8, { align: 0x4000_0000 })).toBe(NO_FRAME);
    expect(allocator.validate()).toEqual([]);
  });

  test('aligned runs shorter than their alignment are found where no aligned block is free', () => {
    const allocator = make(64);
    allocator.allocAt(BASE + 20, 44);
    allocator.allocAt(BASE + 3, 1);
    expect(allocator.allocRun(4, { align: 16 })).toBe(BASE + 16);
    expect(allocator.allocRun(3, { align: 32 })).toBe(BASE);
  });
});

test('each reason to refuse a free', () => {
  const allocator = make();
  allocator.reserve(BASE, 16, 'kernel');
  const block = allocator.alloc(3);
  expect(allocator.free(BASE - 1, 0)).toBe(FREE_STATUS.outOfRange);
  expect(allocator.free(BASE, 0)).toBe(FREE_STATUS.reserved);
  expect(allocator.free(BASE + 7, 0)).toBe(FREE_STATUS.reserved);
  expect(allocator.free(BASE + 40, 0)).toBe(FREE_STATUS.doubleFree);
  expect(allocator.free(block + 4, 2)).toBe(FREE_STATUS.notAllocated);
  expect(allocator.free(block, 2)).toBe(FREE_STATUS.wrongSize);
  expect(allocator.free(block + 2, 2)).toBe(FREE_STATUS.misaligned);
  expect(allocator.freeBatch(Int32Array.of(block))).toBe(FREE_STATUS.wrongSize);
  expect(allocator.free(block, 3)).toBe(FREE_STATUS.ok);
  allocator.allocAt(BASE + 18, 4);
  expect(allocator.free(BASE + 18, 2)).toBe(FREE_STATUS.misaligned);
  expect(allocator.freeRun(BASE + 18, 4)).toBe(FREE_STATUS.ok);
});

test('a length that is too large by a power of two is no length of a run', () => {
  const allocator = make();
  allocator.reserve(BASE, 16, 'kernel');
  const run = allocator.allocRun(8);
  const free = run + 8;
  for (let order = 9; order <= 33; order++) {
    for (const frame of [BASE, run, free, BASE + 255]) {
      for (const count of [2 ** order + 8, 2 ** order + 16, 2 ** order + 232, 8 - 2 ** order]) {
        expect(allocator.freeRun(frame, count)).toBe(FREE_STATUS.outOfRange);
      }
      expect(allocator.free(frame, order)).not.toBe(FREE_STATUS.ok);
    }
  }
  expect(allocator.freeRun(run + 0.5, 8)).toBe(FREE_STATUS.outOfRange);
  expect(allocator.freeRun(run, 8.5)).toBe(FREE_STATUS.outOfRange);
  expect(allocator.freeRun(run + 2 ** 32, 8)).toBe(FREE_STATUS.outOfRange);
  expect(allocator.free(run + 2 ** 32, 3)).toBe(FREE_STATUS.outOfRange);
  expect(allocator.validate()).toEqual([]);
  expect(allocator.freeRun(run, 8)).toBe(FREE_STATUS.ok);
});

describe('construction', () => {
  test.each([
    { base: -1, count: 1 },
    { base: 0, count: 0 },
    { base: 0.5, count: 1 },
    { base: 0, count: Number.NaN },
    { base: 0x7fff_ffff, count: 2 },
    { base: 0, count: 2 ** 28 + 1 },
  ])('%j is refused', (range) => {
    expect(() => new ExtentAllocator(range)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });

  test('the factory manages 4096 pages by default', () => {
    expect(extentAllocator()).toMatchObject({ name: 'extent', pages: 4096 });
    expect(extentAllocator({ pages: 10 }).create({ base: BASE, count: 10 }).stats().total).toBe(10);
    for (const pages of [0, -1, 1.5, Number.NaN]) {
      expect(() => extentAllocator({ pages })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    }
  });
});

describe('snapshots', () => {
  const snapshot = (() => {
    const allocator = make(40);
    allocator.reserve(BASE, 2, 'kernel');
    allocator.allocRun(3);
    return allocator.snapshot();
  })();
  const data = snapshot.data as Record<string, unknown>;

  test('hold the runs in order', () => {
    expect(data).toMatchObject({ runs: [(2 << 2) | 3, (3 << 2) | 2, (35 << 2) | 1], freeRuns: [5] });
  });

  test.each<[string, Record<string, unknown>]>([
    ['runs are missing', { runs: [] }],
    ['a run is too long', { runs: [11, 14, 145] }],
    ['a run is empty', { runs: [11, 14, 2, 141] }],
    ['a run has no state', { runs: [11, 12, 141] }],
    ['free runs touch', { runs: [11, 14, 69, 73], freeRuns: [5, 22] }],
    ['a free run is in no list', { freeRuns: [] }],
    ['a free run is in the lists twice', { freeRuns: [5, 5] }],
    ['a used run is in the lists', { freeRuns: [2] }],
    ['a reservation is missing', { reservations: [] }],
    ['a reservation is of another size', { reservations: [{ frame: BASE, count: 1, tag: 'a' }] }],
    ['a reservation has no tag', { reservations: [{ frame: BASE, count: 2 }] }],
    ['a reservation is null', { reservations: [null] }],
    ['a counter is negative', { frees: -1 }],
    ['a counter is missing', { failures: undefined }],
  ])('refused: %s', (_, change) => {
    const allocator = make(40);
    const before = allocator.snapshot();
    expect(() => allocator.restore({ ...snapshot, data: { ...data, ...change } })).toThrow(
      expect.objectContaining({ code: 'SNAPSHOT_INVALID' }),
    );
    expect(allocator.snapshot()).toEqual(before);
  });
});
