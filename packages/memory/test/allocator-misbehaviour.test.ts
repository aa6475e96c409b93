import { FRAME_STATE, type FrameAllocator, PAGE_SIZE } from '@armature/core';
import { createTableBuilder } from '@armature/mmu';
import { describe, expect, test } from 'vitest';
import { MemoryManager } from '../src/index.ts';
import { good, makeMemory, PlainAllocator, RAM_BASE, withEachAllocator } from './helpers.ts';

const FIRST = RAM_BASE / PAGE_SIZE;

type Lies = Partial<Record<keyof FrameAllocator, unknown>>;

const NAMED = { ok: false, reason: 'ALLOCATOR_MISBEHAVED', allocator: 'liar' };

withEachAllocator((makeManager) => {
  /** An allocator under another name, honest until its methods are replaced, and its manager. */
  function honest() {
    const { allocator, memory } = makeManager({ pages: 64 });
    Object.assign(allocator, { name: 'liar' });
    return {
      allocator,
      memory,
      manager: new MemoryManager({ memory, allocator, tables: createTableBuilder() }),
    };
  }

  /** An allocator that lies from when it has reserved two frames and handed out four. */
  function lying(lies: Lies | ((kept: number, spare: number) => Lies)) {
    const { allocator, manager, memory } = honest();
    good(manager.reserve(RAM_BASE, 2, 'boot'));
    const kept = good(manager.memoryAllocPages(4));
    memory.fill(kept.address, kept.bytes, 0x5a);
    const frame = kept.address / PAGE_SIZE;
    let spare = FIRST + 63;
    while (allocator.state(spare) !== FRAME_STATE.free) spare--;
    Object.assign(allocator, typeof lies === 'function' ? lies(frame, spare) : lies);
    const intact = (): void => {
      expect(memory.read(kept.address, kept.bytes).every((byte) => byte === 0x5a)).toBe(true);
    };
    return { manager, kept, intact };
  }

  describe('an allocator that hands out', () => {
    test.each<[string, (kept: number, spare: number) => unknown]>([
      ['a frame in use', (kept) => kept],
      ['the inside of a run in use', (kept) => kept + 2],
      ['a reserved frame', () => FIRST],
      ['a frame below its range', () => FIRST - 1],
      ['a frame past its range', () => FIRST + 64],
      ['a free frame that it does not mark', (_kept, spare) => spare],
      ['frame zero', () => 0],
      ['NaN', () => Number.NaN],
      ['infinity', () => Number.POSITIVE_INFINITY],
      ['half a frame', (_kept, spare) => spare + 0.5],
      ['a negative number other than NO_FRAME', () => -2],
      ['nothing', () => undefined],
      ['a string', (_kept, spare) => String(spare)],
      ['an object', (_kept, spare) => ({ frame: spare })],
    ])('%s is named, and memory stays as it is', (_what, frameOf) => {
      const { manager, intact } = lying((kept, spare) => {
        const frame = frameOf(kept, spare);
        return { alloc: () => frame, allocRun: () => frame };
      });
      const before = manager.memoryGetStats();
      expect(manager.memoryAlloc(1, { zero: true })).toMatchObject(NAMED);
      expect(manager.memoryAllocPages(3, { zero: true })).toMatchObject(NAMED);
      expect(manager.memoryAlloc(1, { align: 8192 })).toMatchObject(NAMED);
      expect(manager.memoryGetStats()).toEqual({ ...before, failures: 3, misbehaviours: 3 });
      intact();
    });

    test('a run that reaches into one in use is named', () => {
      const { manager } = lying((kept) => ({ allocRun: () => kept - 1 }));
      expect(manager.memoryAllocPages(3)).toMatchObject(NAMED);
    });

    test('nothing although frames are free is named, for single frames', () => {
      const { manager } = lying({ alloc: () => -1, allocRun: () => -1 });
      expect(manager.memoryAllocPages(1)).toMatchObject(NAMED);
      expect(manager.memoryAllocPages(2)).toMatchObject({ reason: 'OUT_OF_MEMORY' });
    });

    test('frames against the alignment asked for is named', () => {
      const { allocator, manager } = honest();
      good(manager.reserve(RAM_BASE, 1, 'boot'));
      Object.assign(allocator, { allocRun: () => (allocator.allocAt(FIRST + 1, 1) ? FIRST + 1 : -1) });
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
      const { allocator } = honest();
      Object.assign(allocator, range);
      const make = (): unknown =>
        new MemoryManager({ memory: makeMemory(), allocator, tables: createTableBuilder() });
      expect(make).toThrowError(expect.objectContaining({ code: 'ALLOCATOR_MISBEHAVED' }));
    },
  );
});

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
