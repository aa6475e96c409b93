import { bitmapAllocator } from '@armature/allocator-bitmap';
import { ACCESS, FRAME_STATE, type FrameAllocator, formatAddress, PAGE_SIZE } from '@armature/core';
import { describe, expect, test } from 'vitest';
import { frameMap } from '../src/index.ts';
import {
  good,
  type ManagerMaker,
  managerMaker,
  PlainAllocator,
  RAM_BASE,
  withEachAllocator,
} from './helpers.ts';

const MAPPED = 0xffff_0000_8000_0000n;

/** A manager with some of everything. */
function busyManager(makeManager: ManagerMaker) {
  const { allocator, manager } = makeManager();
  good(manager.reserve(RAM_BASE, 256, 'boot'));
  const run = good(manager.memoryAllocPages(300));
  good(manager.memoryMap(MAPPED, run.address, 2, { write: false, execute: true, user: false }));
  good(manager.reserveRange(0x2000_0000, 16, { write: true, execute: false, user: true }, 'heap'));
  const touched = good(manager.handlePageFault(0x2000_0000, ACCESS.write));
  return { allocator, manager, run, touched };
}

/** The longest run of free frames, counted one by one. */
function largestFreeRun(allocator: FrameAllocator): number {
  const { base, count } = allocator;
  let run = 0;
  let largest = 0;
  for (let frame = base; frame < base + count; frame++) {
    run = allocator.state(frame) === FRAME_STATE.free ? run + 1 : 0;
    largest = Math.max(largest, run);
  }
  return largest;
}

withEachAllocator((makeManager, factory) => {
  test('the layout report shows memory as it is', () => {
    const { allocator, manager, run, touched } = busyManager(makeManager);
    expect(manager.memoryShowLayout()).toBe(manager.layoutReport());
    const lines = manager.memoryShowLayout().split('\n');
    const free = largestFreeRun(allocator);
    expect(lines.slice(0, 4)).toEqual([
      `Memory: 4096 pages (16 MiB) from 0x4000_0000, allocator ${factory.name}`,
      `  free 3531, used 309, reserved 256; largest free run ${free}; page tables 8`,
      '  allocations 1, frees 0, failures 0',
      'Physical ranges',
    ]);
    const ranges = lines
      .slice(4, lines.indexOf('Mappings'))
      .map((line) => /^ {2}(0x[\da-f_]+)-(0x[\da-f_]+) +(\d+) pages {2}(.*)$/.exec(line)!)
      .map(([, first, last, pages, what]) => ({
        address: Number(first!.replaceAll('_', '')),
        end: Number(last!.replaceAll('_', '')) + 1,
        pages: Number(pages),
        what: what!,
      }));
    let at = RAM_BASE;
    const totals: Record<string, number> = {};
    for (const { address, end, pages, what } of ranges) {
      expect(address).toBe(at);
      expect(end - address).toBe(pages * PAGE_SIZE);
      totals[what] = (totals[what] ?? 0) + pages;
      at = end;
    }
    expect(at).toBe(RAM_BASE + 4096 * PAGE_SIZE);
    expect(totals).toEqual({
      'reserved  boot': 256,
      allocated: 300,
      'page tables': 8,
      'demand pages': 1,
      free: 3531,
    });
    expect(ranges.find(({ what }) => what === 'allocated')).toMatchObject({
      address: run.address,
      pages: 300,
    });
    expect(ranges.find(({ what }) => what === 'demand pages')!.address).toBe(touched.physicalAddress);
    expect(lines.slice(lines.indexOf('Mappings'), lines.indexOf('Demand ranges') + 3)).toEqual([
      'Mappings',
      `  0xffff_0000_8000_0000-0xffff_0000_8000_1fff to ${formatAddress(run.address)}       2 pages  r-x kernel`,
      'Demand ranges',
      '  0x2000_0000-0x2000_ffff  1 of 16 pages touched  rw- user  heap',
      'Frames (. free, # used, R reserved, + partly free)',
    ]);
    const map = lines.slice(lines.indexOf('Demand ranges') + 3).map((line) => line.slice(2));
    expect(map.join('\n')).toBe(frameMap(allocator));
  });

  test('long lists are cut', () => {
    const { manager } = makeManager();
    for (let i = 0; i < 200; i++) good(manager.memoryAllocPages(1));
    const [, more] = /^ {2}and (\d+) more$/m.exec(manager.memoryShowLayout())!;
    expect(Number(more)).toBeGreaterThanOrEqual(200 - 64);
  });

  test('statistics in pages and bytes', () => {
    const { allocator, manager } = makeManager();
    good(manager.reserve(RAM_BASE, 256, 'boot'));
    good(manager.memoryAlloc(5 * PAGE_SIZE));
    expect(manager.memoryGetStats()).toEqual({
      totalPages: 4096,
      freePages: 3835,
      usedPages: 5,
      reservedPages: 256,
      totalBytes: 16 * 2 ** 20,
      freeBytes: 3835 * PAGE_SIZE,
      usedBytes: 5 * PAGE_SIZE,
      reservedBytes: 2 ** 20,
      largestFreeRun: largestFreeRun(allocator),
      allocations: 1,
      frees: 0,
      failures: 0,
      tablePages: 0,
      mappedPages: 0,
      demandPages: 0,
      demandTouched: 0,
      faultsResolved: 0,
      faultsRefused: 0,
      misbehaviours: 0,
    });
  });
});

test('first fit lays memory out in the order of the requests', () => {
  const { manager } = busyManager(managerMaker(bitmapAllocator()));
  expect(manager.memoryShowLayout().split('\n')).toEqual([
    'Memory: 4096 pages (16 MiB) from 0x4000_0000, allocator bitmap',
    '  free 3531, used 309, reserved 256; largest free run 3531; page tables 8',
    '  allocations 1, frees 0, failures 0',
    'Physical ranges',
    '  0x4000_0000-0x400f_ffff     256 pages  reserved  boot',
    '  0x4010_0000-0x4022_bfff     300 pages  allocated',
    '  0x4022_c000-0x4022_ffff       4 pages  page tables',
    '  0x4023_0000-0x4023_0fff       1 pages  demand pages',
    '  0x4023_1000-0x4023_4fff       4 pages  page tables',
    '  0x4023_5000-0x40ff_ffff    3531 pages  free',
    'Mappings',
    '  0xffff_0000_8000_0000-0xffff_0000_8000_1fff to 0x4010_0000       2 pages  r-x kernel',
    'Demand ranges',
    '  0x2000_0000-0x2000_ffff  1 of 16 pages touched  rw- user  heap',
    'Frames (. free, # used, R reserved, + partly free)',
    `  0x4000_0000  ${'R'.repeat(32)}${'#'.repeat(32)}`,
    `  0x4020_0000  ${'#'.repeat(6)}+${'.'.repeat(57)}`,
    ...[0x4040, 0x4060, 0x4080, 0x40a0, 0x40c0, 0x40e0].map(
      (high) => `  0x${high.toString(16)}_0000  ${'.'.repeat(64)}`,
    ),
  ]);
});

describe('frameMap', () => {
  test('one character per group, each line with its address', () => {
    const allocator = new PlainAllocator({ count: 40 });
    allocator.reserve(allocator.base, 8, 'boot');
    allocator.allocAt(allocator.base + 8, 4);
    expect(frameMap(allocator, { columns: 16, framesPerCharacter: 1 }).split('\n')).toEqual([
      '0x4000_0000  RRRRRRRR####....',
      '0x4001_0000  ................',
      '0x4002_0000  ........',
    ]);
    expect(frameMap(allocator, { columns: 16, framesPerCharacter: 8 })).toBe('0x4000_0000  R+...');
    expect(frameMap(allocator)).toBe(`0x4000_0000  RRRRRRRR####${'.'.repeat(28)}`);
  });

  test('never fails: bad options and lying allocators draw something', () => {
    const allocator = new PlainAllocator({ count: 4 });
    expect(frameMap(allocator, { columns: Number.NaN, framesPerCharacter: -1 })).toContain('.');
    Object.assign(allocator, { state: () => 77 });
    expect(frameMap(allocator)).toBe('0x4000_0000  ????');
    Object.assign(allocator, {
      state: () => {
        throw new Error('no');
      },
    });
    expect(frameMap(allocator)).toBe('0x4000_0000  ????');
  });
});
