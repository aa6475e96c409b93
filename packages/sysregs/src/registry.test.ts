import {
  type ArmatureError,
  CPU_BLOCK,
  CPU_STATE,
  CpuState,
  PSTATE,
  type SystemRegisterDefinition,
  sharedRegisterOffset,
  systemKey,
} from '@armature/core';
import { describe, expect, test } from 'vitest';
import {
  checkAccess,
  createSystemRegisters,
  NO_STORAGE,
  PRIVATE_SLOT_COUNT,
  readRegister,
  writeRegister,
} from './index.ts';

function makeCpu(el = 1): CpuState {
  const pages = Math.ceil((4096 + CPU_BLOCK.size) / 65536);
  const cpu = new CpuState(new WebAssembly.Memory({ initial: pages }), 4096);
  cpu.pstate = el << PSTATE.elShift;
  return cpu;
}

const TTBR0: SystemRegisterDefinition = {
  name: 'TTBR0_EL1',
  op0: 3,
  op1: 0,
  crn: 2,
  crm: 0,
  op2: 0,
  access: { read: 1, write: 1 },
};

/** The n-th register of an otherwise unused block of encodings. */
function numbered(n: number, extra: Partial<SystemRegisterDefinition> = {}): SystemRegisterDefinition {
  return {
    name: `TEST${n}`,
    op0: 3,
    op1: 7,
    crn: (n >> 6) & 15,
    crm: (n >> 3) & 7,
    op2: n & 7,
    access: { read: 1, write: 1 },
    ...extra,
  };
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as ArmatureError).code;
  }
  return 'none';
}

describe('adding and finding', () => {
  test('finds a register by encoding and by name, and nothing at an unknown encoding', () => {
    const registers = createSystemRegisters();
    registers.add([TTBR0], 'mmu');
    const key = systemKey(TTBR0);
    expect(registers.lookup(key)?.name).toBe('TTBR0_EL1');
    expect(registers.byName('TTBR0_EL1')?.key).toBe(key);
    expect(registers.lookup(key + 1)).toBeUndefined();
    expect(registers.byName('TTBR9_EL1')).toBeUndefined();
  });

  test('puts a shared name, and an alias by `slot`, into the shared slot', () => {
    const registers = createSystemRegisters();
    registers.add([TTBR0, numbered(1, { name: 'ALIAS', slot: 'TTBR0_EL1' })], 'mmu');
    const offset = sharedRegisterOffset('TTBR0_EL1');
    expect(registers.byName('TTBR0_EL1')?.offset).toBe(offset);
    expect(registers.byName('ALIAS')?.offset).toBe(offset);
  });

  test('gives private registers distinct slots after the shared ones, inside the state block', () => {
    const registers = createSystemRegisters();
    registers.add(
      Array.from({ length: PRIVATE_SLOT_COUNT }, (_, n) => numbered(n)),
      'part',
    );
    const offsets = registers.list().map(({ offset }) => offset);
    expect(new Set(offsets).size).toBe(PRIVATE_SLOT_COUNT);
    expect(Math.min(...offsets)).toBe(sharedRegisterOffset('FPSR') + 8);
    expect(codeOf(() => registers.add([numbered(500)], 'late'))).toBe('MEMORY_EXHAUSTED');
    expect(registers.lookup(systemKey(numbered(500)))).toBeUndefined();
  });

  test('lists registers in order of encoding', () => {
    const registers = createSystemRegisters();
    registers.add([numbered(9), numbered(3)], 'a');
    registers.add([numbered(5)], 'b');
    expect(registers.list().map(({ name }) => name)).toEqual(['TEST3', 'TEST5', 'TEST9']);
  });

  test('names both owners of a duplicate encoding and adds nothing of the batch', () => {
    const registers = createSystemRegisters();
    registers.add([numbered(1)], 'timer');
    const add = () => registers.add([numbered(2), numbered(1, { name: 'OTHER' })], 'gic');
    expect(codeOf(add)).toBe('CAPABILITY_DUPLICATE');
    expect(add).toThrow(/gic adds system register OTHER .* which timer has taken for TEST1/);
    expect(registers.byName('TEST2')).toBeUndefined();
  });

  test('refuses duplicates within a batch and duplicate names', () => {
    const registers = createSystemRegisters();
    expect(codeOf(() => registers.add([numbered(1), numbered(1, { name: 'B' })], 'x'))).toBe(
      'CAPABILITY_DUPLICATE',
    );
    expect(codeOf(() => registers.add([numbered(1), numbered(2, { name: 'TEST1' })], 'x'))).toBe(
      'CAPABILITY_DUPLICATE',
    );
    registers.add([numbered(1)], 'x');
    expect(codeOf(() => registers.add([numbered(2, { name: 'TEST1' })], 'y'))).toBe('CAPABILITY_DUPLICATE');
  });

  test.each([
    ['a field that does not fit', numbered(1, { crn: 16 })],
    ['a negative field', numbered(1, { op2: -1 })],
    ['a fractional field', numbered(1, { crm: 1.5 })],
    ['an operation with op0 = 3', numbered(1, { operate: () => undefined })],
    ['a register with op0 = 1', numbered(1, { op0: 1 })],
  ])('refuses %s', (_, definition) => {
    expect(codeOf(() => createSystemRegisters().add([definition], 'part'))).toBe('CONFIG_INVALID');
  });
});

describe('storage and inlining', () => {
  const operation = numbered(1, {
    op0: 1,
    access: { read: 4, write: 1 },
    operate: () => undefined,
  });
  const hook = (): void => undefined;
  test.each([
    ['plain', numbered(1), true, true, true],
    ['read-only constant', numbered(1, { access: { read: 1, write: 4 }, reset: 7n }), true, true, false],
    ['checked', numbered(1, { check: () => 'ok' }), true, false, false],
    ['with a side effect', numbered(1, { afterWrite: hook }), true, true, false],
    ['synchronising', numbered(1, { synchronises: true }), true, true, false],
    ['hooked on writes', numbered(1, { write: hook }), true, true, false],
    ['hooked both ways', numbered(1, { read: hook, write: hook }), false, false, false],
    [
      'computed and read-only',
      numbered(1, { read: hook, access: { read: 1, write: 4 } }),
      false,
      false,
      false,
    ],
    [
      'write-only with a hook',
      numbered(1, { write: hook, access: { read: 4, write: 1 } }),
      false,
      false,
      false,
    ],
    ['an operation', operation, false, false, false],
  ] as const)('%s', (_, definition, stored, plainRead, plainWrite) => {
    const registers = createSystemRegisters();
    registers.add([definition], 'part');
    const register = registers.byName('TEST1');
    expect(register?.offset !== NO_STORAGE).toBe(stored);
    expect(register?.plainRead).toBe(plainRead);
    expect(register?.plainWrite).toBe(plainWrite);
  });

  test('splits the write mask into signed halves', () => {
    const registers = createSystemRegisters();
    registers.add([numbered(1, { writeMask: 0x8000_0001_ffff_f800n })], 'part');
    const register = registers.byName('TEST1');
    expect(register?.maskLo).toBe(0xffff_f800 | 0);
    expect(register?.maskHi).toBe(0x8000_0001 | 0);
  });
});

describe('reset, snapshot and restore', () => {
  const definitions = [
    TTBR0,
    numbered(1, { reset: 0x1234_5678_9abc_def0n }),
    numbered(2, { reset: (cpu) => 0x8000_0000n | BigInt(cpu.index) }),
    numbered(3, { read: () => undefined, access: { read: 1, write: 4 } }),
  ];

  test('reset gives reset values and zeroes everything else, shared slots included', () => {
    const registers = createSystemRegisters();
    registers.add(definitions, 'part');
    const cpu = makeCpu();
    cpu.setSystem('TTBR0_EL1', 5n);
    cpu.setSystem('SP_EL2', 6n);
    registers.reset(cpu);
    expect(registers.snapshot(cpu)).toEqual({
      TTBR0_EL1: 0n,
      TEST1: 0x1234_5678_9abc_def0n,
      TEST2: 0x8000_0000n,
    });
    expect(cpu.system('SP_EL2')).toBe(0n);
  });

  test('a snapshot restores into another CPU', () => {
    const registers = createSystemRegisters();
    registers.add(definitions, 'part');
    const [from, to] = [makeCpu(), makeCpu()];
    registers.reset(from);
    from.setSystem('TTBR0_EL1', 0xabcd_0000_4000_0000n);
    registers.restore(to, registers.snapshot(from));
    expect(to.system('TTBR0_EL1')).toBe(0xabcd_0000_4000_0000n);
    expect(registers.snapshot(to)).toEqual(registers.snapshot(from));
  });

  test('restore refuses missing and unknown registers and changes nothing', () => {
    const registers = createSystemRegisters();
    registers.add(definitions, 'part');
    const cpu = makeCpu();
    registers.reset(cpu);
    const before = registers.snapshot(cpu);
    expect(() => registers.restore(cpu, { TTBR0_EL1: 1n, TEST1: 2n })).toThrow(/lacks TEST2/);
    expect(() => registers.restore(cpu, { ...before, EXTRA: 1n })).toThrow(/has EXTRA/);
    expect(registers.snapshot(cpu)).toEqual(before);
  });
});

describe('access', () => {
  test('the lowest level, read-only rows and checks decide', () => {
    const registers = createSystemRegisters();
    registers.add(
      [
        numbered(1, { access: { read: 0, write: 1 } }),
        numbered(2, { access: { read: 1, write: 4 } }),
        numbered(3, {
          access: { read: 0, write: 0 },
          check: (_cpu, el) => (el === 0 ? { trapClass: 0x18 } : 'ok'),
        }),
      ],
      'part',
    );
    const at = (el: number, name: string, isRead: boolean) =>
      checkAccess(makeCpu(el), registers.byName(name)!, isRead);
    expect(at(0, 'TEST1', true)).toBe('ok');
    expect(at(0, 'TEST1', false)).toBe('undefined');
    expect(at(1, 'TEST1', false)).toBe('ok');
    expect(at(3, 'TEST2', false)).toBe('undefined');
    expect(at(0, 'TEST3', true)).toEqual({ trapClass: 0x18 });
    expect(at(1, 'TEST3', false)).toBe('ok');
  });

  test('reads and writes go to storage under the mask, then the side effect runs', () => {
    const registers = createSystemRegisters();
    let effects = 0;
    registers.add([numbered(1, { reset: 0xf0n, writeMask: 0x0fn, afterWrite: () => effects++ })], 'part');
    const cpu = makeCpu();
    registers.reset(cpu);
    const register = registers.byName('TEST1')!;
    writeRegister(cpu, register, -1, -1);
    readRegister(cpu, register);
    expect(cpu.get64(CPU_STATE.transfer)).toBe(0xffn);
    expect(effects).toBe(1);
  });

  test('hooks get masked halves, operations the whole value', () => {
    const registers = createSystemRegisters();
    const seen: number[][] = [];
    registers.add(
      [
        numbered(1, { writeMask: 0xffn, write: (_cpu, lo, hi) => void seen.push([lo, hi]) }),
        numbered(2, {
          op0: 1,
          access: { read: 4, write: 1 },
          operate: (_cpu, lo, hi) => {
            seen.push([lo, hi]);
            return { faultStatus: 0x10 };
          },
        }),
      ],
      'part',
    );
    const cpu = makeCpu();
    expect(writeRegister(cpu, registers.byName('TEST1')!, 0x1234, 5)).toBeUndefined();
    expect(writeRegister(cpu, registers.byName('TEST2')!, 0x1234, 5)).toEqual({ faultStatus: 0x10 });
    expect(seen).toEqual([
      [0x34, 0],
      [0x1234, 5],
    ]);
  });
});
