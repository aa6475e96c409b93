import {
  type ArmatureError,
  CPU_BLOCK,
  CpuState,
  fromHalves,
  highHalf,
  lowHalf,
  PhysicalMemory,
  SHARED_SYSTEM_REGISTERS,
} from '@armature/core';
import { describe, expect, test } from 'vitest';
import { createTranslation } from '../src/index.ts';
import { Bench, D, M, outcome, RAM_BASE, TCR_48, WXN } from './helpers.ts';

const VA = 0x0000_0040_0000_0000n;
const HIGH = 0xffff_8000_0000_0000n;
const A1 = 1n << 22n;

function enabled(options: Parameters<Bench['enable']>[0] = {}): Bench {
  const bench = new Bench();
  bench.enable(options);
  return bench;
}

/** Records what observers are told. */
function record(bench: Bench): string[] {
  const seen: string[] = [];
  bench.translator.observe({
    allStale: () => seen.push('all'),
    rangeStale: (lo, hi, bits, asid) =>
      seen.push(`${fromHalves(lo, hi).toString(16)}/${bits}${asid < 0 ? '' : ` ASID ${asid}`}`),
    asidStale: (asid) => seen.push(`ASID ${asid}`),
    addressSpaceChanged: () => seen.push('address space'),
  });
  return seen;
}

const asidOperand = (asid: number): bigint => BigInt(asid) << 48n;
const vaOperand = (va: bigint, asid = 0): bigint => ((va >> 12n) & 0xfff_ffff_ffffn) | asidOperand(asid);

describe('what a TLB remembers', () => {
  test('a hit needs no table; an invalidation makes the change visible', () => {
    const bench = enabled();
    bench.page(VA, RAM_BASE);
    bench.translate(VA);
    bench.page(VA, RAM_BASE + 0x1000);
    expect(bench.translate(VA)).toBe(RAM_BASE);
    bench.operate('TLBI VAE1', vaOperand(VA));
    expect(bench.translate(VA)).toBe(RAM_BASE + 0x1000);
    expect(bench.translator.statistics).toEqual({ hits: 1, misses: 2, faults: 0 });
  });

  test('faults are not remembered', () => {
    const bench = enabled();
    const entry = bench.leaf(VA, 3, BigInt(RAM_BASE) | D.page);
    expect(bench.translate(VA)).toBe('0b001011');
    bench.memory.writeU64(entry, BigInt(RAM_BASE) | D.page | D.AF);
    expect(bench.translate(VA)).toBe(RAM_BASE);
    expect(bench.translator.statistics).toEqual({ hits: 0, misses: 1, faults: 1 });
  });

  test('sizes live side by side, and pages that share a slot replace each other', () => {
    const bench = enabled();
    bench.leaf(HIGH, 1, BigInt(RAM_BASE) | D.block | D.AF);
    bench.leaf(VA, 2, BigInt(RAM_BASE) | D.block | D.AF);
    for (let page = 0; page < 200; page++) {
      bench.page(VA + 0x4000_0000n + BigInt(page * 4096), RAM_BASE + page * 4096);
    }
    for (let round = 0; round < 2; round++) {
      expect(bench.translate(HIGH + 0x3fff_f123n)).toBe(RAM_BASE + 0x3fff_f123);
      expect(bench.translate(VA + 0x1f_f123n)).toBe(RAM_BASE + 0x1f_f123);
      for (let page = 0; page < 200; page++) {
        expect(bench.translate(VA + 0x4000_0000n + BigInt(page * 4096 + 8))).toBe(RAM_BASE + page * 4096 + 8);
      }
    }
  });

  test.each([0, 8, 12, 17, -16, 1 << 21, 64.5])('refuses a TLB of %s entries', (tlbEntries) => {
    const { cpu, memory } = new Bench();
    expect(() => createTranslation({ tlbEntries }).createTranslator(cpu, memory)).toThrow(/power of two/);
  });
});

describe('ASIDs', () => {
  /** Two sets of tables that map VA to different pages, entered under ASIDs 1 and 2. */
  function twoSpaces(flags: bigint, tcr = TCR_48): { bench: Bench; enter: (asid: number) => void } {
    const bench = new Bench();
    const roots = [bench.table(), bench.table()];
    const ttbr = (asid: number): bigint => BigInt(roots[asid - 1]) | asidOperand(asid);
    bench.enable({ tcr, ttbr0: ttbr(1) });
    bench.page(VA, RAM_BASE, flags);
    bench.set('TTBR0_EL1', ttbr(2));
    bench.page(VA, RAM_BASE + 0x1000, flags);
    return {
      bench,
      enter: (asid) => {
        if (tcr & A1) bench.set('TTBR1_EL1', asidOperand(asid));
        bench.set('TTBR0_EL1', ttbr(asid));
      },
    };
  }

  test('not-global entries belong to their ASID', () => {
    const { bench, enter } = twoSpaces(D.nG);
    for (const asid of [1, 2, 1, 2]) {
      enter(asid);
      expect(bench.translate(VA)).toBe(RAM_BASE + (asid - 1) * 0x1000);
    }
  });

  test('global entries serve every ASID until they are invalidated', () => {
    const { bench, enter } = twoSpaces(0n);
    enter(1);
    bench.translate(VA);
    enter(2);
    expect(bench.translate(VA)).toBe(RAM_BASE);
    bench.operate('TLBI ASIDE1', asidOperand(2));
    expect(bench.translate(VA)).toBe(RAM_BASE);
    bench.operate('TLBI VAE1', vaOperand(VA, 9));
    expect(bench.translate(VA)).toBe(RAM_BASE + 0x1000);
  });

  test('TCR_EL1.A1 takes the ASID from TTBR1_EL1', () => {
    const { bench, enter } = twoSpaces(D.nG, TCR_48 | A1);
    enter(1);
    expect(bench.translate(VA)).toBe(RAM_BASE);
    enter(2);
    expect(bench.translate(VA)).toBe(RAM_BASE + 0x1000);
    const ttbr0 = bench.cpu.system('TTBR0_EL1');
    bench.set('TTBR0_EL1', (ttbr0 & 0xffff_ffff_ffffn) | asidOperand(7));
    bench.translator.reset();
    bench.translate(VA);
    bench.operate('TLBI ASIDE1', asidOperand(7));
    bench.page(VA, RAM_BASE + 0x2000, D.nG);
    expect(bench.translate(VA)).toBe(RAM_BASE + 0x1000);
    bench.operate('TLBI ASIDE1', asidOperand(2));
    expect(bench.translate(VA)).toBe(RAM_BASE + 0x2000);
  });

  test('with 8-bit ASIDs the upper byte does not count', () => {
    const bench = enabled({ tcr: TCR_48 & ~(1n << 36n) });
    bench.page(VA, RAM_BASE, D.nG);
    const root = BigInt(bench.root());
    bench.set('TTBR0_EL1', root | asidOperand(0x0105));
    bench.translate(VA);
    bench.page(VA, RAM_BASE + 0x1000, D.nG);
    bench.set('TTBR0_EL1', root | asidOperand(0x0205));
    expect(bench.translate(VA)).toBe(RAM_BASE);
    bench.set('TTBR0_EL1', root | asidOperand(0x0206));
    expect(bench.translate(VA)).toBe(RAM_BASE + 0x1000);
  });
});

describe('TLBI', () => {
  const names = ['VMALLE1', 'VAE1', 'ASIDE1', 'VAAE1', 'VALE1', 'VAALE1'];

  test.each(names.flatMap((name) => [name, `${name}IS`]))(
    '%s drops a not-global page of the current ASID',
    (name) => {
      const bench = enabled();
      bench.page(VA, RAM_BASE, D.nG);
      bench.set('TTBR0_EL1', BigInt(bench.root()) | asidOperand(5));
      bench.translate(VA);
      bench.page(VA, RAM_BASE + 0x1000, D.nG);
      bench.operate(`TLBI ${name}`, vaOperand(VA, 5));
      expect(bench.translate(VA)).toBe(RAM_BASE + 0x1000);
    },
  );

  test.each([
    ['VAE1', vaOperand(VA, 6), false],
    ['VALE1', vaOperand(VA, 6), false],
    ['ASIDE1', asidOperand(6), false],
    ['VAAE1', vaOperand(VA, 6), true],
    ['VAALE1', vaOperand(VA, 6), true],
    ['VAE1', vaOperand(VA + 0x1000n, 5), false],
    ['VAAE1', vaOperand(VA + 0x1000n, 5), false],
  ])('%s with another ASID or address', (name, operand, drops) => {
    const bench = enabled();
    bench.page(VA, RAM_BASE, D.nG);
    bench.set('TTBR0_EL1', BigInt(bench.root()) | asidOperand(5));
    bench.translate(VA);
    bench.page(VA, RAM_BASE + 0x1000, D.nG);
    bench.operate(`TLBI ${name}`, operand);
    expect(bench.translate(VA)).toBe(drops ? RAM_BASE + 0x1000 : RAM_BASE);
  });

  test('any address in a block drops the block', () => {
    const bench = enabled();
    bench.leaf(HIGH, 2, BigInt(RAM_BASE) | D.block | D.AF);
    bench.translate(HIGH + 0x1234n);
    bench.leaf(HIGH, 2, 0n);
    bench.operate('TLBI VAAE1', vaOperand(HIGH + 0x1f_f000n));
    expect(bench.translate(HIGH + 0x1234n)).toBe('0b000110');
  });

  test('high addresses are sign-extended from bit 55', () => {
    const bench = enabled();
    const seen = record(bench);
    bench.operate('TLBI VAE1', vaOperand(HIGH + 0x5000n));
    bench.operate('TLBI VAE1', vaOperand(VA));
    expect(seen).toEqual(['ffff800000005000/12 ASID 0', '4000000000/12 ASID 0']);
  });

  test('encodings', () => {
    const { registers } = new Bench().translator;
    const operations = registers.filter(({ op0 }) => op0 === 1);
    expect(operations.map(({ name, op1, crn, crm, op2 }) => `${name} ${op1} ${crn} ${crm} ${op2}`)).toEqual([
      'TLBI VMALLE1 0 8 7 0',
      'TLBI VAE1 0 8 7 1',
      'TLBI ASIDE1 0 8 7 2',
      'TLBI VAAE1 0 8 7 3',
      'TLBI VALE1 0 8 7 5',
      'TLBI VAALE1 0 8 7 7',
      'TLBI VMALLE1IS 0 8 3 0',
      'TLBI VAE1IS 0 8 3 1',
      'TLBI ASIDE1IS 0 8 3 2',
      'TLBI VAAE1IS 0 8 3 3',
      'TLBI VALE1IS 0 8 3 5',
      'TLBI VAALE1IS 0 8 3 7',
      'AT S1E1R 0 7 8 0',
      'AT S1E1W 0 7 8 1',
      'AT S1E0R 0 7 8 2',
      'AT S1E0W 0 7 8 3',
    ]);
    for (const { access } of operations) expect(access).toEqual({ read: 4, write: 1 });
  });
});

describe('observers', () => {
  test('a page is stale alone; an address in a block that was handed out makes 2 MiB stale', () => {
    const bench = enabled();
    bench.page(VA, RAM_BASE);
    bench.leaf(HIGH, 2, BigInt(RAM_BASE) | D.block | D.AF);
    bench.translate(VA);
    const seen = record(bench);
    bench.operate('TLBI VAE1', vaOperand(VA));
    bench.operate('TLBI VAE1', vaOperand(HIGH));
    bench.translate(HIGH);
    bench.operate('TLBI VAE1', vaOperand(HIGH + 0x1f_f000n));
    bench.operate('TLBI VAE1', vaOperand(HIGH));
    const high = HIGH.toString(16);
    const end = (HIGH + 0x1f_f000n).toString(16);
    expect(seen).toEqual([
      `${VA.toString(16)}/12 ASID 0`,
      `${high}/12 ASID 0`,
      `${end}/21 ASID 0`,
      `${high}/21 ASID 0`,
    ]);
  });

  test('a block is remembered also when the TLB, not a walk, hands it out again', () => {
    const bench = enabled();
    bench.leaf(HIGH, 1, BigInt(RAM_BASE) | D.block | D.AF);
    bench.translate(HIGH);
    const seen = record(bench);
    bench.set('TTBR0_EL1', BigInt(bench.table()));
    bench.translate(HIGH + 0x1000_0000n);
    bench.operate('TLBI VAAE1', vaOperand(HIGH));
    expect(seen).toEqual(['address space', `${HIGH.toString(16)}/30`]);
  });

  test('a 64 KiB page is one range', () => {
    const bench = enabled({ tcr: TCR_48 | (1n << 14n) });
    const seen = record(bench);
    bench.operate('TLBI VAE1', vaOperand(VA + 0x5000n));
    expect(seen).toEqual([`${(VA + 0x5000n).toString(16)}/16 ASID 0`]);
  });

  test.each([
    ['TTBR0_EL1', 'base', RAM_BASE + 0x8000, 1],
    ['TTBR1_EL1', 'base', RAM_BASE + 0x8000, 1],
  ] as const)('%s: a new %s', (name, _, base, count) => {
    const bench = enabled();
    const seen = record(bench);
    bench.set(name, BigInt(base));
    bench.set(name, BigInt(base));
    bench.set(name, BigInt(base) | 1n);
    expect(seen).toEqual(Array(count).fill('address space'));
  });

  test('the ASID counts in the register that gives it', () => {
    const bench = enabled();
    const seen = record(bench);
    const change = (name: 'TTBR0_EL1' | 'TTBR1_EL1', asid: number): void =>
      bench.set(name, (bench.cpu.system(name) & 0xffff_ffff_ffffn) | asidOperand(asid));
    change('TTBR1_EL1', 3);
    expect(seen).toEqual([]);
    change('TTBR0_EL1', 3);
    expect(seen).toEqual(['address space']);
    bench.set('TCR_EL1', TCR_48 | A1);
    change('TTBR0_EL1', 4);
    expect(seen).toEqual(['address space', 'all']);
    change('TTBR1_EL1', 5);
    expect(seen).toEqual(['address space', 'all', 'address space']);
  });

  test('table registers do not count while the MMU is off; turning it on does', () => {
    const bench = new Bench();
    const seen = record(bench);
    bench.set('TTBR0_EL1', 0x4000_0000n);
    bench.set('MAIR_EL1', 0xffn);
    expect(seen).toEqual([]);
    bench.set('TCR_EL1', TCR_48);
    bench.set('SCTLR_EL1', 0x1004n);
    expect(seen).toEqual(['all']);
    for (const sctlr of [M, M | WXN, M | WXN | 2n, 0n]) bench.set('SCTLR_EL1', sctlr);
    expect(seen).toHaveLength(5);
    bench.set('SCTLR_EL1', 1n << 26n);
    expect(seen).toHaveLength(5);
  });

  test('ASIDE1 tells the ASID', () => {
    const bench = enabled();
    const seen = record(bench);
    bench.operate('TLBI ASIDE1', asidOperand(4));
    bench.operate('TLBI ASIDE1', asidOperand(0));
    bench.operate('TLBI VMALLE1', 0n);
    expect(seen).toEqual(['ASID 4', 'ASID 0', 'all']);
  });
});

describe('several CPUs', () => {
  test('local operations stay local, Inner Shareable ones reach all', () => {
    const guest = 4096 + 2 * CPU_BLOCK.size;
    const base = Math.ceil(guest / 65536) * 65536;
    const wasm = new WebAssembly.Memory({ initial: base / 65536 + 16 });
    const memory = new PhysicalMemory(wasm, [
      { name: 'ram', base: RAM_BASE, size: 0x10_0000, kind: 'ram', hostOffset: base },
    ]);
    const translation = createTranslation();
    const cpus = [0, 1].map((index) => new CpuState(wasm, 4096 + index * CPU_BLOCK.size, index));
    const translators = cpus.map((cpu) => translation.createTranslator(cpu, memory));
    expect(translators[0].registers).toBe(translators[1].registers);
    // Level 0 to 3 in consecutive pages; VA 0.
    for (let level = 0; level < 3; level++) {
      memory.writeU64(RAM_BASE + level * 4096, BigInt(RAM_BASE + (level + 1) * 4096) | D.table);
    }
    const map = (page: number): void =>
      memory.writeU64(RAM_BASE + 3 * 4096, BigInt(RAM_BASE + page * 4096) | D.page | D.AF);
    for (const cpu of cpus) {
      cpu.setSystem('TCR_EL1', TCR_48);
      cpu.setSystem('TTBR0_EL1', BigInt(RAM_BASE));
      cpu.setSystem('SCTLR_EL1', M);
    }
    const both = (): (number | string)[] => translators.map((translator) => outcome(translator, 0n));
    const operate = (name: string, cpu: CpuState): void => {
      translators[0].registers.find((row) => row.name === name)?.operate?.(cpu, 0, 0);
    };
    map(8);
    expect(both()).toEqual([RAM_BASE + 0x8000, RAM_BASE + 0x8000]);
    map(9);
    operate('TLBI VMALLE1', cpus[1]);
    expect(both()).toEqual([RAM_BASE + 0x8000, RAM_BASE + 0x9000]);
    map(10);
    operate('TLBI VMALLE1IS', cpus[0]);
    expect(both()).toEqual([RAM_BASE + 0xa000, RAM_BASE + 0xa000]);
    map(11);
    translation.invalidatePage(0, 0);
    expect(both()).toEqual([RAM_BASE + 0xb000, RAM_BASE + 0xb000]);
    map(12);
    translation.invalidateAll();
    expect(both()).toEqual([RAM_BASE + 0xc000, RAM_BASE + 0xc000]);
  });
});

describe('registers', () => {
  test('as QEMU’s Cortex-A72 has them', () => {
    const bench = new Bench();
    const rows = bench.translator.registers.filter(({ op0 }) => op0 === 3);
    expect(rows.map(({ name, op1, crn, crm, op2 }) => `${name} ${op1} ${crn} ${crm} ${op2}`)).toEqual([
      'SCTLR_EL1 0 1 0 0',
      'TTBR0_EL1 0 2 0 0',
      'TTBR1_EL1 0 2 0 1',
      'TCR_EL1 0 2 0 2',
      'PAR_EL1 0 7 4 0',
      'MAIR_EL1 0 10 2 0',
      'AMAIR_EL1 0 10 3 0',
      'CONTEXTIDR_EL1 0 13 0 1',
    ]);
    const names = rows.map(({ name }) => name).filter((name) => name !== 'AMAIR_EL1');
    for (const name of names) expect(SHARED_SYSTEM_REGISTERS).toContain(name);
    expect(bench.definition('SCTLR_EL1')).toMatchObject({
      reset: 0x00c5_0838n,
      writeMask: 0xffff_f01f_ffff_ffffn,
    });
    expect(bench.definition('AMAIR_EL1').writeMask).toBe(0n);
  });

  test('values written behind the hooks are seen by the next translation', () => {
    const bench = new Bench();
    const [root] = [bench.table()];
    bench.cpu.setSystem('TCR_EL1', TCR_48);
    bench.cpu.setSystem('TTBR0_EL1', BigInt(root));
    bench.page(VA, RAM_BASE);
    expect(bench.translate(VA)).toBe(Number(VA));
    bench.cpu.setSystem('SCTLR_EL1', M);
    expect(bench.translate(VA)).toBe(RAM_BASE);
  });

  test('reset forgets everything and says so', () => {
    const bench = enabled();
    bench.page(VA, RAM_BASE);
    bench.translate(VA);
    const seen = record(bench);
    bench.page(VA, RAM_BASE + 0x1000);
    bench.translator.reset();
    expect(seen).toEqual(['all']);
    expect(bench.translator.statistics).toEqual({ hits: 0, misses: 0, faults: 0 });
    expect(bench.translate(VA)).toBe(RAM_BASE + 0x1000);
  });
});

describe('options', () => {
  const codeOf = (action: () => unknown): string => {
    try {
      action();
    } catch (error) {
      return (error as ArmatureError).code;
    }
    return 'none';
  };
  test.each([
    [{ physicalAddressBits: 41 }],
    [{ physicalAddressBits: 52 }],
    [{ asidBits: 12 as 8 }],
    [{ granules: [64] as const }],
    [{ granules: [4, 32 as 16] as const }],
  ])('%j is refused', (options) => {
    expect(codeOf(() => createTranslation(options))).toBe('CONFIG_INVALID');
  });
});

test('halves and whole values agree', () => {
  expect(fromHalves(lowHalf(HIGH), highHalf(HIGH))).toBe(HIGH);
});
