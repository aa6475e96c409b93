import { ACCESS } from '@armature/core';
import { describe, expect, test } from 'vitest';
import { Bench, D, RAM_BASE, RAM_SIZE, TCR_48 } from './helpers.ts';

const LOW = 0x0000_1234_5678_9000n;
const HIGH = 0xffff_9234_5678_9000n;
const PAGE = RAM_BASE + 0x5000;

function enabled(options: Parameters<Bench['enable']>[0] = {}): Bench {
  const bench = new Bench();
  bench.enable(options);
  return bench;
}

describe('leaves', () => {
  test.each([
    ['low', LOW],
    ['high', HIGH],
  ])('a page in the %s half', (_, va) => {
    const bench = enabled();
    bench.page(va, PAGE);
    expect(bench.translate(va + 0xabcn)).toBe(PAGE + 0xabc);
    expect(bench.translator.result.blockBits).toBe(12);
  });

  test('a 2 MiB block', () => {
    const bench = enabled();
    bench.leaf(LOW, 2, 0x0c60_0000n | D.block | D.AF);
    expect(bench.translate((LOW & ~0x1f_ffffn) + 0x12_3456n)).toBe(0x0c60_0000 + 0x12_3456);
    expect(bench.translator.result.blockBits).toBe(21);
  });

  test('a 1 GiB block above 4 GiB', () => {
    const bench = enabled();
    bench.leaf(HIGH, 1, 0x80_4000_0000n | D.block | D.AF);
    expect(bench.translate((HIGH & ~0x3fff_ffffn) + 0x3fff_fff8n)).toBe(0x80_4000_0000 + 0x3fff_fff8);
    expect(bench.translator.result.blockBits).toBe(30);
  });

  test('low bits of a block address are ignored', () => {
    const bench = enabled();
    bench.leaf(LOW, 2, 0x0c7f_f000n | D.block | D.AF);
    expect(bench.translate(LOW & ~0x1f_ffffn)).toBe(0x0c60_0000);
  });

  test('the contiguous hint changes nothing', () => {
    const bench = enabled();
    bench.page(LOW, PAGE, D.contiguous);
    expect(bench.translate(LOW)).toBe(PAGE);
    expect(bench.translator.result.blockBits).toBe(12);
  });
});

describe('translation faults', () => {
  test.each([0, 1, 2, 3])('an invalid descriptor at level %i', (level) => {
    for (const va of [LOW, HIGH]) {
      const bench = enabled();
      bench.leaf(va, level, 0xffff_ffff_ffff_fffen);
      expect(bench.translate(va)).toBe(`0b0001${level.toString(2).padStart(2, '0')}`);
    }
  });

  test('a block at level 0 and a reserved descriptor at level 3 are invalid', () => {
    const bench = enabled();
    bench.leaf(LOW, 0, D.block | D.AF);
    expect(bench.translate(LOW)).toBe('0b000100');
    bench.leaf(HIGH, 3, BigInt(PAGE) | D.block | D.AF);
    expect(bench.translate(HIGH)).toBe('0b000111');
  });

  test.each([
    ['just above the low half', 0x0001_0000_0000_0000n],
    ['just below the high half', 0xfffe_ffff_ffff_f000n],
    ['a tag without TBI, low', 0x5a00_1234_5678_9000n],
    ['a tag without TBI, high', 0x5aff_9234_5678_9000n],
    ['in the gap', 0x0080_0000_0000_0000n],
  ])('%s', (_, va) => {
    const bench = enabled();
    bench.page(LOW, PAGE);
    bench.page(HIGH, PAGE);
    expect(bench.translate(va)).toBe('0b000100');
  });

  test('EPD0 and EPD1 stop walks of their half', () => {
    const bench = enabled({ tcr: TCR_48 | (1n << 7n) });
    bench.page(LOW, PAGE);
    bench.page(HIGH, PAGE);
    expect(bench.translate(LOW)).toBe('0b000100');
    expect(bench.translate(HIGH)).toBe(PAGE);
    bench.set('TCR_EL1', TCR_48 | (1n << 23n));
    expect(bench.translate(LOW)).toBe(PAGE);
    expect(bench.translate(HIGH)).toBe('0b000100');
  });

  test.each([0n, 15n, 40n, 63n])('T0SZ = %i is out of range', (tsz) => {
    const bench = enabled({ tcr: (TCR_48 & ~63n) | tsz });
    bench.page(LOW, PAGE);
    bench.page(HIGH, PAGE);
    expect(bench.translate(LOW)).toBe('0b000100');
    expect(bench.translate(HIGH)).toBe(PAGE);
  });
});

describe('input sizes and starting levels', () => {
  /** The first table's level by 64 - TxSZ, 4 KiB granules. */
  const startLevel = (bits: number): number => (bits >= 40 ? 0 : bits >= 31 ? 1 : 2);
  test.each(Array.from({ length: 24 }, (_, index) => 16 + index))('TxSZ = %i', (tsz) => {
    const bench = new Bench();
    const bits = 64 - tsz;
    const tcr = (TCR_48 & ~(63n | (63n << 16n))) | BigInt(tsz) | (BigInt(tsz) << 16n);
    const level = startLevel(bits);
    for (const half of [0, 1] as const) {
      const bottom = half === 0 ? 0n : (1n << 64n) - (1n << BigInt(bits));
      const top = bottom + (1n << BigInt(bits)) - 0x1000n;
      const [first, last] = [bench.table(), bench.table()];
      bench.enable({ tcr, ttbr0: BigInt(first), ttbr1: BigInt(first) });
      const shift = BigInt(39 - 9 * level);
      const entries = 1n << (BigInt(bits) - shift);
      // Tables from the first level to the last, all entries of the upper ones alike.
      let table = first;
      for (let at = level; at < 3; at++) {
        const next = at === 2 ? last : bench.table();
        const count = at === level ? Number(entries) : 512;
        for (let entry = 0; entry < count; entry++) {
          bench.memory.writeU64(table + 8 * entry, BigInt(next) | D.table);
        }
        table = next;
      }
      bench.memory.writeU64(last, BigInt(RAM_BASE) | D.page | D.AF);
      bench.memory.writeU64(last + 8 * 511, BigInt(RAM_BASE + 0x1000) | D.page | D.AF);
      bench.translator.reset();
      expect(bench.translate(bottom)).toBe(RAM_BASE);
      expect(bench.translate(top)).toBe(RAM_BASE + 0x1000);
      expect(bench.translate(half === 0 ? top + 0x1000n : bottom - 0x1000n)).toBe('0b000100');
    }
  });

  test('a short first table need not be page-aligned, and low bits of its address are ignored', () => {
    const bench = new Bench();
    // 25 bits: 16 entries of level 2, 128 bytes.
    const first = bench.table() + 0x180;
    bench.memory.writeU64(first + 8 * 15, 0x0c60_0000n | D.block | D.AF);
    bench.enable({ tcr: (TCR_48 & ~63n) | 39n, ttbr0: BigInt(first + 0x40) });
    expect(bench.translate(0x1ff_ffffn)).toBe(0x0c7f_ffff);
  });
});

describe('other faults', () => {
  test.each([1, 2, 3])('access flag at level %i', (level) => {
    const bench = enabled();
    bench.leaf(LOW, level, 0x4000_0000n | (level === 3 ? D.page : D.block));
    expect(bench.translate(LOW)).toBe(`0b0010${level.toString(2).padStart(2, '0')}`);
  });

  test.each([1, 2, 3])('permission at level %i', (level) => {
    const bench = enabled();
    bench.leaf(LOW, level, 0x4000_0000n | D.AF | D.readOnly | (level === 3 ? D.page : D.block));
    const expected = `0b0011${level.toString(2).padStart(2, '0')}`;
    expect(bench.translate(LOW, ACCESS.write)).toBe(expected);
    expect(bench.translate(LOW, ACCESS.read)).toBeTypeOf('number');
    expect(bench.translate(LOW, ACCESS.write)).toBe(expected);
  });

  test('the access flag comes before permissions', () => {
    const bench = enabled();
    bench.leaf(LOW, 3, BigInt(PAGE) | D.page | D.readOnly);
    expect(bench.translate(LOW, ACCESS.write)).toBe('0b001011');
  });

  test.each([0, 1, 2, 3])('address size at level %i', (level) => {
    const bench = enabled();
    const kind = level === 1 || level === 2 ? D.block : D.page;
    bench.leaf(LOW, level, (1n << 44n) | kind | D.AF);
    expect(bench.translate(LOW)).toBe(`0b0000${level.toString(2).padStart(2, '0')}`);
  });

  test('the address size comes before the access flag, an invalid descriptor before both', () => {
    const bench = enabled();
    bench.leaf(LOW, 3, (1n << 44n) | D.page);
    expect(bench.translate(LOW)).toBe('0b000011');
    bench.leaf(LOW, 3, 1n << 44n);
    expect(bench.translate(LOW)).toBe('0b000111');
  });

  test('TTBR beyond the physical address size faults at level 0', () => {
    const bench = enabled({ ttbr0: 1n << 44n });
    expect(bench.translate(LOW)).toBe('0b000000');
  });

  test('the ASID is not part of the table address', () => {
    const bench = enabled();
    bench.page(LOW, PAGE);
    bench.set('TTBR0_EL1', BigInt(bench.root()) | (0xffffn << 48n) | 1n);
    expect(bench.translate(LOW)).toBe(PAGE);
  });

  test.each([
    [0, 32],
    [1, 36],
    [2, 40],
    [3, 42],
    [4, 44],
    [5, 44],
    [6, 44],
    [7, 44],
  ])('IPS = %i limits addresses to %i bits', (ips, bits) => {
    const bench = enabled({ tcr: (TCR_48 & ~(7n << 32n)) | (BigInt(ips) << 32n) });
    bench.leaf(LOW, 2, (1n << BigInt(bits)) | D.block | D.AF);
    expect(bench.translate(LOW)).toBe('0b000010');
    bench.leaf(LOW, 2, ((1n << BigInt(bits)) - 0x20_0000n) | D.block | D.AF);
    expect(bench.translate(LOW & ~0x1f_ffffn)).toBe(2 ** bits - 0x20_0000);
  });

  test.each([0, 1, 2, 3])('a table that is not in memory, at level %i', (level) => {
    const bench = level === 0 ? enabled({ ttbr0: 0x1000n }) : enabled();
    if (level > 0) bench.leaf(LOW, level - 1, 0x1000n | D.table);
    expect(bench.translate(LOW)).toBe(`0b0101${level.toString(2).padStart(2, '0')}`);
  });

  test('a table that runs past the end of memory', () => {
    const bench = enabled();
    bench.leaf(LOW, 2, BigInt(RAM_BASE + RAM_SIZE) | D.table);
    expect(bench.translate(LOW)).toBe('0b010111');
  });

  test('a table that points at itself ends at level 3', () => {
    const bench = enabled();
    for (let entry = 0; entry < 512; entry++) {
      bench.memory.writeU64(bench.root() + 8 * entry, BigInt(bench.root()) | D.table | D.AF);
    }
    expect(bench.translate(LOW + 0x123n)).toBe(bench.root() + 0x123);
  });
});

describe('tags', () => {
  const TBI0 = 1n << 37n;
  const TBI1 = 1n << 38n;
  test('TBI0 and TBI1 ignore the top byte of their half', () => {
    const bench = enabled({ tcr: TCR_48 | TBI0 });
    bench.page(LOW, PAGE);
    bench.page(HIGH, PAGE + 0x1000);
    expect(bench.translate(LOW | (0x5an << 56n))).toBe(PAGE);
    expect(bench.translate((HIGH & ~(0xffn << 56n)) | (0x5an << 56n))).toBe('0b000100');
    bench.set('TCR_EL1', TCR_48 | TBI1);
    expect(bench.translate(LOW | (0x5an << 56n))).toBe('0b000100');
    expect(bench.translate((HIGH & ~(0xffn << 56n)) | (0x5an << 56n))).toBe(PAGE + 0x1000);
  });

  test('TBID0 and TBID1 leave the tags of fetches', () => {
    const bench = enabled({ tcr: TCR_48 | TBI0 | TBI1 | (3n << 51n) });
    bench.page(LOW, PAGE);
    bench.page(HIGH, PAGE);
    for (const tagged of [LOW | (0x5an << 56n), HIGH ^ (0x5an << 56n)]) {
      expect(bench.translate(tagged)).toBe(PAGE);
      expect(bench.translate(tagged, ACCESS.execute)).toBe('0b000100');
    }
  });

  test('bits 55 to 48 are checked all the same', () => {
    const bench = enabled({ tcr: TCR_48 | TBI0 | TBI1 });
    bench.page(LOW, PAGE);
    expect(bench.translate(LOW | (1n << 48n))).toBe('0b000100');
    expect(bench.translate(LOW | (1n << 54n))).toBe('0b000100');
  });
});

describe('granules', () => {
  const tg0 = (value: bigint): bigint => (TCR_48 & ~(3n << 14n)) | (value << 14n);
  const tg1 = (value: bigint): bigint => (TCR_48 & ~(3n << 30n)) | (value << 30n);

  test('an unimplemented or reserved granule is treated as 4 KiB', () => {
    const bench = new Bench({ granules: [4] });
    bench.enable();
    bench.page(LOW, PAGE);
    bench.page(HIGH, PAGE);
    for (const value of [0n, 1n, 2n, 3n]) {
      bench.set('TCR_EL1', tg0(value));
      expect(bench.translate(LOW)).toBe(PAGE);
      bench.set('TCR_EL1', tg1(value));
      expect(bench.translate(HIGH)).toBe(PAGE);
    }
  });

  test('64 KiB: three levels, 512 MiB blocks, 64 KiB pages', () => {
    const bench = new Bench();
    const [l1, l2, l3] = [bench.table(65536), bench.table(65536), bench.table(65536)];
    bench.enable({ tcr: tg0(1n), ttbr0: BigInt(l1) });
    const va = 0x0000_8234_5678_9abcn;
    const index = (shift: bigint, bits: bigint): number => 8 * Number((va >> shift) & ((1n << bits) - 1n));
    bench.memory.writeU64(l1 + index(42n, 6n), BigInt(l2) | D.table);
    bench.memory.writeU64(l2 + index(29n, 13n), BigInt(l3) | D.table);
    bench.memory.writeU64(l3 + index(16n, 13n), 0x4003_0000n | D.page | D.AF);
    expect(bench.translate(va)).toBe(0x4003_9abc);
    expect(bench.translator.result.blockBits).toBe(16);
    bench.operate('TLBI VMALLE1', 0n);
    bench.memory.writeU64(l2 + index(29n, 13n), 0x6000_0000n | D.block | D.AF);
    expect(bench.translate(va)).toBe(0x6000_0000 + Number(va & 0x1fff_ffffn));
    bench.operate('TLBI VMALLE1', 0n);
    bench.memory.writeU64(l1 + index(42n, 6n), 0x4000_0000n | D.block | D.AF);
    expect(bench.translate(va)).toBe('0b000101');
  });

  test('16 KiB in the high half: a two-entry level 0, 32 MiB blocks', () => {
    const bench = new Bench({ granules: [4, 16] });
    const [l0, l1, l2, l3] = [0, 1, 2, 3].map(() => bench.table(16384));
    bench.enable({ tcr: tg1(1n), ttbr1: BigInt(l0) });
    const va = 0xffff_8234_5678_9abcn;
    const index = (shift: bigint, bits: bigint): number => 8 * Number((va >> shift) & ((1n << bits) - 1n));
    bench.memory.writeU64(l0 + index(47n, 1n), BigInt(l1) | D.table);
    bench.memory.writeU64(l1 + index(36n, 11n), BigInt(l2) | D.table);
    bench.memory.writeU64(l2 + index(25n, 11n), BigInt(l3) | D.table);
    bench.memory.writeU64(l3 + index(14n, 11n), 0x4004_4000n | D.page | D.AF);
    expect(bench.translate(va)).toBe(0x4004_4000 + Number(va & 0x3fffn));
    bench.operate('TLBI VMALLE1', 0n);
    bench.memory.writeU64(l2 + index(25n, 11n), 0x4200_0000n | D.block | D.AF);
    expect(bench.translate(va)).toBe(0x4200_0000 + Number(va & 0x1ff_ffffn));
    bench.operate('TLBI VMALLE1', 0n);
    bench.memory.writeU64(l1 + index(36n, 11n), 0x4000_0000n | D.block | D.AF);
    expect(bench.translate(va)).toBe('0b000101');
  });
});
