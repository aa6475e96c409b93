import { beforeEach, describe, expect, test } from 'vitest';
import { BareMachine, bareMachine, CODE, DATA, IS_SLOW, KERNEL, UNMAPPED, VECTORS } from './bare-machine.ts';

const machine = await bareMachine();
const { cpu, engine } = machine;

beforeEach(() => machine.reset());

interface Program {
  readonly name: string;
  readonly prepare: (m: BareMachine) => void;
}

/** Programs that never end, with everything that makes counting hard. */
const PROGRAMS: readonly Program[] = [
  {
    name: 'a branch to itself',
    prepare: (m) => void m.load('b .'),
  },
  {
    name: 'a tight loop',
    prepare: (m) => void m.load('1: add x0, x0, 1; cbnz x0, 1b'),
  },
  {
    name: 'straight code over three pages, and back',
    prepare: (m) => {
      m.load(`1: ${'add x0, x0, 1; eor x1, x1, x0; '.repeat(600)} b 1b`, CODE + 0x7f4);
    },
  },
  {
    name: 'calls and returns between pages',
    prepare: (m) => {
      m.place('add x0, x0, 1; ret', CODE + 0x1ff8);
      m.place('mov x29, x30; bl .+0x1000-4; add x1, x1, x0; ret x29', CODE + 0x2ffc);
      m.place('add x2, x2, 3; tbz x2, 0, 1f; add x3, x3, 1; 1: ret', CODE + 0x3ffc);
      m.load('1: blr x10; blr x11; sub x4, x4, 1; b 1b');
      m.setX({ 10: CODE + 0x1ff8, 11: CODE + 0x2ffc });
    },
  },
  {
    name: 'code whose last instruction of a page is a branch that is not taken',
    prepare: (m) => {
      m.load('1: add x0, x0, 1; tbnz x0, 63, 1b; add x1, x1, 1; tbz x1, 63, 1b', CODE + 0xff8);
    },
  },
  {
    name: 'faults and their handler',
    prepare: (m) => {
      m.load('1: ldr x1, [x0]; add x2, x2, 1; svc 3; .word 0; str x2, [x0, 8]; b 1b');
      m.place(
        `mrs x20, esr_el1; lsr x20, x20, 26; cmp x20, 0x15; b.eq 1f
         mrs x21, elr_el1; add x21, x21, 4; msr elr_el1, x21
         1: add x22, x22, x20; eret`,
        VECTORS + 0x200,
      );
      m.setX({ 0: UNMAPPED });
    },
  },
  {
    name: 'jumps to misaligned and unmapped addresses',
    prepare: (m) => {
      m.load('1: br x0');
      m.place(
        `add x22, x22, 1; tbz x22, 0, 1f; msr elr_el1, x2; eret; 1: msr elr_el1, x3; eret`,
        VECTORS + 0x200,
      );
      m.setX({ 0: CODE + 2, 2: UNMAPPED, 3: CODE });
    },
  },
  {
    name: 'stores, loads and exclusives on pages that take turns in the TLB',
    prepare: (m) => {
      m.map(UNMAPPED, DATA, 1, KERNEL);
      // 4 MiB apart: the same entry of a TLB of 1,024 pages.
      m.map(UNMAPPED + 0x40_0000, DATA + 0x1000, 1, KERNEL);
      m.load(
        `1: str x0, [x10]; ldr x1, [x11]; add x0, x0, x1; stp x0, x1, [x11, -8]; ldp x2, x3, [x10]
         ldxr x4, [x10]; add x4, x4, 1; stxr w5, x4, [x10]; cbnz w5, 1b; str x4, [x12]; b 1b`,
      );
      m.setX({ 10: UNMAPPED + 0x20, 11: UNMAPPED + 0x40_0020, 12: UNMAPPED + 0x1c });
    },
  },
  {
    name: 'code that rewrites itself',
    prepare: (m) => {
      m.load(
        `1: add x0, x0, 1; ldr w1, [x10]; eor w1, w1, w11; str w1, [x10]; sub x2, x2, 1
         cbnz x3, 1b; b 1b`,
      );
      // Turns `add x0, x0, 1` into `add x0, x0, 3` and back.
      m.setX({ 10: CODE, 11: 2 << 10 });
    },
  },
  {
    name: 'system registers and PSTATE',
    prepare: (m) => {
      m.load(
        `1: mrs x0, tpidr_el0; add x0, x0, 1; msr tpidr_el0, x0; msr DAIFClr, 15; msr DAIFSet, 3
         mrs x1, daif; msr SPSel, 0; mov x2, sp; msr SPSel, 1; tlbi vmalle1; isb; b 1b`,
      );
    },
  },
  {
    name: 'a device',
    prepare: (m) => {
      m.load('1: str w0, [x10]; ldr w1, [x10, 4]; add x0, x0, x1; b 1b');
      m.setX({ 10: 0x0900_0000 });
    },
  },
  {
    name: 'interrupts that a device raises and its handler acknowledges',
    prepare: (m) => {
      m.load('1: add x0, x0, 1; str w0, [x10]; ldp w1, w2, [x10, 8]; b 1b');
      m.place('add x3, x3, 1; str w3, [x10, 0x20]; eret', VECTORS + 0x280);
      m.level(1, 0);
      m.setX({ 10: 0x0900_0000 });
      m.device.onAccess = (_, offset) => {
        if (offset === 0x20) m.interrupt('irq', false);
        else if (offset === 0 || offset === 8) m.interrupt('irq', true);
      };
    },
  },
];

describe.each(PROGRAMS)('$name', ({ prepare }) => {
  test('completes exactly as many instructions as are asked for', () => {
    prepare(machine);
    let total = 0;
    const budgets = [
      ...Array.from({ length: 40 }, (_, n) => n),
      1023,
      1024,
      1025,
      1026,
      1027,
      2047,
      4999,
      5000,
      1,
    ];
    for (const budget of budgets) {
      expect(engine.run(budget)).toEqual({ instructions: budget, reason: 'budget' });
      total += budget;
      expect(engine.instructions).toBe(total);
    }
  });

  test('comes to the same state however the run is sliced', () => {
    const LENGTH = 4200;
    const outcome = (slices: (left: number) => number): unknown => {
      machine.reset();
      prepare(machine);
      for (let left = LENGTH; left > 0; ) {
        const slice = Math.min(left, slices(left));
        engine.run(slice);
        left -= slice;
      }
      return machine.state();
    };
    const whole = outcome(() => LENGTH);
    expect(outcome(() => 1)).toEqual(whole);
    expect(outcome(() => 7)).toEqual(whole);
    expect(outcome(() => 1000)).toEqual(whole);
    expect(outcome(() => 1500)).toEqual(whole);
    expect(outcome((left) => 1 + (left % 1200))).toEqual(whole);
  });
});

test('every length from 1 to 5000 of a run gives the state of that many single steps', () => {
  const [, , , calls] = PROGRAMS;
  calls.prepare(machine);
  const steps: [bigint, bigint, bigint][] = [];
  const look = (): [bigint, bigint, bigint] => [cpu.pc, machine.x(1), machine.x(3)];
  for (let count = 0; count < 5000; count++) {
    engine.run(1);
    steps.push(look());
  }
  for (let length = 1; length <= 5000; length += length < 1100 ? 1 : 13) {
    cpu.pc = BigInt(CODE);
    machine.setX({ 0: 0, 1: 0, 2: 0, 3: 0, 4: 0, 29: 0, 30: 0 });
    expect(engine.run(length).instructions).toBe(length);
    expect([length, ...look()]).toEqual([length, ...steps[length - 1]]);
  }
});

test('runs of every length end where compiled code begins with what the interpreter does', async () => {
  const compiling = await bareMachine({ jit: { threshold: 0, batch: 1 } });
  compiling.load('1: dc zva, x2; add x0, x0, 1; b 1b');
  // To a page with code in it.
  compiling.setX({ 2: CODE + 0x800 });
  let total = 6000;
  compiling.engine.run(total);
  for (let length = 1; length <= 1100; length++) {
    expect(compiling.engine.run(length)).toEqual({ instructions: length, reason: 'budget' });
    total += length;
    // Each begins where the loop does.
    const rest = 3 - (total % 3);
    compiling.engine.run(rest);
    total += rest;
  }
  expect(compiling.x(0)).toBe(BigInt(total / 3));
});

test('a budget of zero or less runs nothing', () => {
  machine.load('mov x0, 1');
  for (const budget of [0, -1, Number.NaN]) {
    expect(engine.run(budget)).toEqual({ instructions: 0, reason: 'budget' });
  }
  expect(cpu.pc).toBe(BigInt(CODE));
});

test('a budget beyond what one run of compiled code can count is used up', () => {
  machine.load('1: add x0, x0, 1; b 1b');
  const budget = IS_SLOW ? 2 ** 20 : 2 ** 26 + 2 ** 21;
  expect(engine.run(budget)).toEqual({ instructions: budget, reason: 'budget' });
  expect(machine.x(0)).toBe(BigInt(budget / 2));
});

test('changes that the host makes to registers between runs are taken up', () => {
  machine.load('1: add x0, x0, 1; b 1b');
  engine.run(10);
  cpu.pc = BigInt(CODE + 0x100);
  machine.place('add x1, sp, x0; b .', CODE + 0x100);
  machine.setX({ 0: 5 });
  cpu.sp = 0x1000n;
  engine.run(1);
  expect(machine.x(1)).toBe(0x1005n);
});

test('an engine that was not prepared says so', () => {
  expect(() => new BareMachine().engine.run(1)).toThrow('await prepare()');
});
