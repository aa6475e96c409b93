import { assemble } from '@armature/isa';
import { MIXED_VECTORS, times } from './assembly.ts';
import type { SimdKind } from './kinds.ts';

/** Where a raw image is loaded, by QEMU and by `boot`. */
const ORIGIN = 0x4008_0000;

/** What a program runs. */
export interface SimdProgram {
  readonly kinds: readonly SimdKind[];
  /** Turns of each kind's loop: its own number, by this. */
  readonly scale: number;
  /** Milliseconds before the first kind, and before each, in which emulators can compile the code. */
  readonly warmUp: { readonly first: number; readonly each: number };
}

export interface SimdImage {
  readonly bytes: Uint8Array;
  /** Instructions that are measured, by kind. */
  readonly instructions: readonly number[];
}

/** Turns of a kind in a program. */
const turnsOf = ({ turns }: SimdKind, scale: number): number => Math.max(1, Math.round(turns * scale));

/**
 * A raw image for QEMU's and Armature's `virt`, entered at EL1 with the MMU off. It turns on the MMU, caches and
 * SIMD, and for each kind of work runs its loop and prints a line: a digest of the registers, and how many ticks of
 * the counter the loop took, both as 16 hexadecimal digits. The first line is the counter's frequency. Then it
 * switches the machine off.
 *
 * @throws Error when the assembly of a kind is wrong.
 */
export function simdImage(program: SimdProgram): SimdImage {
  const { bytes, symbols } = assemble(source(program), { origin: ORIGIN });
  const at = (label: string): number => Number(symbols.get(label));
  const instructions = program.kinds.map(
    (kind, index) =>
      turnsOf(kind, program.scale) * ((at(`loop_end_${index}`) - at(`loop_turn_${index}`)) / 4),
  );
  return { bytes, instructions };
}

const source = ({ kinds, scale, warmUp }: SimdProgram): string => `
${START}
    mrs x0, cntfrq_el0
    bl print
    mov w1, #10
    bl transmit
    ldr x24, =${warmUp.first}
${kinds.map((kind, index) => measured(kind, index, scale, warmUp.each)).join('\n')}
    ldr x0, =0x84000008                 // PSCI SYSTEM_OFF
    hvc #0
    b .
    .ltorg

${PRINT}
${kinds.map(functions).join('\n')}

.bss
    .balign 4096
table:
    .skip 4096
buffer:
    .skip 16384
`;

/** X24 has the milliseconds of warming up; X20 and above are kept by everything called. */
const measured = (kind: SimdKind, index: number, scale: number, next: number): string => `
    mrs x1, cntfrq_el0
    mul x24, x24, x1
    mov x1, #1000
    udiv x24, x24, x1
    bl setup_${index}
    mrs x22, cntvct_el0
9:  ldr x0, =${Math.max(1, Math.round(turnsOf(kind, scale) / 16))}
    bl loop_${index}
    isb
    mrs x23, cntvct_el0
    sub x23, x23, x22
    cmp x23, x24
    b.lo 9b

    bl setup_${index}
    ldr x0, =${turnsOf(kind, scale)}
    isb
    mrs x22, cntvct_el0
    bl loop_${index}
    isb
    mrs x23, cntvct_el0
    sub x23, x23, x22
    bl digest
    bl print
    mov w1, #' '
    bl transmit
    mov x0, x23
    bl print
    mov w1, #10
    bl transmit
    ldr x24, =${next}
    b 9f
    .ltorg
9:`;

const functions = ({ setup, body, fpcr = 0 }: SimdKind, index: number): string => `
setup_${index}:
    mov x28, x30
    bl clear
    ldr x1, =${fpcr}
    msr fpcr, x1
    msr fpsr, xzr
${setup}
    ret x28
    .ltorg
    .balign 64
loop_${index}:
loop_turn_${index}:
${body.map((line) => `    ${line}`).join('\n')}
    subs x0, x0, #1
    b.ne loop_turn_${index}
loop_end_${index}:
    ret`;

const START = `
    // One level 1 table: devices at 0, RAM at 1 GiB, both as blocks of 1 GiB.
    ldr x0, =table
    ldr x1, =0x0060000000000401         // AF, AttrIndx 0 (device), XN
    str x1, [x0]
    ldr x1, =0x0000000040000705         // AF, inner shareable, AttrIndx 1 (normal)
    str x1, [x0, #8]
    ldr x1, =0xff00                     // Attr0 device-nGnRnE, Attr1 write-back
    msr mair_el1, x1
    ldr x1, =0x200803519                // T0SZ 25, write-back walks, 4 KiB, no TTBR1 walks, 40-bit
    msr tcr_el1, x1
    msr ttbr0_el1, x0
    tlbi vmalle1
    dsb sy
    isb
    mrs x1, sctlr_el1
    mov x2, #0x1005                     // M, C, I
    orr x1, x1, x2
    msr sctlr_el1, x1
    mov x1, #0x300000                   // FPEN
    msr cpacr_el1, x1
    isb
    ldr x20, =buffer`;

/** Folds X8 to X15, V0 to V31 and FPSR into X0. */
const DIGEST = [
  'mov x0, #0',
  ...times(32, (i) => [`mov x1, v${i}.d[0]`, `mov x2, v${i}.d[1]`])
    .flat()
    .map((move) => `${move}\n eor x0, ${move.slice(4, 6)}, x0, ror #59`),
  ...times(8, (i) => `eor x0, x${8 + i}, x0, ror #59`),
  'mrs x1, fpsr\n eor x0, x1, x0, ror #59',
].join('\n');

const PRINT = `
digest:
${DIGEST}
    ret

// Puts bits of all kinds into the buffer, and zeros into the registers.
clear:
${MIXED_VECTORS}
    mov x1, x20
    add x2, x20, #4096
1:
${times(16, (i) => `    stp q${2 * i}, q${2 * i + 1}, [x1], #32`).join('\n')}
    cmp x1, x2
    b.lo 1b
${times(32, (i) => `    movi v${i}.2d, #0`).join('\n')}
${times(8, (i) => `    mov x${8 + i}, #0`).join('\n')}
    ret
    .ltorg

// X0 as 16 hexadecimal digits, on the PL011.
print:
    mov x26, x30
    mov x2, #60
1:  lsr x3, x0, x2
    and x3, x3, #15
    cmp x3, #10
    add x4, x3, #'0'
    add x5, x3, #('a' - 10)
    csel x1, x4, x5, lo
    bl transmit
    subs x2, x2, #4
    b.pl 1b
    ret x26

// The byte W1.
transmit:
    mov x6, #0x09000000
    str w1, [x6]
    ret`;
