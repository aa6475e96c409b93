// Start of every bench program: a raw image for QEMU's and Armature's `virt`, entered at EL1 with the MMU off.
// Turns on the MMU and caches, calls `bench`, prints what it returns, and switches the machine off.

.section .start, "ax"
.globl _start
_start:
    b       start
    nop
    .globl  iterations
iterations:                             // +8: the runner writes the length of the run here
    .quad   1

start:
    adr     x0, stack_top
    mov     sp, x0

    // One level 1 table: devices at 0, RAM at 1 GiB, both as 1 GiB blocks.
    adr     x0, table
    ldr     x1, =0x0060000000000401     // AF, AttrIndx 0 (device), XN
    str     x1, [x0]
    ldr     x1, =0x0000000040000705     // AF, inner shareable, AttrIndx 1 (normal)
    str     x1, [x0, #8]

    ldr     x1, =0xff00                 // Attr0 device-nGnRnE, Attr1 write-back
    msr     mair_el1, x1
    ldr     x1, =0x200803519            // T0SZ 25, write-back walks, 4 KiB, no TTBR1 walks, 40-bit
    msr     tcr_el1, x1
    msr     ttbr0_el1, x0
    tlbi    vmalle1
    dsb     sy
    isb
    mrs     x1, sctlr_el1
    mov     x2, #0x1005                 // M, C, I
    orr     x1, x1, x2
    msr     sctlr_el1, x1
    isb

    ldr     x0, iterations
    bl      bench

    // The result as 16 hexadecimal digits and a newline, on the PL011.
    mov     x1, #0x09000000
    mov     x2, #60
1:  lsr     x3, x0, x2
    and     x3, x3, #15
    cmp     x3, #10
    add     x4, x3, #'0'
    add     x5, x3, #('a' - 10)
    csel    x3, x4, x5, lo
    str     w3, [x1]
    subs    x2, x2, #4
    b.pl    1b
    mov     w3, #'\n'
    str     w3, [x1]

    ldr     x0, =0x84000008             // PSCI SYSTEM_OFF
    hvc     #0
    b       .

    .ltorg

.bss
    .balign 4096
table:
    .skip   4096
    .skip   16384
stack_top:
