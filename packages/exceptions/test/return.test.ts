import { CPU_STATE, PSTATE } from '@armature/core';
import { describe, expect, test } from 'vitest';
import { createExceptionModel } from '../src/index.ts';
import { DAIF, MODE, makeCpu } from './helpers.ts';

const TARGET = 0x0000_0000_0040_1000n;

function returnWith(
  spsr: number,
  options: { from?: number; elr?: bigint; tcr?: bigint; features?: object } = {},
) {
  const cpu = makeCpu(options.from ?? MODE.EL1h | DAIF);
  cpu.setSystem('SPSR_EL1', BigInt(spsr >>> 0));
  cpu.setSystem('ELR_EL1', options.elr ?? TARGET);
  cpu.setSystem('TCR_EL1', options.tcr ?? 0n);
  createExceptionModel(options.features).exceptionReturn(cpu);
  return cpu;
}

describe('legal returns', () => {
  test.each([
    ['EL0t', MODE.EL0t, 0x1000n],
    ['EL1t', MODE.EL1t, 0x1000n],
    ['EL1h', MODE.EL1h, 0x2000n],
  ])('to %s', (_, mode, sp) => {
    const cpu = returnWith(mode | PSTATE.I | PSTATE.D | 0x6000_0000);
    expect(cpu.pc).toBe(TARGET);
    expect(cpu.pstate).toBe(mode | PSTATE.I | PSTATE.D);
    expect(cpu.nzcv >>> 0).toBe(0x6000_0000);
    expect(cpu.sp).toBe(sp);
    expect(cpu.get64(CPU_STATE.exclusiveAddress)).toBe(0xffff_ffff_ffff_ffffn);
  });

  test('from EL1t, the live SP_EL0 is what EL0 gets', () => {
    const cpu = makeCpu(MODE.EL1t);
    cpu.sp = 0x5550n;
    cpu.setSystem('ELR_EL1', TARGET);
    createExceptionModel().exceptionReturn(cpu);
    expect(cpu.sp).toBe(0x5550n);
    expect(cpu.system('SP_EL1')).toBe(0x2000n);
  });

  test('IL comes from SPSR; SS and RES0 bits do not', () => {
    expect(returnWith(MODE.EL0t | PSTATE.IL).pstate).toBe(MODE.EL0t | PSTATE.IL);
    expect(returnWith(MODE.EL0t | (0x0fff_fc20 & ~PSTATE.IL)).pstate).toBe(MODE.EL0t);
  });

  test('feature fields come from SPSR where the feature is', () => {
    const fields = PSTATE.PAN | PSTATE.UAO | PSTATE.DIT | PSTATE.SSBS | PSTATE.BTYPE;
    const features = { pan: true, uao: true, dit: true, ssbs: true, bti: true };
    expect(returnWith(MODE.EL0t | fields | PSTATE.SS, { features }).pstate).toBe(MODE.EL0t | fields);
    expect(returnWith(MODE.EL0t, { features, from: MODE.EL1h | fields }).pstate).toBe(MODE.EL0t);
  });
});

describe('illegal returns', () => {
  test.each([
    ['AArch32 User', 0x10],
    ['AArch32 Supervisor', 0x13],
    ['EL2h from EL1', 0x09],
    ['EL2t from EL1', 0x08],
    ['EL3h from EL1', 0x0d],
    ['EL3t from EL1', 0x0c],
    ['M[1] set, EL1', 0x06],
    ['M[1] set, EL0', 0x02],
    ['EL0 with SP = 1', 0x01],
    ['EL1 with M[1:0] = 3', 0x07],
  ])('%s', (_, mode) => {
    const cpu = returnWith(mode | PSTATE.I | 0x9000_0000, { from: MODE.EL1h | DAIF | PSTATE.SS });
    expect(cpu.pc).toBe(TARGET);
    expect(cpu.pstate).toBe(MODE.EL1h | PSTATE.I | PSTATE.IL);
    expect(cpu.nzcv >>> 0).toBe(0x9000_0000);
    expect(cpu.sp).toBe(0x2000n);
    expect(cpu.get64(CPU_STATE.exclusiveAddress)).toBe(0xffff_ffff_ffff_ffffn);
  });

  test('PSTATE.SP stays what it was', () => {
    expect(returnWith(0x10, { from: MODE.EL1t }).pstate).toBe(MODE.EL1t | PSTATE.IL);
  });

  test('PAN comes from SPSR, UAO and SSBS stay', () => {
    const features = { pan: true, uao: true, ssbs: true };
    const from = MODE.EL1h | PSTATE.UAO | PSTATE.SSBS;
    const cpu = returnWith(0x10 | PSTATE.PAN, { features, from });
    expect(cpu.pstate).toBe(from | PSTATE.PAN | PSTATE.IL);
  });
});

describe('return addresses', () => {
  const TBI0 = 1n << 37n;
  const TBI1 = 1n << 38n;
  test.each([
    ['low half, no TBI', 0x5a00_0000_0040_1000n, 0n, 0x5a00_0000_0040_1000n],
    ['low half, TBI0', 0x5a00_0000_0040_1000n, TBI0, 0x0000_0000_0040_1000n],
    ['low half, TBI0 for data alone', 0x5a00_0000_0040_1000n, TBI0 | (1n << 51n), 0x5a00_0000_0040_1000n],
    ['high half, TBI1 for data alone', 0x5aff_8000_0040_1000n, TBI1 | (1n << 52n), 0x5aff_8000_0040_1000n],
    ['low half, TBI1 only', 0x5a00_0000_0040_1000n, TBI1, 0x5a00_0000_0040_1000n],
    ['high half, TBI1', 0x5aff_8000_0040_1000n, TBI1, 0xffff_8000_0040_1000n],
    ['high half, TBI0 only', 0x5aff_8000_0040_1000n, TBI0, 0x5aff_8000_0040_1000n],
    ['unaligned', 0x40_1002n, 0n, 0x40_1002n],
  ])('%s', (_, elr, tcr, pc) => {
    expect(returnWith(MODE.EL0t, { elr, tcr }).pc).toBe(pc);
  });
});

test('ERET at EL0 is not an exception return', () => {
  expect(() => createExceptionModel().exceptionReturn(makeCpu(MODE.EL0t))).toThrow(/UNDEFINED/);
});
