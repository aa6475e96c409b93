import { FRAME_STATE, FREE_STATUS, NO_FRAME } from '@armature/core';
import { describe, expect, test } from 'vitest';
import { BitmapAllocator, bitmapAllocator } from './index.ts';

const BASE = 0x4_0000;
const make = (count = 256): BitmapAllocator => new BitmapAllocator({ base: BASE, count });

describe('first fit', () => {
  test('the lowest frames that fit are given', () => {
    const allocator = make();
    expect(allocator.alloc(0)).toBe(BASE);
    expect(allocator.alloc(2)).toBe(BASE + 4);
    expect(allocator.alloc(0)).toBe(BASE + 1);
    expect(allocator.allocRun(3)).toBe(BASE + 8);
    expect(allocator.allocRun(2)).toBe(BASE + 2);
    expect(allocator.free(BASE + 4, 2)).toBe(FREE_STATUS.ok);
    expect(allocator.allocRun(4)).toBe(BASE + 4);
  });

  test('a freed frame below the search position is given next', () => {
    const allocator = make();
    allocator.allocBatch(new Int32Array(100));
    allocator.free(BASE + 50, 0);
    allocator.free(BASE + 3, 0);
    expect(allocator.alloc(0)).toBe(BASE + 3);
    expect(allocator.alloc(0)).toBe(BASE + 50);
    expect(allocator.alloc(0)).toBe(BASE + 100);
  });

  test('runs cross words', () => {
    const allocator = make();
    allocator.reserve(BASE, 31, 'low');
    expect(allocator.allocRun(66)).toBe(BASE + 31);
    expect(allocator.freeRun(BASE + 31, 66)).toBe(FREE_STATUS.ok);
    expect(allocator.validate()).toEqual([]);
  });

  test('a boundary that each candidate crosses ends the search', () => {
    const allocator = make();
    for (let frame = BASE + 4; frame < BASE + 256; frame += 8) allocator.allocAt(frame, 1);
    expect(allocator.allocRun(7, { boundary: 8 })).toBe(NO_FRAME);
    expect(allocator.allocRun(7)).toBe(BASE + 5);
    expect(allocator.allocRun(4, { boundary: 4, low: BASE + 9 })).toBe(BASE + 16);
  });
});

describe('statuses', () => {
  test('each reason to refuse a free', () => {
    const allocator = make();
    allocator.reserve(BASE, 16, 'kernel');
    const block = allocator.alloc(3);
    expect(allocator.free(BASE - 1, 0)).toBe(FREE_STATUS.outOfRange);
    expect(allocator.free(BASE, 0)).toBe(FREE_STATUS.reserved);
    expect(allocator.free(BASE + 40, 0)).toBe(FREE_STATUS.doubleFree);
    expect(allocator.free(block + 4, 2)).toBe(FREE_STATUS.notAllocated);
    expect(allocator.free(block, 2)).toBe(FREE_STATUS.wrongSize);
    expect(allocator.free(block, 4)).toBe(FREE_STATUS.wrongSize);
    expect(allocator.free(block + 2, 2)).toBe(FREE_STATUS.misaligned);
    expect(allocator.free(block, 3)).toBe(FREE_STATUS.ok);
  });

  test('a batch that is refused can be freed after the bad frame is taken out', () => {
    const allocator = make();
    const batch = new Int32Array(10);
    allocator.allocBatch(batch);
    expect(allocator.freeBatch(Int32Array.of(...batch, batch[0]!))).toBe(FREE_STATUS.doubleFree);
    expect(allocator.stats()).toMatchObject({ used: 10, frees: 0 });
    expect(allocator.validate()).toEqual([]);
    expect(allocator.freeBatch(batch)).toBe(FREE_STATUS.ok);
    expect(allocator.stats()).toMatchObject({ used: 0, frees: 10 });
  });
});

describe('construction', () => {
  test.each([
    { base: -1, count: 1 },
    { base: 0, count: 0 },
    { base: 0.5, count: 1 },
    { base: 0, count: Number.NaN },
    { base: 0x7fff_ffff, count: 2 },
  ])('%j is refused', (range) => {
    expect(() => new BitmapAllocator(range)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });

  test('the factory manages 4096 pages by default', () => {
    expect(bitmapAllocator()).toMatchObject({ name: 'bitmap', pages: 4096 });
    const allocator = bitmapAllocator({ pages: 10 }).create({ base: BASE, count: 10 });
    expect(allocator.stats().total).toBe(10);
    for (const pages of [0, -1, 1.5, Number.NaN]) {
      expect(() => bitmapAllocator({ pages })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    }
  });
});

describe('layout', () => {
  test('lists regions with addresses, frames and tags', () => {
    const allocator = make(4096);
    allocator.reserve(BASE, 256, 'kernel image');
    allocator.allocRun(3);
    allocator.alloc(0);
    allocator.reserve(BASE + 4000, 1, 'trap page');
    expect(allocator.layout()).toBe(
      [
        'bitmap: 4096 frames (16 MiB) from 0x4000_0000',
        'free 3835 frames (15340 KiB), used 4 frames (16 KiB), reserved 257 frames (1028 KiB); largest free run 3740 frames (14960 KiB)',
        '  0x4000_0000-0x400f_ffff       256  reserved  kernel image',
        '  0x4010_0000-0x4010_3fff         4  used',
        '  0x4010_4000-0x40f9_ffff      3740  free',
        '  0x40fa_0000-0x40fa_0fff         1  reserved  trap page',
        '  0x40fa_1000-0x40ff_ffff        95  free',
      ].join('\n'),
    );
  });

  test('adjacent reservations stay apart, and a long list is cut', () => {
    const allocator = make(8);
    allocator.reserve(BASE + 1, 1, 'b');
    allocator.reserve(BASE, 1, 'a');
    expect(allocator.layout({ maxRegions: 1 }).split('\n').slice(2)).toEqual([
      '  0x4000_0000-0x4000_0fff         1  reserved  a',
      '  and 2 more regions',
    ]);
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

  test('survive JSON', () => {
    const allocator = make(40);
    allocator.restore(JSON.parse(JSON.stringify(snapshot)));
    expect(allocator.snapshot()).toEqual(snapshot);
    expect(allocator.freeRun(BASE + 2, 3)).toBe(FREE_STATUS.ok);
  });

  test.each<[string, Record<string, unknown>]>([
    ['a frame past the end is free', { busy: [0b11111, 0] }],
    ['a reserved frame is free', { busy: [0b11110, -256] }],
    ['a free frame is inside a run', { inside: [0b1011000, 0] }],
    ['a run begins in the middle', { inside: [0b11100, 0] }],
    ['a reserved frame is inside a run', { inside: [0b11010, 0] }],
    ['a word is missing', { busy: [0b11111] }],
    ['a word is too large', { busy: [2 ** 32, -256] }],
    ['a word is not a number', { busy: ['31', -256] }],
    [
      'reservations overlap',
      {
        reservations: [
          { frame: BASE, count: 2, tag: 'a' },
          { frame: BASE + 1, count: 1, tag: 'b' },
        ],
      },
    ],
    ['a reservation is outside', { reservations: [{ frame: BASE + 39, count: 2, tag: 'a' }] }],
    ['a reservation is empty', { reservations: [{ frame: BASE, count: 0, tag: 'a' }] }],
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

test('the first frame past the end is reserved', () => {
  const allocator = make(33);
  expect(allocator.state(BASE + 32)).toBe(FRAME_STATE.free);
  expect(allocator.state(BASE + 33)).toBe(FRAME_STATE.reserved);
  expect(allocator.state(Number.NaN)).toBe(FRAME_STATE.reserved);
});
