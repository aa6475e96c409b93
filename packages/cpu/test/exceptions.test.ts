import { PSTATE } from '@armature/core';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  bareMachine,
  CODE,
  DATA,
  DEVICE,
  KERNEL,
  RAM,
  ROM,
  SCTLR,
  UNMAPPED,
  USER_CODE,
  VECTORS,
} from './bare-machine.ts';

const machine = await bareMachine();
const { cpu, engine, memory } = machine;
const at = (index: number): bigint => BigInt(CODE + 4 * index);
const SYNCHRONOUS = 0x200;

const EC = {
  unknown: 0x00,
  illegalState: 0x0e,
  svc: 0x15,
  system: 0x18,
  instructionAbort: 0x21,
  pcAlignment: 0x22,
  brk: 0x3c,
} as const;

beforeEach(() => machine.reset());

describe('exception generation', () => {
  test.each([
    ['svc 0x1234', EC.svc, 0x1234, 1],
    ['svc 0xffff', EC.svc, 0xffff, 1],
    ['brk 0xf000', EC.brk, 0xf000, 0],
    ['hlt 1', EC.unknown, 0, 0],
    ['hvc 7', EC.unknown, 0, 0],
    ['smc 7', EC.unknown, 0, 0],
    ['dcps1', EC.unknown, 0, 0],
    ['dcps2 1', EC.unknown, 0, 0],
    ['dcps3', EC.unknown, 0, 0],
    ['.word 0', EC.unknown, 0, 0],
    ['.word 0xffffffff', EC.unknown, 0, 0],
    ['drps', EC.unknown, 0, 0],
  ])('%s', (instruction, exceptionClass, iss, returned) => {
    machine.load(`${instruction}; nop`);
    machine.level(1, PSTATE.I);
    cpu.nzcv = 0x9000_0000;
    expect(engine.run(1).instructions).toBe(1);
    expect(machine.taken()).toMatchObject({
      vector: SYNCHRONOUS,
      exceptionClass,
      iss,
      elr: at(returned),
      spsr: BigInt(0x9000_0000 + PSTATE.I + 5),
    });
    // IL: every A64 instruction is 32 bits long.
    expect(cpu.system('ESR_EL1') & (1n << 25n)).not.toBe(0n);
  });

  test.each(['svc 3', 'brk 3', 'hvc 3', 'smc 3', 'eret', '.word 0'])('%s at EL0', (instruction) => {
    machine.map(CODE, CODE, 1, USER_CODE);
    machine.load(instruction);
    machine.level(0);
    const taken = machine.untilException();
    const known = { svc: EC.svc, brk: EC.brk } as Readonly<Record<string, number>>;
    expect(taken).toMatchObject({
      vector: 0x400,
      exceptionClass: known[instruction.slice(0, 3)] ?? EC.unknown,
      elr: at(instruction.startsWith('svc') ? 1 : 0),
    });
    expect(cpu.exceptionLevel).toBe(1);
  });

  test('uses the vectors of SP_EL0 where that is the stack pointer', () => {
    machine.load('msr SPSel, 0; svc 1');
    expect(machine.untilException()).toMatchObject({ vector: 0, elr: at(2) });
  });

  test.each([
    ['hvc', 'hvc 0', 1n, undefined],
    ['smc', 'smc 0', 1n, undefined],
    ['hvc', 'smc 0', 0n, EC.unknown],
    ['smc', 'hvc 0', 0n, EC.unknown],
  ] as const)('firmware called by %s answers %s', async (conduit, instruction, answered, exceptionClass) => {
    const other = await bareMachine({
      firmware: {
        conduit,
        call: (state) => {
          state.setX(0, 1n);
          return true;
        },
      },
    });
    other.load(`${instruction}; b .`);
    other.engine.run(1);
    expect(other.x(0)).toBe(answered);
    if (exceptionClass === undefined) expect(other.cpu.pc).toBe(at(1));
    else expect(other.taken()).toMatchObject({ exceptionClass, elr: at(0) });
  });

  test('firmware that does not know a call leaves it UNDEFINED, and none is asked from EL0', async () => {
    let calls = 0;
    const other = await bareMachine({
      firmware: {
        conduit: 'hvc',
        call: () => {
          calls++;
          return false;
        },
      },
    });
    other.load('hvc 0');
    expect(other.untilException()).toMatchObject({ exceptionClass: EC.unknown, elr: at(0) });
    other.reset();
    other.map(CODE, CODE, 1, USER_CODE);
    other.load('hvc 0');
    other.level(0);
    expect(other.untilException()).toMatchObject({ vector: 0x400, exceptionClass: EC.unknown });
    expect(calls).toBe(1);
  });
});

describe('system registers and operations', () => {
  test.each([
    ['mrs x0, s3_0_c15_c0_7', 1],
    ['msr s3_0_c15_c0_7, x0', 1],
    ['msr midr_el1, x0', 1],
    ['mrs x0, ttbr0_el1', 0],
    ['msr vbar_el1, x0', 0],
    ['tlbi vmalle1', 0],
    ['sys 3, c15, c0, 7, x0', 1],
    ['sysl x0, 3, c7, c4, 1', 1],
    ['msr SPSel, 0', 0],
  ])('%s is UNDEFINED at EL%i', (instruction, el) => {
    machine.map(CODE, CODE, 1, el === 0 ? USER_CODE : KERNEL);
    machine.load(instruction);
    machine.level(el as 0 | 1);
    expect(machine.untilException()).toMatchObject({ exceptionClass: EC.unknown, iss: 0, elr: at(0) });
  });

  test.each([
    ['mrs x7, daif', (3 << 20) | (1 << 17) | (3 << 14) | (4 << 10) | (7 << 5) | (2 << 1) | 1],
    ['msr daif, x7', (3 << 20) | (1 << 17) | (3 << 14) | (4 << 10) | (7 << 5) | (2 << 1)],
    ['msr DAIFSet, 2', (6 << 17) | (3 << 14) | (4 << 10) | (31 << 5) | (2 << 1)],
    ['mrs x7, ctr_el0', (3 << 20) | (1 << 17) | (3 << 14) | (7 << 5) | 1],
    ['dc zva, x7', (1 << 20) | (1 << 17) | (3 << 14) | (7 << 10) | (7 << 5) | (4 << 1)],
    ['ic ivau, x7', (1 << 20) | (1 << 17) | (3 << 14) | (7 << 10) | (7 << 5) | (5 << 1)],
  ])('%s at EL0 is trapped with its operands', (instruction, iss) => {
    machine.map(CODE, CODE, 1, USER_CODE);
    machine.load(instruction);
    machine.level(0);
    expect(machine.untilException()).toMatchObject({
      vector: 0x400,
      exceptionClass: EC.system,
      iss,
      elr: at(0),
    });
  });

  test('keep their values and their masks', () => {
    machine.execute(
      'msr tpidr_el0, x0; mrs x1, tpidr_el0; msr vbar_el1, x0; mrs x2, vbar_el1; mrs xzr, midr_el1',
      {
        0: 0xffff_ffff_ffff_ffffn,
      },
    );
    expect([machine.x(1), machine.x(2)]).toEqual([0xffff_ffff_ffff_ffffn, 0xffff_ffff_ffff_f800n]);
  });

  test('MSR of XZR writes zero', () => {
    machine.execute('msr tpidr_el0, x0; msr tpidr_el0, xzr; mrs x1, tpidr_el0', { 0: 5, 1: 9 });
    expect(machine.x(1)).toBe(0n);
  });
});

describe('instruction fetch', () => {
  test.each([1, 2, 3])('at an address with low bits %i is a PC alignment fault', (low) => {
    for (const instruction of ['br x0', 'ret x0', 'blr x0']) {
      machine.reset();
      machine.load(instruction);
      machine.setX({ 0: CODE + 0x100 + low, 30: 1 });
      expect(engine.run(2).instructions).toBe(2);
      expect(machine.taken()).toMatchObject({
        vector: SYNCHRONOUS,
        exceptionClass: EC.pcAlignment,
        iss: 0,
        elr: BigInt(CODE + 0x100 + low),
        far: BigInt(CODE + 0x100 + low),
      });
      // The branch itself is complete.
      expect(machine.x(30)).toBe(instruction.startsWith('blr') ? at(1) : 1n);
    }
  });

  test.each([
    ['where nothing is mapped', UNMAPPED, 0x06],
    ['of a page that is not executable', DATA, 0x0f],
    ['of a device', DEVICE, 0x0f],
    ['outside both halves', 2 ** 50, 0x04],
  ])('%s is an instruction abort', (_, target, status) => {
    machine.map(DATA, DATA, 1, { ...KERNEL, execute: false });
    machine.load('br x0');
    machine.setX({ 0: target });
    expect(machine.untilException()).toMatchObject({
      exceptionClass: EC.instructionAbort,
      iss: status,
      elr: BigInt(target),
      far: BigInt(target),
    });
  });

  test.each([
    ['a device with the MMU off', DEVICE, 0n],
    ['an address where nothing answers', 0x2000_0000, 0n],
    ['a device mapped as executable Normal memory', UNMAPPED, SCTLR.M],
  ])('from %s is an external abort', (_, target, sctlr) => {
    machine.map(UNMAPPED, DEVICE, 1, KERNEL);
    machine.sctlr(sctlr);
    machine.load('br x0');
    machine.setX({ 0: target });
    expect(machine.untilException()).toMatchObject({
      exceptionClass: EC.instructionAbort,
      iss: 0x10,
      far: BigInt(target),
    });
    expect(machine.device.accesses).toEqual([]);
  });

  test('from ROM works, also after the host changed it', () => {
    machine.map(ROM.base, ROM.base, 1, { ...KERNEL, write: false });
    machine.place('mov x0, 1; b .', ROM.base);
    cpu.pc = BigInt(ROM.base);
    engine.run(5);
    machine.place('mov x0, 2', ROM.base);
    cpu.pc = BigInt(ROM.base);
    engine.run(5);
    expect(machine.x(0)).toBe(2n);
  });

  test('faults at the first instruction of the page that code runs into', () => {
    const last = RAM.base + RAM.size - 8;
    machine.load('add x0, x0, 1; add x0, x0, 1', last);
    expect(engine.run(3).instructions).toBe(3);
    expect(machine.x(0)).toBe(2n);
    expect(machine.taken()).toMatchObject({
      exceptionClass: EC.instructionAbort,
      elr: BigInt(RAM.base + RAM.size),
    });
  });

  test('crosses 4 GiB boundaries of the virtual address', () => {
    machine.map(0xffff_f000, DATA, 2, KERNEL);
    machine.place(
      'adr x0, .; b 1f; 1: adr x1, .; bl 2f; nop; 2: ldr w3, 3f; b .; 3: .word 0x1234',
      DATA + 0xff8,
    );
    cpu.pc = 0xffff_fff8n;
    engine.run(6);
    expect([machine.x(0), machine.x(1), machine.x(30), machine.x(3)]).toEqual([
      0xffff_fff8n,
      0x1_0000_0000n,
      0x1_0000_0008n,
      0x1234n,
    ]);
    expect(cpu.pc).toBe(0x1_0000_0010n);
  });
});

describe('exception return', () => {
  test('restores PSTATE, flags and the stack pointer of the level', () => {
    machine.map(CODE + 0x1000, CODE + 0x1000, 1, USER_CODE);
    machine.load('eret');
    machine.place('mov x1, sp; cset x2, vs; svc 0', CODE + 0x1000);
    cpu.setSystem('ELR_EL1', BigInt(CODE + 0x1000));
    cpu.setSystem('SPSR_EL1', 0x1000_0000n);
    cpu.setSystem('SP_EL0', 0x1234_0000n);
    const before = cpu.sp;
    engine.run(4);
    expect([machine.x(1), machine.x(2), cpu.sp]).toEqual([0x1234_0000n, 1n, before]);
    expect(machine.taken()).toMatchObject({ vector: 0x400, exceptionClass: EC.svc, spsr: 0x1000_0000n });
  });

  test.each([
    ['AArch32', 0x10n],
    ['EL2', 0x9n],
    ['EL3', 0xdn],
    ['EL0 with SP_EL1', 0x1n],
    ['a reserved mode', 0x6n],
  ])('to %s is illegal, and the next instruction takes the exception', (_, spsr) => {
    machine.load('eret; mov x0, 1');
    cpu.setSystem('ELR_EL1', at(1));
    cpu.setSystem('SPSR_EL1', spsr | 0x8000_03c0n);
    engine.run(1);
    expect([cpu.pc, cpu.pstate & PSTATE.IL, cpu.exceptionLevel]).toEqual([at(1), PSTATE.IL, 1]);
    engine.run(1);
    expect(machine.taken()).toMatchObject({
      vector: SYNCHRONOUS,
      exceptionClass: EC.illegalState,
      elr: at(1),
    });
    expect(machine.taken().spsr & BigInt(PSTATE.IL)).toBe(BigInt(PSTATE.IL));
    expect([machine.x(0), cpu.pstate & PSTATE.IL]).toEqual([0n, 0]);
  });

  test('that is illegal and leads to a misaligned or unmapped address reports that first', () => {
    for (const [target, exceptionClass] of [
      [CODE + 2, EC.pcAlignment],
      [UNMAPPED, EC.instructionAbort],
    ] as const) {
      machine.reset();
      machine.load('eret');
      cpu.setSystem('ELR_EL1', BigInt(target));
      cpu.setSystem('SPSR_EL1', 0x10n);
      engine.run(2);
      expect(machine.taken()).toMatchObject({ exceptionClass, elr: BigInt(target) });
    }
  });

  test('nests: an exception in a handler that saved its registers', () => {
    machine.load('svc 1; mov x5, 5; b .');
    machine.place(
      `mrs x1, elr_el1; mrs x2, spsr_el1; mrs x3, esr_el1; cbnz x6, 1f; mov x6, 1; b 2f
       1: msr elr_el1, x1; eret
       2: mov x7, x1; svc 2; msr elr_el1, x7; eret`,
      VECTORS + SYNCHRONOUS,
    );
    engine.run(21);
    expect([machine.x(5), machine.x(7), machine.x(3) & 0xffffn]).toEqual([5n, at(1), 2n]);
    expect(cpu.pc).toBe(at(2));
  });
});

describe('exceptions without end', () => {
  const first = (): unknown => {
    const taken = engine.exceptionLoop.first;
    return taken === undefined
      ? undefined
      : { exceptionClass: (taken.syndrome >>> 26) & 0x3f, pc: taken.pc, address: taken.address };
  };

  test.each([
    ['vectors that are not mapped', (): void => cpu.setSystem('VBAR_EL1', BigInt(UNMAPPED))],
    ['vectors of undefined words', (): void => memory.fill(VECTORS, 0x800, 0)],
    [
      'vectors that load from where they failed',
      (): void => void machine.place('ldr x1, [x0]', VECTORS + SYNCHRONOUS),
    ],
    ['vectors that make system calls', (): void => void machine.place('svc 1', VECTORS + SYNCHRONOUS)],
  ])('are noticed within 1000 instructions: %s', (_, breakVectors) => {
    breakVectors();
    machine.load('mov x2, 2; ldr x1, [x0]');
    machine.setX({ 0: UNMAPPED + 0x10 });
    const outcome = engine.run(1_000_000);
    expect(outcome.reason).toBe('exception-loop');
    expect(outcome.instructions).toBeLessThan(1000);
    expect(first()).toEqual({ exceptionClass: 0x25, pc: at(1), address: BigInt(UNMAPPED + 0x10) });
    // It is still a loop.
    expect(engine.run(1_000_000)).toMatchObject({ reason: 'exception-loop' });
  });

  test('begin with a jump to nowhere', () => {
    cpu.setSystem('VBAR_EL1', 0n);
    machine.load('br x0');
    machine.setX({ 0: UNMAPPED });
    expect(engine.run(1_000_000).reason).toBe('exception-loop');
    expect(first()).toEqual({
      exceptionClass: EC.instructionAbort,
      pc: BigInt(UNMAPPED),
      address: BigInt(UNMAPPED),
    });
  });

  test('are found at the same instruction however the run is sliced', () => {
    const count = (slice: number): number => {
      machine.reset();
      cpu.setSystem('VBAR_EL1', BigInt(UNMAPPED));
      machine.load('nop; svc 0');
      let total = 0;
      for (;;) {
        const { instructions, reason } = engine.run(slice);
        total += instructions;
        if (reason === 'exception-loop') return total;
      }
    };
    const whole = count(1_000_000);
    expect([1, 7, 100].map(count)).toEqual([whole, whole, whole]);
  });

  test('are not seen in handlers that return, nor in those that branch away', () => {
    machine.load('1: svc 0; b 1b');
    machine.place('eret', VECTORS + SYNCHRONOUS);
    expect(engine.run(30_000)).toEqual({ instructions: 30_000, reason: 'budget' });
    machine.place(`b ${CODE + 0x100}`, VECTORS + SYNCHRONOUS);
    machine.place('svc 1', CODE + 0x100);
    expect(engine.run(30_000)).toEqual({ instructions: 30_000, reason: 'budget' });
    expect(engine.exceptionLoop.first).toMatchObject({ pc: BigInt(CODE + 0x104) });
  });

  test('are forgotten by a reset', () => {
    cpu.setSystem('VBAR_EL1', BigInt(UNMAPPED));
    machine.load('svc 0');
    expect(engine.run(10_000).reason).toBe('exception-loop');
    machine.reset();
    machine.load('1: add x0, x0, 1; b 1b');
    expect(engine.run(1000)).toEqual({ instructions: 1000, reason: 'budget' });
    expect(engine.exceptionLoop.first).toBeUndefined();
  });
});

describe('an error thrown by the host in the middle of an instruction', () => {
  const broken = new Error('broken');
  const fail = (): never => {
    throw broken;
  };

  test.each(['str w0, [x20], 4', 'ldr w3, [x20], 4', 'ldp w3, w4, [x20], 8'])(
    'leaves the CPU at it when a device throws: %s',
    (instruction) => {
      machine.load(`1: add x0, x0, 1; ${instruction}; sub x20, x20, x21; b 1b`);
      machine.setX({ 20: DEVICE, 21: instruction.startsWith('ldp') ? 8 : 4 });
      let accesses = 0;
      machine.device.onAccess = () => {
        if (++accesses === 5) fail();
      };
      expect(() => engine.run(5000)).toThrow(broken);
      const turns = instruction.startsWith('ldp') ? 2 : 4;
      expect([cpu.pc, machine.x(0), machine.x(20)]).toEqual([at(1), BigInt(turns + 1), BigInt(DEVICE)]);
      expect(engine.instructions).toBe(4 * turns + 1);
      // It can go on.
      expect(engine.run(4)).toEqual({ instructions: 4, reason: 'budget' });
      expect([cpu.pc, machine.x(0)]).toEqual([at(1), BigInt(turns + 2)]);
    },
  );

  test('leaves the CPU at it when a system operation throws', () => {
    const { invalidateAll } = machine.translation;
    machine.load('nop; nop; tlbi vmalle1; mov x0, 1');
    const operation = machine.registers.byName('TLBI VMALLE1') as { operate?: unknown };
    const { operate } = operation;
    operation.operate = fail;
    expect(() => engine.run(100)).toThrow(broken);
    operation.operate = operate;
    expect([cpu.pc, engine.instructions]).toEqual([at(2), 2]);
    engine.run(2);
    expect([machine.x(0), machine.translation.invalidateAll]).toEqual([1n, invalidateAll]);
  });

  test.each([
    ['svc 0', 0x200],
    ['ldr x0, [x1]', 0x200],
  ])('leaves the CPU in the handler when an observer of exceptions throws: %s', (instruction, vector) => {
    machine.load(`nop; ${instruction}; nop`);
    machine.setX({ 1: UNMAPPED });
    let armed = true;
    machine.exceptions.observe({
      taken: () => {
        if (armed) fail();
      },
    });
    expect(() => engine.run(100)).toThrow(broken);
    armed = false;
    expect(cpu.pc).toBe(BigInt(VECTORS + vector));
    expect(engine.run(10)).toEqual({ instructions: 10, reason: 'budget' });
  });
});
