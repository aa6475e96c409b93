import { CPU_STATE, INTERRUPT, PSTATE } from '@armature/core';
import { describe, expect, test } from 'vitest';
import { buildSyndrome, createExceptionModel, EXCEPTION_CLASS } from '../src/index.ts';
import { DAIF, MODE, makeCpu } from './helpers.ts';

const VBAR = 0xffff_8000_0801_0800n;

describe('vector offsets', () => {
  const table = [
    ['EL1t', 'synchronous', 0x000n],
    ['EL1t', 'irq', 0x080n],
    ['EL1t', 'fiq', 0x100n],
    ['EL1t', 'serror', 0x180n],
    ['EL1h', 'synchronous', 0x200n],
    ['EL1h', 'irq', 0x280n],
    ['EL1h', 'fiq', 0x300n],
    ['EL1h', 'serror', 0x380n],
    ['EL0t', 'synchronous', 0x400n],
    ['EL0t', 'irq', 0x480n],
    ['EL0t', 'fiq', 0x500n],
    ['EL0t', 'serror', 0x580n],
  ] as const;
  test.each(table)('%s, %s', (mode, kind, offset) => {
    const model = createExceptionModel();
    const cpu = makeCpu(MODE[mode]);
    if (kind === 'synchronous') model.takeSynchronous(cpu, buildSyndrome(EXCEPTION_CLASS.svc, 1));
    else model.takeInterrupt(cpu, INTERRUPT[kind]);
    expect(cpu.pc).toBe(VBAR + offset);
    expect(cpu.system('ELR_EL1')).toBe(0xffff_8000_1234_5678n);
    expect(cpu.system('SPSR_EL1')).toBe(BigInt(MODE[mode]) | 0xa000_0000n);
    expect(cpu.pstate).toBe(MODE.EL1h | DAIF);
    expect(cpu.nzcv >>> 0).toBe(0xa000_0000);
    expect(cpu.get64(CPU_STATE.exclusiveAddress)).toBe(0xffff_ffff_ffff_ffffn);
  });
});

describe('stack pointers', () => {
  test.each([
    ['EL0t', 0x1234n, 0x2000n],
    ['EL1t', 0x1234n, 0x2000n],
    ['EL1h', 0x1000n, 0x1234n],
  ] as const)('entry from %s keeps the interrupted one and selects SP_EL1', (mode, spEl0, sp) => {
    const cpu = makeCpu(MODE[mode]);
    cpu.sp = 0x1234n;
    createExceptionModel().takeSynchronous(cpu, buildSyndrome(EXCEPTION_CLASS.svc));
    expect(cpu.sp).toBe(sp);
    expect(cpu.system('SP_EL0')).toBe(spEl0);
  });
});

describe('syndrome and address', () => {
  test('FAR_EL1 is written only when the fault has an address', () => {
    const model = createExceptionModel();
    const cpu = makeCpu(MODE.EL1h);
    cpu.setSystem('FAR_EL1', 7n);
    cpu.set64(CPU_STATE.faultAddress, 0xdead_beef_0000_1000n);
    model.takeSynchronous(cpu, buildSyndrome(EXCEPTION_CLASS.brk));
    expect(cpu.system('FAR_EL1')).toBe(7n);
    cpu.setLo(CPU_STATE.faultHasAddress, 1);
    model.takeSynchronous(cpu, buildSyndrome(EXCEPTION_CLASS.dataAbortSame, 0x07));
    expect(cpu.system('FAR_EL1')).toBe(0xdead_beef_0000_1000n);
    expect(cpu.system('ESR_EL1')).toBe(0x9600_0007n);
    expect(cpu.lo(CPU_STATE.faultHasAddress)).toBe(0);
  });

  test.each([
    [EXCEPTION_CLASS.dataAbortSame, 'EL0t', EXCEPTION_CLASS.dataAbortLower],
    [EXCEPTION_CLASS.dataAbortLower, 'EL1h', EXCEPTION_CLASS.dataAbortSame],
    [EXCEPTION_CLASS.instructionAbortLower, 'EL1t', EXCEPTION_CLASS.instructionAbortSame],
    [EXCEPTION_CLASS.instructionAbortSame, 'EL0t', EXCEPTION_CLASS.instructionAbortLower],
    [EXCEPTION_CLASS.breakpointLower, 'EL1h', EXCEPTION_CLASS.breakpointSame],
    [EXCEPTION_CLASS.softwareStepLower, 'EL1h', EXCEPTION_CLASS.softwareStepSame],
    [EXCEPTION_CLASS.watchpointSame, 'EL0t', EXCEPTION_CLASS.watchpointLower],
    [EXCEPTION_CLASS.pcAlignment, 'EL0t', EXCEPTION_CLASS.pcAlignment],
    [EXCEPTION_CLASS.svc, 'EL1h', EXCEPTION_CLASS.svc],
    [EXCEPTION_CLASS.memoryOperation, 'EL1h', EXCEPTION_CLASS.memoryOperation],
  ] as const)('class 0x%s from %s is reported as 0x%s', (given, mode, reported) => {
    const cpu = makeCpu(MODE[mode]);
    createExceptionModel().takeSynchronous(cpu, buildSyndrome(given));
    expect(Number(cpu.system('ESR_EL1')) >>> 26).toBe(reported);
  });

  test('IRQ and FIQ leave ESR_EL1 alone; SError writes its class', () => {
    const model = createExceptionModel();
    const cpu = makeCpu(MODE.EL1h);
    cpu.setSystem('ESR_EL1', 0x1234n);
    model.takeInterrupt(cpu, INTERRUPT.irq);
    model.takeInterrupt(cpu, INTERRUPT.fiq);
    expect(cpu.system('ESR_EL1')).toBe(0x1234n);
    model.takeInterrupt(cpu, INTERRUPT.serror);
    expect(cpu.system('ESR_EL1')).toBe(0xbe00_0000n);
  });
});

describe('PSTATE at a handler', () => {
  const all = { pan: true, uao: true, dit: true, ssbs: true, bti: true };
  const SPAN = 1n << 23n;
  const DSSBS = 1n << 44n;

  test('IL, SS, UAO and BTYPE are cleared and saved; DIT stays', () => {
    const extra = PSTATE.IL | PSTATE.SS | PSTATE.UAO | PSTATE.DIT | PSTATE.BTYPE | PSTATE.SSBS;
    const cpu = makeCpu(MODE.EL0t | extra);
    cpu.setSystem('SCTLR_EL1', SPAN);
    createExceptionModel(all).takeSynchronous(cpu, buildSyndrome(EXCEPTION_CLASS.svc));
    expect(cpu.pstate).toBe(MODE.EL1h | DAIF | PSTATE.DIT);
    expect(cpu.system('SPSR_EL1')).toBe(0xa000_0000n | BigInt(extra));
  });

  test.each([
    ['SPAN = 0 sets PAN', all, 0n, 0, PSTATE.PAN],
    ['SPAN = 1 keeps PAN clear', all, SPAN, 0, 0],
    ['SPAN = 1 keeps PAN set', all, SPAN, PSTATE.PAN, PSTATE.PAN],
    ['without FEAT_PAN, SPAN is nothing', {}, 0n, 0, 0],
    ['DSSBS sets SSBS', all, SPAN | DSSBS, 0, PSTATE.SSBS],
    ['without FEAT_SSBS, DSSBS is nothing', {}, DSSBS, 0, 0],
  ])('%s', (_, features, sctlr, before, after) => {
    const cpu = makeCpu(MODE.EL0t | before);
    cpu.setSystem('SCTLR_EL1', sctlr);
    createExceptionModel(features).takeSynchronous(cpu, buildSyndrome(EXCEPTION_CLASS.svc));
    expect(cpu.pstate).toBe(MODE.EL1h | DAIF | after);
  });
});

describe('observers', () => {
  test('see the kind, the reported syndrome and the return', () => {
    const model = createExceptionModel();
    const seen: string[] = [];
    model.observe({
      taken: (cpu, kind, syndrome) => seen.push(`${kind} ${syndrome.toString(16)} at ${cpu.pc.toString(16)}`),
      returned: (cpu) => seen.push(`to ${cpu.pc.toString(16)}`),
    });
    model.observe({});
    const cpu = makeCpu(MODE.EL0t);
    model.takeSynchronous(cpu, buildSyndrome(EXCEPTION_CLASS.dataAbortSame, 5));
    model.takeInterrupt(cpu, INTERRUPT.irq);
    model.exceptionReturn(cpu);
    expect(seen).toEqual([
      'synchronous 92000005 at ffff800008010c00',
      'irq 0 at ffff800008010a80',
      'to ffff800008010c00',
    ]);
  });
});

test('taking no interrupt is the host’s mistake', () => {
  expect(() => createExceptionModel().takeInterrupt(makeCpu(MODE.EL1h), INTERRUPT.none)).toThrow(
    /no interrupt 0/,
  );
});
