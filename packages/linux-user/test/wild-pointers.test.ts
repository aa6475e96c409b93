/** Every system call with every kind of wild pointer, in every place of its arguments. */
import { MiB } from '@armature/core';
import { expect, test } from 'vitest';
import { NUMBER } from '../src/system-calls/numbers.ts';
import { assembleProgram, superviseChild, testMachine } from './machine.ts';

const numbers = Object.values(NUMBER);

/** Addresses at which a program has nothing, or not enough, or nothing it may write to. */
const POINTERS = [
  0x108n, // the null page; no signal’s number either
  0x40_0001n, // code, and unaligned
  0x80_0ff8n, // the end of the data's last page
  0x5555_5555_5000n, // between mappings
  0x7fff_ffff_fff8n, // the end of what a program can have
  0x8000_0000_0000_0000n, // no address
  0xffff_0000_4000_0000n, // the kernel's half
  0xffff_ffff_ffff_fffcn, // wraps around
];

/** What the other arguments are: addresses of data where they are 0x800000. */
const OTHERS: readonly (readonly (number | bigint)[])[] = [
  [0, 0, 0, 0, 0, 0],
  [0x80_0000, 0x80_0040, 0x80_0080, 0x80_00c0, 0x80_0100, 0x80_0140],
  [0, 0x80_0000, 16, 0x80_0040, 16, 0x80_0080],
  [0xffff_ffff_ffff_ff9cn, 0x80_0000, 16, 0x80_0040, 0x80_0080, 16],
];

/** Parent of one child for each call, pointer and set of other arguments; a child tries each place, then all. */
const PROGRAM = assembleProgram({
  code: `
    mov x20, #0                    // which child
  life:
${superviseChild(20, 'pause')}
    add x20, x20, #1
    ldr x9, =${numbers.length * POINTERS.length * OTHERS.length}
    cmp x20, x9
    b.ne life
    mov x0, #0
    mov x8, #94
    svc #0

  child:
    mov x9, #${OTHERS.length}
    udiv x10, x20, x9
    msub x11, x10, x9, x20         // which others
    mov x12, #48
    ldr x24, =others
    madd x24, x11, x12, x24
    mov x9, #${POINTERS.length}
    udiv x11, x10, x9
    msub x10, x11, x9, x10         // which pointer
    ldr x9, =pointers
    ldr x25, [x9, x10, lsl #3]
    ldr x9, =table
    ldrh w26, [x9, x11, lsl #1]    // which call
    mov x27, #0
  next:
    ldp x0, x1, [x24]
    ldp x2, x3, [x24, #16]
    ldp x4, x5, [x24, #32]
    cmp x27, #6
    ccmp x27, #0, #4, ne
    csel x0, x25, x0, eq
    cmp x27, #6
    ccmp x27, #1, #4, ne
    csel x1, x25, x1, eq
    cmp x27, #6
    ccmp x27, #2, #4, ne
    csel x2, x25, x2, eq
    cmp x27, #6
    ccmp x27, #3, #4, ne
    csel x3, x25, x3, eq
    cmp x27, #6
    ccmp x27, #4, #4, ne
    csel x4, x25, x4, eq
    cmp x27, #6
    ccmp x27, #5, #4, ne
    csel x5, x25, x5, eq
    mov x8, x26
    svc #0
    add x27, x27, #1
    cmp x27, #7
    b.ne next
    mov x0, #0
    mov x8, #94
    svc #0
    .balign 8
  pause: .quad 0, 1000000
  pointers: .quad ${POINTERS.join(', ')}
  others: .quad ${OTHERS.flat().join(', ')}
  table: .hword ${numbers.join(', ')}
    .balign 8
    .ltorg
  `,
  data: '.asciz "/tmp/x"\n.zero 505',
});

test(`each of ${numbers.length} system calls with wild pointers`, { timeout: 600_000 }, async () => {
  const { machine } = await testMachine({ memory: MiB(16), maxProcesses: 12, memoryFileBytes: MiB(2) });
  const linux = machine.use('linux-user');
  const seen = new Set<string>();
  machine.onTrace(['system-calls'], ({ message }) => {
    const name = /^\S*\s*(\w+)\(/.exec(message)?.[1];
    if (name !== undefined) seen.add(name);
  });
  linux.start({ path: 'program', bytes: PROGRAM });
  machine.runSync({ maxInstructions: 200_000_000 });
  expect(linux.ending).toEqual({ status: 0 });
  expect(Object.keys(NUMBER).filter((name) => !seen.has(name))).toEqual([]);
  expect(linux.statistics.processes).toBeGreaterThan(numbers.length * POINTERS.length * OTHERS.length);
  expect(machine.use('memory-management').validate()).toEqual([]);
  expect(linux.statistics.frames.inUse).toBeLessThan(20);
});
