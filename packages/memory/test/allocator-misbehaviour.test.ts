import { type FrameAllocator, PAGE_SIZE } from '@armature/core';
import { createTableBuilder } from '@armature/mmu';
import { describe, expect, test } from 'vitest';
import { MemoryManager } from '../src/index.ts';
import { good, makeManager, makeMemory, PlainAllocator, RAM_BASE } from './helpers.ts';

const FIRST = RAM_BASE / PAGE_SIZE;

/** An honest allocator until its methods are replaced. */
class LyingAllocator extends PlainAllocator {
  override readonly name = 'liar';
  constructor(lies: Partial<Record<keyof FrameAllocator, unknown>> = {}) {
    super();
    Object.assign(this, lies);
  }
}

function lying(lies: Partial<Record<keyof FrameAllocator, unknown>>) {
  const allocator = new LyingAllocator();
  const { manager, memory } = makeManager({ allocator });
  good(manager.reserve(RAM_BASE, 2, 'boot'));
  const kept = good(manager.memoryAllocPages(4));
  memory.fill(kept.address, kept.bytes, 0x5a);
  Object.assign(allocator, lies);
  const intact = (): void => {
    expect(memory.read(kept.address, kept.bytes).every((byte) => byte === 0x5a)).toBe(true);
  };
  return { manager, kept, intact };
}

const NAMED = { ok: false, reason: 'ALLOCATOR_MISBEHAVED', allocator: 'liar' };

describe('an allocator that hands out', () => {
  test.each([
    ['a frame in use', FIRST + 2],
    ['the inside of a run in use', FIRST + 4],
    ['a reserved frame', FIRST],
    ['a frame below its range', FIRST - 1],
    ['a frame past its range', FIRST + 64],
    ['a free frame that it does not mark', FIRST + 20],
    ['frame zero', 0],
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['half a frame', FIRST + 20.5],
    ['a negative number other than NO_FRAME', -2],
    ['nothing', undefined],
    ['a string', String(FIRST + 20)],
    ['an object', { frame: FIRST + 20 }],
  ])('%s is named, and memory stays as it is', (_what, frame) => {
    const { manager, intact } = lying({ alloc: () => frame, allocRun: () => frame });
    const before = manager.memoryGetStats();
    expect(manager.memoryAlloc(1, { zero: true })).toMatchObject(NAMED);
    expect(manager.memoryAllocPages(3, { zero: true })).toMatchObject(NAMED);
    expect(manager.memoryAlloc(1, { align: 8192 })).toMatchObject(NAMED);
    expect(manager.memoryGetStats()).toEqual({ ...before, failures: 3, misbehaviours: 3 });
    intact();
  });

  test('a run that reaches into one in use is named', () => {
    const { manager } = lying({ allocRun: () => FIRST + 1 });
    expect(manager.memoryAllocPages(3)).toMatchObject(NAMED);
  });

  test('nothing although frames are free is named, for single frames', () => {
    const { manager } = lying({ alloc: () => -1, allocRun: () => -1 });
    expect(manager.memoryAllocPages(1)).toMatchObject(NAMED);
    expect(manager.memoryAllocPages(2)).toMatchObject({ reason: 'OUT_OF_MEMORY' });
  });

  test('frames against the alignment asked for is named', () => {
    const allocator = new LyingAllocator();
    const { manager } = makeManager({ allocator });
    const plain = allocator.allocRun.bind(allocator);
    good(manager.memoryAllocPages(1));
    Object.assign(allocator, { allocRun: (count: number) => plain(count) });
    expect(manager.memoryAlloc(1, { align: 2 ** 15 })).toMatchObject(NAMED);
  });
});

describe('an allocator that throws', () => {
  const fail = (): never => {
    throw new Error('out of order');
  };

  test('is named with the cause, in every request', () => {
    const { manager, kept, intact } = lying({
      alloc: fail,
      allocRun: fail,
      free: fail,
      freeRun: fail,
      reserve: fail,
    });
    const named = { ...NAMED, cause: new Error('out of order') };
    expect(manager.memoryAlloc(1)).toMatchObject(named);
    expect(manager.memoryAllocPages(3)).toMatchObject(named);
    expect(manager.memoryFree(kept.address)).toMatchObject(named);
    expect(manager.reserve(RAM_BASE + 40 * PAGE_SIZE, 1, 'x')).toMatchObject(named);
    expect(manager.memoryMap(0x1000, kept.address, 1)).toMatchObject(named);
    good(manager.reserveRange(0x8000_0000, 4));
    expect(manager.handlePageFault(0x8000_0000, 0)).toMatchObject(named);
    intact();
  });

  test('does not break reports', () => {
    const { manager } = lying({ state: fail, stats: fail, reservations: fail, validate: fail });
    expect(manager.memoryGetStats()).toMatchObject({ totalPages: 64, usedPages: 4, reservedPages: 2 });
    expect(manager.memoryShowLayout()).toContain('liar');
    expect(manager.validate()).toContain('allocator-validates');
  });
});

describe('an allocator that refuses', () => {
  test.each([1, 2, 3, 5, 42, -1, Number.NaN, undefined, true, 'ok'])(
    'a good free with %s is named, and the run stays allocated',
    (status) => {
      const { manager, kept, intact } = lying({ free: () => status, freeRun: () => status });
      expect(manager.memoryFree(kept.address)).toMatchObject(NAMED);
      expect(manager.memoryGetStats().usedPages).toBe(4);
      intact();
    },
  );

  test('a reservation with no boolean is named', () => {
    const { manager } = lying({ reserve: () => undefined });
    expect(manager.reserve(RAM_BASE + 40 * PAGE_SIZE, 1, 'x')).toMatchObject(NAMED);
  });
});

test('statistics that do not add up are replaced by the manager’s own', () => {
  const { manager } = lying({ stats: () => ({ total: 64, free: 1e9, used: -5, reserved: Number.NaN }) });
  expect(manager.memoryGetStats()).toMatchObject({ freePages: 58, usedPages: 4, reservedPages: 2 });
});

test('an allocator that loses what it handed out fails validation', () => {
  const { manager } = lying({ state: () => 0 });
  expect(manager.validate().length).toBe(6);
});

test.each([{ base: Number.NaN }, { base: -1 }, { count: 0 }, { count: 1.5 }])(
  'a range that makes no sense is a host error: %o',
  (range) => {
    const allocator = new LyingAllocator();
    Object.assign(allocator, range);
    const make = (): unknown =>
      new MemoryManager({ memory: makeMemory(), allocator, tables: createTableBuilder() });
    expect(make).toThrowError(expect.objectContaining({ code: 'ALLOCATOR_MISBEHAVED' }));
  },
);

test('frames that are not RAM are a host error', () => {
  for (const allocator of [
    new PlainAllocator({ base: 0x9000 }),
    new PlainAllocator({ base: 0x1_0000, count: 16 }),
  ]) {
    expect(() => new MemoryManager({ memory: makeMemory(), allocator })).toThrowError(
      expect.objectContaining({ code: 'ADDRESS_RANGE' }),
    );
  }
});
