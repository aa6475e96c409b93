import { PSTATE } from '@armature/core';
import { beforeEach, describe, expect, test } from 'vitest';
import { bareMachine, CODE, DATA, DEVICE, KERNEL, SCTLR, UNMAPPED, VECTORS } from './bare-machine.ts';

const machine = await bareMachine();
const { cpu, engine, device } = machine;

const IRQ_CURRENT = 0x280;
const FIQ_CURRENT = 0x300;
const SERROR_CURRENT = 0x380;
const at = (index: number): bigint => BigInt(CODE + 4 * index);

/** Nothing masked, at EL1. */
const unmask = (): void => machine.level(1, 0);

beforeEach(() => machine.reset());

describe('a pending interrupt', () => {
  test('is taken before the first instruction when it is not masked', () => {
    machine.load('mov x0, 1');
    unmask();
    machine.interrupt('irq', true);
    engine.run(1);
    expect(machine.taken(IRQ_CURRENT)).toMatchObject({ elr: at(0), spsr: BigInt(cpu.nzcv >>> 0) | 5n });
    expect(machine.x(0)).toBe(0n);
    expect(cpu.pc).toBe(BigInt(VECTORS + IRQ_CURRENT));
  });

  test.each([
    ['irq', IRQ_CURRENT, 2],
    ['fiq', FIQ_CURRENT, 1],
    ['serror', SERROR_CURRENT, 4],
  ] as const)(
    '%s waits until MSR DAIFClr unmasks it, and is taken at the next boundary',
    (line, vector, mask) => {
      machine.load(`nop; msr DAIFClr, ${mask}; mov x0, 1; mov x0, 2`);
      machine.interrupt(line, true);
      engine.run(1);
      expect(cpu.pc).toBe(at(1));
      engine.run(1);
      expect(cpu.pc).toBe(BigInt(VECTORS + vector));
      expect(cpu.system('ELR_EL1')).toBe(at(2));
      expect(machine.x(0)).toBe(0n);
    },
  );

  test.each([
    ['MSR DAIF', 'msr DAIF, xzr', 1],
    ['MSR DAIFClr', 'msr DAIFClr, 15', 1],
  ])('is taken right after %s in the middle of a long run', (_, unmasking) => {
    machine.load(`${unmasking}; 1: add x0, x0, 1; b 1b`);
    machine.interrupt('irq', true);
    expect(engine.run(10_000)).toEqual({ instructions: 10_000, reason: 'budget' });
    expect(machine.x(0)).toBe(0n);
    expect(cpu.system('ELR_EL1')).toBe(at(1));
  });

  test('is taken after ERET restores a PSTATE that does not mask it', () => {
    machine.load('eret; nop; nop');
    cpu.setSystem('ELR_EL1', at(2));
    cpu.setSystem('SPSR_EL1', 5n);
    machine.interrupt('irq', true);
    engine.run(100);
    expect(machine.taken(IRQ_CURRENT)).toMatchObject({ elr: at(2), spsr: 5n });
  });

  test('comes after the synchronous exception of the instruction before it', () => {
    machine.load('svc 1');
    machine.place('msr DAIFClr, 2; nop; b .', VECTORS + 0x200);
    machine.interrupt('irq', true);
    engine.run(100);
    // Taken from the handler of the SVC, once that unmasked it.
    expect(cpu.system('ELR_EL1')).toBe(BigInt(VECTORS + 0x204));
  });

  test('is left alone when the level falls while it is masked', () => {
    machine.load('nop; msr DAIFClr, 2; mov x0, 1');
    machine.interrupt('irq', true);
    engine.run(1);
    machine.interrupt('irq', false);
    engine.run(2);
    expect(machine.x(0)).toBe(1n);
  });
});

describe('an interrupt that a device raises in the middle of a run', () => {
  const raise = (): void => {
    device.onAccess = () => machine.interrupt('irq', true);
  };
  const programs: [name: string, instruction: string, effects: string[]][] = [
    ['STR', 'str w1, [x20]', ['write 0 4']],
    ['STRB', 'strb w1, [x20]', ['write 0 1']],
    ['LDR', 'ldr w1, [x20]', ['read 0 4']],
    ['64-bit STR', 'str x1, [x20]', ['write 0 4', 'write 4 4']],
    ['64-bit LDR', 'ldr x1, [x20]', ['read 0 4', 'read 4 4']],
    ['STP', 'stp w1, w2, [x20]', ['write 0 4', 'write 4 4']],
    ['LDP', 'ldp w1, w2, [x20]', ['read 0 4', 'read 4 4']],
    ['64-bit STP', 'stp x1, x2, [x20]', ['write 0 4', 'write 4 4', 'write 8 4', 'write 12 4']],
    ['64-bit LDP', 'ldp x1, x2, [x20]', ['read 0 4', 'read 4 4', 'read 8 4', 'read 12 4']],
    ['STR with writeback', 'str w1, [x20], 8', ['write 0 4']],
    ['LDR with writeback', 'ldr w1, [x20, 8]!', ['read 8 4']],
    ['LDXR', 'ldxr w1, [x20]', ['read 0 4']],
    ['LDXP', 'ldxp w1, w2, [x20]', ['read 0 4', 'read 4 4']],
  ];

  test.each(programs)('is taken right after %s, which happens once', (_, instruction, effects) => {
    machine.load(`mov x0, 1; ${instruction}; mov x0, 2; b .`);
    unmask();
    machine.setX({ 1: 0x11, 2: 0x22, 20: DEVICE });
    raise();
    expect(engine.run(5000)).toEqual({ instructions: 5000, reason: 'budget' });
    const seen = device.accesses.map(({ kind, offset, size }) => `${kind} ${offset} ${size}`);
    expect(seen).toEqual(effects);
    expect(cpu.pc).toBe(BigInt(VECTORS + IRQ_CURRENT));
    expect(cpu.system('ELR_EL1')).toBe(at(2));
    expect(machine.x(0)).toBe(1n);
  });

  test.each(programs)('leaves the same registers after %s as running it alone', (_, instruction) => {
    const outcome = (budgets: number[]): unknown => {
      machine.reset();
      machine.load(`mov x0, 1; ${instruction}; mov x0, 2; b .`);
      unmask();
      machine.setX({ 1: 0x11, 2: 0x22, 20: DEVICE });
      device.values.set(4, 0x44);
      raise();
      for (const budget of budgets) engine.run(budget);
      return machine.state();
    };
    expect(outcome([5000])).toEqual(outcome([...new Array(10).fill(1), 4990]));
  });

  test.each(['first', 'second'])('is taken after a store exclusive whose %s access raises it', (which) => {
    machine.load('ldxr w1, [x20]; stxr w2, w3, [x20]; mov x0, 2; b .');
    unmask();
    machine.setX({ 2: 7, 3: 0x33, 20: DEVICE });
    device.values.set(0, 0x55);
    let count = 0;
    const when = which === 'first' ? 2 : 3;
    device.onAccess = () => {
      if (++count === when) machine.interrupt('irq', true);
    };
    engine.run(5000);
    expect(device.accesses.map(({ kind, value }) => [kind, value])).toEqual([
      ['read', 0x55],
      ['read', 0x55],
      ['write', 0x33],
    ]);
    expect([machine.x(2), cpu.system('ELR_EL1')]).toEqual([0n, at(2)]);
  });

  test('may come from an access that is unaligned or in two pages', () => {
    // The device, mapped as Normal memory next to RAM.
    machine.map(UNMAPPED, DEVICE, 1, KERNEL);
    machine.load('ldr w1, [x20, 3]; 1: add x0, x0, 1; b 1b');
    unmask();
    machine.setX({ 20: UNMAPPED });
    raise();
    engine.run(5000);
    expect(device.accesses.map(({ offset }) => offset)).toEqual([3, 4, 5, 6]);
    expect([machine.x(0), cpu.system('ELR_EL1')]).toEqual([0n, at(1)]);
  });

  test('stays pending while it is masked', () => {
    machine.load('str w1, [x20]; mov x0, 1; msr DAIFClr, 2; mov x0, 2; b .');
    machine.setX({ 20: DEVICE });
    raise();
    engine.run(5000);
    expect(device.accesses).toHaveLength(1);
    expect([machine.x(0), cpu.system('ELR_EL1')]).toEqual([1n, at(3)]);
  });

  test('waits for the second half of a pair that faults', () => {
    // First half: the last word of the device. Second half: nothing.
    machine.load('ldp w1, w2, [x20]; b .');
    unmask();
    machine.setX({ 1: 1, 20: DEVICE + 0xffc });
    raise();
    engine.run(1);
    const taken = machine.taken();
    expect(device.accesses).toHaveLength(1);
    expect([machine.x(1), taken.far, taken.elr]).toEqual([1n, BigInt(DEVICE + 0x1000), at(0)]);
    expect(cpu.pc).toBe(BigInt(VECTORS + 0x200));
  });

  test('is exact for every place in the run', () => {
    for (let accesses = 1; accesses <= 40; accesses += 3) {
      machine.reset();
      machine.load('1: add x0, x0, 1; str w0, [x20]; add x2, x2, 1; b 1b');
      unmask();
      machine.setX({ 20: DEVICE });
      let count = 0;
      device.onAccess = () => {
        if (++count === accesses) machine.interrupt('irq', true);
      };
      engine.run(3000);
      expect([machine.x(0), machine.x(2)]).toEqual([BigInt(accesses), BigInt(accesses - 1)]);
      expect(cpu.system('ELR_EL1')).toBe(at(2));
    }
  });

  test('is acknowledged by its handler and taken again', () => {
    machine.load('1: str w0, [x20]; add x0, x0, 1; b 1b');
    machine.place('add x1, x1, 1; str w1, [x20, 8]; eret', VECTORS + IRQ_CURRENT);
    unmask();
    machine.setX({ 20: DEVICE });
    device.onAccess = (_, offset) => machine.interrupt('irq', offset === 0);
    engine.run(6 * 1000);
    expect([machine.x(0), machine.x(1)]).toEqual([1000n, 1000n]);
    expect(device.accesses).toHaveLength(2000);
  });
});

describe('the instruction count', () => {
  test('is exact inside a device access', () => {
    const program = '1: add x0, x0, 1; str w0, [x20]; ldr w1, [x20, 8]; add x0, x0, 1; b 1b';
    const counts = (budgets: number[]): number[] => {
      const seen: number[] = [];
      machine.reset();
      machine.load(program);
      machine.setX({ 20: DEVICE });
      device.onAccess = () => seen.push(engine.instructions);
      for (const budget of budgets) engine.run(budget);
      return seen;
    };
    const expected = Array.from({ length: 2000 }, (_, n) => [5 * n + 1, 5 * n + 2]).flat();
    expect(counts([10_000])).toEqual(expected);
    expect(counts(new Array(10_000).fill(1))).toEqual(expected);
  });

  test('is exact inside the access that raises an interrupt, and inside its handler', () => {
    machine.load('nop; nop; str w0, [x20]; nop');
    machine.place('str w0, [x20, 8]; b .', VECTORS + IRQ_CURRENT);
    unmask();
    machine.setX({ 20: DEVICE });
    const seen: number[] = [];
    device.onAccess = (_, offset) => {
      seen.push(engine.instructions);
      machine.interrupt('irq', offset === 0);
    };
    engine.run(5000);
    expect(seen).toEqual([2, 3]);
  });
});

describe('WFI', () => {
  test('waits, and goes on after it when a line is raised, masked or not', () => {
    machine.load('mov x0, 1; wfi; mov x0, 2; b .');
    expect(engine.run(1000)).toEqual({ instructions: 2, reason: 'waiting' });
    expect(cpu.pc).toBe(at(2));
    expect(engine.run(1000)).toEqual({ instructions: 0, reason: 'waiting' });
    machine.interrupt('irq', true);
    expect(engine.run(1)).toEqual({ instructions: 1, reason: 'budget' });
    expect(machine.x(0)).toBe(2n);
  });

  test('is woken into the handler by an interrupt that is not masked', () => {
    machine.load('wfi; mov x0, 2');
    unmask();
    expect(engine.run(1000).reason).toBe('waiting');
    machine.interrupt('fiq', true);
    engine.run(1);
    expect(machine.taken(FIQ_CURRENT).elr).toBe(at(1));
    expect(cpu.pc).toBe(BigInt(VECTORS + FIQ_CURRENT));
  });

  test('does not wait while a line is high', () => {
    machine.load('wfi; mov x0, 2');
    machine.interrupt('irq', true);
    expect(engine.run(2)).toEqual({ instructions: 2, reason: 'budget' });
    expect(machine.x(0)).toBe(2n);
  });

  test('on the last instruction of a budget waits in the next run', () => {
    machine.load('nop; wfi; nop');
    expect(engine.run(2)).toEqual({ instructions: 2, reason: 'budget' });
    expect(engine.run(2)).toEqual({ instructions: 0, reason: 'waiting' });
  });

  test('is forgotten by a reset', () => {
    machine.load('wfi');
    engine.run(10);
    machine.reset();
    machine.load('mov x0, 3');
    expect(engine.run(1)).toEqual({ instructions: 1, reason: 'budget' });
  });

  test.each([
    ['wfi', SCTLR.nTWI, 0],
    ['wfe', SCTLR.nTWE, 1],
  ])('%s at EL0 is trapped unless SCTLR_EL1 allows it', (instruction, enable, iss) => {
    machine.map(CODE, CODE, 1, { write: false, execute: true, user: true });
    machine.load(`${instruction}; b .`);
    machine.level(0);
    expect(machine.untilException()).toMatchObject({
      vector: 0x400,
      exceptionClass: 1,
      iss: (1 << 24) | (0xe << 20) | iss,
      elr: at(0),
    });
    machine.reset();
    machine.sctlr(cpu.system('SCTLR_EL1') | enable);
    machine.map(CODE, CODE, 1, { write: false, execute: true, user: true });
    machine.load(`${instruction}; nop`);
    machine.level(0);
    engine.run(1);
    expect(cpu.pc).toBe(at(1));
  });

  test('WFE goes on at once at EL1', () => {
    machine.load('wfe; mov x0, 1');
    expect(engine.run(2)).toEqual({ instructions: 2, reason: 'budget' });
  });
});

describe('requestStop', () => {
  test('ends the next run before its first instruction, once', () => {
    machine.load('1: add x0, x0, 1; b 1b');
    engine.requestStop();
    expect(engine.run(1000)).toEqual({ instructions: 0, reason: 'requested' });
    expect(engine.run(1000)).toEqual({ instructions: 1000, reason: 'budget' });
  });

  test.each([
    ['a store', 'str w0, [x20]'],
    ['a load', 'ldr w5, [x20]'],
    ['a pair', 'stp w0, w1, [x20]'],
    ['an unaligned access', 'ldr w5, [x21, 3]'],
  ])('from a device ends the run right after the instruction: %s', (_, instruction) => {
    machine.map(UNMAPPED, DEVICE, 1, KERNEL);
    machine.load(`nop; ${instruction}; 1: add x0, x0, 1; b 1b`);
    machine.setX({ 20: DEVICE, 21: UNMAPPED });
    let asked = false;
    device.onAccess = () => {
      if (!asked) engine.requestStop();
      asked = true;
    };
    expect(engine.run(1_000_000)).toEqual({ instructions: 2, reason: 'requested' });
    expect([machine.x(0), cpu.pc]).toEqual([0n, at(2)]);
    const accesses = device.accesses.length;
    expect(engine.run(1000)).toEqual({ instructions: 1000, reason: 'budget' });
    expect(device.accesses).toHaveLength(accesses);
  });

  test('from firmware ends the run right after the call', async () => {
    const calls: bigint[] = [];
    const other = await bareMachine({
      firmware: {
        conduit: 'hvc',
        call: (state) => {
          calls.push(state.x(0));
          other.engine.requestStop();
          return true;
        },
      },
    });
    other.load('hvc 0; mov x0, 9');
    other.setX({ 0: 0x8400_0008 });
    expect(other.engine.run(1000)).toEqual({ instructions: 1, reason: 'requested' });
    expect([other.cpu.pc, calls]).toEqual([at(1), [0x8400_0008n]]);
  });

  test('from a system register ends the run right after the instruction', () => {
    const register = machine.registers.byName('TPIDR_EL1');
    expect(register).toBeDefined();
    machine.load('nop; msr SPSel, 1; 1: add x0, x0, 1; b 1b');
    const { writePstateField } = machine.exceptions;
    machine.exceptions.writePstateField = function (...args) {
      engine.requestStop();
      return writePstateField.apply(this, args);
    };
    expect(engine.run(1_000_000)).toEqual({ instructions: 2, reason: 'requested' });
    machine.exceptions.writePstateField = writePstateField;
  });
});

test('masks stay as they were in SPSR, and are set in the handler', () => {
  machine.load('nop');
  machine.level(1, PSTATE.D);
  machine.interrupt('irq', true);
  engine.run(1);
  expect(cpu.system('SPSR_EL1') & 0x3c0n).toBe(BigInt(PSTATE.D));
  expect(cpu.pstate & 0x3c0).toBe(0x3c0);
  expect(machine.memory.readU32(DATA)).toBe(0);
});
