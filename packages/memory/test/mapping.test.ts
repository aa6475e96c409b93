import { ACCESS, CPU_BLOCK, CpuState, type MappingAttributes, PAGE_SIZE, PERMISSION } from '@armature/core';
import { createTranslation } from '@armature/mmu';
import { describe, expect, test } from 'vitest';
import { KERNEL_DATA, MemoryManager } from '../src/index.ts';
import { DEVICE, good, RAM_BASE, ROM_BASE, withEachAllocator } from './helpers.ts';

const LOW = 0x1_0000_0000n;
const HIGH = 0xffff_0000_8000_0000n;
const READ_ONLY: MappingAttributes = { write: false, execute: false, user: true };
const CODE: MappingAttributes = { write: false, execute: true, user: false };

const pattern = (length: number, seed = 1): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + seed) & 0xff);

withEachAllocator((makeManager) => {
  describe.each([
    ['low', LOW],
    ['high', HIGH],
  ])('mappings in the %s half', (_half, va) => {
    test('reads and writes go through the tables', () => {
      const { manager, memory } = makeManager();
      const run = good(manager.memoryAllocPages(4));
      good(manager.memoryMap(va, run.address, 4));
      const bytes = pattern(3 * PAGE_SIZE);
      good(manager.write(va + 100n, bytes));
      expect(good(manager.read(va + 100n, bytes.length)).bytes).toEqual(bytes);
      expect(memory.read(run.address + 100, bytes.length)).toEqual(bytes);
    });

    test('scattered frames read as one range', () => {
      const { manager, memory } = makeManager();
      const a = good(manager.memoryAllocPages(1));
      const b = good(manager.memoryAllocPages(1));
      good(manager.memoryMap(va, b.address, 1));
      good(manager.memoryMap(va + 0x1000n, a.address, 1));
      const bytes = pattern(2 * PAGE_SIZE, 7);
      good(manager.write(va, bytes));
      expect(memory.read(b.address, PAGE_SIZE)).toEqual(bytes.subarray(0, PAGE_SIZE));
      expect(memory.read(a.address, PAGE_SIZE)).toEqual(bytes.subarray(PAGE_SIZE));
    });

    test('overlaps are refused, neighbours are not', () => {
      const { manager } = makeManager();
      const { address } = good(manager.memoryAllocPages(8));
      good(manager.memoryMap(va + 0x2000n, address, 4));
      for (const [page, pages] of [
        [2, 4],
        [0, 3],
        [5, 1],
        [3, 1],
        [0, 8],
      ]) {
        const result = manager.memoryMap(va + BigInt(page * PAGE_SIZE), address, pages);
        expect(result).toMatchObject({ ok: false, reason: 'ALREADY_MAPPED' });
      }
      good(manager.memoryMap(va, address, 2));
      good(manager.memoryMap(va + 0x6000n, address, 2));
      expect(manager.memoryGetStats().mappedPages).toBe(8);
    });

    test('unmapping a part splits the mapping', () => {
      const { manager } = makeManager();
      const { address } = good(manager.memoryAllocPages(8));
      good(manager.memoryMap(va, address, 8));
      good(manager.memoryUnmap(va + 0x2000n, 3));
      expect(manager.memoryUnmap(va + 0x1000n, 2)).toMatchObject({ ok: false, reason: 'NOT_MAPPED' });
      expect(manager.read(va + 0x2000n, 1)).toMatchObject({ ok: false, reason: 'NOT_MAPPED' });
      good(manager.read(va + 0x1fffn, 1));
      good(manager.read(va + 0x5000n, 1));
      expect(manager.memoryFree(address)).toMatchObject({ ok: false, reason: 'IN_USE' });
      good(manager.memoryUnmap(va, 2));
      good(manager.memoryUnmap(va + 0x5000n, 3));
      good(manager.memoryFree(address));
      expect(manager.validate()).toEqual([]);
    });
  });

  describe('rights', () => {
    test('read-only and device mappings refuse writes from here, and no byte changes', () => {
      const { manager, memory } = makeManager();
      const { address } = good(manager.memoryAllocPages(2, { zero: true }));
      good(manager.memoryMap(LOW, address, 1));
      good(manager.memoryMap(LOW + 0x1000n, address + PAGE_SIZE, 1, READ_ONLY));
      expect(manager.write(LOW + 0xff0n, pattern(32))).toMatchObject({ ok: false, reason: 'PERMISSION' });
      expect(memory.read(address, 2 * PAGE_SIZE).every((byte) => byte === 0)).toBe(true);
      good(manager.memoryMap(LOW + 0x2000n, DEVICE, 1, { ...KERNEL_DATA, device: true }));
      expect(manager.read(LOW + 0x2000n, 4)).toMatchObject({ ok: false, reason: 'NOT_RAM' });
      expect(manager.write(LOW + 0x2000n, pattern(4))).toMatchObject({ ok: false, reason: 'NOT_RAM' });
    });

    test('memoryProtect changes them, for parts of a mapping too', () => {
      const { manager } = makeManager();
      const { address } = good(manager.memoryAllocPages(512, { align: 2 ** 21 }));
      good(manager.memoryMap(LOW, address, 512));
      good(manager.memoryProtect(LOW + 0x3000n, 2, READ_ONLY));
      good(manager.write(LOW + 0x2000n, pattern(PAGE_SIZE)));
      expect(manager.write(LOW + 0x3000n, pattern(1))).toMatchObject({ reason: 'PERMISSION' });
      expect(manager.write(LOW + 0x4fffn, pattern(1))).toMatchObject({ reason: 'PERMISSION' });
      good(manager.write(LOW + 0x5000n, pattern(PAGE_SIZE)));
      expect(manager.memoryProtect(LOW + 511n * 0x1000n, 2, READ_ONLY)).toMatchObject({
        reason: 'NOT_MAPPED',
      });
      good(manager.memoryUnmap(LOW, 512));
      expect(manager.memoryGetStats().mappedPages).toBe(0);
    });

    test('a page fault on a mapped page says whether the access is allowed', () => {
      const { manager } = makeManager();
      const { address } = good(manager.memoryAllocPages(1));
      good(manager.memoryMap(LOW, address, 1, CODE));
      expect(manager.handlePageFault(LOW + 8n, ACCESS.execute)).toEqual({
        ok: true,
        physicalAddress: address + 8,
        mapped: false,
      });
      expect(manager.handlePageFault(LOW, ACCESS.write)).toMatchObject({ reason: 'PERMISSION' });
      expect(manager.handlePageFault(LOW, ACCESS.read, { user: true })).toMatchObject({
        reason: 'PERMISSION',
      });
      expect(manager.handlePageFault(LOW + 0x1000n, ACCESS.read)).toMatchObject({ reason: 'NOT_MAPPED' });
      expect(manager.memoryGetStats()).toMatchObject({ faultsResolved: 1, faultsRefused: 3 });
    });

    test('a CPU finds the same rights in the tables', () => {
      const { manager, memory } = makeManager();
      const { address } = good(manager.memoryAllocPages(2));
      good(manager.memoryMap(LOW, address, 1));
      good(manager.memoryMap(HIGH, address + PAGE_SIZE, 1, CODE));
      const state = new WebAssembly.Memory({ initial: Math.ceil((4096 + CPU_BLOCK.size) / 65536) });
      const cpu = new CpuState(state, 4096);
      const translator = createTranslation().createTranslator(cpu, memory);
      for (const [name, value] of Object.entries(manager.controlRegisters()!)) {
        cpu.setSystem(name as 'TTBR0_EL1', value);
      }
      cpu.setSystem('SCTLR_EL1', 1n);
      cpu.pstate = 1 << 2;
      expect(translator.translate(Number(LOW & 0xffff_ffffn) | 0, 1, ACCESS.write, true)).toBe(true);
      expect(translator.result.physicalAddress).toBe(address);
      expect(translator.translate(0x8000_0010 | 0, 0xffff_0000 | 0, ACCESS.execute, true)).toBe(true);
      expect(translator.result.physicalAddress).toBe(address + PAGE_SIZE + 0x10);
      expect(translator.result.permissions & PERMISSION.write).toBe(0);
      expect(translator.translate(0x8000_0010 | 0, 0xffff_0000 | 0, ACCESS.write, true)).toBe(false);
    });
  });

  describe('bad requests are refused and change nothing', () => {
    test.each<[string, unknown, unknown, unknown, unknown, string]>([
      ['no pages', LOW, RAM_BASE, 0, KERNEL_DATA, 'INVALID_SIZE'],
      ['a negative number of pages', LOW, RAM_BASE, -1, KERNEL_DATA, 'INVALID_SIZE'],
      ['NaN pages', LOW, RAM_BASE, Number.NaN, KERNEL_DATA, 'INVALID_SIZE'],
      ['more pages than a half has', LOW, RAM_BASE, 2 ** 36, KERNEL_DATA, 'INVALID_ADDRESS'],
      ['enormous page counts', LOW, RAM_BASE, Number.MAX_SAFE_INTEGER, KERNEL_DATA, 'INVALID_ADDRESS'],
      ['an unaligned virtual address', LOW + 1n, RAM_BASE, 1, KERNEL_DATA, 'INVALID_ADDRESS'],
      ['an address in the gap between the halves', 1n << 50n, RAM_BASE, 1, KERNEL_DATA, 'INVALID_ADDRESS'],
      ['a negative virtual address', -4096n, RAM_BASE, 1, KERNEL_DATA, 'INVALID_ADDRESS'],
      ['a virtual address over 64 bits', 1n << 64n, RAM_BASE, 1, KERNEL_DATA, 'INVALID_ADDRESS'],
      ['a NaN virtual address', Number.NaN, RAM_BASE, 1, KERNEL_DATA, 'INVALID_ADDRESS'],
      ['a range past the end', 0xffff_ffff_ffff_f000n, RAM_BASE, 2, KERNEL_DATA, 'INVALID_ADDRESS'],
      ['an unaligned physical address', LOW, RAM_BASE + 8, 1, KERNEL_DATA, 'INVALID_ADDRESS'],
      ['a negative physical address', LOW, -4096, 1, KERNEL_DATA, 'INVALID_ADDRESS'],
      ['a NaN physical address', LOW, Number.NaN, 1, KERNEL_DATA, 'INVALID_ADDRESS'],
      [
        'a physical address over 48 bits',
        LOW,
        2 ** 48,
        1,
        { ...KERNEL_DATA, device: true },
        'INVALID_ADDRESS',
      ],
      ['a free frame', LOW, RAM_BASE, 1, KERNEL_DATA, 'NOT_ALLOCATED'],
      ['a device region as RAM', LOW, DEVICE, 1, KERNEL_DATA, 'NOT_RAM'],
      ['a range that leaves RAM', LOW, RAM_BASE + 0x1ff_f000, 2, KERNEL_DATA, 'NOT_RAM'],
      ['ROM for writing', LOW, ROM_BASE, 1, KERNEL_DATA, 'NOT_RAM'],
      ['writable code', LOW, RAM_BASE, 1, { write: true, execute: true, user: false }, 'INVALID_ATTRIBUTES'],
      ['executable devices', LOW, DEVICE, 1, { ...CODE, device: true }, 'INVALID_ATTRIBUTES'],
      ['no attributes', LOW, RAM_BASE, 1, null, 'INVALID_ATTRIBUTES'],
      [
        'attributes that are no booleans',
        LOW,
        RAM_BASE,
        1,
        { write: 1, execute: 0, user: 0 },
        'INVALID_ATTRIBUTES',
      ],
    ])('%s', (_what, va, pa, pages, attributes, reason) => {
      const { manager } = makeManager();
      const before = manager.memoryGetStats();
      const result = manager.memoryMap(
        va as bigint,
        pa as number,
        pages as number,
        attributes as MappingAttributes,
      );
      expect(result).toMatchObject({ ok: false, reason });
      expect(manager.memoryGetStats()).toEqual({ ...before, failures: 1 });
    });

    test('unmapping nothing, page tables as memory, and frames of a demand range', () => {
      const { manager } = makeManager();
      expect(manager.memoryUnmap(LOW, 1)).toMatchObject({ reason: 'NOT_MAPPED' });
      expect(manager.memoryUnmap(LOW + 8n, 1)).toMatchObject({ reason: 'INVALID_ADDRESS' });
      const { address } = good(manager.memoryAllocPages(1));
      good(manager.memoryMap(LOW, address, 1));
      const root = Number(manager.controlRegisters()!.TTBR0_EL1);
      expect(manager.memoryMap(HIGH, root, 1)).toMatchObject({ reason: 'IN_USE' });
      expect(manager.memoryFree(root)).toMatchObject({ reason: 'IN_USE' });
      good(manager.reserveRange(HIGH, 1));
      const { physicalAddress } = good(manager.handlePageFault(HIGH, ACCESS.write));
      expect(manager.memoryMap(LOW + 0x1000n, physicalAddress, 1)).toMatchObject({ reason: 'IN_USE' });
      expect(manager.memoryFree(physicalAddress)).toMatchObject({ reason: 'IN_USE' });
      expect(manager.memoryUnmap(HIGH, 1)).toMatchObject({ reason: 'NOT_MAPPED' });
    });

    test('bad reads and writes', () => {
      const { manager } = makeManager();
      const { address } = good(manager.memoryAllocPages(1));
      good(manager.memoryMap(LOW, address, 1));
      for (const length of [0, -1, Number.NaN, 1.5]) {
        expect(manager.read(LOW, length)).toMatchObject({ reason: 'INVALID_SIZE' });
      }
      expect(manager.read(LOW, 2 ** 40)).toMatchObject({ reason: 'NOT_MAPPED' });
      expect(manager.read(0xffff_ffff_ffff_ffffn, 2)).toMatchObject({ ok: false });
      expect(manager.write(LOW, 'text' as unknown as Uint8Array)).toMatchObject({ reason: 'INVALID_SIZE' });
      expect(manager.write(1n << 60n, pattern(4))).toMatchObject({ reason: 'INVALID_ADDRESS' });
      expect(manager.write(LOW + 0xffen, pattern(4))).toMatchObject({ reason: 'NOT_MAPPED' });
    });
  });

  test('page-table frames come from the allocator, and none is left after a failed map', () => {
    const { manager } = makeManager({ pages: 6 });
    const run = good(manager.memoryAllocPages(3));
    expect(manager.memoryMap(LOW, run.address, 3)).toMatchObject({ ok: false, reason: 'OUT_OF_MEMORY' });
    expect(manager.memoryGetStats()).toMatchObject({ usedPages: 3, tablePages: 0, mappedPages: 0 });
    good(manager.memoryFree(run.address));
    const one = good(manager.memoryAllocPages(1));
    good(manager.memoryMap(LOW, one.address, 1));
    expect(manager.memoryGetStats()).toMatchObject({ usedPages: 5, tablePages: 4 });
    good(manager.memoryUnmap(LOW, 1));
    expect(manager.memoryGetStats()).toMatchObject({ tablePages: 1, mappedPages: 0 });
    expect(manager.validate()).toEqual([]);
  });

  test('2 MiB blocks are used where they fit, unless told otherwise', () => {
    const { manager } = makeManager();
    const { address } = good(manager.memoryAllocPages(1024, { align: 2 ** 21 }));
    good(manager.memoryMap(LOW, address, 1024));
    const withBlocks = manager.memoryGetStats().tablePages;
    good(manager.memoryUnmap(LOW, 1024));
    good(manager.memoryMap(LOW, address, 1024, KERNEL_DATA, { blocks: false }));
    expect(manager.memoryGetStats().tablePages).toBe(withBlocks + 2);
  });

  test('page tables that something wrote over are a failure, not a crash', () => {
    const { manager, memory } = makeManager();
    const { address } = good(manager.memoryAllocPages(1));
    good(manager.memoryMap(LOW, address, 1));
    const root = Number(manager.controlRegisters()!.TTBR0_EL1);
    memory.writeU64(root, 0x0000_7fff_ffff_f003n);
    expect(manager.read(LOW, 1)).toMatchObject({ ok: false, reason: 'TABLES_DAMAGED' });
    expect(manager.memoryUnmap(LOW, 1)).toMatchObject({ ok: false, reason: 'TABLES_DAMAGED' });
    expect(manager.memoryMap(LOW + 0x1000n, address, 1)).toMatchObject({
      ok: false,
      reason: 'TABLES_DAMAGED',
    });
    manager.reset();
    expect(manager.memoryGetStats()).toMatchObject({ usedPages: 0, tablePages: 0, mappedPages: 0 });
  });

  test('without a page-table builder, everything that maps is refused', () => {
    const { allocator, memory } = makeManager();
    const manager = new MemoryManager({ memory, allocator });
    const { address } = good(manager.memoryAlloc(1));
    expect(manager.memoryMap(LOW, address, 1)).toMatchObject({ reason: 'NO_TRANSLATION' });
    good(manager.reserveRange(LOW, 1));
    expect(manager.handlePageFault(LOW, ACCESS.read)).toMatchObject({ reason: 'NO_TRANSLATION' });
    expect(manager.controlRegisters()).toBeUndefined();
    expect(manager.memoryGetStats().usedPages).toBe(1);
  });
});
