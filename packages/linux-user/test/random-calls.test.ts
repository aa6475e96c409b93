/** A program makes system calls at random, with wild arguments: the host survives, and nothing leaves the root. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MiB } from '@armature/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hostDirectory } from '../src/node.ts';
import { NUMBER } from '../src/system-calls/numbers.ts';
import { assembleProgram, superviseChild, testMachine } from './machine.ts';

/** Calls that would only end the test early: they end the process, or every other one. */
const LEFT_OUT = ['exit', 'exit_group', 'kill', 'tkill', 'tgkill', 'rt_sigqueueinfo'];
const numbers = Object.entries(NUMBER)
  .filter(([name]) => !LEFT_OUT.includes(name))
  .map(([, number]) => number);

/** What paths are made of: 16 of them. */
const PATHS = [
  '/tmp/x',
  '../../outside',
  '../secret',
  'a/b/../../..',
  '.',
  'link/secret',
  'up',
  '/proc/self/exe',
  '/proc/self/fd/0',
  '/dev/zero',
  '/',
  'directory',
  'file',
  '/tmp',
  '/proc/self/maps',
  'directory/new',
];

const CALLS = 100_000;
const CALLS_OF_A_CHILD = 400;

/**
 * A parent that starts child after child, and ends each that does not end by itself; a child makes calls until one of
 * them is its last.
 */
const program = (seed: number) =>
  assembleProgram({
    code: `
      mov x20, #${seed}
    life:
      add x20, x20, #1
${superviseChild(30, 'data')}
      b life

    random:                       // xorshift64: X19, and X0
      eor x19, x19, x19, lsl #13
      eor x19, x19, x19, lsr #7
      eor x19, x19, x19, lsl #17
      mov x0, x19
      ret

    argument:                     // X0: an argument of some kind
      mov x27, x30
      bl random
      and x9, x0, #7
      lsr x0, x0, #3
      cbz x9, 1f
      cmp x9, #1
      b.eq 2f
      cmp x9, #2
      b.eq 3f
      cmp x9, #3
      b.eq 4f
      cmp x9, #4
      b.eq 5f
      cmp x9, #5
      b.eq 6f
      cmp x9, #6
      b.eq 7f
      ret x27                     // anything
    1: and x0, x0, #0xff          // a small number
      ret x27
    2: ands x9, x0, #3            // a pointer to data: mostly to the beginning of a path
      b.eq 8f
      lsr x0, x0, #2
      and x0, x0, #0xf
      lsl x0, x0, #5
      ldr x9, =data + 64
      add x0, x0, x9
      ret x27
    8: and x0, x0, #0x3ff
      ldr x9, =data
      add x0, x0, x9
      ret x27
    3: ands x9, x0, #1            // a small negative one; every second time the current directory
      b.eq 8f
      and x0, x0, #0x7f
      neg x0, x0
      ret x27
    8: mov x0, #-100
      ret x27
    4: and x0, x0, #0xf           // a descriptor
      ret x27
    5: and x0, x0, #0xf000        // a page of data
      ldr x9, =data
      add x0, x0, x9
      ret x27
    6: and x9, x0, #63            // a power of two
      mov x0, #1
      lsl x0, x0, x9
      ret x27
    7: and x0, x0, #0xfff         // a pointer to code, or to the end of what there is
      ldr x9, =0x400000
      add x0, x0, x9
      ret x27

    child:
      ldr x9, =0x9E3779B97F4A7C15
      mul x19, x20, x9
      add x19, x19, #1
      mov x21, #${CALLS_OF_A_CHILD}
    next:
      ldr x28, =data
      mov x26, #6
    collect:
      bl argument
      sub x26, x26, #1
      add x9, x28, #16
      str x0, [x9, x26, lsl #3]
      cbnz x26, collect
      bl random
      and x9, x0, #15
      lsr x0, x0, #4
      and x8, x0, #0x1ff          // one in sixteen: any number
      cbz x9, call
      mov x9, #${numbers.length}
      udiv x10, x0, x9
      msub x0, x10, x9, x0
      ldr x9, =table
      ldrh w8, [x9, x0, lsl #1]
    call:
      cmp x8, #93                 // but not those that end it all
      b.eq next
      cmp x8, #94
      b.eq next
      cmp x8, #129
      b.eq next
      cmp x8, #130
      b.eq next
      cmp x8, #131
      b.eq next
      cmp x8, #138
      b.eq next
      ldp x0, x1, [x28, #16]
      ldp x2, x3, [x28, #32]
      ldp x4, x5, [x28, #48]
      svc #0
      subs x21, x21, #1
      b.ne next
      mov x0, #0
      mov x8, #94
      svc #0
    table:
      .hword ${numbers.join(', ')}
      .balign 8
      .ltorg
    `,
    data: `
      .quad 0, 1000000
      .zero 48
${PATHS.map((path) => `.asciz "${path}"\n.balign 32`).join('\n')}
      .quad 0x800000, 64, 0x800100, 0x7fffffffffffffff
      .quad 0x800000, 0x800020, 0
    `,
    zeros: 0x1_0000,
  });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'armature-random-calls-'));
  writeFileSync(join(folder, 'secret'), 'secret');
  mkdirSync(join(folder, 'root'));
  mkdirSync(join(folder, 'root', 'directory'));
  writeFileSync(join(folder, 'root', 'file'), 'contents');
  symlinkSync('..', join(folder, 'root', 'link'));
  symlinkSync(folder, join(folder, 'root', 'up'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test(`${CALLS} random system calls with wild arguments`, { timeout: 600_000 }, async () => {
  let calls = 0;
  let unknown = 0;
  for (let seed = 1; calls < CALLS && seed < 60_000; seed += 1000) {
    const { machine, output } = await testMachine({
      root: hostDirectory(join(folder, 'root')),
      memory: MiB(16),
      maxProcesses: 12,
      memoryFileBytes: MiB(2),
    });
    const linux = machine.use('linux-user');
    linux.start({ path: 'program', bytes: program(seed) });
    const goal = CALLS - calls;
    while (linux.ending === undefined && linux.statistics.calls < goal) {
      const { reason } = machine.runSync({ maxInstructions: 1_000_000 });
      if (reason !== 'budget') break;
    }
    calls += linux.statistics.calls;
    unknown += linux.statistics.unknown.length;
    expect(machine.use('memory-management').validate()).toEqual([]);
    expect(output()).not.toContain('secret');
    machine.dispose();
  }
  expect(calls).toBeGreaterThanOrEqual(CALLS);
  expect(unknown).toBeGreaterThan(0);
  expect(readdirSync(folder).sort()).toEqual(['root', 'secret']);
  expect(readFileSync(join(folder, 'secret'), 'utf8')).toBe('secret');
  expect(existsSync(join(tmpdir(), 'outside'))).toBe(false);
});
