import type { FrameAllocatorFactory, MemoryManagement, PartContext } from '@armature/core';
import { createTableBuilder } from '@armature/mmu';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { MemoryManager, memoryManager } from '../src/index.ts';
import { good, makeMemory, PlainAllocator, RAM_BASE, withEachAllocator } from './helpers.ts';

const memory = makeMemory();
const capabilities = { ram: memory, 'page-tables': createTableBuilder() };
const context = {
  use: (name: keyof typeof capabilities) => capabilities[name],
} as unknown as PartContext<'ram' | 'page-tables'>;

withEachAllocator((_makeManager, { create, name }) => {
  const sized = (pages: number): FrameAllocatorFactory => ({ name, pages, create });

  describe('memoryManager()', () => {
    test('manages the start of RAM and reserves its first MiB', async () => {
      const part = memoryManager({ allocator: sized(4096) });
      expect(part.provides).toEqual(['memory-management']);
      expect(part.requires).toEqual(['ram', 'page-tables']);
      const component = await part.create(context);
      const manager = component.capabilities!['memory-management'];
      expect(manager.memoryGetStats()).toMatchObject({
        totalPages: 4096,
        reservedPages: 256,
        freePages: 3840,
      });
      expect(good(manager.memoryAlloc(1)).address).toBe(RAM_BASE + 2 ** 20);
      expect(manager.layoutReport()).toContain('reserved  boot');
      const snapshot = component.snapshot!();
      component.reset!();
      expect(manager.memoryGetStats()).toMatchObject({ usedPages: 0, reservedPages: 256 });
      component.restore!(snapshot);
      expect(manager.memoryGetStats().usedPages).toBe(1);
    });

    test('the capability has the whole interface', () => {
      expectTypeOf<MemoryManager>().toExtend<MemoryManagement>();
      expectTypeOf<MemoryManagement['memoryMap']>().toEqualTypeOf<MemoryManager['memoryMap']>();
    });

    test('a base, no reservation, and an allocator without a size', async () => {
      const factory: FrameAllocatorFactory = { name, create };
      const part = memoryManager({ allocator: factory, base: 0x4180_0000n, reserveFirst: 0 });
      const manager = (await part.create(context)).capabilities!['memory-management'];
      expect(manager).toBeInstanceOf(MemoryManager);
      expect(manager.memoryGetStats()).toMatchObject({ totalPages: 2048, reservedPages: 0 });
      expect(JSON.parse(JSON.stringify(part))).toEqual({
        part: 'memory',
        allocator: name,
        base: '0x4180_0000',
        reserveFirst: 0,
      });
    });

    test('options that make no sense are refused at once', () => {
      const allocator = sized(4096);
      const bad = [
        {},
        { allocator, base: 100 },
        { allocator, base: Number.NaN },
        { allocator, reserveFirst: -1 },
        { allocator, reserveFirst: Number.NaN },
      ];
      for (const options of bad as Parameters<typeof memoryManager>[0][]) {
        expect(() => memoryManager(options)).toThrowError(
          expect.objectContaining({ code: 'CONFIG_INVALID' }),
        );
      }
    });

    test.each<[string, Parameters<typeof memoryManager>[0], string]>([
      ['more pages than RAM', { allocator: sized(100_000) }, 'ADDRESS_RANGE'],
      ['no RAM there', { allocator: sized(4096), base: 0x9000_0000 }, 'ADDRESS_RANGE'],
      ['ROM', { allocator: sized(1), base: 0x1000_0000 }, 'ADDRESS_RANGE'],
      ['a larger reservation than pages', { allocator: sized(16) }, 'CONFIG_INVALID'],
      [
        'a factory that throws',
        {
          allocator: {
            name: 'broken',
            create: () => {
              throw new Error('no');
            },
          },
        },
        'ALLOCATOR_MISBEHAVED',
      ],
      [
        'a factory of another range',
        { allocator: { name: 'other', create: () => new PlainAllocator() } },
        'ALLOCATOR_MISBEHAVED',
      ],
      [
        'a factory of nothing',
        { allocator: { name: 'none', create: () => undefined as unknown as PlainAllocator } },
        'ALLOCATOR_MISBEHAVED',
      ],
    ])('%s fails the build', (_what, options, code) => {
      expect(() => memoryManager(options).create(context)).toThrowError(expect.objectContaining({ code }));
    });
  });
});
