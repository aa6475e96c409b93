import { CPU_BLOCK, CPU_STATE, CpuState, cpuAffinity, PSTATE, systemKey } from '@armature/core';
import type { Feature } from '@armature/isa';
import { checkAccess, createSystemRegisters, readRegister, writeRegister } from '@armature/sysregs';
import { describe, expect, test } from 'vitest';
import { cortexA72 } from '../models/cortex-a72.ts';
import { type CpuModel, cpuModel, cpuModelNames, withoutUnimplemented } from '../models/index.ts';
import { type CpuRegisterOptions, cpuRegisters, DC_ZVA_KEY } from './index.ts';

const TRAP = { trapClass: 0x18 };

/** A CPU after reset, reached as a guest reaches it. */
class Guest {
  readonly cpu: CpuState;
  readonly registers = createSystemRegisters();

  constructor(model: CpuModel = cpuModel('cortex-a72'), options: CpuRegisterOptions = {}, index = 0) {
    const pages = Math.ceil(CPU_BLOCK.size / 65536) + 1;
    this.cpu = new CpuState(new WebAssembly.Memory({ initial: pages }), 4096, index);
    this.registers.add(cpuRegisters(model, options), 'cpu');
    this.registers.reset(this.cpu);
    this.level = 1;
  }

  set level(el: number) {
    this.cpu.pstate = (el << PSTATE.elShift) | (el === 0 ? 0 : PSTATE.SP);
  }

  sctlr(...bits: number[]): void {
    this.cpu.setSystem('SCTLR_EL1', BigInt(bits.reduce((value, bit) => value + 2 ** bit, 0)));
  }

  private named(name: string) {
    const register = this.registers.byName(name);
    if (register === undefined) throw new Error(`no ${name}`);
    return register;
  }

  access(name: string, isRead: boolean) {
    return checkAccess(this.cpu, this.named(name), isRead);
  }

  read(name: string): bigint {
    expect([name, this.access(name, true)]).toEqual([name, 'ok']);
    readRegister(this.cpu, this.named(name));
    return this.cpu.get64(CPU_STATE.transfer);
  }

  write(name: string, value: bigint): void {
    expect([name, this.access(name, false)]).toEqual([name, 'ok']);
    const lo = Number(BigInt.asIntN(32, value));
    writeRegister(this.cpu, this.named(name), lo, Number(BigInt.asIntN(32, value >> 32n)));
  }

  has(name: string): boolean {
    return this.registers.byName(name) !== undefined;
  }
}

const ONES = 2n ** 64n - 1n;

describe.each(cpuModelNames)('%s', (name) => {
  const model = cpuModel(name);

  test('reads as the model says', () => {
    const guest = new Guest(model);
    for (const [register, value] of Object.entries(model.idRegisters)) {
      expect([register, guest.read(register)]).toEqual([register, value]);
    }
    expect(guest.read('MPIDR_EL1')).toBe(0x8000_0000n);
  });

  test('reads reserved and AArch32 identification registers as zero', () => {
    const guest = new Guest(model);
    const first = systemKey({ op0: 3, op1: 0, crn: 0, crm: 1, op2: 0 });
    for (let key = first; key < first + 7 * 8; key++) {
      const register = guest.registers.lookup(key);
      expect(register?.access).toEqual({ read: 1, write: 4 });
      expect(guest.read(register!.name)).toBe(model.idRegisters[register!.name] ?? 0n);
    }
    expect(['ID_PFR0_EL1', 'MVFR0_EL1', 'S3_0_C0_C7_7'].map((each) => guest.read(each))).toEqual([
      0n,
      0n,
      0n,
    ]);
  });

  test('has breakpoints and watchpoints as ID_AA64DFR0_EL1 says', () => {
    const guest = new Guest(model);
    const count = (stem: string): number =>
      Array.from({ length: 16 }, (_, n) => n).filter((n) => guest.has(`${stem}${n}_EL1`)).length;
    expect(['DBGBVR', 'DBGBCR', 'DBGWVR', 'DBGWCR'].map(count)).toEqual([6, 6, 4, 4]);
  });

  test('has no performance monitors', () => {
    expect(new Guest(model).registers.list().filter(({ name: each }) => each.startsWith('PM'))).toEqual([]);
  });

  test('describes each cache that CLIDR_EL1 names', () => {
    const guest = new Guest(model);
    const describe = (selector: bigint): bigint => {
      guest.write('CSSELR_EL1', selector);
      return guest.read('CCSIDR_EL1');
    };
    const isWide = model.features.has('FEAT_CCIDX');
    // Sets and associativity, each less one, and the code of the line size.
    const geometry = (size: bigint, wide: boolean): bigint[] =>
      wide
        ? [(size >> 32n) & 0xff_ffffn, (size >> 3n) & 0x1f_ffffn, size & 7n]
        : [(size >> 13n) & 0x7fffn, (size >> 3n) & 0x3ffn, size & 7n];
    expect([0n, 1n, 2n].map((selector) => geometry(describe(selector), isWide))).toEqual(
      model.cacheSizes.map((size) => geometry(size, false)),
    );
    expect([3n, 4n, 15n].map(describe)).toEqual([0n, 0n, 0n]);
    expect(guest.read('CSSELR_EL1')).toBe(15n);
    guest.write('CSSELR_EL1', ONES);
    expect(guest.read('CSSELR_EL1')).toBe(15n);
  });
});

describe('identification', () => {
  test('gives affinity by CPU', () => {
    expect([0, 1, 15, 16, 33].map(cpuAffinity)).toEqual([0, 1, 15, 0x100, 0x201]);
    expect(new Guest(cpuModel('cortex-a72'), {}, 17).read('MPIDR_EL1')).toBe(0x8000_0101n);
  });

  test('is UNDEFINED at EL0, and for writes', () => {
    const guest = new Guest();
    for (const name of ['MIDR_EL1', 'ID_AA64PFR0_EL1', 'S3_0_C0_C7_7', 'CLIDR_EL1', 'CCSIDR_EL1']) {
      guest.level = 1;
      expect([name, guest.access(name, false)]).toEqual([name, 'undefined']);
      guest.level = 0;
      expect([name, guest.access(name, true)]).toEqual([name, 'undefined']);
    }
  });

  test('tells of GIC system registers where there are some', () => {
    const gic = (options: CpuRegisterOptions): bigint =>
      (new Guest(cpuModel('max'), options).read('ID_AA64PFR0_EL1') >> 24n) & 0xfn;
    expect([gic({}), gic({ gicSystemRegisters: () => true })]).toEqual([0n, 1n]);
  });

  test('follows the features', () => {
    const features: ReadonlySet<Feature> = new Set(['base', 'FEAT_CRC32', 'FEAT_FP', 'FEAT_AdvSIMD']);
    const guest = new Guest(withoutUnimplemented(cortexA72, features));
    expect(guest.read('ID_AA64PFR0_EL1')).toBe(0x11n);
    expect(guest.read('ID_AA64ISAR0_EL1')).toBe(0x1_0000n);
  });
});

describe('IMPLEMENTATION DEFINED registers', () => {
  test('tell of the machine and ignore writes', () => {
    const guest = new Guest(cpuModel('cortex-a72'), { cpus: 4, peripheralBase: 0x0800_0000n });
    for (const name of ['CPUACTLR_EL1', 'CPUECTLR_EL1', 'L2CTLR_EL1', 'L2ACTLR_EL1']) guest.write(name, ONES);
    expect(guest.read('CPUACTLR_EL1')).toBe(0n);
    expect(guest.read('L2CTLR_EL1')).toBe(3n << 24n);
    expect(guest.read('CBAR_EL1')).toBe(0x0800_0000n);
    expect(guest.access('CBAR_EL1', false)).toBe('undefined');
  });

  test('are not in max', () => expect(new Guest(cpuModel('max')).has('CPUACTLR_EL1')).toBe(false));
});

describe('caches at EL0', () => {
  test('CTR_EL0 traps unless SCTLR_EL1.UCT is set', () => {
    const guest = new Guest();
    expect(guest.read('CTR_EL0')).toBe(0x8444_c004n);
    guest.level = 0;
    expect(guest.access('CTR_EL0', true)).toEqual(TRAP);
    guest.sctlr(15);
    expect(guest.read('CTR_EL0')).toBe(0x8444_c004n);
  });

  test('DCZID_EL0 says whether DC ZVA traps', () => {
    const guest = new Guest();
    expect(guest.read('DCZID_EL0')).toBe(4n);
    guest.level = 0;
    expect(guest.read('DCZID_EL0')).toBe(0x14n);
    expect(guest.access('DC ZVA', false)).toEqual(TRAP);
    guest.sctlr(14);
    expect(guest.read('DCZID_EL0')).toBe(4n);
    expect(guest.access('DC ZVA', false)).toBe('ok');
  });

  test.each(['DC CVAC', 'DC CVAU', 'DC CIVAC', 'IC IVAU'])('%s traps unless SCTLR_EL1.UCI is set', (name) => {
    const guest = new Guest();
    expect(guest.access(name, false)).toBe('ok');
    guest.level = 0;
    expect(guest.access(name, false)).toEqual(TRAP);
    guest.sctlr(26);
    guest.write(name, 0x4000_0000n);
  });

  test.each(['DC IVAC', 'DC ISW', 'DC CSW', 'DC CISW', 'IC IALLU', 'IC IALLUIS'])(
    '%s is UNDEFINED',
    (name) => {
      const guest = new Guest();
      guest.sctlr(14, 15, 26);
      guest.write(name, 0n);
      guest.level = 0;
      expect(guest.access(name, false)).toBe('undefined');
    },
  );

  test('DC_ZVA_KEY is the encoding of DC ZVA', () => {
    expect(new Guest().registers.lookup(DC_ZVA_KEY)?.name).toBe('DC ZVA');
  });
});

describe('control and thread identity', () => {
  test('CPACR_EL1 has FPEN alone', () => {
    const guest = new Guest();
    guest.write('CPACR_EL1', ONES);
    expect(guest.read('CPACR_EL1')).toBe(0x30_0000n);
    expect(guest.cpu.system('CPACR_EL1')).toBe(0x30_0000n);
  });

  test('ACTLR_EL1 and RVBAR_EL1 read as zero', () => {
    const guest = new Guest();
    guest.write('ACTLR_EL1', ONES);
    expect([guest.read('ACTLR_EL1'), guest.read('RVBAR_EL1')]).toEqual([0n, 0n]);
    expect(guest.access('RVBAR_EL1', false)).toBe('undefined');
  });

  test('TPIDRs hold 64 bits, and EL0 has its share of them', () => {
    const guest = new Guest();
    for (const name of ['TPIDR_EL0', 'TPIDRRO_EL0', 'TPIDR_EL1']) {
      guest.write(name, 0x1234_5678_9abc_def0n);
      expect(guest.read(name)).toBe(0x1234_5678_9abc_def0n);
    }
    guest.level = 0;
    expect(guest.access('TPIDR_EL1', true)).toBe('undefined');
    expect(guest.access('TPIDRRO_EL0', false)).toBe('undefined');
    guest.write('TPIDR_EL0', 5n);
    expect([guest.read('TPIDR_EL0'), guest.read('TPIDRRO_EL0')]).toEqual([5n, 0x1234_5678_9abc_def0n]);
  });

  test('registers on hot paths are plain storage', () => {
    const { registers } = new Guest();
    for (const name of ['TPIDR_EL0', 'TPIDR_EL1', 'TPIDRRO_EL0', 'MIDR_EL1', 'MPIDR_EL1']) {
      expect([name, registers.byName(name)?.plainRead]).toEqual([name, true]);
    }
  });

  test('SCXTNUM_ELx come with their feature', () => {
    expect(new Guest().has('SCXTNUM_EL0')).toBe(false);
    const guest = new Guest(cpuModel('max'));
    guest.write('SCXTNUM_EL1', 7n);
    guest.level = 0;
    guest.write('SCXTNUM_EL0', 9n);
    expect(guest.read('SCXTNUM_EL0')).toBe(9n);
    guest.sctlr(20);
    expect(guest.access('SCXTNUM_EL0', true)).toEqual(TRAP);
  });
});

describe('debug', () => {
  test('the OS Lock is held after reset and follows OSLAR_EL1', () => {
    const guest = new Guest();
    expect(guest.read('OSLSR_EL1')).toBe(0xan);
    guest.write('OSLAR_EL1', 0n);
    expect(guest.read('OSLSR_EL1')).toBe(8n);
    guest.write('OSLAR_EL1', ONES);
    expect(guest.read('OSLSR_EL1')).toBe(0xan);
    expect(guest.access('OSLAR_EL1', true)).toBe('undefined');
    guest.write('OSDLR_EL1', ONES);
    expect(guest.read('OSDLR_EL1')).toBe(1n);
  });

  test('breakpoints and watchpoints store their fields', () => {
    const guest = new Guest();
    const stored = (name: string): bigint => {
      guest.write(name, ONES);
      return guest.read(name);
    };
    expect(stored('DBGBVR5_EL1')).toBe(ONES);
    expect(stored('DBGBCR5_EL1')).toBe(0x00ff_e1e7n);
    expect(stored('DBGWVR3_EL1')).toBe(ONES - 3n);
    expect(stored('DBGWCR3_EL1')).toBe(0x1f1f_ffffn);
    expect(stored('MDSCR_EL1')).toBe(0xf001n);
  });

  test('the communications channel is empty, and EL0 is kept out by MDSCR_EL1.TDCC', () => {
    const guest = new Guest();
    guest.level = 0;
    expect(guest.read('MDCCSR_EL0')).toBe(0n);
    guest.write('DBGDTR_EL0', ONES);
    expect(guest.read('DBGDTR_EL0')).toBe(0n);
    guest.cpu.setSystem('MDSCR_EL1', 0x1000n);
    for (const name of ['MDCCSR_EL0', 'DBGDTR_EL0', 'DBGDTRRX_EL0']) {
      expect([name, guest.access(name, true)]).toEqual([name, TRAP]);
    }
    guest.level = 1;
    expect(guest.read('MDCCSR_EL0')).toBe(0n);
  });
});
