import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
import { cpuModel } from '../models/index.ts';
import { cpuRegisters } from './index.ts';

const TOOLS = ['qemu-system-aarch64', 'aarch64-linux-gnu-as', 'aarch64-linux-gnu-objcopy'];
const available = TOOLS.every((tool) => spawnSync(tool, ['--version']).status === 0);

/** Runs steps one by one: each is an instruction, a level, and X0; its outcome is X0 and ESR_EL1, or 0. */
const PROBE = `
_start: adr x0, vectors
        msr vbar_el1, x0
        isb
        adr x19, count
        ldr w20, [x19], #8
loop:   cbz w20, done
        ldp w1, w2, [x19]
        adr x3, at_el1
        adr x4, at_el0
        cmp w2, #0
        csel x3, x3, x4, ne
        str w1, [x3]
        dc cvau, x3
        dsb sy
        ic ivau, x3
        dsb sy
        isb
        mov x21, #0
        ldr x0, [x19, #8]
        cbz w2, to_el0
at_el1: nop
        b next
to_el0: msr elr_el1, x3
        mov x4, #0x3c0
        msr spsr_el1, x4
        eret
at_el0: nop
        svc #0
next:   stp x0, x21, [x19], #16
        sub w20, w20, #1
        b loop
done:   adr x1, open
        adr x0, name
        str x0, [x1]
        mov x0, #1              // SYS_OPEN
        hlt #0xf000
        adr x1, write
        adr x2, count
        ldr w3, [x2], #8
        lsl x3, x3, #4
        stp x0, x2, [x1]
        str x3, [x1, #16]
        mov x0, #5              // SYS_WRITE
        hlt #0xf000
        adr x1, exit
        mov x0, #0x18           // SYS_EXIT
        hlt #0xf000
        .balign 8
open:   .quad 0, 5, 10
write:  .quad 0, 0, 0
exit:   .quad 0x20026, 0
name:   .asciz "result.bin"
        .balign 2048
vectors:
        .space 0x200
        mrs x21, esr_el1
        mrs x5, elr_el1
        add x5, x5, #4
        msr elr_el1, x5
        eret
        .balign 0x400
        mrs x6, esr_el1
        lsr x7, x6, #26
        cmp x7, #0x15
        csel x21, x21, x6, eq
        b next
        .balign 16
count:
`;

const LOAD_ADDRESS = 0x4100_0000;
/** RAM that operations on addresses may touch. */
const SCRATCH = 0x4180_0000n;

interface Step {
  readonly word: number;
  readonly el: 0 | 1;
  readonly value?: bigint;
}

/** What became of an MRS, MSR or SYS: `ok`, `undefined` or `trap`, and the value that MRS gave. */
interface Outcome {
  readonly access: string;
  readonly value: bigint;
}

const mrs = (key: number, el: 0 | 1 = 1): Step => ({ word: 0xd520_0000 + key * 32, el });
const msr = (key: number, value: bigint, el: 0 | 1 = 1): Step => ({
  word: 0xd500_0000 + key * 32,
  el,
  value,
});

const SCTLR_RESET = 0x00c5_0838n;
const SCTLR_EL1: SystemRegisterDefinition = {
  ...{ op0: 3, op1: 0, crn: 1, crm: 0, op2: 0 },
  name: 'SCTLR_EL1',
  access: { read: 1, write: 1 },
  reset: SCTLR_RESET,
};
/** DZE, UCT and UCI, beside what is set after reset. */
const enableEl0 = msr(systemKey(SCTLR_EL1), SCTLR_RESET | (1n << 14n) | (1n << 15n) | (1n << 26n));

class Probe {
  private readonly folder = mkdtempSync(join(tmpdir(), 'armature-registers-'));
  private readonly program: Buffer;

  constructor() {
    writeFileSync(this.path('probe.s'), PROBE);
    this.execute('aarch64-linux-gnu-as', ['-o', 'probe.o', 'probe.s']);
    this.execute('aarch64-linux-gnu-objcopy', ['-O', 'binary', '-j', '.text', 'probe.o', 'probe.bin']);
    this.program = readFileSync(this.path('probe.bin'));
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  run(model: string, steps: readonly Step[]): Outcome[] {
    const image = Buffer.alloc(this.program.length + 8 + 16 * steps.length);
    this.program.copy(image);
    image.writeUInt32LE(steps.length, this.program.length);
    for (const [index, { word, el, value }] of steps.entries()) {
      const at = this.program.length + 8 + 16 * index;
      image.writeUInt32LE(word, at);
      image.writeUInt32LE(el, at + 4);
      image.writeBigUInt64LE(value ?? 0n, at + 8);
    }
    writeFileSync(this.path('image.bin'), image);
    const loader = `loader,file=image.bin,addr=${LOAD_ADDRESS},cpu-num=0,force-raw=on`;
    const silence = ['-nic', 'none', '-display', 'none', '-serial', 'none', '-monitor', 'none'];
    this.execute('qemu-system-aarch64', [
      ...['-M', 'virt', '-cpu', model, '-m', '64', ...silence, '-semihosting', '-device', loader],
    ]);
    const result = readFileSync(this.path('result.bin'));
    return steps.map((_, index) => {
      const value = result.readBigUInt64LE(16 * index);
      const exceptionClass = result.readUInt32LE(16 * index + 8) >>> 26;
      const syndrome = result.readUInt32LE(16 * index + 8);
      if (syndrome === 0) return { access: 'ok', value };
      return { access: exceptionClass === 0 ? 'undefined' : `trap ${exceptionClass}`, value: 0n };
    });
  }

  private path(name: string): string {
    return join(this.folder, name);
  }

  private execute(program: string, args: readonly string[]): void {
    const result = spawnSync(program, args, {
      cwd: this.folder,
      encoding: 'utf8',
      input: '',
      timeout: 60_000,
    });
    if (result.status !== 0) throw new Error(`${program}: ${result.error?.message ?? result.stderr}`);
  }
}

/** The same instructions on the definitions here. */
class Ours {
  readonly registers = createSystemRegisters();
  readonly cpu: CpuState;

  constructor(model: string) {
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

/** Registers whose values differ by design: AArch32 identification, and what the machine or the CPU lacks. */
const OTHER_VALUES = /^(ID_(PFR|DFR|MMFR|ISAR|AFR)\d_EL1|MVFR\d_EL1|ID_AA64(PFR0|DFR0|ISAR0|MMFR0)_EL1)$/;

/** Registers of which QEMU stores bits that the architecture reserves. */
const RESERVED_BITS = /^(CPACR_EL1|MDSCR_EL1|DBG[BW]CR\d_EL1)$/;

describe.skipIf(!available)('compared with QEMU', () => {
  let probe: Probe;
  beforeAll(() => {
    probe = new Probe();
  });
  afterAll(() => probe.close());

  const elsewhere = (key: number): boolean =>
    Object.values(ELSEWHERE).some((pattern) => pattern.test(systemKeyName(key)));

  test.each(['cortex-a53', 'cortex-a57', 'cortex-a72'])(
    '%s: every encoding that MRS can read at EL1',
    (model) => {
      const all = [...keys(2), ...keys(3)];
      const steps = all.map((key) => mrs(key));
      const ours = new Ours(model);
      const [theirs, here] = [probe.run(model, steps), ours.run(steps)];
      const nameOf = (key: number): string => ours.registers.lookup(key)?.name ?? systemKeyName(key);
      const readable = (outcomes: Outcome[]): number[] =>
        all.filter((_, index) => outcomes[index].access !== 'undefined');
      const [inQemu, inOurs] = [new Set(readable(theirs)), new Set(readable(here))];
      expect([...inQemu].filter((key) => !inOurs.has(key) && !elsewhere(key)).map(nameOf)).toEqual([]);
      expect(
        [...inOurs]
          .filter((key) => !inQemu.has(key))
          .map(nameOf)
          .sort(),
      ).toEqual(NOT_IN_QEMU);
      for (const [index, key] of all.entries()) {
        if (!inOurs.has(key) || !inQemu.has(key)) continue;
        if (elsewhere(key) || OTHER_VALUES.test(nameOf(key))) continue;
        expect([nameOf(key), here[index].value]).toEqual([nameOf(key), theirs[index].value]);
      }
    },
  );

  test('cortex-a72: what EL0 may read, before and after the enables of SCTLR_EL1', () => {
    const ours = new Ours('cortex-a72');
    const rows = ours.registers
      .list()
      .filter(({ op0, key, name }) => op0 !== 1 && !elsewhere(key) && !NOT_IN_QEMU.includes(name));
    const reads = rows.map(({ key }) => mrs(key, 0));
    const steps = [...reads, enableEl0, ...reads];
    const [theirs, here] = [probe.run('cortex-a72', steps), ours.run(steps)];
    const named = (outcomes: Outcome[]) =>
      outcomes
        .toSpliced(rows.length, 1)
        .map((outcome, index) => ({ name: rows[index % rows.length].name, ...outcome }));
    expect(named(here).map(({ name, access }) => [name, access])).toEqual(
      named(theirs).map(({ name, access }) => [name, access]),
    );
    const values = (outcomes: Outcome[]) =>
      named(outcomes).flatMap(({ name, access, value }) => (access === 'ok' ? [[name, value]] : []));
    expect(values(here)).toEqual(values(theirs));
  });

  test('cortex-a72: cache maintenance at EL1, and at EL0 before and after the enables of SCTLR_EL1', () => {
    const isCacheOperation = (key: number): boolean => /^S1_\d_C7_C([0-79]|1\d)_/.test(systemKeyName(key));
    const operations = keys(1).filter(isCacheOperation);
    const at = (el: 0 | 1): Step[] => operations.map((key) => msr(key, SCRATCH, el));
    const steps = [...at(1), ...at(0), enableEl0, ...at(0)];
    const accesses = (outcomes: Outcome[]): string[] =>
      outcomes.map(({ access }, index) => `${systemKeyName((steps[index].word >>> 5) & 0xffff)} ${access}`);
    expect(accesses(new Ours('cortex-a72').run(steps))).toEqual(accesses(probe.run('cortex-a72', steps)));
  });

  test('cortex-a72: what a write changes', () => {
    const ours = new Ours('cortex-a72');
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
    expect(named(ours.run(steps))).toEqual(named(probe.run('cortex-a72', steps)));
  });
});
