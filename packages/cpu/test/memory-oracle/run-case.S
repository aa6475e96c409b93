/*
 * void run_case(struct case_record *): loads all registers from a case, SP too, executes the instruction at
 * run_case_slot and stores all registers back. Offsets as in case.ts. The linker puts the section right after the
 * window, so that literal loads can reach it; run_case_slot is half a page from its start.
 */
        .section .run_case, "awx"
        .balign 4096
        .global run_case
        .global run_case_slot
        .global run_case_page
run_case_page:
        .skip   2048 - (run_case_slot - run_case)
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
        adr     x1, saved
        mov     x2, sp
        mrs     x3, tpidr_el0
        stp     x2, x3, [x1]
        str     x0, [x1, #16]
        .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        ldr     q\n, [x0, #272 + 16 * \n]
        .endr
        ldr     w1, [x0, #4]
        msr     nzcv, x1
        ldr     x1, [x0, #264]
        mov     sp, x1
        .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
        ldr     x\n, [x0, #16 + 8 * \n]
        .endr
        ldr     x0, [x0, #16]
run_case_slot:
        nop
        msr     tpidr_el0, x0
        ldr     x0, saved + 16
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
        adr     x1, saved
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
        .balign 16
saved:
        .skip   32
        .section .note.GNU-stack, "", %progbits
