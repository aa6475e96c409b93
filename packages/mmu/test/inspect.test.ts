import { describe, expect, test } from 'vitest';
import {
  createTableBuilder,
  decodeDescriptor,
  describeMemoryType,
  printTables,
  translationRegisters,
  walk,
} from '../src/index.ts';
import { Bench, D, M, RAM_BASE, RAM_SIZE, TCR_48, WXN } from './helpers.ts';

const VA = 0x0000_0040_0020_3000n;
const HIGH = 0xffff_8000_0000_0000n;

function enabled(options: Parameters<Bench['enable']>[0] = {}): Bench {
  const bench = new Bench();
  bench.enable(options);
  return bench;
}

describe('walk', () => {
  test('shows every level and the mapping', () => {
    const bench = enabled();
    bench.page(VA, RAM_BASE + 0x5000, D.el0 | D.nG | D.inner | D.contiguous, [
      D.PXNTable,
      0n,
      D.readOnlyTable,
    ]);
    const result = walk(bench.memory, translationRegisters(bench.cpu), VA + 0x123n);
    expect(result).toMatchObject({ half: 'low', enabled: true, granule: 4096, faultStatus: undefined });
    expect(result.steps.map(({ level, decoded }) => `${level} ${decoded?.kind}`)).toEqual([
      '0 table',
      '1 table',
      '2 table',
      '3 page',
    ]);
    expect(result.steps[0].decoded?.limits).toMatchObject({ pxn: true, readOnly: false });
    expect(result.steps[3].decoded?.leaf).toMatchObject({ contiguous: true, el0: true, global: false });
    expect(result.steps[1].address).toBe(result.steps[0].decoded!.target! + 8 * 256);
    expect(result.mapping).toEqual({
      physicalAddress: RAM_BASE + 0x5123,
      blockBits: 12,
      rights: 'EL1 r-- EL0 r-x',
      memoryType: 'Normal WB RWA',
      shareability: 'inner shareable',
      global: false,
    });
  });

  test('ends where the CPU would', () => {
    const bench = enabled();
    const at = (va: bigint) => walk(bench.memory, translationRegisters(bench.cpu), va);
    expect(at(VA)).toMatchObject({ mapping: undefined, faultStatus: 0b000100 });
    expect(at(VA).steps).toHaveLength(1);
    bench.leaf(VA, 1, 0x1000n | D.table);
    expect(at(VA)).toMatchObject({ faultStatus: 0b010110 });
    expect(at(VA).steps.at(-1)).toMatchObject({ level: 2, descriptor: undefined, decoded: undefined });
    bench.leaf(HIGH, 0, D.block);
    expect(at(HIGH).steps.at(-1)?.decoded).toEqual({ kind: 'reserved' });
    expect(at(1n << 50n)).toMatchObject({ steps: [], faultStatus: 0b000100 });
    bench.leaf(HIGH, 0, BigInt(bench.table()) | D.table);
    bench.leaf(HIGH, 1, BigInt(RAM_BASE) | D.block);
    expect(at(HIGH)).toMatchObject({ mapping: undefined, faultStatus: 0b001001 });
  });

  test('reads tables also while the MMU is off, and takes tags away', () => {
    const bench = enabled({ sctlr: 0n, tcr: TCR_48 | (1n << 37n) });
    bench.page(VA, RAM_BASE);
    const result = walk(bench.memory, translationRegisters(bench.cpu), VA | (0x5an << 56n));
    expect(result).toMatchObject({ enabled: false, mapping: { physicalAddress: RAM_BASE } });
  });

  test('survives any registers and tables', () => {
    const bench = new Bench();
    let state = 1n;
    const random = (): bigint => {
      state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffff_ffff_ffff_ffffn;
      return state ^ (state >> 29n);
    };
    for (let address = RAM_BASE; address < RAM_BASE + 0x1_0000; address += 8) {
      bench.memory.writeU64(
        address,
        (random() & 0xffff_0000_0000_0fffn) | BigInt(RAM_BASE) | (random() & 0xf000n),
      );
    }
    for (let round = 0; round < 300; round++) {
      const registers = {
        TTBR0_EL1: random() & 1n ? random() : BigInt(RAM_BASE),
        TTBR1_EL1: random() & 1n ? random() : BigInt(RAM_BASE),
        TCR_EL1: random(),
        MAIR_EL1: random(),
        SCTLR_EL1: random(),
      };
      const result = walk(bench.memory, registers, random());
      expect(result.steps.length).toBeLessThanOrEqual(4);
      expect(result.mapping === undefined).toBe(result.faultStatus !== undefined);
      expect(printTables(bench.memory, registers, { maxLines: 5, maxTables: 20 })).toMatch(
        /^TTBR0_EL1: .*\n/,
      );
    }
  });
});

describe('printTables', () => {
  const print = (bench: Bench, options = {}): string =>
    printTables(bench.memory, translationRegisters(bench.cpu), options);

  test('runs of equal mappings, both halves', () => {
    const bench = new Bench();
    const { controlRegisters, createTables } = createTableBuilder();
    let next = RAM_BASE / 4096;
    const frames = { alloc: () => next++, free: () => undefined };
    const low = createTables(bench.memory, frames, 'low')!;
    const high = createTables(bench.memory, frames, 'high')!;
    bench.cpu.setSystem('TCR_EL1', controlRegisters.TCR_EL1);
    bench.cpu.setSystem('MAIR_EL1', controlRegisters.MAIR_EL1);
    bench.cpu.setSystem('TTBR0_EL1', BigInt(low.root) | (5n << 48n));
    bench.cpu.setSystem('TTBR1_EL1', BigInt(high.root));
    bench.cpu.setSystem('SCTLR_EL1', M);
    const kernel = { write: true, execute: false, user: false };
    low.map(0x0900_0000n, 0x0900_0000, 1, { ...kernel, device: true });
    low.map(0x4000_0000n, 0x4000_0000, 1024 + 3, kernel, { blocks: true });
    low.map(0x4040_3000n, 0x4040_3000, 1, { write: false, execute: true, user: true });
    expect(print(bench)).toBe(
      [
        'TTBR0_EL1: tables at 0x4000_0000, 48-bit addresses from level 0, 4 KiB granule, ASID 5',
        '  0x0000_0000_0900_0000 - 0x0000_0000_0900_0fff -> 0x0900_0000        EL1 rw- EL0 ---, Device-nGnRE, outer shareable, global (1 x 4 KiB)',
        '  0x0000_0000_4000_0000 - 0x0000_0000_4040_2fff -> 0x4000_0000        EL1 rw- EL0 ---, Normal WB RWA, inner shareable, global (2 x 2 MiB + 3 x 4 KiB)',
        '  0x0000_0000_4040_3000 - 0x0000_0000_4040_3fff -> 0x4040_3000        EL1 r-- EL0 r-x, Normal WB RWA, inner shareable, not global (1 x 4 KiB)',
        'TTBR1_EL1: tables at 0x4000_1000, 48-bit addresses from level 0, 4 KiB granule',
        '  nothing is mapped',
        '',
      ].join('\n'),
    );
  });

  test('says what cannot be read, and what the registers rule out', () => {
    const bench = enabled({ tcr: TCR_48 | (1n << 23n), sctlr: WXN });
    bench.leaf(VA, 2, BigInt(RAM_BASE + RAM_SIZE) | D.table);
    bench.leaf(VA + 0x20_0000n, 2, (1n << 44n) | D.block | D.AF);
    bench.leaf(VA + 0x40_0000n, 2, BigInt(RAM_BASE) | D.block | D.contiguous);
    const text = print(bench);
    expect(text).toContain('level 3 table at 0x4040_0000 is not in memory\n');
    expect(text).toContain('block beyond the physical address size');
    expect(text).toContain('contiguous, access flag clear');
    expect(text).toContain('EL1 rw- EL0 --x');
    expect(text).toContain('walks disabled (EPD), MMU off');
    expect(print(bench, { half: 'low' })).not.toContain('TTBR1_EL1');
    const outOfRange = enabled({ tcr: TCR_48 & ~63n, ttbr0: 0x1000n });
    expect(print(outOfRange)).toContain('size out of range: every address faults');
    expect(print(outOfRange)).toContain('level 0 table at 0x0000_1000 is not in memory');
  });

  test('stops at its limits, also in tables that loop', () => {
    const bench = enabled();
    for (let entry = 0; entry < 512; entry++) {
      bench.memory.writeU64(bench.root() + 8 * entry, BigInt(bench.root()) | D.table | D.AF);
    }
    expect(print(bench, { half: 'low', maxLines: 3 }).split('\n')).toHaveLength(6);
    expect(print(bench, { half: 'low', maxLines: 3 })).toContain('... more than 3 lines');
    expect(print(bench, { half: 'low', maxLines: 10 ** 9, maxTables: 50 })).toContain('they may loop');
  });
});

describe('descriptors and memory types', () => {
  test.each([
    [0, 0, 'invalid'],
    [3, 0, 'table'],
    [1, 0, 'reserved'],
    [1, 1, 'block'],
    [1, 2, 'block'],
    [1, 3, 'reserved'],
    [3, 3, 'page'],
  ])('%i at level %i is %s', (lo, level, kind) => {
    expect(decodeDescriptor(lo, 0, level, 12).kind).toBe(kind);
  });

  test('larger granules have blocks at level 2 only', () => {
    expect(decodeDescriptor(1, 0, 1, 16).kind).toBe('reserved');
    expect(decodeDescriptor(0x2000_0001, 0, 2, 16)).toMatchObject({ kind: 'block', target: 0x2000_0000 });
    expect(decodeDescriptor(0x4000_7003, 0, 3, 14)).toMatchObject({ kind: 'page', target: 0x4000_4000 });
  });

  test.each([
    [0x00, 'Device-nGnRnE'],
    [0x04, 'Device-nGnRE'],
    [0x08, 'Device-nGRE'],
    [0x0c, 'Device-GRE'],
    [0x01, 'Device, reserved 0x1'],
    [0xff, 'Normal WB RWA'],
    [0x44, 'Normal NC'],
    [0xbb, 'Normal WT RWA'],
    [0x4f, 'Normal outer NC, inner WB RWA'],
    [0xaa, 'Normal WT RA'],
    [0x77, 'Normal WB transient RWA'],
    [0xcc, 'Normal WB no-allocate'],
    [0x40, 'Normal, reserved 0x40'],
  ])('attribute byte %i is %s', (attributes, text) => {
    expect(describeMemoryType(attributes)).toBe(text);
  });
});
