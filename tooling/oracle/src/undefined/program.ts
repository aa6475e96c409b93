import { CODE, CONTROL, ENTRY_PSTATE, HEADER, NOWHERE, STEP, STRIDE, SWEEP, VECTORS } from './layout.ts';

/** MOVZ and MOVK of a 64-bit constant. */
function constant(register: string, value: bigint | number): string {
  const wide = BigInt(value);
  const lines = [`movz ${register}, #${wide & 0xffffn}`];
  for (let shift = 16n; shift < 64n; shift += 16n) {
    const part = (wide >> shift) & 0xffffn;
    if (part !== 0n) lines.push(`movk ${register}, #${part}, lsl #${shift}`);
  }
  return lines.join('\n');
}

/** Turns the MMU on and sets the control registers. VA and PA are equal for the program itself. */
function start(control: Readonly<Record<keyof typeof CONTROL, bigint>>): string {
  const set = (name: keyof typeof CONTROL): string => `${constant('x0', control[name])}\nmsr ${name}, x0`;
  return `
start:
msr daifset, #15
${(['MAIR_EL1', 'TCR_EL1', 'TTBR0_EL1', 'TTBR1_EL1', 'VBAR_EL1', 'CPACR_EL1', 'OSLAR_EL1'] as const).map(set).join('\n')}
tlbi vmalle1
dsb sy
isb
${set('SCTLR_EL1')}
isb
${set('MDSCR_EL1')}
isb
`;
}

/** Ends with the CPU parked: what our own machine runs, which enters words from the host. */
export function bootSource(control: Readonly<Record<keyof typeof CONTROL, bigint>>): string {
  return `${start(control)}\nparked: b parked\n`;
}

/**
 * The bare-metal program that runs a batch of words under QEMU. Each word is entered by ERET with software step on,
 * so that exactly one instruction runs wherever it branches to; the class of the exception that follows, a step or
 * whatever the word raised, is its result. Results leave by semihosting.
 */
export function sweepSource(): string {
  const copies = [];
  for (let register = 0; register < 30; register++) copies.push(`mov x${register}, x30`);
  const entries = [];
  // Synchronous exceptions from EL1 with either stack pointer and from EL0; there are no others.
  for (let vector = 0; vector < 16; vector++) {
    entries.push(`.balign 128\n${[0, 4, 8].includes(vector) ? 'b caught' : 'b crash'}`);
  }
  return `
b start
.balign ${VECTORS - SWEEP.program}
${entries.join('\n')}
.balign 128
${start(CONTROL)}
adr x28, control
${constant('x0', CODE)}
${constant('x1', SWEEP.tags)}
${constant('x2', SWEEP.results)}
${constant('x3', SWEEP.header)}
ldr x3, [x3, #${HEADER.count}]
next:
cbz x3, finish
stp x0, x1, [x28]
stp x2, x3, [x28, #16]
ldrb w4, [x1]
msr elr_el1, x0
${constant('x5', ENTRY_PSTATE.el1 | STEP)}
${constant('x6', ENTRY_PSTATE.el0 | STEP)}
tst x4, #1
csel x5, x5, x6, eq
msr spsr_el1, x5
lsr x4, x4, #1
${constant('x5', SWEEP.header + HEADER.values)}
ldr x30, [x5, x4, lsl #3]
${constant('x6', NOWHERE)}
msr sp_el0, x6
mov sp, x6
clrex
${copies.join('\n')}
eret
caught:
msr spsel, #1
adr x28, control
mrs x4, esr_el1
ldp x0, x1, [x28]
ldp x2, x3, [x28, #16]
lsr x4, x4, #26
strb w4, [x2]
add x0, x0, #${STRIDE}
add x1, x1, #1
add x2, x2, #1
sub x3, x3, #1
b next
finish:
${constant('x27', SWEEP.header)}
adr x28, control
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
${constant('x1', SWEEP.results)}
ldr x2, [x27, #${HEADER.count}]
stp x1, x2, [x28, #8]
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
adr x28, control
${constant('x0', 0x20026)}
stp x0, x2, [x28]
movz x0, #0x18
mov x1, x28
hlt #0xf000
b exit
.balign 64
control:
.quad 0, 0, 0, 0
`;
}
