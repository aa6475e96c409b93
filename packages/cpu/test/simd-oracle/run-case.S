/*
 * void run_case(struct case *): loads all registers from a case, executes the instruction at run_case_slot and
 * stores all registers back. The stack pointer addresses the case meanwhile, so the instruction may use any of
 * X0 to X30 and V0 to V31, but neither SP nor memory. Offsets as in case.ts.
 */
        .section .text.run_case, "ax"
        .balign 4096
        .global run_case
        .global run_case_slot
run_case:
        sub     sp, sp, #176
        stp     x19, x20, [sp]
        stp     x21, x22, [sp, #16]
        stp     x23, x24, [sp, #32]
        stp     x25, x26, [sp, #48]
        stp     x27, x28, [sp, #64]
        stp     x29, x30, [sp, #80]
        stp     d8, d9, [sp, #96]
        stp     d10, d11, [sp, #112]
        stp     d12, d13, [sp, #128]
        stp     d14, d15, [sp, #144]
        adrp    x1, saved_stack
        mov     x2, sp
        str     x2, [x1, #:lo12:saved_stack]
        .irp n, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30
        ldr     q\n, [x0, #272 + 16 * \n]
        .endr
        .irp n, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31
        ldr     q\n, [x0, #272 + 16 * \n]
        .endr
        ldr     w1, [x0, #4]
        msr     nzcv, x1
        ldr     w1, [x0, #8]
        msr     fpcr, x1
        ldr     w1, [x0, #12]
        msr     fpsr, x1
        mov     sp, x0
        .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
        ldr     x\n, [sp, #16 + 8 * \n]
        .endr
run_case_slot:
        nop
        .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
        str     x\n, [sp, #16 + 8 * \n]
        .endr
        .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        str     q\n, [sp, #272 + 16 * \n]
        .endr
        mrs     x1, nzcv
        str     w1, [sp, #4]
        mrs     x1, fpcr
        str     w1, [sp, #8]
        mrs     x1, fpsr
        str     w1, [sp, #12]
        msr     fpcr, xzr
        adrp    x1, saved_stack
        ldr     x2, [x1, #:lo12:saved_stack]
        mov     sp, x2
        ldp     x19, x20, [sp]
        ldp     x21, x22, [sp, #16]
        ldp     x23, x24, [sp, #32]
        ldp     x25, x26, [sp, #48]
        ldp     x27, x28, [sp, #64]
        ldp     x29, x30, [sp, #80]
        ldp     d8, d9, [sp, #96]
        ldp     d10, d11, [sp, #112]
        ldp     d12, d13, [sp, #128]
        ldp     d14, d15, [sp, #144]
        add     sp, sp, #176
        ret
        .balign 4096

        .bss
        .balign 8
saved_stack:
        .skip   8
        .section .note.GNU-stack, "", %progbits
