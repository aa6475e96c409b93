import { ACCESS, PAGE_SIZE } from '@armature/core';
import { describe, expect, test } from 'vitest';
import { good, withEachAllocator } from './helpers.ts';

const HEAP = 0x2000_0000n;
const USER = { write: true, execute: false, user: true };
const CONSTANT = { write: false, execute: false, user: false };

withEachAllocator((makeManager) => {
  describe('demand ranges', () => {
    test('take no memory until they are touched, then a page at a time', () => {
      const { manager } = makeManager();
      good(manager.reserveRange(HEAP, 2 ** 20, USER, 'heap'));
      expect(manager.memoryGetStats()).toMatchObject({
        usedPages: 0,
        demandPages: 2 ** 20,
        demandTouched: 0,
      });
      const first = good(manager.handlePageFault(HEAP + 0x5123n, ACCESS.write, { user: true }));
      expect(first.mapped).toBe(true);
      expect(first.physicalAddress % PAGE_SIZE).toBe(0x123);
      expect(manager.memoryGetStats()).toMatchObject({ demandTouched: 1, faultsResolved: 1 });
      const again = good(manager.handlePageFault(HEAP + 0x5000n, ACCESS.read));
      expect(again).toEqual({ ok: true, physicalAddress: first.physicalAddress - 0x123, mapped: false });
      expect(manager.memoryGetStats().demandTouched).toBe(1);
    });

    test('give zeroed pages, whatever the frames held before', () => {
      const { manager, memory } = makeManager();
      const run = good(manager.memoryAllocPages(64));
      memory.fill(run.address, run.bytes, 0xff);
      good(manager.memoryFree(run.address));
      good(manager.reserveRange(HEAP, 16));
      expect(good(manager.read(HEAP, 16 * PAGE_SIZE)).bytes.every((byte) => byte === 0)).toBe(true);
      expect(manager.memoryGetStats().demandTouched).toBe(16);
    });

    test('are touched by reads and writes from here', () => {
      const { manager } = makeManager();
      good(manager.reserveRange(HEAP, 4));
      good(manager.write(HEAP + 0xffen, Uint8Array.of(1, 2, 3, 4)));
      expect(good(manager.read(HEAP + 0xffen, 4)).bytes).toEqual(Uint8Array.of(1, 2, 3, 4));
      expect(manager.memoryGetStats().demandTouched).toBe(2);
    });

    test('keep their rights', () => {
      const { manager } = makeManager();
      good(manager.reserveRange(HEAP, 1, CONSTANT));
      expect(manager.handlePageFault(HEAP, ACCESS.write)).toMatchObject({ ok: false, reason: 'PERMISSION' });
      expect(manager.handlePageFault(HEAP, ACCESS.execute)).toMatchObject({ reason: 'PERMISSION' });
      expect(manager.handlePageFault(HEAP, ACCESS.read, { user: true })).toMatchObject({
        reason: 'PERMISSION',
      });
      expect(manager.memoryGetStats()).toMatchObject({ usedPages: 0, faultsRefused: 3 });
      good(manager.handlePageFault(HEAP, ACCESS.read));
    });

    test('outside of them a fault is a bad access', () => {
      const { manager } = makeManager();
      good(manager.reserveRange(HEAP, 2));
      for (const va of [HEAP - 1n, HEAP + 0x2000n, 0n, 0xffff_ffff_ffff_ffffn]) {
        expect(manager.handlePageFault(va, ACCESS.read)).toMatchObject({ ok: false, reason: 'NOT_MAPPED' });
      }
      expect(manager.handlePageFault(1n << 55n, ACCESS.read)).toMatchObject({ reason: 'INVALID_ADDRESS' });
      expect(manager.handlePageFault(Number.NaN, ACCESS.read)).toMatchObject({ reason: 'INVALID_ADDRESS' });
    });

    test('overlap neither mappings nor each other', () => {
      const { manager } = makeManager();
      const { address } = good(manager.memoryAllocPages(1));
      good(manager.memoryMap(HEAP, address, 1));
      good(manager.reserveRange(HEAP + 0x1000n, 2));
      expect(manager.reserveRange(HEAP, 1)).toMatchObject({ reason: 'ALREADY_MAPPED' });
      expect(manager.reserveRange(HEAP + 0x2000n, 4)).toMatchObject({ reason: 'ALREADY_MAPPED' });
      expect(manager.memoryMap(HEAP + 0x2000n, address, 1)).toMatchObject({ reason: 'ALREADY_MAPPED' });
      expect(manager.reserveRange(HEAP + 0x4000n, 0)).toMatchObject({ reason: 'INVALID_SIZE' });
      expect(manager.reserveRange(HEAP + 0x4000n, 1, { ...USER, device: true })).toMatchObject({
        reason: 'INVALID_ATTRIBUTES',
      });
    });

    test('running out of frames is a refused fault; freeing makes it work', () => {
      const { manager } = makeManager({ pages: 16 });
      good(manager.reserveRange(HEAP, 64));
      const run = good(manager.memoryAllocPages(10));
      good(manager.handlePageFault(HEAP, ACCESS.write));
      good(manager.handlePageFault(HEAP + 0x1000n, ACCESS.write));
      expect(manager.handlePageFault(HEAP + 0x2000n, ACCESS.write)).toMatchObject({
        reason: 'OUT_OF_MEMORY',
      });
      expect(manager.write(HEAP + 0xfffn, new Uint8Array(8192))).toMatchObject({ reason: 'OUT_OF_MEMORY' });
      good(manager.memoryFree(run.address));
      good(manager.handlePageFault(HEAP + 0x2000n, ACCESS.write));
      expect(manager.validate()).toEqual([]);
    });

    test('released ranges give every page back', () => {
      const { manager } = makeManager();
      good(manager.reserveRange(HEAP, 8));
      good(manager.write(HEAP + 0x2000n, new Uint8Array(3 * PAGE_SIZE)));
      expect(manager.releaseRange(HEAP + 0x1000n)).toMatchObject({ reason: 'NOT_MAPPED' });
      expect(manager.releaseRange(HEAP)).toEqual({ ok: true, freedPages: 3 });
      expect(manager.releaseRange(HEAP)).toMatchObject({ reason: 'NOT_MAPPED' });
      expect(manager.memoryGetStats()).toMatchObject({ usedPages: 1, tablePages: 1, demandPages: 0 });
      expect(manager.handlePageFault(HEAP, ACCESS.read)).toMatchObject({ reason: 'NOT_MAPPED' });
      expect(manager.validate()).toEqual([]);
    });
  });

  describe('snapshots', () => {
    function busy() {
      const bench = makeManager();
      const { manager } = bench;
      const run = good(manager.memoryAllocPages(1024, { align: 2 ** 21 }));
      good(manager.memoryMap(0x8000_0000n, run.address, 1024));
      good(manager.memoryUnmap(0x8000_5000n, 3));
      good(manager.memoryMap(0xffff_0000_0000_0000n, run.address, 2, CONSTANT));
      good(manager.reserveRange(HEAP, 100, USER, 'heap'));
      good(
        manager.write(
          HEAP + 0x7ff0n,
          Uint8Array.from({ length: 64 }, (_, i) => i),
        ),
      );
      return { ...bench, run };
    }

    test.each([
      ['before', true],
      ['after', false],
    ])('restore in the same memory, its bytes put back %s', (_when, bytesFirst) => {
      const { manager, memory, run } = busy();
      const bytes = memory.bytes.slice();
      const snapshot = structuredClone(manager.snapshot());
      const registers = manager.controlRegisters();
      const statistics = manager.memoryGetStats();

      good(manager.releaseRange(HEAP));
      good(manager.memoryUnmap(0x8000_0000n, 5));
      const more = good(manager.memoryAllocPages(300));
      good(manager.memoryMap(0x1_8000_0000n, more.address, 300));
      good(manager.memoryMap(0xffff_ff00_0000_0000n, more.address, 1));
      memory.fill(more.address, more.bytes, 0xaa);

      if (bytesFirst) memory.bytes.set(bytes);
      manager.restore(snapshot);
      if (!bytesFirst) memory.bytes.set(bytes);

      expect(manager.controlRegisters()).toEqual(registers);
      expect(manager.memoryGetStats()).toEqual(statistics);
      expect(manager.validate()).toEqual([]);
      expect(good(manager.read(HEAP + 0x7ff0n, 64)).bytes).toEqual(
        Uint8Array.from({ length: 64 }, (_, i) => i),
      );
      expect(manager.read(0x8000_5000n, 1)).toMatchObject({ reason: 'NOT_MAPPED' });
      expect(manager.read(0x1_8000_0000n, 1)).toMatchObject({ reason: 'NOT_MAPPED' });
      good(manager.read(0x8000_8000n, 4));
      expect(manager.memoryFree(run.address)).toMatchObject({ reason: 'IN_USE' });
      expect(manager.releaseRange(HEAP)).toEqual({ ok: true, freedPages: 2 });
    });

    test('a snapshot does not change with the manager', () => {
      const { manager } = busy();
      const snapshot = manager.snapshot();
      const copy = structuredClone(snapshot);
      good(manager.handlePageFault(HEAP, ACCESS.read));
      good(manager.memoryUnmap(0x8000_0000n, 1));
      expect(snapshot).toEqual(copy);
    });

    test('inconsistent snapshots are refused and change nothing', () => {
      const { manager } = busy();
      const good = manager.snapshot();
      const { state } = good;
      const bad: unknown[] = [
        { ...good, version: 9 },
        { ...good, state: null },
        { ...good, state: { ...state, spans: state.spans.slice(1) } },
        { ...good, state: { ...state, spans: [{ frame: 0, count: 4096, owner: 0 }] } },
        { ...good, state: { ...state, tables: { low: [1], high: [] } } },
        { ...good, state: { ...state, mappings: [{ ...state.mappings[0], pa: 5 }] } },
        { ...good, state: { ...state, ranges: [{ ...state.ranges[0], pages: 1 }] } },
        { ...good, state: { ...state, calls: { ...state.calls, frees: -1 } } },
        { ...good, state: { ...state, allocator: { ...state.allocator, count: 1 } } },
      ];
      for (const snapshot of bad) {
        expect(() => manager.restore(snapshot as typeof good)).toThrowError(
          expect.objectContaining({ code: 'SNAPSHOT_INVALID' }),
        );
        expect(manager.snapshot()).toEqual(good);
      }
    });
  });
});
