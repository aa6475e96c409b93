import { FRAME_STATE, FREE_STATUS, NO_FRAME } from '@armature/core';
import { describe, expect, test } from 'vitest';
import { TreeAllocator, treeAllocator } from './index.ts';

const BASE = 0x4_0000;
const make = (count = 4096, workers = 1): TreeAllocator => new TreeAllocator({ base: BASE, count, workers });
const refused = expect.objectContaining({ code: 'CONFIG_INVALID' });

describe('placement', () => {
  test('single frames leave huge frames whole', () => {
    const allocator = make();
    const frames = Array.from({ length: 600 }, () => allocator.alloc(0));
    for (const frame of frames.slice(0, 500)) expect(allocator.free(frame, 0)).toBe(FREE_STATUS.ok);
    // 100 frames are used, in the second child; those that follow fill it and the first.
    for (let left = 900; left > 0; left--) allocator.alloc(0);
    for (let huge = 6; huge > 0; huge--) expect(allocator.alloc(9)).not.toBe(NO_FRAME);
    expect(allocator.alloc(9)).toBe(NO_FRAME);
  });

  test('blocks larger than a huge frame, and than a tree', () => {
    const allocator = new TreeAllocator({ base: BASE, count: 4096, treeChildren: 1 });
    expect(allocator.alloc(12)).toBe(BASE);
    expect(allocator.free(BASE, 9)).toBe(FREE_STATUS.wrongSize);
    expect(allocator.free(BASE, 12)).toBe(FREE_STATUS.ok);
    allocator.allocAt(BASE + 5, 1);
    expect(allocator.alloc(11)).toBe(BASE + 2048);
    expect(allocator.alloc(10)).toBe(BASE + 1024);
    expect(allocator.validate()).toEqual([]);
  });

  test('a checkerboard costs no search', () => {
    const allocator = make(65_536);
    for (let frame = BASE; frame < BASE + 65_536; frame += 2) allocator.allocAt(frame, 1);
    for (let order = 1; order <= 12; order++) expect(allocator.alloc(order)).toBe(NO_FRAME);
    expect(allocator.validate()).toEqual([]);
  });
});

describe('several workers', () => {
  test('share all frames', () => {
    const first = make(4096, 2);
    const second = TreeAllocator.attach(first.memory!, { worker: 1 });
    expect(second).toMatchObject({ base: BASE, count: 4096, worker: 1 });
    const frames = new Set<number>();
    for (let left = 2048; left > 0; left--) for (const each of [first, second]) frames.add(each.alloc(0));
    expect(frames.size).toBe(4096);
    expect(first.alloc(0)).toBe(NO_FRAME);
    expect(second.state(BASE)).toBe(FRAME_STATE.used);
    for (const frame of frames) expect(second.free(frame, 0)).toBe(FREE_STATUS.ok);
    expect(first.stats()).toMatchObject({ free: 4096, allocations: 4096, frees: 4096, failures: 1 });
    expect(first.alloc(12)).toBe(BASE);
  });

  test('keep to trees of their own while there are some', () => {
    const first = make(8192, 2);
    const second = TreeAllocator.attach(first.memory!, { worker: 1 });
    const child = (frame: number): number => (frame - BASE) >>> 9;
    const [mine, theirs] = [child(first.alloc(0)), child(second.alloc(0))];
    expect(mine).not.toBe(theirs);
    for (let left = 100; left > 0; left--) expect(child(first.alloc(0))).toBe(mine);
  });

  test('see reservations', () => {
    const first = make(4096, 2);
    const second = TreeAllocator.attach(first.memory!, { worker: 1 });
    expect(second.reserve(BASE + 3, 7, 'größer 🖥')).toBe(true);
    expect(first.reservations()).toEqual([{ frame: BASE + 3, count: 7, tag: 'größer 🖥' }]);
    expect(first.free(BASE + 3, 0)).toBe(FREE_STATUS.reserved);
    expect(first.state(BASE + 9)).toBe(FRAME_STATE.reserved);
  });

  test('attach only to an allocator, with a number that it has', () => {
    const { memory } = make(4096, 2);
    for (const worker of [-1, 2, 0.5, Number.NaN]) {
      expect(() => TreeAllocator.attach(memory!, { worker })).toThrow(refused);
    }
    const other = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    expect(() => TreeAllocator.attach(other, { worker: 1 })).toThrow(refused);
    expect(make().memory).toBeUndefined();
  });
});

describe.each([1, 2])('batches larger than a portion, with %i workers', (workers) => {
  const used = (allocator: TreeAllocator): number => allocator.stats().used;
  const full = (): [TreeAllocator, Int32Array] => {
    const allocator = make(4096, workers);
    const frames = new Int32Array(4096);
    expect(allocator.allocBatch(frames)).toBe(4096);
    return [allocator, frames];
  };

  test('give each frame once, and come back in any order', () => {
    const [allocator, frames] = full();
    expect(new Set(frames).size).toBe(4096);
    expect(allocator.validate()).toEqual([]);
    const shuffled = frames.map((_, at) => frames[(at * 1001) % 4096]!);
    expect(allocator.freeBatch(shuffled)).toBe(FREE_STATUS.ok);
    expect(allocator.validate()).toEqual([]);
    expect(allocator.stats()).toMatchObject({ free: 4096, allocations: 4096, frees: 4096 });
    allocator.drain();
    expect(allocator.alloc(12)).toBe(BASE);
  });

  test('are not taken in part', () => {
    const [allocator, frames] = full();
    expect(allocator.freeBatch(frames.subarray(0, 3000))).toBe(FREE_STATUS.ok);
    expect(allocator.allocBatch(new Int32Array(3001))).toBe(0);
    expect(allocator.validate()).toEqual([]);
    expect(allocator.allocBatch(new Int32Array(3000))).toBe(3000);
    expect(used(allocator)).toBe(4096);
  });

  test.each<[keyof typeof FREE_STATUS, (frames: Int32Array) => number]>([
    ['doubleFree', (frames) => frames[7]!],
    ['outOfRange', () => BASE - 1],
  ])('are not freed in part: %s', (status, bad) => {
    const [allocator, frames] = full();
    frames.reverse();
    frames[3500] = bad(frames);
    expect(allocator.freeBatch(frames)).toBe(FREE_STATUS[status]);
    expect(used(allocator)).toBe(4096);
  });

  test('of neighbours make blocks, beside runs as well', () => {
    const [allocator, frames] = full();
    frames.sort();
    expect(allocator.freeBatch(frames.subarray(0, 512))).toBe(FREE_STATUS.ok);
    expect(allocator.alloc(2)).toBe(BASE);
    const beside = new Int32Array(508);
    expect(allocator.allocBatch(beside)).toBe(508);
    expect(allocator.freeBatch(Int32Array.of(beside[0]!, BASE))).toBe(FREE_STATUS.wrongSize);
    expect(allocator.freeBatch(beside.subarray(4, 36))).toBe(FREE_STATUS.ok);
    expect(allocator.validate()).toEqual([]);
    expect(allocator.alloc(4)).not.toBe(NO_FRAME);
  });
});

test('a reservation that cannot be noted is refused before frames are taken', () => {
  const allocator = new TreeAllocator({ base: BASE, count: 4096, reservationBytes: 32 });
  expect(allocator.reserve(BASE, 1, 'short')).toBe(true);
  expect(() => allocator.reserve(BASE + 1, 1, 'another')).toThrow(refused);
  expect(allocator.stats()).toMatchObject({ reserved: 1, free: 4095 });
  expect(allocator.validate()).toEqual([]);
});

describe('construction', () => {
  test.each([
    { base: -1, count: 1 },
    { base: 0, count: 0 },
    { base: 0.5, count: 1 },
    { base: 0, count: Number.NaN },
    { base: 0x7fff_ffff, count: 2 },
    { base: 0, count: 10, workers: 0 },
    { base: 0, count: 10, workers: 65 },
    { base: 0, count: 10, treeChildren: 3 },
    { base: 0, count: 10, treeChildren: 64 },
    { base: 0, count: 10, reservationBytes: -4 },
  ])('%j is refused', (options) => {
    expect(() => new TreeAllocator(options)).toThrow(refused);
  });

  test('the factory manages 4096 pages by default', () => {
    expect(treeAllocator()).toMatchObject({ name: 'tree', pages: 4096 });
    expect(treeAllocator({ pages: 10 }).create({ base: BASE, count: 10 }).stats().total).toBe(10);
    for (const pages of [0, -1, 1.5, Number.NaN]) expect(() => treeAllocator({ pages })).toThrow(refused);
  });
});

describe('snapshots', () => {
  const source = (): TreeAllocator => {
    const allocator = make(1024);
    allocator.reserve(BASE, 2, 'kernel');
    allocator.allocRun(3);
    allocator.alloc(9);
    return allocator;
  };
  const snapshot = source().snapshot();
  const data = snapshot.data as Record<string, number[]>;
  const changed = (name: string, at: number, change: (word: number) => number): Record<string, unknown> => ({
    [name]: data[name]!.map((word, index) => (index === at ? change(word) : word)),
  });

  test('survive JSON', () => {
    const allocator = make(1024);
    allocator.restore(JSON.parse(JSON.stringify(snapshot)));
    expect(allocator.snapshot()).toEqual(snapshot);
  });

  test.each<[string, Record<string, unknown>]>([
    ['a child counts too many frames', changed('children', 0, (word) => word + 1)],
    ['a child used whole has busy bits', changed('busy', 16, () => 1)],
    ['a reserved frame is free', changed('busy', 0, (word) => word & ~1)],
    ['a free frame is inside a run', changed('inside', 3, () => 4)],
    ['a tree has a mark that there is not', changed('trees', 0, () => 4)],
    ['a hint is too low', changed('hints', 0, () => 0)],
    ['a hint is too high', changed('hints', 0, () => 99)],
    ['a worker has a tree that does not exist', changed('locals', 0, () => 77)],
    ['a worker has a tree that is not reserved', changed('locals', 0, () => 0)],
    ['a word is missing', { busy: data['busy']!.slice(1) }],
    ['a word is too large', changed('inside', 0, () => 2 ** 32)],
    ['there are more workers', { workers: 2 }],
    ['trees are larger', { treeOrder: 5 }],
    [
      'a cursor is outside',
      { cursors: { child: 99, word: 0, tree: 0, blockChild: 0, blockWord: 0, huge: 0 } },
    ],
    ['there are no cursors', { cursors: null }],
    ['a reservation is missing', { reservations: [{ frame: BASE + 1, count: 1, tag: 'a' }] }],
    ['a reservation is outside', { reservations: [{ frame: BASE + 1023, count: 2, tag: 'a' }] }],
    ['a reservation is null', { reservations: [null] }],
    ['a counter is negative', { frees: -1 }],
  ])('refused: %s', (_, change) => {
    const allocator = source();
    const before = allocator.snapshot();
    const bad = { ...snapshot, data: { ...data, ...change } };
    expect(() => allocator.restore(bad)).toThrow(expect.objectContaining({ code: 'SNAPSHOT_INVALID' }));
    expect(allocator.snapshot()).toEqual(before);
  });
});
