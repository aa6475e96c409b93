/** Programs that are no programs, and programs that ask for too much. */
import { ArmatureError, MiB } from '@armature/core';
import { describe, expect, test } from 'vitest';
import { assembleProgram, runProgram, testMachine } from './machine.ts';

const EXIT = 'mov x8, #93\nsvc #0';

/** Next of the same sequence of numbers below 2^32. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
}

describe('headers', () => {
  const good = assembleProgram({ code: `mov x0, #5\n${EXIT}`, data: '.quad 1', zeros: 10_000 });

  test('the program they are made from runs', async () => {
    expect((await runProgram(good)).ending).toEqual({ status: 5 });
  });

  const change = (action: (view: DataView) => void): Uint8Array => {
    const copy = good.slice();
    action(new DataView(copy.buffer));
    return copy;
  };
  const ENORMOUS = 0xffff_ffff_ffff_f000n;

  test.each<[string, (view: DataView) => void]>([
    ['32-bit class', (view) => view.setUint8(4, 1)],
    ['big-endian', (view) => view.setUint8(5, 2)],
    ['another machine', (view) => view.setUint16(18, 62, true)],
    ['a relocatable object', (view) => view.setUint16(16, 1, true)],
    ['no program headers', (view) => view.setUint16(56, 0, true)],
    ['65535 program headers', (view) => view.setUint16(56, 65_535, true)],
    ['program headers of another size', (view) => view.setUint16(54, 32, true)],
    ['program headers past the end', (view) => view.setBigUint64(32, 1n << 40n, true)],
    ['program headers at the end of the address space', (view) => view.setBigUint64(32, ENORMOUS, true)],
    ['an interpreter', (view) => view.setUint32(120, 3, true)],
    ['a segment past the file', (view) => view.setBigUint64(64 + 32, 1n << 30n, true)],
    ['a segment smaller than its file', (view) => view.setBigUint64(64 + 40, 1n, true)],
    ['an unaligned segment', (view) => view.setBigUint64(64 + 16, 0x40_0001n, true)],
    ['an enormous segment', (view) => view.setBigUint64(120 + 40, ENORMOUS, true)],
    ['a segment in the kernel’s half', (view) => view.setBigUint64(120 + 16, 0xffff_0000_0000_0000n, true)],
    ['a segment at the null page', (view) => view.setBigUint64(64 + 16, 0n, true)],
    ['overlapping segments', (view) => view.setBigUint64(120 + 16, 0x40_0000n, true)],
    ['segments out of order', (view) => view.setBigUint64(120 + 16, 0x10_0000n, true)],
  ])('%s are refused', async (_name, action) => {
    const { machine } = await testMachine();
    const linux = machine.use('linux-user');
    expect(() => linux.start({ path: 'program', bytes: change(action) })).toThrow(ArmatureError);
  });

  test('an entry point nowhere is a fault', async () => {
    const { ending } = await runProgram(change((view) => view.setBigUint64(24, 0x1234_5678n, true)));
    expect(ending).toMatchObject({ status: 139, signal: 11 });
  });

  test('3,000 files with bytes changed at random', { timeout: 300_000 }, async () => {
    const next = sequence(7);
    const outcomes = new Set<string>();
    for (let round = 0; round < 3000; round++) {
      const bytes = round % 10 === 0 ? good.slice(0, next() % good.length) : good.slice();
      for (let count = 1 + (next() % 4); count > 0; count--) bytes[next() % 176] = next() & 0xff;
      const { machine } = round % 30 === 0 ? await testMachine() : { machine: undefined };
      if (machine === undefined) {
        const { parseProgram } = await import('../src/process/elf.ts');
        try {
          outcomes.add(`${parseProgram(bytes).segments.length} segments`);
        } catch (error) {
          expect(error).toHaveProperty('errno');
          outcomes.add('refused');
        }
        continue;
      }
      try {
        machine.use('linux-user').start({ path: 'program', bytes });
        machine.runSync({ maxInstructions: 10_000 });
      } catch (error) {
        expect(error).toBeInstanceOf(ArmatureError);
      }
      machine.dispose();
    }
    expect(outcomes.size).toBeGreaterThan(2);
  });
});

test('a fork bomb stops at the most processes', async () => {
  const bomb = `
    1: mov x0, #17
    mov x1, #0
    mov x8, #220
    svc #0
    b 1b`;
  const { linux, reason, machine } = await runProgram(
    { code: bomb },
    { maxProcesses: 20, maxInstructions: 200_000 },
  );
  expect(reason).toBe('budget');
  expect(linux.statistics.processes).toBe(20);
  expect(machine.use('memory-management').validate()).toEqual([]);
});

test('a stack that overflows is a fault, at its end', async () => {
  const { ending, linux, machine } = await runProgram(
    { code: '1: stp x29, x30, [sp, #-16]!\nbl 1b' },
    { memory: MiB(32) },
  );
  expect(ending).toMatchObject({ status: 139, signal: 11 });
  // 8 MiB, as Linux has it.
  expect(linux.statistics.frames.peak).toBeLessThan(2100);
  expect(machine.use('memory-management').validate()).toEqual([]);
});

test('memory that runs out ends the program, and nothing else', async () => {
  const glutton = `
    mov x0, #0
    ldr x1, =0x1000000
    mov x2, #3
    mov x3, #0x22
    mov x4, #-1
    mov x5, #0
    mov x8, #222
    svc #0
    mov x1, x0
    1: str x1, [x1]
    add x1, x1, #4096
    b 1b`;
  const { ending, machine } = await runProgram({ code: glutton }, { memory: MiB(8) });
  expect(ending).toMatchObject({ status: 139, signal: 11 });
  expect(machine.use('memory-management').validate()).toEqual([]);
  const { ending: killed } = await runProgram({ code: glutton }, { memory: MiB(16) });
  expect(killed).toMatchObject({ status: 137, signal: 9 });
});

test('every frame comes back when processes end', async () => {
  const code = `
    mov x20, #50
    1: mov x0, #17
    mov x1, #0
    mov x8, #220
    svc #0
    cbnz x0, 2f
    ldr x9, =data
    str x20, [x9]
    sub x9, sp, #4000
    str x20, [x9]
    mov x0, #3
    ${EXIT}
    2: mov x0, #-1
    mov x1, #0
    mov x2, #0
    mov x3, #0
    mov x8, #260
    svc #0
    subs x20, x20, #1
    b.ne 1b
    mov x0, #0
    ${EXIT}`;
  const { ending, linux, machine } = await runProgram({ code, zeros: 8192 });
  expect(ending).toEqual({ status: 0 });
  expect(linux.statistics.processes).toBe(51);
  const { peak, inUse } = linux.statistics.frames;
  expect(peak).toBeLessThan(40);
  expect(inUse).toBeLessThan(10);
  expect(machine.use('memory-management').memoryGetStats().misbehaviours).toBe(0);
});

test('the same run twice gives the same counts', async () => {
  const code = `mov x20, #1000\n1: mov x8, #178\nsvc #0\nsubs x20, x20, #1\nb.ne 1b\nmov x0, #0\n${EXIT}`;
  const [a, b] = [await runProgram({ code }), await runProgram({ code })];
  expect(a.linux.statistics).toEqual(b.linux.statistics);
  expect(a.machine.statistics.instructions).toBe(b.machine.statistics.instructions);
});
