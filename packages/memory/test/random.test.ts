import { ACCESS, PAGE_SIZE } from '@armature/core';
import { expect, test } from 'vitest';
import { KERNEL_DATA } from '../src/index.ts';
import { good, withEachAllocator } from './helpers.ts';

const WINDOW_PAGES = 64;
const WINDOWS = [0x1_0000_0000n, 0xffff_0000_8000_0000n];
const READ_ONLY = { ...KERNEL_DATA, write: false };

/** What a page of a window should be: the physical address it is mapped to and whether it can be written. */
interface Page {
  readonly pa: number | undefined;
  readonly write: boolean;
}

withEachAllocator((makeManager) => {
  /** Random requests on a small machine, each answer compared with a model of pages. */
  test.each([1, 2, 3])('random requests with seed %i agree with a model and leak nothing', (start) => {
    const { manager } = makeManager({ pages: 128 });
    let seed = start * 0x9e37_79b9;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    const runs = new Map<number, number>();
    const pages = new Map<bigint, Page>();
    const ranges = new Map<bigint, number>();
    const pageAt = (base: bigint, index: number): bigint => base + BigInt(index * PAGE_SIZE);
    const inside = (base: bigint, count: number, test: (va: bigint) => boolean): boolean =>
      Array.from({ length: count }, (_, i) => pageAt(base, i)).every(test);
    const isMapped = (address: number, count: number): boolean =>
      [...pages.values()].some(
        ({ pa }) => pa !== undefined && pa >= address && pa < address + count * PAGE_SIZE,
      );

    for (let step = 0; step < 4000; step++) {
      const index = random(WINDOW_PAGES - 8);
      const va = pageAt(WINDOWS[random(2)], index);
      const count = 1 + random(8);
      const all = (test: (va: bigint) => boolean): boolean => inside(va, count, test);
      switch (random(8)) {
        case 0: {
          const result = manager.memoryAllocPages(count);
          if (result.ok) runs.set(result.address, count);
          else expect(result.reason).toBe('OUT_OF_MEMORY');
          break;
        }
        case 1: {
          const [address, length] = [...runs][random(Math.max(1, runs.size))] ?? [0x4000_0000, 0];
          const result = manager.memoryFree(address);
          if (length === 0) expect(result.ok).toBe(false);
          else if (isMapped(address, length)) expect(result).toMatchObject({ reason: 'IN_USE' });
          else {
            expect(result).toEqual({ ok: true, pages: length });
            runs.delete(address);
          }
          break;
        }
        case 2:
        case 3: {
          const run = [...runs].find(([, length]) => length >= count);
          if (run === undefined) break;
          const attributes = random(2) === 0 ? KERNEL_DATA : READ_ONLY;
          const result = manager.memoryMap(va, run[0], count, attributes);
          if (!all((page) => !pages.has(page))) expect(result).toMatchObject({ reason: 'ALREADY_MAPPED' });
          else if (result.ok) {
            for (let i = 0; i < count; i++) {
              pages.set(pageAt(va, i), { pa: run[0] + i * PAGE_SIZE, write: attributes.write });
            }
          } else expect(result.reason).toBe('OUT_OF_MEMORY');
          break;
        }
        case 4: {
          const result = manager.memoryUnmap(va, count);
          const whole = all((page) => pages.get(page)?.pa !== undefined);
          expect(result).toMatchObject(whole ? { ok: true } : { reason: 'NOT_MAPPED' });
          if (whole) for (let i = 0; i < count; i++) pages.delete(pageAt(va, i));
          break;
        }
        case 5: {
          const result = manager.memoryProtect(va, count, READ_ONLY);
          const whole = all((page) => pages.get(page)?.pa !== undefined);
          expect(result).toMatchObject(whole ? { ok: true } : { reason: 'NOT_MAPPED' });
          for (let i = 0; whole && i < count; i++) {
            pages.set(pageAt(va, i), { ...pages.get(pageAt(va, i))!, write: false });
          }
          break;
        }
        case 6: {
          const known = ranges.get(va);
          if (known !== undefined) {
            good(manager.releaseRange(va));
            for (let i = 0; i < known; i++) pages.delete(pageAt(va, i));
            ranges.delete(va);
            break;
          }
          const vacant = all((page) => !pages.has(page));
          const result = manager.reserveRange(va, count);
          expect(result).toMatchObject(vacant ? { ok: true } : { reason: 'ALREADY_MAPPED' });
          if (!vacant) break;
          ranges.set(va, count);
          for (let i = 0; i < count; i++) pages.set(pageAt(va, i), { pa: undefined, write: true });
          break;
        }
        default: {
          const page = pages.get(va);
          const access = random(2) === 0 ? ACCESS.read : ACCESS.write;
          const result = manager.handlePageFault(va, access);
          if (page === undefined) expect(result).toMatchObject({ reason: 'NOT_MAPPED' });
          else if (access === ACCESS.write && !page.write)
            expect(result).toMatchObject({ reason: 'PERMISSION' });
          else if (result.ok) {
            if (page.pa !== undefined) expect(result.physicalAddress).toBe(page.pa);
          } else expect(result.reason).toBe('OUT_OF_MEMORY');
        }
      }
      if (step % 200 === 0) {
        expect(manager.validate()).toEqual([]);
        const snapshot = manager.snapshot();
        manager.restore(snapshot);
        expect(manager.snapshot()).toEqual(snapshot);
      }
    }

    for (const va of ranges.keys()) good(manager.releaseRange(va));
    for (const [va, { pa }] of pages) if (pa !== undefined) good(manager.memoryUnmap(va, 1));
    for (const address of runs.keys()) good(manager.memoryFree(address));
    const statistics = manager.memoryGetStats();
    expect(statistics.usedPages).toBe(statistics.tablePages);
    expect(statistics).toMatchObject({ mappedPages: 0, demandPages: 0, misbehaviours: 0 });
    expect(statistics.tablePages).toBeLessThanOrEqual(2);
  });
});
