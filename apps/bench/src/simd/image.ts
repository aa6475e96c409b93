import { assemble } from '@armature/isa';
import { times } from './assembly.ts';
import type { SimdKind } from './kinds.ts';

/** Where a raw image is loaded, by QEMU and by `boot`. */
const ORIGIN = 0x4008_0000;

/** Folds registers into X0, so that the output tells whether two emulators computed the same. */
const DIGEST = [
  ...times(32, (i) => [`mov x1, v${i}.d[0]`, `mov x2, v${i}.d[1]`])
    .flat()
    .map((move) => `${move}\n eor x0, ${move.slice(4, 6)}, x0, ror #59`),
  ...times(8, (i) => `eor x0, x${8 + i}, x0, ror #59`),
  'mrs x1, fpsr\n eor x0, x1, x0, ror #59',
].join('\n');

/**
 * The raw image of a kind of work, for QEMU's and Armature's `virt`, entered at EL1 with the MMU off. It turns on
 * the MMU, caches and SIMD, runs the loop, prints a digest of the registers, and switches the machine off.
 *
 * @param turns of the loop.
 * @throws Error when the kind's assembly is wrong.
 */
export function simdImage(kind: SimdKind, turns: number): Uint8Array {
  const { bytes } = assemble(source(kind, turns), { origin: ORIGIN });
  return bytes;
}

const source = ({ setup, body, fpcr = 0 }: SimdKind, turns: number): string => `
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

    ldr x1, =${fpcr}
    msr fpcr, x1
    msr fpsr, xzr
    ldr x20, =buffer
${times(32, (i) => `movi v${i}.2d, #0`).join('\n')}
${times(8, (i) => `mov x${8 + i}, #0`).join('\n')}
${setup}
    ldr x0, =${turns}
    b 1f
    .ltorg
    .balign 64
1:
${body.map((line) => `    ${line}`).join('\n')}
    subs x0, x0, #1
    b.ne 1b
${DIGEST}

    // The digest as 16 hexadecimal digits and a newline, on the PL011.
    mov x1, #0x09000000
    mov x2, #60
1:  lsr x3, x0, x2
    and x3, x3, #15
    cmp x3, #10
    add x4, x3, #'0'
    add x5, x3, #('a' - 10)
    csel x3, x4, x5, lo
    str w3, [x1]
    subs x2, x2, #4
    b.pl 1b
    mov w3, #10
    str w3, [x1]
    ldr x0, =0x84000008                 // PSCI SYSTEM_OFF
    hvc #0
    b .
    .ltorg

.bss
    .balign 4096
table:
    .skip 4096
buffer:
    .skip 16384
`;
