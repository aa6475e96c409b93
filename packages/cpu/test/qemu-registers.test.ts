import {
  CPU_BLOCK,
  CPU_STATE,
  CpuState,
  PSTATE,
  type SystemRegister,
  type SystemRegisterDefinition,
  systemKey,
  systemKeyName,
} from '@armature/core';
import { checkAccess, createSystemRegisters, readRegister, writeRegister } from '@armature/sysregs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CpuModelName, cpuModel, cpuModelNames } from '../src/models/index.ts';
import { cpuRegisters } from '../src/registers/index.ts';
import { available, mrs, msr, type Outcome, Probe, SCRATCH, type Step } from './register-probe.ts';

const SCTLR_RESET = 0x00c5_0838n;
const SCTLR_EL1: SystemRegisterDefinition = {
  ...{ op0: 3, op1: 0, crn: 1, crm: 0, op2: 0 },
  name: 'SCTLR_EL1',
  access: { read: 1, write: 1 },
  reset: SCTLR_RESET,
};
/** DZE, UCT and UCI, beside what is set after reset. */
const enableEl0 = msr(systemKey(SCTLR_EL1), SCTLR_RESET | (1n << 14n) | (1n << 15n) | (1n << 26n));

/** The same instructions on the definitions here. */
class Ours {
  readonly registers = createSystemRegisters();
  readonly cpu: CpuState;

  constructor(model: CpuModelName) {
    const pages = Math.ceil(CPU_BLOCK.size / 65536) + 1;
    this.cpu = new CpuState(new WebAssembly.Memory({ initial: pages }), 4096);
    this.registers.add(cpuRegisters(cpuModel(model), { peripheralBase: 0x0800_0000n }), 'cpu');
    this.registers.add([SCTLR_EL1], 'translation');
    this.registers.reset(this.cpu);
  }

  run(steps: readonly Step[]): Outcome[] {
    return steps.map(({ word, el, value }) => {
      const key = (word >>> 5) & 0xffff;
      const isRead = (word & 0x0020_0000) !== 0;
      this.cpu.pstate = el === 0 ? 0 : (1 << PSTATE.elShift) | PSTATE.SP;
      const register = this.registers.lookup(key);
      const access = register === undefined ? 'undefined' : checkAccess(this.cpu, register, isRead);
      if (typeof access !== 'string') return { access: `trap ${access.trapClass}`, value: 0n };
      if (access !== 'ok') return { access, value: 0n };
      return { access, value: isRead ? this.read(register!) : this.write(register!, value ?? 0n) };
    });
  }

  private read(register: SystemRegister): bigint {
    readRegister(this.cpu, register);
    return this.cpu.get64(CPU_STATE.transfer);
  }

  private write(register: SystemRegister, value: bigint): bigint {
    const [lo, hi] = [value, value >> 32n].map((half) => Number(BigInt.asIntN(32, half)));
    writeRegister(this.cpu, register, lo, hi);
    return value;
  }
}

const keys = (op0: number): number[] => Array.from({ length: 1 << 14 }, (_, low) => (op0 << 14) | low);

/** Registers that other parts of a machine contribute, or that no part has yet. */
const ELSEWHERE: Readonly<Record<string, RegExp>> = {
  exceptions:
    /^S3_0_C(4_C0_[01]|4_C1_0|4_C2_[02]|5_C1_[01]|5_C2_0|6_C0_0|12_C0_0|12_C1_0)$|^S3_3_C4_C2_[01]$/,
  translation: /^S3_0_C(1_C0_0|2_C0_[0-2]|7_C4_0|10_C2_0|10_C3_0|13_C0_1)$/,
  timer: /^S3_0_C14_C1_0$|^S3_3_C14_C[0-3]_[0-2]$/,
  'performance monitors, of which ID_AA64DFR0_EL1 has none':
    /^S3_0_C9_C14_[12]$|^S3_3_C9_C1[2-4]_\d$|^S3_3_C14_C(8|12)_[0-5]$|^S3_3_C14_C15_7$/,
  'floating point': /^S3_3_C4_C4_[01]$/,
};

/** Architected debug registers that QEMU 7.2 leaves out. */
const NOT_IN_QEMU = [
  'DBGAUTHSTATUS_EL1',
  'DBGDTRRX_EL0',
  'DBGDTR_EL0',
  'DBGPRCR_EL1',
  'OSDTRRX_EL1',
  'OSDTRTX_EL1',
  'OSECCR_EL1',
];

/** Registers that one has and the other has not, by encoding. */
const OTHER_ACCESS: Readonly<Record<string, RegExp>> = {
  'debug registers that QEMU 7.2 leaves out':
    /^S2_0_C0_C[036]_2$|^S2_0_C1_C4_4$|^S2_0_C7_C14_6$|^S2_3_C0_C[45]_0$/,
  'performance monitors, of which ID_AA64DFR0_EL1 has none':
    /^S3_0_C9_C14_[126]$|^S3_3_C9_C1[2-4]_\d$|^S3_3_C14_C(8|12)_[0-5]$|^S3_3_C14_C15_7$/,
  'SSBS of Cortex-A76, which has the PSTATE field without instructions for it': /^S3_3_C4_C2_6$/,
  'SME and SVE, of which ID_AA64PFR0_EL1 and ID_AA64PFR1_EL1 have none':
    /^S3_0_C1_C2_[046]$|^S3_1_C0_C0_6$|^S3_3_C4_C2_2$|^S3_3_C13_C0_5$/,
  "IMPLEMENTATION DEFINED registers of QEMU's max, those of its Cortex-A57": /^S3_1_C1[15]_C\d_\d$/,
  'FEAT_IDST, which ID_AA64MMFR2_EL1 has not: reserved encodings trap with a class of their own':
    /^S3_[013]_C0_C[0-7]_\d$/,
  'ICC registers of a machine with a GICv3': /^S3_0_C4_C6_0$|^S3_0_C12_C(8|9|1[0-2])_\d$/,
};

/** Registers with other values. */
const OTHER_REGISTERS: Readonly<Record<string, RegExp>> = {
  'AArch32 identification, which is UNKNOWN without AArch32': /^S3_0_C0_C[1-3]_\d$/,
  'CBAR_EL1: the CPU is not told where the interrupt controller is': /^S3_1_C15_C3_0$/,
  'RES1 bits of SCTLR_EL1 without a function': /^S3_0_C1_C0_0$/,
  'ID_AA64ZFR0_EL1 and ID_AA64SMFR0_EL1: no SVE, no SME': /^S3_0_C0_C4_[45]$/,
  'what counts, and random numbers': /^S3_3_C14_C[0-3]_[0-2]$|^S3_3_C2_C4_[01]$/,
  'CCSIDR_EL1 of FEAT_CCIDX, which QEMU 7.2 has not': /^S3_1_C0_C0_0$/,
};

/** Fields of identification registers with other values, by register and lowest bit. */
const OTHER_FIELDS: Readonly<Record<string, readonly string[]>> = {
  'no AArch32 state': ['ID_AA64PFR0_EL1 0', 'ID_AA64PFR0_EL1 4'],
  'version 1.1 of RAS: registers of EL2 and EL3': ['ID_AA64PFR0_EL1 28'],
  'branch history is safe, too, where nothing is predicted': ['ID_AA64PFR0_EL1 56'],
  'no SVE, no SME': ['ID_AA64PFR0_EL1 32', 'ID_AA64PFR1_EL1 24'],
  'no Secure state, no EL2': ['ID_AA64PFR0_EL1 36', 'ID_AA64MMFR0_EL1 12'],
  'no performance monitors': ['ID_AA64DFR0_EL1 8'],
  'Armv8.4 debug: external debug': ['ID_AA64DFR0_EL1 0'],
  'no big-endian data': ['ID_AA64MMFR0_EL1 8'],
  'the fast algorithm of pointer authentication': [4, 8, 24, 28].map((shift) => `ID_AA64ISAR1_EL1 ${shift}`),
  '48-bit addresses, no FEAT_LPA2': [
    'ID_AA64MMFR0_EL1 0',
    'ID_AA64MMFR0_EL1 20',
    'ID_AA64MMFR0_EL1 28',
    'ID_AA64MMFR2_EL1 16',
  ],
  'granules of stage 2': [32, 36, 40].map((shift) => `ID_AA64MMFR0_EL1 ${shift}`),
  'nothing of EL2': [4, 8, 28, 40].map((shift) => `ID_AA64MMFR1_EL1 ${shift}`),
  'FEAT_HPDS2, by which nothing more happens': ['ID_AA64MMFR1_EL1 12'],
  FEAT_ETS: ['ID_AA64MMFR1_EL1 36'],
  'FEAT_CCIDX, which QEMU 7.2 has not': ['ID_AA64MMFR2_EL1 20'],
  'FEAT_TTST, FEAT_IDST, FEAT_S2FWB, FEAT_BBM': [28, 36, 40, 52].map((shift) => `ID_AA64MMFR2_EL1 ${shift}`),
};

const allows = (allowed: Readonly<Record<string, RegExp>>, key: number): boolean =>
  Object.values(allowed).some((pattern) => pattern.test(systemKeyName(key)));

/** Registers whose values differ by design, of which every field is compared elsewhere. */
const OTHER_VALUES = /^(ID_(PFR|DFR|MMFR|ISAR|AFR)\d_EL1|MVFR\d_EL1|ID_AA64.*|CCSIDR_EL1|RNDR|RNDRRS)$/;

/** Registers of which QEMU stores bits that the architecture reserves. */
const RESERVED_BITS = /^(CPACR_EL1|DISR_EL1|MDSCR_EL1|DBG[BW]CR\d_EL1)$/;

/** One model of each generation. */
const EXTENDED: readonly CpuModelName[] = ['cortex-a72', 'neoverse-n1', 'max'];

describe.skipIf(!available)('compared with QEMU', () => {
  let probe: Probe;
  beforeAll(() => {
    probe = new Probe();
  });
  afterAll(() => probe.close());

  const elsewhere = (key: number): boolean =>
    Object.values(ELSEWHERE).some((pattern) => pattern.test(systemKeyName(key)));

  test.each(cpuModelNames)('%s: every encoding that MRS can read at EL1', async (model) => {
    const all = [...keys(2), ...keys(3)];
    const steps = all.map((key) => mrs(key));
    const theirs = probe.run(model, steps);
    const here = await probe.runHere(model, steps);
    const names = new Ours(model).registers;
    const nameOf = (key: number): string => names.lookup(key)?.name ?? systemKeyName(key);
    const fields = new Set(Object.values(OTHER_FIELDS).flat());
    const differences: string[] = [];
    for (const [index, key] of all.entries()) {
      const [ours, qemu] = [here[index], theirs[index]];
      if (ours.access !== qemu.access) {
        if (!allows(OTHER_ACCESS, key)) differences.push(`${nameOf(key)}: ${ours.access}, ${qemu.access}`);
      } else if (ours.value !== qemu.value && !allows(OTHER_REGISTERS, key)) {
        for (let shift = 0n; shift < 64n; shift += 4n) {
          const [mine, other] = [(ours.value >> shift) & 15n, (qemu.value >> shift) & 15n];
          const field = `${nameOf(key)} ${shift}`;
          if (mine !== other && !fields.has(field)) differences.push(`${field}: ${mine}, ${other}`);
        }
      }
    }
    expect(differences).toEqual([]);
  });

  test.each(cpuModelNames)('%s: the caches', async (model) => {
    if (cpuModel(model).features.has('FEAT_CCIDX')) return;
    const [CSSELR_EL1, CCSIDR_EL1] = ['CSSELR_EL1', 'CCSIDR_EL1'].map(
      (name) => new Ours(model).registers.byName(name)!.key,
    );
    const steps = [0n, 1n, 2n].flatMap((selector) => [msr(CSSELR_EL1, selector), mrs(CCSIDR_EL1)]);
    expect(await probe.runHere(model, steps)).toEqual(probe.run(model, steps));
  });

  test.each(EXTENDED)('%s: what EL0 may read, before and after the enables of SCTLR_EL1', (model) => {
    const ours = new Ours(model);
    const rows = ours.registers
      .list()
      .filter(({ op0, key, name }) => op0 !== 1 && !elsewhere(key) && !NOT_IN_QEMU.includes(name));
    const reads = rows.map(({ key }) => mrs(key, 0));
    const steps = [...reads, enableEl0, ...reads];
    const [theirs, here] = [probe.run(model, steps), ours.run(steps)];
    const named = (outcomes: Outcome[]) =>
      outcomes
        .toSpliced(rows.length, 1)
        .map((outcome, index) => ({ name: rows[index % rows.length].name, ...outcome }));
    // FEAT_IDST, of QEMU's max alone, has identification registers trap rather than be UNDEFINED.
    const traps = (key: number): boolean => /^S3_[01]_C0_/.test(systemKeyName(key)) && model === 'max';
    const accessible = (outcomes: Outcome[]) =>
      named(outcomes).map(({ name, access }) =>
        access !== 'ok' && traps(ours.registers.byName(name)!.key) ? [name, 'no'] : [name, access],
      );
    expect(accessible(here)).toEqual(accessible(theirs));
    const values = (outcomes: Outcome[]) =>
      named(outcomes).flatMap(({ name, access, value }) =>
        access === 'ok' && !OTHER_VALUES.test(name) ? [[name, value]] : [],
      );
    expect(values(here)).toEqual(values(theirs));
  });

  test.each(EXTENDED)(
    '%s: cache maintenance at EL1, and at EL0 before and after the enables of SCTLR_EL1',
    (model) => {
      const isCacheOperation = (key: number): boolean => /^S1_\d_C7_C([0-7]|1\d)_/.test(systemKeyName(key));
      const operations = keys(1).filter(isCacheOperation);
      const at = (el: 0 | 1): Step[] => operations.map((key) => msr(key, SCRATCH, el));
      const steps = [...at(1), ...at(0), enableEl0, ...at(0)];
      const accesses = (outcomes: Outcome[]): string[] =>
        outcomes.map(({ access }, index) => `${systemKeyName((steps[index].word >>> 5) & 0xffff)} ${access}`);
      expect(accesses(new Ours(model).run(steps))).toEqual(accesses(probe.run(model, steps)));
    },
  );

  test.each(EXTENDED)('%s: what a write changes', (model) => {
    const ours = new Ours(model);
    const rows = ours.registers
      .list()
      .filter(({ op0, key, name }) => op0 !== 1 && !elsewhere(key) && !NOT_IN_QEMU.includes(name))
      .filter(({ name }) => !RESERVED_BITS.test(name) && !OTHER_VALUES.test(name));
    const steps = rows.flatMap(({ key }) => [
      ...[msr(key, 0xffff_ffff_ffff_ffffn), mrs(key), msr(key, 0n, 0), mrs(key), msr(key, 0n), mrs(key)],
    ]);
    const named = (outcomes: Outcome[]) =>
      outcomes.map(({ access, value }, index) => {
        const isRead = (steps[index].word & 0x0020_0000) !== 0;
        return [rows[Math.floor(index / 6)].name, access, ...(isRead ? [value] : [])];
      });
    expect(named(ours.run(steps))).toEqual(named(probe.run(model, steps)));
  });
});
