import { NO_FRAME, PAGE_SIZE, type RunConstraints } from '@armature/core';
import { describe, expect, test } from 'vitest';
import { MemoryManager } from '../src/index.ts';
import { good, makeMemory, PlainAllocator, RAM_BASE, withEachAllocator } from './helpers.ts';

withEachAllocator((makeManager) => {
  describe('allocation', () => {
    const make = () => makeManager({ pages: 64 });

    test('single pages: distinct, aligned, and free again after a free', () => {
      const { manager } = make();
      const addresses = Array.from({ length: 64 }, () => good(manager.memoryAllocPages(1)).address);
      expect(new Set(addresses).size).toBe(64);
      for (const address of addresses) expect(address % PAGE_SIZE).toBe(0);
      expect(manager.memoryGetStats()).toMatchObject({ freePages: 0, usedPages: 64, allocations: 64 });
      for (const address of addresses) expect(manager.memoryFree(address)).toEqual({ ok: true, pages: 1 });
      expect(manager.memoryGetStats()).toMatchObject({ freePages: 64, usedPages: 0, frees: 64, failures: 0 });
      expect(manager.validate()).toEqual([]);
    });

    test('bytes are rounded up to whole pages', () => {
      const { manager } = make();
      for (const [bytes, pages] of [
        [1, 1],
        [4096, 1],
        [4097, 2],
        [20_000, 5],
      ]) {
        expect(good(manager.memoryAlloc(bytes))).toMatchObject({ pages, bytes: pages * PAGE_SIZE });
      }
    });

    test('runs are contiguous and do not overlap', () => {
      const { manager } = make();
      const runs = [3, 1, 8, 2, 16].map((pages) => good(manager.memoryAllocPages(pages)));
      const sorted = [...runs].sort((a, b) => a.address - b.address);
      for (let i = 1; i < sorted.length; i++) {
        expect(sorted[i].address).toBeGreaterThanOrEqual(sorted[i - 1].address + sorted[i - 1].bytes);
      }
      expect(manager.memoryGetStats().usedPages).toBe(30);
    });

    test('exhaustion is a value, and memory works again after a free', () => {
      const { manager } = make();
      const all = good(manager.memoryAllocPages(64));
      expect(manager.memoryAlloc(1)).toMatchObject({ ok: false, reason: 'OUT_OF_MEMORY' });
      expect(manager.memoryAllocPages(2)).toMatchObject({ ok: false, reason: 'OUT_OF_MEMORY' });
      expect(manager.memoryGetStats()).toMatchObject({ failures: 2, misbehaviours: 0 });
      good(manager.memoryFree(all.address));
      good(manager.memoryAllocPages(64));
    });

    test('fragmentation is exhaustion for runs, not for single pages', () => {
      const { manager } = make();
      const pages = Array.from({ length: 64 }, () => good(manager.memoryAllocPages(1)).address);
      for (let i = 0; i < 64; i += 2) good(manager.memoryFree(pages[i]));
      expect(manager.memoryAllocPages(2)).toMatchObject({ ok: false, reason: 'OUT_OF_MEMORY' });
      expect(manager.memoryGetStats()).toMatchObject({ freePages: 32, largestFreeRun: 1 });
      good(manager.memoryAllocPages(1));
    });

    test('bad sizes are refused', () => {
      const { manager } = make();
      const bad = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '1', 1n, null, undefined, {}];
      for (const size of bad as number[]) {
        expect(manager.memoryAlloc(size)).toMatchObject({ ok: false, reason: 'INVALID_SIZE' });
        expect(manager.memoryAllocPages(size)).toMatchObject({ ok: false, reason: 'INVALID_SIZE' });
        expect(manager.memoryFreePages(RAM_BASE, size)).toMatchObject({ ok: false, reason: 'INVALID_SIZE' });
      }
      for (const size of [65 * PAGE_SIZE, 2 ** 40, Number.MAX_SAFE_INTEGER]) {
        expect(manager.memoryAlloc(size)).toMatchObject({ ok: false, reason: 'OUT_OF_MEMORY' });
      }
      expect(manager.memoryGetStats()).toMatchObject({ usedPages: 0, allocations: 0, misbehaviours: 0 });
    });

    test('bad frees are refused and change nothing', () => {
      const { manager } = make();
      const run = good(manager.memoryAllocPages(4));
      const refused = (reason: string, address: unknown, pages?: number): void => {
        const result =
          pages === undefined
            ? manager.memoryFree(address as number)
            : manager.memoryFreePages(address as number, pages);
        expect(result).toMatchObject({ ok: false, reason });
      };
      refused('WRONG_SIZE', run.address, 3);
      refused('WRONG_SIZE', run.address, 5);
      refused('NOT_ALLOCATED', run.address + PAGE_SIZE);
      refused('NOT_ALLOCATED', run.address + 8 * PAGE_SIZE);
      refused('INVALID_ADDRESS', run.address + 1);
      refused('INVALID_ADDRESS', 0);
      refused('INVALID_ADDRESS', -4096);
      refused('INVALID_ADDRESS', Number.NaN);
      refused('INVALID_ADDRESS', '0x40000000');
      refused('INVALID_ADDRESS', 2 ** 60);
      expect(manager.memoryGetStats().usedPages).toBe(4);
      good(manager.memoryFreePages(run.address, 4));
      refused('DOUBLE_FREE', run.address);
      refused('DOUBLE_FREE', run.address, 4);
      expect(manager.memoryGetStats()).toMatchObject({ usedPages: 0, frees: 1, failures: 12 });
    });

    test('reservations are taken out of use', () => {
      const { manager } = make();
      good(manager.reserve(RAM_BASE, 16, 'boot'));
      expect(manager.memoryGetStats()).toMatchObject({ freePages: 48, reservedPages: 16 });
      expect(good(manager.memoryAllocPages(48)).address).toBe(RAM_BASE + 16 * PAGE_SIZE);
      expect(manager.memoryFree(RAM_BASE)).toMatchObject({ ok: false, reason: 'RESERVED' });
      expect(manager.reserve(RAM_BASE, 1, 'again')).toMatchObject({ ok: false, reason: 'RESERVED' });
      expect(manager.reserve(RAM_BASE + 16 * PAGE_SIZE, 1, 'used')).toMatchObject({ reason: 'IN_USE' });
      expect(manager.reserve(RAM_BASE + 60 * PAGE_SIZE, 8, 'past')).toMatchObject({
        reason: 'INVALID_ADDRESS',
      });
      expect(manager.reserve(RAM_BASE, 0, 'none')).toMatchObject({ reason: 'INVALID_SIZE' });
      manager.reset();
      expect(manager.memoryGetStats()).toMatchObject({ freePages: 48, usedPages: 0, reservedPages: 16 });
      expect(manager.validate()).toEqual([]);
    });

    test('random requests agree with a model', () => {
      const { manager } = make();
      const live = new Map<number, number>();
      let seed = 42;
      const random = (below: number): number => {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
        return Math.floor((seed / 2 ** 32) * below);
      };
      for (let i = 0; i < 5000; i++) {
        if (random(2) === 0) {
          const pages = 1 + random(8);
          const result = manager.memoryAllocPages(pages);
          if (result.ok) live.set(result.address, pages);
          else expect(result.reason).toBe('OUT_OF_MEMORY');
        } else if (live.size > 0) {
          const [address, pages] = [...live][random(live.size)];
          expect(manager.memoryFree(address)).toEqual({ ok: true, pages });
          live.delete(address);
        }
        if (i % 500 === 0) expect(manager.validate()).toEqual([]);
      }
      const used = [...live.values()].reduce((sum, pages) => sum + pages, 0);
      expect(manager.memoryGetStats()).toMatchObject({ usedPages: used, misbehaviours: 0 });
    });
  });

  describe('16 MiB in 4096 pages', () => {
    test('large blocks: 2 MiB aligned, and everything at once', () => {
      const { manager } = makeManager();
      const block = good(manager.memoryAlloc(2 ** 21, { align: 2 ** 21 }));
      expect(block.address % 2 ** 21).toBe(0);
      good(manager.memoryFree(block.address));
      const all = good(manager.memoryAlloc(16 * 2 ** 20));
      expect(all).toMatchObject({ address: RAM_BASE, pages: 4096 });
      expect(manager.memoryGetStats()).toMatchObject({
        freeBytes: 0,
        usedBytes: 16 * 2 ** 20,
        largestFreeRun: 0,
      });
    });

    test('alignment that is no power of two is refused', () => {
      const { manager } = makeManager();
      for (const align of [0, 1, 2048, 12_288, -4096, Number.NaN]) {
        expect(manager.memoryAlloc(1, { align })).toMatchObject({ ok: false, reason: 'INVALID_SIZE' });
      }
    });

    test('what is written to one allocation stays out of the others', () => {
      const { manager, memory } = makeManager();
      const runs = [1, 7, 512, 33].map((pages) => good(manager.memoryAllocPages(pages)));
      runs.forEach(({ address, bytes }, i) => {
        memory.fill(address, bytes, 0x11 * (i + 1));
      });
      runs.forEach(({ address, bytes }, i) => {
        expect(memory.read(address, bytes).every((byte) => byte === 0x11 * (i + 1))).toBe(true);
      });
      const zeroed = good(manager.memoryAlloc(10_000, { zero: true }));
      expect(memory.read(zeroed.address, zeroed.bytes).every((byte) => byte === 0)).toBe(true);
    });

    test('a snapshot round trip keeps every run', () => {
      const { manager, memory } = makeManager();
      good(manager.reserve(RAM_BASE, 256, 'boot'));
      const a = good(manager.memoryAllocPages(3));
      const b = good(manager.memoryAllocPages(5));
      const c = good(manager.memoryAllocPages(2));
      good(manager.memoryFree(b.address));
      const snapshot = manager.snapshot();
      const restored: MemoryManager = makeManager({ memory }).manager;
      restored.restore(snapshot);
      expect(restored.memoryGetStats()).toEqual(manager.memoryGetStats());
      expect(restored.validate()).toEqual([]);
      expect(restored.memoryFree(a.address)).toEqual({ ok: true, pages: 3 });
      expect(restored.memoryFreePages(c.address, 1)).toMatchObject({ reason: 'WRONG_SIZE' });
      expect(restored.memoryFree(c.address)).toEqual({ ok: true, pages: 2 });
    });
  });
});

test('a run in an allocator’s cache is found: it is drained first', () => {
  class CachingAllocator extends PlainAllocator {
    private cached = true;
    override allocRun(count: number, constraints?: RunConstraints): number {
      return this.cached ? NO_FRAME : super.allocRun(count, constraints);
    }
    override drain(): void {
      this.cached = false;
    }
  }
  const manager = new MemoryManager({ memory: makeMemory(), allocator: new CachingAllocator() });
  expect(manager.memoryAllocPages(4)).toMatchObject({ ok: true, pages: 4 });
});
