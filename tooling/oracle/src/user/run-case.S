/*
 * void run_case(struct case_record *, struct slot *): loads all registers from a case, SP too, and goes to the slot,
 * which loads the last two, executes the instruction and goes to leave_case, which stores all registers back.
 * Offsets as in record.ts. The linker puts the section near the window, where the saved values can be reached
 * without a register.
 */
        .section .run_case, "awx"
        .balign 4096
        .global run_case
        .global leave_case
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
        adrp    x2, saved
        add     x2, x2, :lo12:saved
        mov     x3, sp
        mrs     x4, tpidr_el0
        stp     x3, x4, [x2]
        str     x0, [x2, #16]
        .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        ldr     q\n, [x0, #272 + 16 * \n]
        .endr
        ldp     w2, w3, [x0, #4]
        msr     nzcv, x2
        msr     fpcr, x3
        ldr     w2, [x0, #12]
        msr     fpsr, x2
        ldr     x2, [x0, #264]
        mov     sp, x2
        mov     x30, x0
        mov     x29, x1
        .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28
        ldr     x\n, [x30, #16 + 8 * \n]
        .endr
        br      x29
leave_case:
        msr     tpidr_el0, x0
        ldr     x0, saved_case
        .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
        str     x\n, [x0, #16 + 8 * \n]
        .endr
        .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        str     q\n, [x0, #272 + 16 * \n]
        .endr
        mrs     x1, tpidr_el0
        str     x1, [x0, #16]
        mov     x1, sp
        str     x1, [x0, #264]
        mrs     x1, nzcv
        str     w1, [x0, #4]
        mrs     x1, fpcr
        str     w1, [x0, #8]
        mrs     x1, fpsr
        str     w1, [x0, #12]
        msr     fpcr, xzr
        adrp    x1, saved
        add     x1, x1, :lo12:saved
        ldp     x2, x3, [x1]
        msr     tpidr_el0, x3
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
        /* Apart from the code, so that a store does not make QEMU translate it again. */
        .balign 4096
saved:
        .skip   16
saved_case:
        .skip   16
        .section .note.GNU-stack, "", %progbits
