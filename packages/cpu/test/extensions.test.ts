import { PSTATE } from '@armature/core';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type BareMachine,
  bareMachine,
  CODE,
  DATA,
  DEVICE,
  READ_ONLY,
  SCTLR,
  STACK,
  UNMAPPED,
  USER,
} from './bare-machine.ts';

/** Extensions to the integer instructions, where random cases at EL0 under QEMU don't reach. */

const LDADD_X1_X2_X0 = 0xf821_0002;
const LDUMAX_W1_W2_SP = 0xb821_63e2;
const SWP_X1_X2_X0 = 0xf821_8002;
const CAS_X1_X2_X0 = 0xc8a1_7c02;
const CASP_X2_X4_X0 = 0x4822_7c04;
const LDAPR_X1_X0 = 0xf8bf_c001;
const LDAPUR_X1_X0_1 = 0xd940_1001;
const STLLR_X1_SP = 0xc89f_7fe1;

const LDTR_X1_X0 = 0xf840_0801;
const LDR_X1_X0 = 0xf940_0001;
const MSR_PAN = (value: number): number => 0xd500_409f | (value << 8);
const MSR_UAO = (value: number): number => 0xd500_407f | (value << 8);
const MSR_SSBS = (value: number): number => 0xd503_403f | (value << 8);
const MSR_DIT = (value: number): number => 0xd503_405f | (value << 8);

const DATA_ABORT = 0x25;
const STACK_ALIGNMENT = 0x26;
const ALIGNMENT = 0x21;
const PERMISSION_LEVEL_3 = 0x0f;
const TRANSLATION_LEVEL_2 = 0x06;
const WNR = 1 << 6;

let machine: BareMachine;

beforeAll(async () => {
  machine = await bareMachine({ model: 'max' });
});

beforeEach(() => machine.reset());

function put(word: number): void {
  machine.memory.writeU32(CODE, word);
  machine.cpu.pc = BigInt(CODE);
}

/** Runs one instruction to its end. */
function run(word: number, registers: Readonly<Record<number, bigint | number>> = {}): void {
  machine.setX(registers);
  put(word);
  machine.engine.run(1);
  expect(machine.cpu.pc).toBe(BigInt(CODE + 4));
}

function fault(word: number, registers: Readonly<Record<number, bigint | number>>) {
  machine.setX(registers);
  put(word);
  return machine.untilException(1);
}

describe('faults of atomics', () => {
  test.each([
    ['LDADD', LDADD_X1_X2_X0],
    ['SWP', SWP_X1_X2_X0],
    ['CAS', CAS_X1_X2_X0],
    ['CASP', CASP_X2_X4_X0],
  ])('%s of nothing is a read that faults, of a read-only page a write', (_, word) => {
    const registers = { 1: 7n, 2: 8n, 3: 9n, 4: 10n, 5: 11n };
    expect(fault(word, { 0: UNMAPPED, ...registers })).toMatchObject({
      exceptionClass: DATA_ABORT,
      iss: TRANSLATION_LEVEL_2,
      far: BigInt(UNMAPPED),
    });
    machine.map(DATA, DATA, 1, READ_ONLY);
    machine.memory.writeU32(DATA, 12);
    const readOnly = fault(word, { 0: DATA, ...registers });
    expect([readOnly.exceptionClass, readOnly.iss]).toEqual([DATA_ABORT, WNR | PERMISSION_LEVEL_3]);
    expect([1, 2, 3, 4, 5].map((register) => machine.x(register))).toEqual([7n, 8n, 9n, 10n, 11n]);
    expect(machine.memory.readU32(DATA)).toBe(12);
  });

  test.each([
    ['LDADD', LDADD_X1_X2_X0, 4],
    ['CAS', CAS_X1_X2_X0, 4],
    ['CASP', CASP_X2_X4_X0, 8],
    ['LDAPR', LDAPR_X1_X0, 1],
    ['LDAPUR', LDAPUR_X1_X0_1, 0],
  ])('%s must be aligned whatever SCTLR_EL1.A says', (_, word, offset) => {
    expect(fault(word, { 0: DATA + offset })).toMatchObject({ exceptionClass: DATA_ABORT, iss: ALIGNMENT });
  });

  test.each([
    ['LDUMAX', LDUMAX_W1_W2_SP],
    ['STLLR', STLLR_X1_SP],
  ])('%s checks the stack pointer', (_, word) => {
    machine.cpu.sp = BigInt(STACK + 8);
    expect(fault(word, {}).exceptionClass).toBe(STACK_ALIGNMENT);
    machine.sctlr(SCTLR.M);
    run(word);
  });

  test('of a device read it and write it', () => {
    machine.device.values.set(0x10, 40).set(0x14, 0);
    run(LDADD_X1_X2_X0, { 0: DEVICE + 0x10, 1: 2n });
    expect(machine.x(2)).toBe(40n);
    expect(machine.device.accesses.map(({ kind, offset, value }) => [kind, offset, value])).toEqual([
      ['read', 0x10, 40],
      ['read', 0x14, 0],
      ['write', 0x10, 42],
      ['write', 0x14, 0],
    ]);
  });

  test('over an instruction are seen', () => {
    const target = CODE + 0x100;
    const MOVZ_X3_1 = 0xd280_0023;
    machine.memory.writeU32(target, MOVZ_X3_1);
    machine.cpu.pc = BigInt(target);
    machine.engine.run(1);
    run(LDADD_X1_X2_X0, { 0: target, 1: 1n << 5n });
    machine.cpu.pc = BigInt(target);
    machine.engine.run(1);
    expect(machine.x(3)).toBe(2n);
  });
});

describe('MSR (immediate)', () => {
  test.each([
    ['PAN', MSR_PAN, PSTATE.PAN],
    ['UAO', MSR_UAO, PSTATE.UAO],
    ['SSBS', MSR_SSBS, PSTATE.SSBS],
    ['DIT', MSR_DIT, PSTATE.DIT],
  ])('sets and clears PSTATE.%s', (_, word, bit) => {
    const before = machine.cpu.pstate;
    run(word(1));
    expect(machine.cpu.pstate).toBe(before | bit);
    run(word(0));
    expect(machine.cpu.pstate).toBe(before & ~bit);
  });

  test.each([
    ['PAN', MSR_PAN],
    ['UAO', MSR_UAO],
  ])('of PSTATE.%s is UNDEFINED at EL0', (_, word) => {
    machine.map(CODE, CODE, 1, { write: false, execute: true, user: true });
    machine.level(0);
    expect(fault(word(1), {}).exceptionClass).toBe(0);
  });
});

describe('PSTATE.PAN and PSTATE.UAO', () => {
  beforeEach(() => {
    machine.map(DATA, DATA, 1, USER);
    machine.memory.writeU32(DATA, 0x55);
    machine.memory.writeU32(DATA + 0x1000, 0x66);
  });

  test('PAN keeps EL1 from what EL0 can read, except as EL0', () => {
    run(LDR_X1_X0, { 0: DATA });
    expect(machine.x(1)).toBe(0x55n);
    run(MSR_PAN(1));
    expect(fault(LDR_X1_X0, { 0: DATA })).toMatchObject({
      exceptionClass: DATA_ABORT,
      iss: PERMISSION_LEVEL_3,
    });
    expect(fault(LDADD_X1_X2_X0, { 0: DATA }).exceptionClass).toBe(DATA_ABORT);
    run(LDTR_X1_X0, { 0: DATA });
    expect(machine.x(1)).toBe(0x55n);
  });

  test('UAO makes unprivileged loads ordinary ones', () => {
    expect(fault(LDTR_X1_X0, { 0: DATA + 0x1000 }).iss).toBe(PERMISSION_LEVEL_3);
    run(MSR_UAO(1));
    run(LDTR_X1_X0, { 0: DATA + 0x1000 });
    expect(machine.x(1)).toBe(0x66n);
    run(MSR_PAN(1));
    expect(fault(LDTR_X1_X0, { 0: DATA }).iss).toBe(PERMISSION_LEVEL_3);
    run(MSR_UAO(0));
    run(LDTR_X1_X0, { 0: DATA });
    expect(machine.x(1)).toBe(0x55n);
  });
});

describe('system registers of extensions', () => {
  test('LORID_EL1 says that there are no regions', () => {
    machine.execute('mrs x0, s3_0_c10_c4_7\nmsr s3_0_c10_c4_0, x1\nmrs x2, s3_0_c10_c4_0', { 0: 5, 1: 1n });
    expect([machine.x(0), machine.x(2)]).toEqual([0n, 0n]);
  });

  test('are UNDEFINED without the extension', async () => {
    const plain = await bareMachine();
    plain.load('mrs x0, s3_0_c10_c4_7');
    expect(plain.untilException(1).exceptionClass).toBe(0);
    plain.memory.writeU32(CODE, LDADD_X1_X2_X0);
    plain.cpu.pc = BigInt(CODE);
    expect(plain.untilException(1).exceptionClass).toBe(0);
  });
});
