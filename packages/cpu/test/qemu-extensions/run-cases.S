// Runs cases one by one with translation on and leaves what became of each.
//
// A case: SCTLR_EL1, TCR_EL1, SPSR_EL1, ELR_EL1, X0 to X3. A result: vector, ESR_EL1, FAR_EL1, SPSR_EL1, ELR_EL1,
// X0, X1, X2, X3, and the PSTATE fields that the handler has.

        .equ CASES, 0x41e00000
        .equ RESULTS, 0x41f00000

        .text
_start: adr x0, vectors
        msr vbar_el1, x0
        mov x0, #(3 << 20)
        msr cpacr_el1, x0
        ldr x25, =CASES
        ldr x26, =RESULTS
        ldp x27, x28, [x25], #16        // how many cases, where the tables are
        msr ttbr0_el1, x28
        msr ttbr1_el1, x28
        ldr x0, =0xff04                 // Attr0 is Device, Attr1 Normal
        msr mair_el1, x0
next:   cbz x27, done
        ldp x0, x1, [x25], #16
        msr tcr_el1, x1
        msr sctlr_el1, x0
        isb
        tlbi vmalle1
        dsb sy
        isb
        ldp x0, x1, [x25], #16
        msr spsr_el1, x0
        msr elr_el1, x1
        ldp x0, x1, [x25], #16
        ldp x2, x3, [x25], #16
        eret

taken:  mrs x5, esr_el1
        mrs x6, far_el1
        mrs x7, spsr_el1
        mrs x8, elr_el1
        mov x9, #0
        mrs x10, s3_0_c4_c2_3           // PAN
        orr x9, x9, x10
        mrs x10, s3_0_c4_c2_4           // UAO
        orr x9, x9, x10
        mrs x10, s3_3_c4_c2_5           // DIT
        orr x9, x9, x10
        mrs x10, s3_3_c4_c2_6           // SSBS
        orr x9, x9, x10
        .inst 0xd500409f                // MSR PAN, #0
        stp x4, x5, [x26], #16
        stp x6, x7, [x26], #16
        stp x8, x0, [x26], #16
        stp x1, x2, [x26], #16
        stp x3, x9, [x26], #16
        sub x27, x27, #1
        b next

done:   adr x1, open
        adr x0, name
        str x0, [x1]
        mov x0, #1                      // SYS_OPEN
        hlt #0xf000
        adr x1, write
        ldr x2, =RESULTS
        sub x3, x26, x2
        stp x0, x2, [x1]
        str x3, [x1, #16]
        mov x0, #5                      // SYS_WRITE
        hlt #0xf000
        adr x1, exit
        mov x0, #0x18                   // SYS_EXIT
        hlt #0xf000
        .balign 8
open:   .quad 0, 5, 10
write:  .quad 0, 0, 0
exit:   .quad 0x20026, 0
name:   .asciz "result.bin"
        .ltorg

        .macro vector number
        .balign 0x80
        mov x4, #\number
        b taken
        .endm
        .balign 2048
vectors:
        vector 0
        vector 1
        vector 2
        vector 3
        vector 4
        vector 5
        vector 6
        vector 7
        vector 8
        vector 9
        vector 10
        vector 11
        vector 12
        vector 13
        vector 14
        vector 15
