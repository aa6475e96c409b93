import { beforeEach, describe, expect, test } from 'vitest';
import { bareMachine, CODE, DATA, KERNEL, UNMAPPED, USER, USER_CODE, VECTORS } from './bare-machine.ts';

const machine = await bareMachine();
const { engine, memory } = machine;

beforeEach(() => {
  machine.reset();
  memory.writeU64(DATA, 0x1111_2222_3333_4444n);
  memory.writeU64(DATA + 8, 0x5555_6666_7777_8888n);
});

const registers = { 0: DATA, 3: 0xaaaa_bbbb_cccc_ddddn, 4: 0x1234_5678_9abc_def0n, 5: 7, 9: DATA + 0x100 };

describe('a store exclusive', () => {
  test.each([
    ['ldxr x1, [x0]', 'stxr w5, x3, [x0]', 0xaaaa_bbbb_cccc_ddddn, 0x5555_6666_7777_8888n],
    ['ldaxr x1, [x0]', 'stlxr w5, x3, [x0]', 0xaaaa_bbbb_cccc_ddddn, 0x5555_6666_7777_8888n],
    ['ldxr w1, [x0]', 'stxr w5, w3, [x0]', 0x1111_2222_cccc_ddddn, 0x5555_6666_7777_8888n],
    ['ldxrh w1, [x0]', 'stxrh w5, w3, [x0]', 0x1111_2222_3333_ddddn, 0x5555_6666_7777_8888n],
    ['ldaxrb w1, [x0]', 'stlxrb w5, w3, [x0]', 0x1111_2222_3333_44ddn, 0x5555_6666_7777_8888n],
    ['ldxp x1, x2, [x0]', 'stxp w5, x3, x4, [x0]', 0xaaaa_bbbb_cccc_ddddn, 0x1234_5678_9abc_def0n],
    ['ldaxp x1, x2, [x0]', 'stlxp w5, x3, x4, [x0]', 0xaaaa_bbbb_cccc_ddddn, 0x1234_5678_9abc_def0n],
    ['ldxp w1, w2, [x0]', 'stxp w5, w3, w4, [x0]', 0x9abc_def0_cccc_ddddn, 0x5555_6666_7777_8888n],
  ])('succeeds after %s: %s', (load, store, first, second) => {
    machine.execute(`${load}; ${store}`, registers);
    expect([machine.x(5), memory.readU64(DATA), memory.readU64(DATA + 8)]).toEqual([0n, first, second]);
    // Once: the monitor is clear.
    machine.execute(store, registers);
    expect(machine.x(5)).toBe(1n);
  });

  test('sees what its load left in the registers', () => {
    machine.execute('ldxp w1, w2, [x0]; ldxrb w6, [x0]', registers);
    expect([1, 2, 6].map((n) => machine.x(n))).toEqual([0x3333_4444n, 0x1111_2222n, 0x44n]);
  });

  test.each([
    ['nothing at all', ''],
    ['CLREX', 'ldxr x1, [x0]; clrex'],
    ['a load exclusive of another address', 'ldxr x1, [x0]; ldxr x2, [x9]'],
    ['another store exclusive', 'ldxr x1, [x0]; stxr w6, x3, [x9]'],
    ['a successful store exclusive', 'ldxr x1, [x0]; stxr w6, x1, [x0]'],
    ['a store that changed the value', 'ldxr x1, [x0]; str x3, [x0]'],
    ['a store that changed one byte', 'ldxr x1, [x0]; strb w3, [x0, 7]'],
    [
      'a pair of which the second half changed',
      'ldxp x1, x2, [x0]; str x3, [x0, 8]',
      'stxp w5, x3, x4, [x0]',
    ],
  ])('fails after %s, and stores nothing', (_, before, store = 'stxr w5, x3, [x0]') => {
    machine.load(`${before}\n nop; ${store}; b .`);
    machine.setX(registers);
    const stores = (before.match(/;/g)?.length ?? -1) + 1;
    engine.run(stores + 1);
    const content = memory.read(DATA, 16);
    engine.run(1);
    expect(machine.x(5)).toBe(1n);
    expect(memory.read(DATA, 16)).toEqual(content);
  });

  test.each([
    ['an exception and its return', 'svc 0', 'eret'],
    [
      'an exception whose handler clears nothing',
      'brk 0',
      'mrs x7, elr_el1; add x7, x7, 4; msr elr_el1, x7; eret',
    ],
  ])('fails after %s', (_, cause, handler) => {
    machine.load(`ldxr x1, [x0]; ${cause}; stxr w5, x3, [x0]; b .`);
    machine.place(handler, VECTORS + 0x200);
    machine.setX(registers);
    engine.run(8);
    expect([machine.x(5), memory.readU64(DATA)]).toEqual([1n, 0x1111_2222_3333_4444n]);
  });

  test('fails after an interrupt', () => {
    machine.load('ldxr x1, [x0]; nop; stxr w5, x3, [x0]; b .');
    machine.place('eret', VECTORS + 0x280);
    machine.level(1, 0);
    machine.setX(registers);
    engine.run(1);
    machine.interrupt('irq', true);
    engine.run(1);
    machine.interrupt('irq', false);
    engine.run(3);
    expect(machine.x(5)).toBe(1n);
  });

  test('fails after the host changed the value', () => {
    machine.load('ldxr x1, [x0]; stxr w5, x3, [x0]');
    machine.setX(registers);
    engine.run(1);
    memory.writeU8(DATA, 0);
    engine.run(1);
    expect(machine.x(5)).toBe(1n);
  });

  test.each([1, 2, 1000])('works in runs of %i instructions', (slice) => {
    machine.load(
      '1: ldxr x1, [x0]; add x1, x1, 1; stxr w5, x1, [x0]; cbnz w5, 1b; sub x8, x8, 1; cbnz x8, 1b; b .',
    );
    machine.setX({ ...registers, 8: 100 });
    memory.writeU64(DATA, 0n);
    for (let count = 0; count < 600; count += slice) engine.run(slice);
    expect(memory.readU64(DATA)).toBe(100n);
  });

  test('that faults leaves its status register and memory alone', () => {
    machine.map(UNMAPPED, DATA, 1, KERNEL);
    machine.load('ldxr x1, [x0]; stxr w5, x3, [x0]');
    machine.setX({ ...registers, 0: UNMAPPED });
    engine.run(1);
    machine.map(UNMAPPED, DATA, 1, { write: false, execute: false, user: false });
    // The page is written through the soft TLB no more.
    const taken = machine.untilException();
    expect(taken).toMatchObject({ elr: BigInt(CODE + 4), far: BigInt(UNMAPPED), iss: (1 << 6) | 0x0f });
    expect([machine.x(5), memory.readU64(DATA)]).toEqual([7n, 0x1111_2222_3333_4444n]);
  });

  test('may use its status register as nothing else, and XZR as its status', () => {
    machine.execute('ldxr x1, [x0]; stxr wzr, x3, [x0]; mov x6, xzr', registers);
    expect([machine.x(6), memory.readU64(DATA)]).toEqual([0n, 0xaaaa_bbbb_cccc_ddddn]);
  });
});

describe('ordered accesses', () => {
  test('load and store as plain ones', () => {
    machine.execute(
      'ldar x1, [x0]; ldarb w2, [x0]; ldarh w6, [x0]; stlr x3, [x9]; stlrb w4, [x0]',
      registers,
    );
    expect([1, 2, 6].map((n) => machine.x(n))).toEqual([0x1111_2222_3333_4444n, 0x44n, 0x4444n]);
    expect([memory.readU64(DATA + 0x100), memory.readU8(DATA)]).toEqual([0xaaaa_bbbb_cccc_ddddn, 0xf0]);
  });
});

test('exclusives at EL0 use its own translation', () => {
  machine.map(CODE, CODE, 1, USER_CODE);
  machine.map(DATA, DATA, 1, USER);
  machine.load('ldxr x1, [x0]; stxr w5, x3, [x0]; ldxr x1, [x9]');
  machine.setX({ ...registers, 9: DATA + 0x1000 });
  machine.level(0);
  expect(machine.untilException()).toMatchObject({ vector: 0x400, elr: BigInt(CODE + 8) });
  expect(machine.x(5)).toBe(0n);
});
