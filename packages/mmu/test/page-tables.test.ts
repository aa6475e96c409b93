import {
  ACCESS,
  type MapOutcome,
  type MappingAttributes,
  type PageTables,
  type TableFrames,
} from '@armature/core';
import { describe, expect, test } from 'vitest';
import { createTableBuilder, type TableInvalidation, vmsav8 } from '../src/index.ts';
import { Bench, outcome, RAM_BASE, RAM_SIZE, rights } from './helpers.ts';

const KERNEL: MappingAttributes = { write: true, execute: false, user: false };
const CODE: MappingAttributes = { write: false, execute: true, user: false };
const USER: MappingAttributes = { write: true, execute: false, user: true };
const HIGH = 0xffff_0000_4000_0000n;
const MIB2 = 512;
const GIB = 512 * 512;

/** Frames from the middle of RAM; the most that may be out at once can be set. */
class Frames implements TableFrames {
  limit = 1000;
  readonly out = new Set<number>();
  private next = RAM_BASE / 4096 + 64;
  private readonly spare: number[] = [];

  alloc(): number {
    if (this.out.size >= this.limit) return -1;
    const frame = this.spare.pop() ?? this.next++;
    this.out.add(frame);
    return frame;
  }

  free(frame: number): void {
    if (!this.out.delete(frame)) throw new Error(`frame ${frame} freed twice`);
    this.spare.push(frame);
  }
}

function setUp(half: 'low' | 'high' = 'low', invalidation?: TableInvalidation) {
  const bench = new Bench();
  const frames = new Frames();
  // Frames come dirty.
  bench.memory.fill(RAM_BASE, RAM_SIZE, 0xff);
  const builder = createTableBuilder(44, invalidation);
  const tables = builder.createTables(bench.memory, frames, half);
  if (tables === undefined) throw new Error('no tables');
  return { bench, frames, builder, tables };
}

/** A CPU that translates with the tables. */
function enable(bench: Bench, tables: PageTables, half: 'low' | 'high' = 'low'): void {
  const { controlRegisters } = createTableBuilder();
  bench.cpu.setSystem('TCR_EL1', controlRegisters.TCR_EL1);
  bench.cpu.setSystem('MAIR_EL1', controlRegisters.MAIR_EL1);
  bench.cpu.setSystem(half === 'low' ? 'TTBR0_EL1' : 'TTBR1_EL1', BigInt(tables.root));
  bench.cpu.setSystem('SCTLR_EL1', 1n);
  bench.translator.reset();
}

const listed = (tables: PageTables) =>
  [...tables.entries()].map(
    ({ va, pa, size }) => `${va.toString(16)}>${pa.toString(16)}+${size.toString(16)}`,
  );

describe('mapping', () => {
  test.each([
    ['low', 0x4000_0000n],
    ['high', HIGH],
  ] as const)('pages of the %s half translate as asked', (half, va) => {
    const { bench, tables } = setUp(half);
    expect(tables.map(va, 0x5000_0000, 3, KERNEL)).toBe('ok');
    enable(bench, tables, half);
    expect(bench.translate(va + 0x2fffn)).toBe(0x5000_2fff);
    expect(bench.translate(va + 0x3000n)).toBe('0b000111');
    expect(tables.query(va + 0x1234n)).toEqual({
      physicalAddress: 0x5000_1234,
      blockBits: 12,
      attributes: { ...KERNEL, device: false, global: true },
    });
    expect(tables.query(va + 0x3000n)).toBeUndefined();
    expect(tables.tableFrames).toBe(4);
  });

  test.each([
    ['kernel data', KERNEL, 'rw- ---'],
    ['kernel code', CODE, 'r-x ---'],
    ['kernel constants', { write: false, execute: false, user: false }, 'r-- ---'],
    ['writable kernel code', { write: true, execute: true, user: false }, 'rwx ---'],
    ['user data', USER, 'rw- rw-'],
    ['user code', { write: false, execute: true, user: true }, 'r-- r-x'],
    ['user constants', { write: false, execute: false, user: true }, 'r-- r--'],
  ] as const)('rights of %s', (_, attributes, expected) => {
    const { bench, tables } = setUp();
    tables.map(0x1000n, RAM_BASE, 1, attributes);
    enable(bench, tables);
    expect(rights(bench, 0x1000n)).toBe(expected);
    expect(tables.query(0x1000n)?.attributes).toMatchObject(attributes);
  });

  test('memory types', () => {
    const { bench, tables } = setUp();
    tables.map(0x1000n, RAM_BASE, 1, KERNEL);
    tables.map(0x2000n, 0x0900_0000, 1, { ...KERNEL, device: true });
    enable(bench, tables);
    bench.translate(0x1000n);
    expect(bench.translator.result).toMatchObject({ attributes: 0xff, shareability: 3, device: false });
    bench.translate(0x2000n);
    expect(bench.translator.result).toMatchObject({ attributes: 0x04, shareability: 2, device: true });
  });

  test('kernel mappings are global by default, user ones are not', () => {
    const { tables } = setUp();
    tables.map(0x1000n, RAM_BASE, 1, KERNEL);
    tables.map(0x2000n, RAM_BASE, 1, USER);
    tables.map(0x3000n, RAM_BASE, 1, { ...USER, global: true });
    tables.map(0x4000n, RAM_BASE, 1, { ...KERNEL, global: false });
    const globals = [1n, 2n, 3n, 4n].map((page) => tables.query(page << 12n)?.attributes.global);
    expect(globals).toEqual([true, false, true, false]);
  });

  test('blocks are used where alignment and size permit, and only when allowed', () => {
    const { bench, tables, frames } = setUp();
    // A page short of 2 MiB alignment below, one page above, 1 GiB and one 2 MiB block between.
    const start = 0x3fff_f000n;
    expect(tables.map(start, 0x7fff_f000, 1 + GIB + MIB2 + 1, KERNEL, { blocks: true })).toBe('ok');
    expect(tables.query(0x4000_0000n)?.blockBits).toBe(30);
    expect(tables.query(0x8000_0000n)?.blockBits).toBe(21);
    expect(tables.query(0x8020_0000n)?.blockBits).toBe(12);
    expect(tables.query(start)?.blockBits).toBe(12);
    expect(frames.out.size).toBe(6);
    enable(bench, tables);
    expect(bench.translate(0x7654_3210n)).toBe(0xb654_3210);
    expect(bench.translate(0x8020_0fffn)).toBe(0xc020_0fff);
    expect(listed(tables)).toEqual(['3ffff000>7ffff000+40202000']);

    const small = setUp().tables;
    small.map(0n, 0, MIB2, KERNEL);
    expect(small.query(0n)?.blockBits).toBe(12);
    const askew = setUp().tables;
    askew.map(0n, 0x1000, MIB2 * 2, KERNEL, { blocks: true });
    expect(askew.query(0n)?.blockBits).toBe(12);
  });

  test('a block goes only where no table is yet', () => {
    const { tables } = setUp();
    tables.map(0x1000n, RAM_BASE, 1, KERNEL);
    expect(tables.map(0n, 0, MIB2, KERNEL, { blocks: true })).toBe('already-mapped');
    expect(tables.map(0x2000n, 0x2000, MIB2 - 2, KERNEL, { blocks: true })).toBe('ok');
    expect(tables.query(0x3000n)?.blockBits).toBe(12);
  });

  test.each([
    ['an address between pages', 0x1001n, RAM_BASE, 1],
    ['a physical address between pages', 0x1000n, RAM_BASE + 1, 1],
    ['a fraction', 0x1000n, 0.5, 1],
    ['the other half', HIGH, RAM_BASE, 1],
    ['the gap', 1n << 48n, RAM_BASE, 1],
    ['a negative address', -4096n, RAM_BASE, 1],
    ['the end of the half', 0xffff_ffff_f000n, RAM_BASE, 2],
    ['the end of physical addresses', 0x1000n, 2 ** 44 - 4096, 2],
    ['a negative physical address', 0x1000n, -4096, 1],
    ['no pages', 0x1000n, RAM_BASE, 0],
    ['half a page', 0x1000n, RAM_BASE, 0.5],
    ['fewer than no pages', 0x1000n, RAM_BASE, -1],
  ])('%s is a bad address', (_, va, pa, pages) => {
    const { tables, frames } = setUp();
    expect(tables.map(va, pa, pages, KERNEL)).toBe('bad-address');
    expect(frames.out.size).toBe(1);
  });

  test('the last pages of both halves are good addresses', () => {
    expect(setUp().tables.map(0xffff_ffff_f000n, RAM_BASE, 1, KERNEL)).toBe('ok');
    const { tables } = setUp('high');
    expect(tables.map(0xffff_ffff_ffff_f000n, RAM_BASE, 1, KERNEL)).toBe('ok');
    expect(tables.query(-1n)?.physicalAddress).toBe(RAM_BASE + 0xfff);
  });
});

describe('all or nothing', () => {
  test('a mapping that meets another one changes nothing', () => {
    const { tables, frames } = setUp();
    tables.map(0x40_0000n, RAM_BASE, 1, KERNEL);
    const before = frames.out.size;
    expect(tables.map(0n, 0, 2 * MIB2 + 1, KERNEL, { blocks: true })).toBe('already-mapped');
    expect(listed(tables)).toEqual([`400000>${RAM_BASE.toString(16)}+1000`]);
    expect(frames.out.size).toBe(before);
  });

  test.each([1, 2, 3, 4, 5, 6])('map with %i frames too few rolls back', (spare) => {
    const { tables, frames } = setUp();
    tables.map(0x1000n, RAM_BASE, 1, KERNEL);
    const before = [...frames.out];
    // Level 1, 2 and 3 tables for a range across a 512 GiB boundary, and one more level 3 table.
    frames.limit = before.length + spare - 1;
    const va = (1n << 39n) - 0x1000n;
    expect(tables.map(va, RAM_BASE, MIB2 + 2, USER)).toBe('out-of-frames');
    expect([...frames.out]).toEqual(before);
    expect(listed(tables)).toEqual([`1000>${RAM_BASE.toString(16)}+1000`]);
    expect(tables.tableFrames).toBe(4);
    frames.limit = 1000;
    expect(tables.map(va, RAM_BASE, MIB2 + 2, USER)).toBe('ok');
  });

  test.each(['unmap', 'protect'] as const)('%s that cannot split a block changes nothing', (operation) => {
    const { tables, frames } = setUp();
    tables.map(0n, 0, 2 * GIB, KERNEL, { blocks: true });
    frames.limit = frames.out.size + 3;
    // Both ends lie inside 1 GiB blocks: two splits at each.
    const attempt = (): MapOutcome =>
      operation === 'unmap' ? tables.unmap(0x1000n, 2 * GIB - 2) : tables.protect(0x1000n, 2 * GIB - 2, CODE);
    expect(attempt()).toBe('out-of-frames');
    expect(tables.tableFrames).toBe(2);
    expect(tables.query(0x1000n)).toMatchObject({ blockBits: 30, attributes: KERNEL });
    frames.limit = 1000;
    expect(attempt()).toBe('ok');
    expect(tables.query(0n)).toMatchObject({ blockBits: 12, attributes: KERNEL });
  });

  test.each(['unmap', 'protect'] as const)('%s of a range with a gap changes nothing', (operation) => {
    const { tables } = setUp();
    tables.map(0n, 0, 4, KERNEL);
    tables.map(0x5000n, 0x5000, 1, KERNEL);
    const result = operation === 'unmap' ? tables.unmap(0n, 6) : tables.protect(0n, 6, CODE);
    expect(result).toBe('not-mapped');
    expect(listed(tables)).toEqual(['0>0+4000', '5000>5000+1000']);
  });

  test('a frame that is not memory is given back', () => {
    const { bench } = setUp();
    const given: number[] = [];
    const nowhere: TableFrames = { alloc: () => 1, free: (frame) => given.push(frame) };
    expect(createTableBuilder().createTables(bench.memory, nowhere, 'low')).toBeUndefined();
    expect(given).toEqual([1]);
  });

  test('no frame for the root: no tables', () => {
    const { bench, frames } = setUp();
    frames.limit = 0;
    expect(createTableBuilder().createTables(bench.memory, frames, 'low')).toBeUndefined();
  });

  test('tables that a guest overwrote are an error, and the transaction rolls back', () => {
    const { bench, tables, frames } = setUp();
    tables.map(0x1000n, RAM_BASE, 1, KERNEL);
    const held = frames.out.size;
    bench.memory.writeU64(tables.root + 8, 0x1003n);
    expect(() => tables.map((1n << 39n) - 0x1000n, RAM_BASE, 2, KERNEL)).toThrow(/no guest memory/);
    expect(frames.out.size).toBe(held);
  });
});

describe('unmapping and protecting', () => {
  test('tables that become empty go back, the root stays', () => {
    const { tables, frames } = setUp();
    tables.map(0n, 0, 1, KERNEL);
    tables.map(0x40_0000n, 0, 1, KERNEL);
    expect(frames.out.size).toBe(5);
    expect(tables.unmap(0n, 1)).toBe('ok');
    expect(frames.out.size).toBe(4);
    expect(tables.unmap(0x40_0000n, 1)).toBe('ok');
    expect(frames.out.size).toBe(1);
    expect(listed(tables)).toEqual([]);
  });

  test('a hole in a 1 GiB block', () => {
    const { bench, tables } = setUp();
    tables.map(0n, 0x4000_0000, GIB, CODE, { blocks: true });
    expect(tables.unmap(0x20_3000n, 2)).toBe('ok');
    expect(listed(tables)).toEqual(['0>40000000+203000', '205000>40205000+3fdfb000']);
    expect(tables.tableFrames).toBe(4);
    enable(bench, tables);
    expect(bench.translate(0x20_2fffn, ACCESS.execute)).toBe(0x4020_2fff);
    expect(bench.translate(0x20_3000n)).toBe('0b000111');
    expect(bench.translate(0x3fff_ffffn)).toBe(0x7fff_ffff);
  });

  test('protect splits blocks and keeps addresses', () => {
    const { bench, tables } = setUp();
    tables.map(0n, 0x4000_0000, MIB2, KERNEL, { blocks: true });
    expect(tables.protect(0x1000n, 1, CODE)).toBe('ok');
    enable(bench, tables);
    expect(rights(bench, 0x1000n)).toBe('r-x ---');
    expect(rights(bench, 0x2000n)).toBe('rw- ---');
    expect(bench.translate(0x1abcn)).toBe(0x4000_1abc);
    expect(listed(tables)).toHaveLength(3);
  });

  test('protect of a whole block needs no split', () => {
    const { tables } = setUp();
    tables.map(0n, 0x4000_0000, MIB2, KERNEL, { blocks: true });
    expect(tables.protect(0n, MIB2, USER)).toBe('ok');
    expect(tables.query(0x1234n)).toMatchObject({ blockBits: 21, attributes: USER });
  });

  test('destroy gives every frame back, and the tables cannot be used again', () => {
    const { tables, frames } = setUp();
    tables.map(0n, 0, 3 * MIB2, KERNEL);
    tables.map(1n << 40n, 0, 1, KERNEL);
    tables.destroy();
    expect(frames.out.size).toBe(0);
    expect(tables.tableFrames).toBe(0);
    for (const use of [
      () => tables.map(0n, 0, 1, KERNEL),
      () => tables.unmap(0n, 1),
      () => tables.query(0n),
      () => [...tables.entries()],
      () => tables.destroy(),
    ]) {
      expect(use).toThrow(/destroyed/);
    }
  });
});

describe('TLBs', () => {
  test('what tables no longer hold is dropped, page by page or at once', () => {
    const seen: string[] = [];
    const { tables } = setUp('high', {
      invalidatePage: (lo, hi) => seen.push(`${(hi >>> 0).toString(16)}:${(lo >>> 0).toString(16)}`),
      invalidateAll: () => seen.push('all'),
    });
    tables.map(HIGH, 0, 2 * MIB2, KERNEL);
    expect(seen).toEqual([]);
    tables.protect(HIGH, 1, CODE);
    tables.unmap(HIGH + 0x1000n, 2);
    tables.unmap(HIGH + 0x3000n, 0x300);
    tables.unmap(HIGH, 2);
    tables.destroy();
    expect(seen).toEqual(['ffff0000:40000000', 'ffff0000:40001000', 'ffff0000:40002000', 'all', 'all']);
  });

  test('the part connects its builder with its translators', async () => {
    const { bench, frames } = setUp();
    const part = vmsav8({ tlbEntries: 64, physicalAddressBits: 40 });
    expect(part.toJSON?.()).toEqual({ part: 'mmu', tlbEntries: 64, physicalAddressBits: 40 });
    const { capabilities } = await part.create({} as never);
    const translator = capabilities!['address-translation'].createTranslator(bench.cpu, bench.memory);
    const builder = capabilities!['page-tables'];
    expect((builder.controlRegisters.TCR_EL1 >> 32n) & 7n).toBe(2n);
    const tables = builder.createTables(bench.memory, frames, 'low')!;
    tables.map(0x1000n, RAM_BASE, 1, KERNEL);
    enable(bench, tables);
    expect(outcome(translator, 0x1000n)).toBe(RAM_BASE);
    const seen: string[] = [];
    translator.observe({
      allStale: () => seen.push('all'),
      rangeStale: (lo, _hi, bits) => seen.push(`${lo.toString(16)}/${bits}`),
      asidStale: (asid) => seen.push(`ASID ${asid}`),
      addressSpaceChanged: () => seen.push('address space'),
    });
    tables.unmap(0x1000n, 1);
    expect(seen).toEqual(['1000/12']);
    expect(outcome(translator, 0x1000n)).toBe('0b000100');
  });
});

test('random operations agree with a list of pages', () => {
  const { bench, tables, frames } = setUp();
  enable(bench, tables);
  let state = 0x2545_f491;
  const random = (limit: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
  const PAGES = 6 * MIB2;
  const model: ({ pa: number; attributes: MappingAttributes } | undefined)[] = new Array(PAGES).fill(
    undefined,
  );
  const kinds = [KERNEL, CODE, USER];
  const range = (start: number, count: number) => model.slice(start, start + count);
  for (let step = 0; step < 400; step++) {
    const whole = random(3) === 0;
    const start = whole ? random(6) * MIB2 : random(PAGES);
    const count = Math.min(PAGES - start, whole ? MIB2 * (1 + random(2)) : 1 + random(700));
    const va = BigInt(start) * 4096n;
    const attributes = kinds[random(3)];
    const free = range(start, count).every((entry) => entry === undefined);
    const full = range(start, count).every((entry) => entry !== undefined);
    const operation = random(3);
    if (operation === 0) {
      const pa = whole ? random(1024) * 0x20_0000 : random(1 << 20) * 4096;
      expect(tables.map(va, pa, count, attributes, { blocks: random(2) === 0 })).toBe(
        free ? 'ok' : 'already-mapped',
      );
      if (free) for (let i = 0; i < count; i++) model[start + i] = { pa: pa + i * 4096, attributes };
    } else if (operation === 1) {
      expect(tables.unmap(va, count)).toBe(full ? 'ok' : 'not-mapped');
      if (full) model.fill(undefined, start, start + count);
    } else {
      expect(tables.protect(va, count, attributes)).toBe(full ? 'ok' : 'not-mapped');
      if (full) for (let i = start; i < start + count; i++) model[i] = { pa: model[i]!.pa, attributes };
    }
    for (let sample = 0; sample < 8; sample++) {
      const page = random(PAGES);
      const entry = model[page];
      const query = tables.query(BigInt(page) * 4096n);
      expect(query?.physicalAddress).toBe(entry?.pa);
      if (entry !== undefined) expect(query?.attributes).toMatchObject(entry.attributes);
    }
  }
  const flat = [...tables.entries()].flatMap(({ va, pa, size }) =>
    Array.from({ length: size / 4096 }, (_, i) => [Number(va) / 4096 + i, pa + i * 4096]),
  );
  expect(flat).toEqual(model.flatMap((entry, page) => (entry === undefined ? [] : [[page, entry.pa]])));
  expect(tables.tableFrames).toBe(frames.out.size);
  tables.destroy();
  expect(frames.out.size).toBe(0);
});
