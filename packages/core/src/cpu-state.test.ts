import { expect, test } from 'vitest';
import { CPU_STATE, CpuState, INTERRUPT_LINE, PSTATE } from './index.ts';

const make = (): CpuState => new CpuState(new WebAssembly.Memory({ initial: 1 }), 4096);

test('64-bit fields keep all bits through bigint and halves', () => {
  const cpu = make();
  for (const value of [0n, 1n, 0x8000_0000n, 0xffff_ffffn, 0x1_0000_0000n, 0xffff_ffff_ffff_ffffn]) {
    cpu.setX(7, value);
    expect(cpu.x(7)).toBe(value);
    cpu.pc = value;
    expect(cpu.get64(CPU_STATE.pc)).toBe(value);
    cpu.set(CPU_STATE.sp, cpu.lo(CPU_STATE.pc), cpu.hi(CPU_STATE.pc));
    expect(cpu.sp).toBe(value);
  }
});

test('all sixteen flag values come back', () => {
  const cpu = make();
  for (let flags = 0; flags < 16; flags++) {
    cpu.nzcv = flags << 28;
    expect(cpu.nzcv >>> 28).toBe(flags);
  }
});

test('V registers are two halves, and do not touch their neighbours', () => {
  const cpu = make();
  cpu.setV(0, 1n, 2n);
  cpu.setV(31, 3n, 0xffff_ffff_ffff_ffffn);
  expect(cpu.v(0)).toEqual([1n, 2n]);
  expect(cpu.v(31)).toEqual([3n, 0xffff_ffff_ffff_ffffn]);
  expect(cpu.v(30)).toEqual([0n, 0n]);
});

test('exception level, interrupt lines, exclusive monitor and shared registers', () => {
  const cpu = make();
  cpu.pstate = (2 << PSTATE.elShift) | PSTATE.SP;
  expect(cpu.exceptionLevel).toBe(2);
  cpu.setInterruptLine(INTERRUPT_LINE.irq, true);
  cpu.setInterruptLine(INTERRUPT_LINE.serror, true);
  cpu.setInterruptLine(INTERRUPT_LINE.irq, false);
  expect(cpu.lo(CPU_STATE.interruptLines)).toBe(INTERRUPT_LINE.serror);
  cpu.clearExclusive();
  expect(cpu.get64(CPU_STATE.exclusiveAddress)).toBe(0xffff_ffff_ffff_ffffn);
  cpu.setSystem('TTBR1_EL1', 0x1234_5678_9abc_def0n);
  expect(cpu.system('TTBR1_EL1')).toBe(0x1234_5678_9abc_def0n);
});
