// Runs the AT operations listed at 0x42000000 and prints PAR_EL1 of each, one line of 16 digits; or, when the
// operation faults, an X and ESR_EL1. Each record is 64 bytes: TTBR0_EL1, TTBR1_EL1, TCR_EL1, MAIR_EL1,
// SCTLR_EL1, the address, the operation (0 to 3), unused. TTBR0_EL1 of ~0 ends the list.
// Translation is on only around the operation; code is mapped by the first entries of the TTBR0_EL1 tables.
.global _start
_start:
    adr     x0, vectors
    msr     vbar_el1, x0
    mrs     x27, sctlr_el1
    movz    x20, #0x4200, lsl #16
    movz    x26, #0x0900, lsl #16
next:
    ldp     x0, x1, [x20]
    cmn     x0, #1
    b.eq    done
    ldp     x2, x3, [x20, #16]
    ldp     x4, x5, [x20, #32]
    ldr     x6, [x20, #48]
    msr     ttbr0_el1, x0
    msr     ttbr1_el1, x1
    msr     tcr_el1, x2
    msr     mair_el1, x3
    isb
    tlbi    vmalle1
    dsb     sy
    msr     sctlr_el1, x4
    isb
    cbz     x6, 0f
    cmp     x6, #2
    b.lo    1f
    b.eq    2f
    at      s1e0w, x5
    b       3f
0:  at      s1e1r, x5
    b       3f
1:  at      s1e1w, x5
    b       3f
2:  at      s1e0r, x5
3:  isb
    msr     sctlr_el1, x27
    isb
    mrs     x7, par_el1
print:
    mov     x8, #64
4:  sub     x8, x8, #4
    lsr     x9, x7, x8
    and     x9, x9, #15
    add     x10, x9, #'0'
    add     x11, x9, #('a' - 10)
    cmp     x9, #10
    csel    x10, x10, x11, lo
    str     w10, [x26]
    cbnz    x8, 4b
    mov     w10, #10
    str     w10, [x26]
    add     x20, x20, #64
    b       next
done:
    movz    x0, #0x8400, lsl #16
    movk    x0, #0x0008
    hvc     #0
5:  wfi
    b       5b

.balign 2048
vectors:
    .space  0x200
    msr     sctlr_el1, x27
    isb
    mrs     x7, esr_el1
    mov     w10, #'X'
    str     w10, [x26]
    b       print
