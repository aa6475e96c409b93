import {
  BRK,
  CASE,
  CONTROL,
  HEADER,
  HIGH,
  PHYSICAL,
  RESULT,
  WINDOW,
  WRITABLE_FROM,
  WRITABLE_TO,
} from './layout.ts';
import { high, ROOT } from './tables.ts';

/**
 * The bare-metal program that runs cases under QEMU, as assembly. It turns the MMU on, moves itself to the high
 * half, and then for each case: writes the words, loads every register, enters them by ERET, and catches the
 * exception that ends the case (BRK, or whatever the instruction raised). TPIDRRO_EL0 is its scratch register.
 * Results leave by semihosting.
 *
 * Only plain instructions, labels and data directives, so that any A64 assembler takes it.
 */
export function harnessSource(): string {
  return ['b start', ...[vectors, start, loop, finish, caught, data].map((part) => part())].join('\n');
}

/** Offset of the vector table in the harness. */
export const VECTORS = 2048;

/** Offsets in the control block. */
const CONTROL_BLOCK = { case: 0, result: 8, remaining: 16, inTest: 24, x1: 32, x30: 40 } as const;

/** MOVZ and MOVK of a 64-bit constant. */
function constant(register: string, value: bigint): string {
  const lines = [`movz ${register}, #${value & 0xffffn}`];
  for (let shift = 16n; shift < 64n; shift += 16n) {
    const part = (value >> shift) & 0xffffn;
    if (part !== 0n) lines.push(`movk ${register}, #${part}, lsl #${shift}`);
  }
  return lines.join('\n');
}

const at = (word: number): number => 4 * word;

function start(): string {
  return `
start:
msr daifset, #15
${constant('x0', CONTROL.MAIR_EL1)}
msr mair_el1, x0
${constant('x0', CONTROL.TCR_EL1)}
msr tcr_el1, x0
${constant('x0', BigInt(ROOT.boot))}
msr ttbr0_el1, x0
${constant('x0', BigInt(ROOT.high))}
msr ttbr1_el1, x0
tlbi vmalle1
dsb sy
isb
${constant('x0', BigInt(PHYSICAL.cases))}
ldr x0, [x0, #${HEADER.sctlr}]
msr sctlr_el1, x0
isb
${constant('x0', HIGH)}
adr x1, moved
add x1, x1, x0
br x1
moved:
${constant('x0', BigInt(ROOT.low))}
msr ttbr0_el1, x0
isb
tlbi vmalle1
dsb sy
adr x0, vectors
msr vbar_el1, x0
isb
adr x28, control
${constant('x0', high(PHYSICAL.cases))}
ldr x2, [x0, #${HEADER.count}]
add x0, x0, #${HEADER.size}
${constant('x1', high(PHYSICAL.results))}
stp x0, x1, [x28, #${CONTROL_BLOCK.case}]
str x2, [x28, #${CONTROL_BLOCK.remaining}]
`;
}

function loop(): string {
  const pairs = [];
  for (let register = 0; register < 26; register += 2) {
    pairs.push(`ldp x${register}, x${register + 1}, [x27, #${at(CASE.x) + 8 * register}]`);
  }
  return `
next_case:
adr x28, control
ldr x25, [x28, #${CONTROL_BLOCK.remaining}]
cbz x25, finish
ldr x27, [x28, #${CONTROL_BLOCK.case}]
ldr x0, [x27, #${at(CASE.pc)}]
${constant('x1', high(PHYSICAL.window) - BigInt(WINDOW))}
add x1, x1, x0
ldp w2, w3, [x27, #${at(CASE.words)}]
ldp w4, w5, [x27, #${at(CASE.words + 2)}]
stp w2, w3, [x1]
stp w4, w5, [x1, #8]
dc cvau, x1
dsb sy
ic ivau, x1
dsb sy
isb
msr elr_el1, x0
ldr x2, [x27, #${at(CASE.pstate)}]
msr spsr_el1, x2
ldr x2, [x27, #${at(CASE.spEl0)}]
msr sp_el0, x2
ldr x2, [x27, #${at(CASE.spEl1)}]
mov sp, x2
ldr x2, [x27, #${at(CASE.tpidrEl0)}]
msr tpidr_el0, x2
msr far_el1, xzr
clrex
movz x2, #1
str x2, [x28, #${CONTROL_BLOCK.inTest}]
ldp x28, x29, [x27, #${at(CASE.x) + 8 * 28}]
ldr x30, [x27, #${at(CASE.x) + 8 * 30}]
${pairs.join('\n')}
ldp x26, x27, [x27, #${at(CASE.x) + 8 * 26}]
eret
`;
}

/** SYS_OPEN, SYS_WRITE, SYS_CLOSE, SYS_EXIT. @spec Arm semihosting, Semihosting operations */
function finish(): string {
  return `
finish:
${constant('x27', high(PHYSICAL.cases))}
adr x28, block
add x0, x27, #${HEADER.name}
movz x1, #5
stp x0, x1, [x28]
ldr x0, [x27, #${HEADER.nameLength}]
str x0, [x28, #16]
movz x0, #0x01
mov x1, x28
hlt #0xf000
mov x20, x0
str x20, [x28]
${constant('x1', high(PHYSICAL.results))}
str x1, [x28, #8]
ldr x2, [x27, #${HEADER.count}]
movz x3, #${at(RESULT.size)}
mul x2, x2, x3
str x2, [x28, #16]
movz x0, #0x05
mov x1, x28
hlt #0xf000
str x20, [x28]
movz x0, #0x02
mov x1, x28
hlt #0xf000
movz x2, #0
b exit
crash:
movz x2, #3
exit:
adr x28, block
${constant('x0', 0x20026n)}
stp x0, x2, [x28]
movz x0, #0x18
mov x1, x28
hlt #0xf000
b exit
`;
}

function vectors(): string {
  const entries = [];
  for (let vector = 0; vector < 16; vector++) {
    entries.push(`
.balign 128
msr tpidrro_el0, x0
adr x0, control
str x30, [x0, #${CONTROL_BLOCK.x30}]
movz x30, #${vector}
b caught`);
  }
  return `.balign ${VECTORS}\nvectors:${entries.join('\n')}\n.balign 128\n`;
}

function caught(): string {
  const pairs = [];
  for (let register = 2; register < 30; register += 2) {
    pairs.push(`stp x${register}, x${register + 1}, [x1, #${at(RESULT.x) + 8 * register}]`);
  }
  const registers = (
    [
      ['sp_el0', RESULT.spEl0],
      ['spsr_el1', RESULT.spsr],
      ['elr_el1', RESULT.elr],
      ['esr_el1', RESULT.esr],
      ['far_el1', RESULT.far],
      ['tpidr_el0', RESULT.tpidrEl0],
    ] as const
  ).map(([name, word]) => `mrs x2, ${name}\nstr x2, [x1, #${at(word)}]`);
  return `
caught:
str x1, [x0, #${CONTROL_BLOCK.x1}]
ldr x1, [x0, #${CONTROL_BLOCK.result}]
${pairs.join('\n')}
ldr x2, [x0, #${CONTROL_BLOCK.inTest}]
cbz x2, crash
str xzr, [x0, #${CONTROL_BLOCK.inTest}]
str x30, [x1, #${at(RESULT.vector)}]
ldr x2, [x0, #${CONTROL_BLOCK.x30}]
str x2, [x1, #${at(RESULT.x) + 8 * 30}]
mrs x2, tpidrro_el0
ldr x3, [x0, #${CONTROL_BLOCK.x1}]
stp x2, x3, [x1, #${at(RESULT.x)}]
${registers.join('\n')}
mov x2, sp
str x2, [x1, #${at(RESULT.spEl1)}]
ldr x27, [x0, #${CONTROL_BLOCK.case}]

ldr x2, [x27, #${at(CASE.pc)}]
${constant('x3', high(PHYSICAL.window) - BigInt(WINDOW))}
add x3, x3, x2
${constant('x4', BigInt(BRK))}
stp w4, w4, [x3]
stp w4, w4, [x3, #8]

ldr w2, [x27, #${at(CASE.mayStore)}]
cbz w2, scanned
${constant('x5', high(PHYSICAL.window) + BigInt(WRITABLE_FROM))}
${constant('x6', high(PHYSICAL.pristine) + BigInt(WRITABLE_FROM))}
${constant('x7', high(PHYSICAL.window) + BigInt(WRITABLE_TO))}
movz x12, #0
add x13, x1, #${at(RESULT.changes)}
scan:
ldp x8, x9, [x5]
ldp x10, x11, [x6]
cmp x8, x10
ccmp x9, x11, #0, eq
b.eq same
stp x10, x11, [x5]
cmp x12, #${RESULT.maxChanges}
b.eq same
${constant('x14', high(PHYSICAL.window))}
sub x14, x5, x14
str x14, [x13]
stp x8, x9, [x13, #8]
add x13, x13, #${at(RESULT.changeSize)}
add x12, x12, #1
same:
add x5, x5, #16
add x6, x6, #16
cmp x5, x7
b.ne scan
str w12, [x1, #${at(RESULT.changeCount)}]
scanned:

add x27, x27, #${at(CASE.size)}
add x1, x1, #${at(RESULT.size)}
stp x27, x1, [x0, #${CONTROL_BLOCK.case}]
ldr x2, [x0, #${CONTROL_BLOCK.remaining}]
sub x2, x2, #1
str x2, [x0, #${CONTROL_BLOCK.remaining}]
b next_case
`;
}

function data(): string {
  const zeros = (count: number): string => new Array<string>(count).fill('.quad 0').join('\n');
  return `.balign 64\ncontrol:\n${zeros(8)}\nblock:\n${zeros(8)}\n`;
}
