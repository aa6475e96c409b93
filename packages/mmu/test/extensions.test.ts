import {
  ACCESS,
  type Access,
  PERMISSION,
  PSTATE,
  type TranslationFeatures,
  type TranslationObserver,
} from '@armature/core';
import { describe, expect, test } from 'vitest';
import { Bench, D, RAM_BASE, TCR_48 } from './helpers.ts';

const VA = 0x0000_0040_0000_0000n;
/** Of another set of the TLB. */
const HIGH = 0xffff_0040_0002_0000n;
const DBM = 1n << 51n;
const GP = 1n << 50n;
const TCR = {
  HA: 1n << 39n,
  HD: 1n << 40n,
  HPD0: 1n << 41n,
  HPD1: 1n << 42n,
  E0PD0: 1n << 55n,
  E0PD1: 1n << 56n,
} as const;

function enabled(features: TranslationFeatures, tcr: bigint): Bench {
  const bench = new Bench(features);
  bench.enable({ tcr: TCR_48 | tcr });
  return bench;
}

const ACCESS_FLAG_FAULT = '0b001011';
const PERMISSION_FAULT = '0b001111';

/** `ok`, or the status of the fault. */
function tried(bench: Bench, va: bigint, access: Access, privileged = true): string {
  const outcome = bench.translate(va, access, privileged);
  return typeof outcome === 'string' ? outcome : 'ok';
}

describe('the access flag by hardware', () => {
  const leaf = BigInt(RAM_BASE) | D.page;

  test('is set by the first access, whatever it is', () => {
    for (const access of [ACCESS.read, ACCESS.write, ACCESS.execute]) {
      const bench = enabled({ hardwareUpdates: 'access-flag' }, TCR.HA);
      const at = bench.leaf(VA, 3, leaf);
      expect(tried(bench, VA, access)).toBe('ok');
      expect(bench.memory.readU64(at)).toBe(leaf | D.AF);
    }
  });

  test('is left alone without TCR_EL1.HA, without the feature, and by AT', () => {
    for (const [features, tcr] of [
      [{ hardwareUpdates: 'access-flag' }, 0n],
      [{ hardwareUpdates: 'none' }, TCR.HA],
    ] as const) {
      const bench = enabled(features, tcr);
      const at = bench.leaf(VA, 3, leaf);
      expect(tried(bench, VA, ACCESS.read)).toBe(ACCESS_FLAG_FAULT);
      expect(bench.memory.readU64(at)).toBe(leaf);
    }
    const bench = enabled({ hardwareUpdates: 'access-flag' }, TCR.HA);
    const at = bench.leaf(VA, 3, leaf);
    bench.operate('AT S1E1R', VA);
    expect(bench.cpu.system('PAR_EL1') & 1n).toBe(0n);
    expect(bench.memory.readU64(at)).toBe(leaf);
  });

  test('of a block', () => {
    const bench = enabled({ hardwareUpdates: 'access-flag' }, TCR.HA);
    const block = BigInt(RAM_BASE) | D.block;
    const at = bench.leaf(VA, 2, block);
    expect(tried(bench, VA + 0x1_2345n, ACCESS.read)).toBe('ok');
    expect(bench.memory.readU64(at)).toBe(block | D.AF);
  });
});

describe('the dirty state by hardware', () => {
  const features: TranslationFeatures = { hardwareUpdates: 'access-flag-and-dirty-state' };
  const clean = BigInt(RAM_BASE) | D.page | D.AF | D.el0 | D.readOnly | DBM;
  const withTables = (tcr = TCR.HA | TCR.HD): { bench: Bench; at: number } => {
    const bench = enabled(features, tcr);
    return { bench, at: bench.leaf(VA, 3, clean) };
  };

  test('a write makes a clean page dirty; a read does not, and hands out no right to write', () => {
    const { bench, at } = withTables();
    expect(tried(bench, VA, ACCESS.read)).toBe('ok');
    expect(bench.translator.result.permissions & PERMISSION.write).toBe(0);
    expect(bench.memory.readU64(at)).toBe(clean);
    expect(tried(bench, VA, ACCESS.write)).toBe('ok');
    expect(bench.translator.result.permissions & PERMISSION.write).toBe(PERMISSION.write);
    expect(bench.memory.readU64(at)).toBe(clean & ~D.readOnly);
    expect(tried(bench, VA, ACCESS.read)).toBe('ok');
    expect(bench.translator.result.permissions & PERMISSION.write).toBe(PERMISSION.write);
  });

  test.each([
    ['HD alone', TCR.HD],
    ['HA alone', TCR.HA],
  ])('%s makes nothing dirty', (_, tcr) => {
    const { bench, at } = withTables(tcr);
    expect(tried(bench, VA, ACCESS.write)).toBe(PERMISSION_FAULT);
    expect(bench.memory.readU64(at)).toBe(clean);
  });

  test('a page without DBM is read-only', () => {
    const bench = enabled(features, TCR.HA | TCR.HD);
    bench.leaf(VA, 3, clean & ~DBM);
    expect(tried(bench, VA, ACCESS.write)).toBe(PERMISSION_FAULT);
  });

  test('a write that is denied leaves the page clean', () => {
    const bench = enabled(features, TCR.HA | TCR.HD);
    const kernel = clean & ~D.el0;
    const at = bench.leaf(VA, 3, kernel);
    expect(tried(bench, VA, ACCESS.write, false)).toBe(PERMISSION_FAULT);
    expect(bench.memory.readU64(at)).toBe(kernel);
    const other = withTables();
    other.bench.cpu.pstate |= PSTATE.PAN;
    expect(tried(other.bench, VA, ACCESS.write)).toBe(PERMISSION_FAULT);
    expect(other.bench.memory.readU64(other.at)).toBe(clean);
  });

  test('what the tables say by now counts, not what the TLB remembers', () => {
    const { bench, at } = withTables();
    expect(tried(bench, VA, ACCESS.read)).toBe('ok');
    bench.memory.writeU64(at, clean & ~DBM);
    expect(tried(bench, VA, ACCESS.write)).toBe(PERMISSION_FAULT);
    bench.memory.writeU64(at, 0n);
    expect(tried(bench, VA, ACCESS.write)).toBe('0b000111');
  });

  test('AT S1E1W finds a clean page writable, and leaves it clean', () => {
    const { bench, at } = withTables();
    bench.operate('AT S1E1W', VA);
    expect(bench.cpu.system('PAR_EL1') & 1n).toBe(0n);
    expect(bench.memory.readU64(at)).toBe(clean);
  });
});

describe('limits of tables', () => {
  const limits = [D.noEl0Table | D.readOnlyTable | D.PXNTable];

  test.each([
    ['with HPD0', { hpds: true }, TCR.HPD0, 'ok'],
    ['with HPD1, of the other half', { hpds: true }, TCR.HPD1, PERMISSION_FAULT],
    ['without the feature', { hpds: false }, TCR.HPD0, PERMISSION_FAULT],
  ])('%s', (_, features, tcr, expected) => {
    const bench = enabled(features, tcr);
    bench.page(VA, RAM_BASE, D.el0, limits);
    expect(tried(bench, VA, ACCESS.write, false)).toBe(expected);
  });
});

describe('halves without EL0', () => {
  const LEVEL_0 = '0b000100';

  test('fault at level 0 for EL0 alone, mapped or not', () => {
    const bench = enabled({ e0pd: true }, TCR.E0PD1);
    bench.page(HIGH, RAM_BASE, D.el0);
    bench.page(VA, RAM_BASE, D.el0);
    expect(tried(bench, HIGH, ACCESS.read, false)).toBe(LEVEL_0);
    expect(tried(bench, HIGH + 0x1000n, ACCESS.read, false)).toBe(LEVEL_0);
    expect(tried(bench, HIGH, ACCESS.read, true)).toBe('ok');
    expect(tried(bench, VA, ACCESS.read, false)).toBe('ok');
    bench.operate('AT S1E0R', HIGH);
    expect(bench.cpu.system('PAR_EL1')).toBe(0x801n | (BigInt(LEVEL_0) << 1n));
  });

  test('are none without the feature', () => {
    const bench = enabled({}, TCR.E0PD1);
    bench.page(HIGH, RAM_BASE, D.el0);
    expect(tried(bench, HIGH, ACCESS.read, false)).toBe('ok');
  });
});

test('guarded pages are told, of CPUs that have them', () => {
  for (const bti of [true, false]) {
    const bench = enabled({ bti }, 0n);
    bench.page(VA, RAM_BASE, GP);
    bench.page(VA + 0x1000n, RAM_BASE);
    const guarded = [VA, VA + 0x1000n, VA].map((va) => {
      expect(tried(bench, va, ACCESS.execute)).toBe('ok');
      return bench.translator.result.guarded;
    });
    expect(guarded).toEqual([bti, false, bti]);
  }
});

describe('operations that come with features', () => {
  const names = (features: TranslationFeatures): string[] => {
    const base = new Set(new Bench().translator.registers.map(({ name }) => name));
    const all = new Bench(features).translator.registers.map(({ name }) => name);
    return all.filter((name) => !base.has(name));
  };

  test('are there with them', () => {
    expect(names({ pan2: true })).toEqual(['AT S1E1RP', 'AT S1E1WP']);
    const operations = ['VMALLE1', 'VAE1', 'ASIDE1', 'VAAE1', 'VALE1', 'VAALE1'];
    expect(names({ tlbios: true })).toEqual(operations.map((name) => `TLBI ${name}OS`));
    const ranges = ['RVAE1', 'RVAAE1', 'RVALE1', 'RVAALE1'];
    expect(names({ tlbirange: true })).toEqual(
      ['', 'IS', 'OS'].flatMap((suffix) => ranges.map((name) => `TLBI ${name}${suffix}`)),
    );
  });

  test('AT S1E1RP and S1E1WP see PSTATE.PAN', () => {
    const bench = enabled({ pan2: true }, 0n);
    bench.page(VA, RAM_BASE, D.el0);
    const fails = (operation: string): boolean => {
      bench.operate(operation, VA);
      return (bench.cpu.system('PAR_EL1') & 1n) === 1n;
    };
    expect(['AT S1E1RP', 'AT S1E1WP', 'AT S1E1R'].map(fails)).toEqual([false, false, false]);
    bench.cpu.pstate |= PSTATE.PAN;
    expect(['AT S1E1RP', 'AT S1E1WP', 'AT S1E1R'].map(fails)).toEqual([true, true, false]);
  });
});

describe('TLBI of ranges', () => {
  /** BaseADDR, NUM, SCALE, TG (1 is 4 KiB) and ASID. */
  const range = (va: bigint, number: number, scale: number, granule = 1, asid = 0): bigint =>
    ((va >> 12n) & 0x1f_ffff_ffffn) |
    (BigInt(number) << 39n) |
    (BigInt(scale) << 44n) |
    (BigInt(granule) << 46n) |
    (BigInt(asid) << 48n);

  const features: TranslationFeatures = { tlbirange: true };

  function translated(): Bench {
    const bench = enabled(features, 0n);
    for (let page = 0n; page < 8n; page++) {
      for (const base of [VA, HIGH]) {
        bench.page(base + page * 0x1000n, RAM_BASE);
        bench.translate(base + page * 0x1000n, ACCESS.read);
        bench.page(base + page * 0x1000n, RAM_BASE + 0x1000);
      }
    }
    return bench;
  }

  /** Which of eight pages are translated anew. */
  function fresh(bench: Bench, base: bigint): number[] {
    return Array.from({ length: 8 }, (_, page) => page).filter((page) => {
      bench.translate(base + BigInt(page) * 0x1000n, ACCESS.read);
      return bench.translator.result.physicalAddress === RAM_BASE + 0x1000;
    });
  }

  test.each([
    ['the low half', VA],
    ['the high half', HIGH],
  ])('reach their pages and no others: %s', (_, base) => {
    const bench = translated();
    bench.operate('TLBI RVAE1', range(base + 0x2000n, 1, 0));
    expect(fresh(bench, base)).toEqual([2, 3, 4, 5]);
    expect(fresh(bench, base === VA ? HIGH : VA)).toEqual([]);
  });

  test('of a reserved granule do nothing; large ones reach everything', () => {
    const bench = translated();
    bench.operate('TLBI RVAAE1IS', range(VA, 0, 0, 0));
    expect(fresh(bench, VA)).toEqual([]);
    bench.operate('TLBI RVAAE1IS', range(VA, 31, 3));
    expect(fresh(bench, VA)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('tell observers of each page', () => {
    const bench = translated();
    const stale: string[] = [];
    const observer: TranslationObserver = {
      allStale: () => stale.push('all'),
      rangeStale: (lo, hi) => stale.push(`${hi.toString(16)} ${(lo >>> 0).toString(16)}`),
      asidStale: () => stale.push('asid'),
      addressSpaceChanged: () => stale.push('space'),
    };
    bench.translator.observe(observer);
    bench.operate('TLBI RVALE1OS', range(VA + 0x1000n, 0, 0));
    expect(stale).toEqual(['40 1000', '40 2000']);
  });
});
