import {
  CPU_STATE,
  type CpuState,
  type ExceptionModel,
  INTERRUPT,
  INTERRUPT_LINE,
  PSTATE,
} from '@armature/core';
import { describe, expect, test } from 'vitest';
import { createExceptionModel } from '../src/index.ts';
import { DAIF, MODE, makeCpu, registerNamed } from './helpers.ts';

const SCTLR_UMA = 1n << 9n;
const FIELD = {
  UAO: [0, 3],
  PAN: [0, 4],
  SPSel: [0, 5],
  SSBS: [3, 1],
  DIT: [3, 2],
  DAIFSet: [3, 6],
  DAIFClr: [3, 7],
} as const;

function write(model: ExceptionModel, cpu: CpuState, field: keyof typeof FIELD, immediate: number) {
  const [op1, op2] = FIELD[field];
  return model.writePstateField(cpu, op1, op2, immediate);
}

describe('MSR (immediate)', () => {
  test('DAIFSet and DAIFClr change the masks named', () => {
    const model = createExceptionModel();
    const cpu = makeCpu(MODE.EL1h);
    expect(write(model, cpu, 'DAIFSet', 0b1010)).toBe(true);
    expect(cpu.pstate).toBe(MODE.EL1h | PSTATE.D | PSTATE.I);
    expect(write(model, cpu, 'DAIFSet', 0b0101)).toBe(true);
    expect(write(model, cpu, 'DAIFClr', 0b0011)).toBe(true);
    expect(cpu.pstate).toBe(MODE.EL1h | PSTATE.D | PSTATE.A);
  });

  test.each(['DAIFSet', 'DAIFClr'] as const)('%s at EL0 traps unless SCTLR_EL1.UMA', (field) => {
    const model = createExceptionModel();
    const cpu = makeCpu(MODE.EL0t | PSTATE.A);
    expect(write(model, cpu, field, 15)).toEqual({ trapClass: 0x18 });
    expect(cpu.pstate).toBe(MODE.EL0t | PSTATE.A);
    cpu.setSystem('SCTLR_EL1', SCTLR_UMA);
    expect(write(model, cpu, field, 15)).toBe(true);
    expect(cpu.pstate).toBe(field === 'DAIFSet' ? DAIF : 0);
  });

  test('SPSel swaps stack pointers, and only at EL1', () => {
    const model = createExceptionModel();
    const cpu = makeCpu(MODE.EL1h);
    cpu.sp = 0x2220n;
    expect(write(model, cpu, 'SPSel', 0)).toBe(true);
    expect(cpu.sp).toBe(0x1000n);
    expect(cpu.system('SP_EL1')).toBe(0x2220n);
    cpu.sp = 0x1110n;
    expect(write(model, cpu, 'SPSel', 1)).toBe(true);
    expect(write(model, cpu, 'SPSel', 1)).toBe(true);
    expect([cpu.sp, cpu.system('SP_EL0')]).toEqual([0x2220n, 0x1110n]);
    expect(write(model, makeCpu(MODE.EL0t), 'SPSel', 1)).toBe(false);
  });

  test.each([
    ['PAN', { pan: true }, PSTATE.PAN, false],
    ['UAO', { uao: true }, PSTATE.UAO, false],
    ['DIT', { dit: true }, PSTATE.DIT, true],
    ['SSBS', { ssbs: true }, PSTATE.SSBS, true],
  ] as const)('%s exists with its feature', (field, features, bit, atEl0) => {
    const cpu = makeCpu(MODE.EL1h);
    expect(write(createExceptionModel(), cpu, field, 1)).toBe(false);
    const model = createExceptionModel(features);
    expect(write(model, cpu, field, 1)).toBe(true);
    expect(cpu.pstate).toBe(MODE.EL1h | bit);
    expect(write(model, cpu, field, 0)).toBe(true);
    expect(cpu.pstate).toBe(MODE.EL1h);
    expect(write(model, makeCpu(MODE.EL0t), field, 1)).toBe(atEl0);
  });

  test('every other field is UNDEFINED', () => {
    const model = createExceptionModel({ pan: true, uao: true, dit: true, ssbs: true });
    const known = new Set(Object.values(FIELD).map(([op1, op2]) => op1 * 8 + op2));
    for (let field = 0; field < 64; field++) {
      if (known.has(field)) continue;
      expect(model.writePstateField(makeCpu(MODE.EL1h), field >> 3, field & 7, 1)).toBe(false);
    }
  });
});

describe('pending interrupts', () => {
  const { irq, fiq, serror } = INTERRUPT_LINE;
  test.each([
    ['nothing raised', 0, 0, 'none'],
    ['IRQ', irq, 0, 'irq'],
    ['IRQ masked', irq, PSTATE.I, 'none'],
    ['IRQ with the other masks', irq, PSTATE.F | PSTATE.A | PSTATE.D, 'irq'],
    ['FIQ', fiq, 0, 'fiq'],
    ['FIQ masked', fiq, PSTATE.F, 'none'],
    ['SError', serror, 0, 'serror'],
    ['SError masked', serror, PSTATE.A, 'none'],
    ['FIQ before IRQ', irq | fiq, 0, 'fiq'],
    ['SError before all', irq | fiq | serror, 0, 'serror'],
    ['IRQ when the rest is masked', irq | fiq | serror, PSTATE.A | PSTATE.F, 'irq'],
  ] as const)('%s', (_, lines, masks, expected) => {
    for (const mode of [MODE.EL0t, MODE.EL1h]) {
      const cpu = makeCpu(mode | masks);
      cpu.setInterruptLine(lines, true);
      expect(createExceptionModel().pendingInterrupt(cpu)).toBe(INTERRUPT[expected]);
    }
  });
});

describe('registers', () => {
  const { registers } = createExceptionModel();
  const read = (name: string, cpu = makeCpu(MODE.EL1h)): bigint => {
    registerNamed(registers, name).read?.(cpu);
    return cpu.get64(CPU_STATE.transfer);
  };

  test('CurrentEL, SPSel, DAIF and NZCV read PSTATE', () => {
    const cpu = makeCpu(MODE.EL1h | PSTATE.I | PSTATE.IL);
    expect(read('CurrentEL', cpu)).toBe(4n);
    expect(read('SPSel', cpu)).toBe(1n);
    expect(read('DAIF', cpu)).toBe(BigInt(PSTATE.I));
    expect(read('NZCV', cpu)).toBe(0xa000_0000n);
  });

  test('DAIF, NZCV and SPSel write PSTATE and nothing else', () => {
    const cpu = makeCpu(MODE.EL1h);
    registerNamed(registers, 'DAIF').write?.(cpu, PSTATE.F, 0);
    registerNamed(registers, 'NZCV').write?.(cpu, 0x5000_0000, 0);
    expect(cpu.pstate).toBe(MODE.EL1h | PSTATE.F);
    expect(cpu.nzcv >>> 0).toBe(0x5000_0000);
    registerNamed(registers, 'SPSel').write?.(cpu, 0, 0);
    expect(cpu.pstate).toBe(MODE.EL1t | PSTATE.F);
    expect(cpu.sp).toBe(0x1000n);
  });

  test('DAIF at EL0 needs SCTLR_EL1.UMA', () => {
    const { check } = registerNamed(registers, 'DAIF');
    const cpu = makeCpu(MODE.EL0t);
    expect(check?.(cpu, 0, true)).toEqual({ trapClass: 0x18 });
    cpu.setSystem('SCTLR_EL1', SCTLR_UMA);
    expect(check?.(cpu, 0, false)).toBe('ok');
    expect(check?.(makeCpu(MODE.EL1h), 1, false)).toBe('ok');
  });

  test('SP_EL0 is UNDEFINED while it is the current stack pointer', () => {
    const { check, inlineWhenPstate } = registerNamed(registers, 'SP_EL0');
    expect(check?.(makeCpu(MODE.EL1h), 1, true)).toBe('ok');
    expect(check?.(makeCpu(MODE.EL1t), 1, true)).toBe('undefined');
    expect(inlineWhenPstate).toBe(PSTATE.SP);
  });

  test('ISR_EL1 shows what is raised, masked or not', () => {
    const cpu = makeCpu(MODE.EL1h | DAIF);
    cpu.setInterruptLine(INTERRUPT_LINE.irq | INTERRUPT_LINE.serror, true);
    expect(read('ISR_EL1', cpu)).toBe(BigInt(PSTATE.I | PSTATE.A));
    cpu.setInterruptLine(INTERRUPT_LINE.irq | INTERRUPT_LINE.serror, false);
    cpu.setInterruptLine(INTERRUPT_LINE.fiq, true);
    expect(read('ISR_EL1', cpu)).toBe(BigInt(PSTATE.F));
  });

  test('names and encodings', () => {
    const all = createExceptionModel({ pan: true, uao: true, dit: true, ssbs: true }).registers;
    const encodings = all.map(
      ({ name, op0, op1, crn, crm, op2 }) => `${name} ${op0} ${op1} ${crn} ${crm} ${op2}`,
    );
    expect(encodings).toEqual([
      'SPSR_EL1 3 0 4 0 0',
      'ELR_EL1 3 0 4 0 1',
      'SP_EL0 3 0 4 1 0',
      'SPSel 3 0 4 2 0',
      'CurrentEL 3 0 4 2 2',
      'NZCV 3 3 4 2 0',
      'DAIF 3 3 4 2 1',
      'AFSR0_EL1 3 0 5 1 0',
      'AFSR1_EL1 3 0 5 1 1',
      'ESR_EL1 3 0 5 2 0',
      'FAR_EL1 3 0 6 0 0',
      'VBAR_EL1 3 0 12 0 0',
      'ISR_EL1 3 0 12 1 0',
      'PAN 3 0 4 2 3',
      'UAO 3 0 4 2 4',
      'DIT 3 3 4 2 5',
      'SSBS 3 3 4 2 6',
    ]);
    expect(registers).toHaveLength(13);
    expect(registerNamed(registers, 'VBAR_EL1').writeMask).toBe(0xffff_ffff_ffff_f800n);
  });
});

test('reset enters EL1h with everything masked', () => {
  const cpu = makeCpu(MODE.EL0t | PSTATE.IL | PSTATE.PAN);
  cpu.setLo(CPU_STATE.faultHasAddress, 1);
  createExceptionModel().reset(cpu);
  expect(cpu.pstate).toBe(MODE.EL1h | DAIF);
  expect(cpu.nzcv >>> 0).toBe(0x4000_0000);
  expect(cpu.lo(CPU_STATE.faultHasAddress)).toBe(0);
});
