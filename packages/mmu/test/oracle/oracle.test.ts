import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CPU_BLOCK, CpuState, highHalf, lowHalf, PhysicalMemory } from '@armature/core';
import { afterAll, describe, expect, test } from 'vitest';
import { createTranslation, walk } from '../../src/index.ts';

/*
 * AT operations on random tables, here and on QEMU's Cortex-A72. Tables point at each other at random, so one
 * table serves at several levels and walks may loop; pointers outside memory and beyond the address size are
 * among them.
 */

const SEED = 0x5eed_0001;
const QUERIES = 4000;
const RAM_BASE = 0x4000_0000;
const RAM_SIZE = 0x400_0000;
const CODE = 0x4008_0000;
const RECORDS = 0x4200_0000;
const POOL = 0x4300_0000;
const POOL_TABLES = 64;
/** Roots of TTBR0_EL1 that map the code: one where level 0 comes first, one where level 1 does. */
const ROOT_LEVEL0 = POOL + POOL_TABLES * 4096;
const ROOT_LEVEL1 = ROOT_LEVEL0 + 4096;
const CODE_TABLE = ROOT_LEVEL1 + 4096;
const NOWHERE = 0x6000_0000n;

const OPERATIONS = ['AT S1E1R', 'AT S1E1W', 'AT S1E0R', 'AT S1E0W'] as const;

const missing = ['qemu-system-aarch64', 'aarch64-linux-gnu-gcc'].filter(
  (tool) => spawnSync(tool, ['--version']).error !== undefined,
);

/** xorshift32. */
function randomSource(seed: number) {
  let state = seed | 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  return {
    below: (limit: number): number => next() % limit,
    bits: (count: number): bigint =>
      ((BigInt(next()) << 32n) | BigInt(next())) & ((1n << BigInt(count)) - 1n),
    chance: (percent: number): boolean => next() % 100 < percent,
  };
}

type Random = ReturnType<typeof randomSource>;

function randomDescriptor(random: Random): bigint {
  const attributes = (random.bits(10) << 2n) | (random.bits(3) << 52n);
  const pool = BigInt(POOL + random.below(POOL_TABLES) * 4096);
  const kind = random.below(100);
  if (kind < 6) return random.bits(64) & ~1n;
  if (kind < 60) {
    // A table that is mostly also a good page: bits 11 to 2 are ignored in tables.
    const limits = random.chance(30) ? random.bits(5) << 59n : 0n;
    const flag = random.chance(95) ? 1n << 10n : 0n;
    return pool | 3n | attributes | flag | limits;
  }
  if (kind < 92) {
    const flag = random.chance(90) ? 1n << 10n : 0n;
    return (random.bits(32 + random.below(12)) & 0xffff_ffff_f000n) | 1n | attributes | flag;
  }
  if (kind < 95) return NOWHERE | 3n | attributes | (1n << 10n);
  // Above the board's windows, some beyond 44 bits.
  return (random.bits(48) & 0xffff_ffff_f000n) | (1n << 40n) | (random.chance(50) ? 3n : 1n) | attributes;
}

interface Query {
  readonly ttbr0: bigint;
  readonly ttbr1: bigint;
  readonly tcr: bigint;
  readonly mair: bigint;
  readonly sctlr: bigint;
  readonly va: bigint;
  readonly operation: number;
}

function randomQuery(random: Random): Query {
  const t0sz = 16 + random.below(18);
  const t1sz = random.chance(90) ? 16 + random.below(24) : random.below(64);
  const tcr =
    BigInt(t0sz) |
    (BigInt(t1sz) << 16n) |
    (random.bits(1) << 22n) |
    (random.chance(5) ? 1n << 23n : 0n) |
    (random.bits(2) << 30n) |
    (BigInt(random.chance(80) ? 5 : random.below(8)) << 32n) |
    (random.bits(3) << 36n);
  const high = random.chance(60);
  const inputBits = 64 - (high ? Math.min(Math.max(t1sz, 16), 39) : t0sz);
  let va = random.bits(inputBits);
  if (high) va |= (1n << 64n) - (1n << BigInt(inputBits));
  if (random.chance(5)) va ^= 1n << BigInt(inputBits + random.below(64 - inputBits));
  if (random.chance(20)) va = (va & 0x00ff_ffff_ffff_ffffn) | (random.bits(8) << 56n);
  return {
    ttbr0: BigInt(t0sz <= 24 ? ROOT_LEVEL0 : ROOT_LEVEL1) | (random.bits(16) << 48n),
    ttbr1: BigInt(POOL + random.below(POOL_TABLES) * 4096) | (random.bits(16) << 48n),
    tcr,
    mair: random.bits(64),
    sctlr: 0x30d0_1805n | (random.chance(30) ? 1n << 19n : 0n),
    va: BigInt.asUintN(64, va),
    operation: random.below(4),
  };
}

/** RAM from 0x4200_0000 on: the records, then the tables. */
function makeImage(queries: readonly Query[], random: Random): Uint8Array {
  const image = new Uint8Array(CODE_TABLE + 4096 - RECORDS);
  const view = new DataView(image.buffer);
  const set = (address: number, value: bigint): void => view.setBigUint64(address - RECORDS, value, true);
  queries.forEach((query, index) => {
    const fields = [query.ttbr0, query.ttbr1, query.tcr, query.mair, query.sctlr, query.va];
    const at = RECORDS + 64 * index;
    fields.forEach((field, position) => {
      set(at + 8 * position, field);
    });
    set(at + 48, BigInt(query.operation));
  });
  set(RECORDS + 64 * queries.length, 0xffff_ffff_ffff_ffffn);
  for (let address = POOL; address < CODE_TABLE; address += 8) set(address, randomDescriptor(random));
  // The code's gigabyte: read-only, so that WXN leaves it executable.
  const code = 0x4000_0000n | (1n << 10n) | (1n << 7n) | 1n;
  set(CODE_TABLE + 8, code);
  set(ROOT_LEVEL0, BigInt(CODE_TABLE) | 3n);
  set(ROOT_LEVEL1 + 8, code);
  return image;
}

function runQemu(image: Uint8Array, directory: string): string[] {
  const program = join(directory, 'at.elf');
  const data = join(directory, 'data.bin');
  const source = new URL('./address-translate.S', import.meta.url).pathname;
  const link = ['-nostdlib', '-static', '-Wl,--build-id=none', `-Wl,-Ttext=0x${CODE.toString(16)}`];
  execFileSync('aarch64-linux-gnu-gcc', [...link, '-o', program, source]);
  writeFileSync(data, image);
  const output = execFileSync(
    'qemu-system-aarch64',
    [
      ...['-M', 'virt', '-cpu', 'cortex-a72', '-m', '64', '-nic', 'none', '-nographic'],
      ...['-kernel', program],
      ...['-device', `loader,file=${data},addr=${RECORDS},force-raw=on`],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], timeout: 50_000, encoding: 'latin1', maxBuffer: 1 << 24 },
  );
  return output.split(/\r?\n/).filter((line) => line !== '');
}

/** Why an answer of QEMU 7.2 does not count; its table of reasons is short and each is tested to occur. */
const EXEMPTIONS = {
  reservedBlock: 'QEMU 7.2 takes blocks at levels where DDI 0487 has none (level 0; level 1 with 64 KiB)',
  shareability: 'QEMU 7.2 gives the SH of the descriptor; DDI 0487 says Outer Shareable for Device and NC',
} as const;

function exemption(query: Query, ours: string, theirs: string, memory: PhysicalMemory) {
  const registers = {
    TTBR0_EL1: query.ttbr0,
    TTBR1_EL1: query.ttbr1,
    TCR_EL1: query.tcr,
    MAIR_EL1: query.mair,
    SCTLR_EL1: query.sctlr,
  };
  const last = walk(memory, registers, query.va).steps.at(-1);
  if (last?.decoded?.kind === 'reserved' && last.level < 3) return EXEMPTIONS.reservedBlock;
  const attributes = Number(`0x${ours.slice(0, 2)}`);
  const sh = 3n << 7n;
  const differs = BigInt(`0x${ours}`) ^ BigInt(`0x${theirs}`);
  const fixed = (attributes & 0xf0) === 0 || attributes === 0x44;
  return fixed && (differs & ~sh) === 0n ? EXEMPTIONS.shareability : undefined;
}

function makeMemory(image: Uint8Array): PhysicalMemory {
  const guest = Math.ceil((4096 + CPU_BLOCK.size) / 65536) * 65536;
  const wasm = new WebAssembly.Memory({ initial: (guest + RAM_SIZE) / 65536 });
  const memory = new PhysicalMemory(wasm, [
    { name: 'ram', base: RAM_BASE, size: RAM_SIZE, kind: 'ram', hostOffset: guest },
  ]);
  memory.write(RECORDS, image);
  return memory;
}

function runHere(memory: PhysicalMemory, queries: readonly Query[]): string[] {
  const cpu = new CpuState(memory.memory, 4096);
  const { registers } = createTranslation().createTranslator(cpu, memory);
  const operations = OPERATIONS.map((name) => registers.find((register) => register.name === name)!);
  return queries.map(({ ttbr0, ttbr1, tcr, mair, sctlr, va, operation }) => {
    cpu.setSystem('TTBR0_EL1', ttbr0);
    cpu.setSystem('TTBR1_EL1', ttbr1);
    cpu.setSystem('TCR_EL1', tcr);
    cpu.setSystem('MAIR_EL1', mair);
    cpu.setSystem('SCTLR_EL1', sctlr);
    const fault = operations[operation].operate?.(cpu, lowHalf(va), highHalf(va));
    if (fault === undefined) return cpu.system('PAR_EL1').toString(16).padStart(16, '0');
    // Data Abort at the same level: IL, CM, WnR.
    return `X${((0x9600_0140 | fault.faultStatus) >>> 0).toString(16).padStart(16, '0')}`;
  });
}

describe.skipIf(missing.length > 0)(
  missing.length > 0 ? `AT against QEMU (no ${missing.join(', ')})` : 'AT against QEMU',
  () => {
    const directory = mkdtempSync(join(tmpdir(), 'mmu-oracle-'));
    afterAll(() => rmSync(directory, { recursive: true }));

    test(`${QUERIES} operations on random tables, seed 0x${SEED.toString(16)}`, () => {
      const random = randomSource(SEED);
      const queries = Array.from({ length: QUERIES }, () => randomQuery(random));
      const image = makeImage(queries, random);
      const memory = makeMemory(image);
      const theirs = runQemu(image, directory);
      const ours = runHere(memory, queries);
      expect(theirs).toHaveLength(QUERIES);
      const exempted: Record<string, number> = {};
      const wrong: unknown[] = [];
      queries.forEach((query, index) => {
        if (ours[index] === theirs[index]) return;
        const reason = exemption(query, ours[index], theirs[index], memory);
        if (reason === undefined) wrong.push({ index, ours: ours[index], theirs: theirs[index], query });
        else exempted[reason] = (exempted[reason] ?? 0) + 1;
      });
      expect(wrong).toEqual([]);
      expect(Object.keys(exempted).sort()).toEqual(Object.values(EXEMPTIONS).sort());
    });
  },
);
