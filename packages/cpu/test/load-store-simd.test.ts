import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BareMachine, bareMachine, CODE, DATA, DEVICE, SCTLR, STACK, UNMAPPED } from './bare-machine.ts';

/** What random cases at EL0 under QEMU don't show: enables, alignment checks, devices, code that is written over. */

const LD1_16B_X0 = 0x4c40_7000;
const LD1_8H_X0 = 0x4c40_7400;
const LD4_4S_X0 = 0x4c40_0800;
const ST1_16B_X0 = 0x4c00_7000;
const ST1_4S_TWO_X0 = 0x4c00_a800;
const LD1_B_LANE_X0 = 0x0d40_0000;
const LD2R_8H_SP = 0x4d60_c7e0;
const LDR_Q0_X0 = 0x3dc0_0000;
const LDR_D0_X0 = 0xfd40_0000;
const STR_Q0_X0 = 0x3d80_0000;
const LDP_Q0_Q1_X0 = 0xad40_0400;
const STP_D0_D1_SP = 0x6d00_07e0;
const LDR_S0_SP_POST = 0xbc40_47e0;

const DATA_ABORT = 0x25;
const STACK_ALIGNMENT = 0x26;
const TRAPPED_FLOATING_POINT = 0x07;
const ALIGNMENT = 0x21;
const TRANSLATION_LEVEL_3 = 0x07;
const WNR = 1 << 6;

const V: readonly [bigint, bigint] = [0x0706_0504_0302_0100n, 0x0f0e_0d0c_0b0a_0908n];

let machine: BareMachine;

beforeAll(async () => {
  machine = await bareMachine({ features: ['base', 'FEAT_FP', 'FEAT_AdvSIMD'] });
});

beforeEach(() => {
  machine.reset();
  machine.cpu.setSystem('CPACR_EL1', 3n << 20n);
  machine.cpu.setV(0, ...V);
});

/** Runs one instruction with X0 given. */
function run(word: number, x0: number): void {
  machine.setX({ 0: x0 });
  machine.memory.writeU32(CODE, word);
  machine.cpu.pc = BigInt(CODE);
  machine.engine.run(1);
}

function fault(word: number, x0: number) {
  machine.setX({ 0: x0 });
  machine.memory.writeU32(CODE, word);
  machine.cpu.pc = BigInt(CODE);
  return machine.untilException(1);
}

describe('CPACR_EL1.FPEN', () => {
  test.each([
    ['LDR', 0n, LDR_Q0_X0],
    ['LD1', 2n, LD1_16B_X0],
    ['ST1', 0n, ST1_16B_X0],
    ['LD2R', 0n, LD2R_8H_SP],
    ['LDP', 2n, LDP_Q0_Q1_X0],
  ])('%s traps at EL1 where it is %s', (_, fpen, word) => {
    machine.cpu.setSystem('CPACR_EL1', fpen << 20n);
    expect(fault(word, UNMAPPED).exceptionClass).toBe(TRAPPED_FLOATING_POINT);
  });
});

describe('the stack pointer as base', () => {
  test.each([
    ['LD2R', LD2R_8H_SP],
    ['STP', STP_D0_D1_SP],
    ['LDR', LDR_S0_SP_POST],
  ])('makes %s fault when it is misaligned', (_, word) => {
    machine.cpu.sp = BigInt(STACK + 8);
    expect(fault(word, 0).exceptionClass).toBe(STACK_ALIGNMENT);
    expect(machine.cpu.v(0)).toEqual(V);
  });

  test('may be misaligned where SCTLR_EL1.SA is clear, and is written back', () => {
    machine.sctlr(SCTLR.M);
    machine.cpu.sp = BigInt(STACK + 2);
    machine.memory.writeU32(STACK + 4, 0x1234_5678);
    run(LDR_S0_SP_POST, 0);
    expect(machine.cpu.v(0)).toEqual([0x5678_0000n, 0n]);
    expect(machine.cpu.sp).toBe(BigInt(STACK + 6));
  });

  test('another misaligned base is nothing special', () => {
    run(LDR_Q0_X0, DATA + 8);
    expect(machine.cpu.v(0)).toEqual([0n, 0n]);
  });
});

describe('SCTLR_EL1.A', () => {
  beforeEach(() => machine.sctlr(SCTLR.M | SCTLR.A));

  test.each([
    ['elements of a byte anywhere', LD1_16B_X0, 1],
    ['elements of a halfword at 2', LD1_8H_X0, 2],
    ['structures of words at 4', LD4_4S_X0, 4],
    ['a lane of a byte anywhere', LD1_B_LANE_X0, 3],
    ['16 bytes at 16', LDR_Q0_X0, 16],
    ['two of 16 bytes at 16', LDP_Q0_Q1_X0, 16],
  ])('lets through %s', (_, word, offset) => {
    run(word, DATA + offset);
    expect(machine.cpu.pc).toBe(BigInt(CODE + 4));
  });

  test.each([
    ['elements of a halfword at 1', LD1_8H_X0, 1, 0],
    ['structures of words at 2', LD4_4S_X0, 2, 0],
    ['16 bytes at 8', LDR_Q0_X0, 8, 0],
    ['two of 16 bytes at 8', LDP_Q0_Q1_X0, 8, 0],
    ['a store of 16 bytes at 8', STR_Q0_X0, 8, WNR],
    ['a store of words at 2', ST1_4S_TWO_X0, 2, WNR],
    ['8 bytes at 4', LDR_D0_X0, 4, 0],
  ])('refuses %s', (_, word, offset, wnr) => {
    for (const base of [DATA, DATA + 0xff0]) {
      const { exceptionClass, iss, far } = fault(word, base + offset);
      expect([exceptionClass, iss]).toEqual([DATA_ABORT, wnr | ALIGNMENT]);
      expect(far).toBe(BigInt(base + offset));
      expect(machine.cpu.v(0)).toEqual(V);
    }
  });

  test('lets elements cross into another page, and each page fault by itself', () => {
    machine.tables.unmap(BigInt(DATA + 0x1000), 1);
    const { iss, far } = fault(LD1_8H_X0, DATA + 0xffa);
    expect(iss).toBe(TRANSLATION_LEVEL_3);
    expect(far).toBe(BigInt(DATA + 0x1000));
    expect(machine.cpu.v(0)).toEqual(V);
  });
});

describe('Device memory', () => {
  const reads = () => machine.device.accesses.map(({ kind, offset, size }) => [kind, offset, size]);

  test('aligned bytes go by words', () => {
    run(LD1_16B_X0, DEVICE + 16);
    expect(reads()).toEqual([16, 20, 24, 28].map((offset) => ['read', offset, 4]));
    expect(machine.cpu.v(0)).toEqual([(20n << 32n) | 16n, (28n << 32n) | 24n]);
  });

  test('misaligned bytes go one by one', () => {
    run(LD1_16B_X0, DEVICE + 3);
    expect(reads()).toEqual(Array.from({ length: 16 }, (_, index) => ['read', 3 + index, 1]));
    expect(machine.cpu.v(0)).toEqual([0x0a09_0807_0605_0403n, 0x1211_100f_0e0d_0c0bn]);
  });

  test('stores of words go by words', () => {
    machine.cpu.setV(1, 0x1111_1111_2222_2222n, 0x3333_3333_4444_4444n);
    run(ST1_4S_TWO_X0, DEVICE + 4);
    expect(machine.device.accesses.map(({ offset, value }) => [offset, value])).toEqual([
      [4, 0x0302_0100],
      [8, 0x0706_0504],
      [12, 0x0b0a_0908],
      [16, 0x0f0e_0d0c],
      [20, 0x2222_2222],
      [24, 0x1111_1111],
      [28, 0x4444_4444],
      [32, 0x3333_3333],
    ]);
  });

  test.each([
    ['16 bytes at 8', LDR_Q0_X0, 8],
    ['halfwords at 1', LD1_8H_X0, 1],
  ])('refuses %s', (_, word, offset) => {
    expect(fault(word, DEVICE + offset).iss).toBe(ALIGNMENT);
    expect(machine.device.accesses).toEqual([]);
  });

  test('an access that a device refuses leaves the registers alone', () => {
    machine.device.refused.add(24);
    const { iss } = fault(LD1_16B_X0, DEVICE + 16);
    expect(iss).toBe(0x10);
    expect(machine.cpu.v(0)).toEqual(V);
  });
});

describe('memory with code in it', () => {
  test('a store of vectors over instructions is seen', () => {
    const target = CODE + 0x100;
    const MOVZ_X1_1 = 0xd280_0021;
    const MOVZ_X1_2 = 0xd280_0041;
    machine.memory.writeU32(target, MOVZ_X1_1);
    machine.cpu.pc = BigInt(target);
    machine.engine.run(1);
    expect(machine.x(1)).toBe(1n);
    machine.cpu.setV(0, BigInt(MOVZ_X1_2), 0n);
    run(ST1_16B_X0, target);
    machine.cpu.pc = BigInt(target);
    machine.engine.run(1);
    expect(machine.x(1)).toBe(2n);
  });
});
