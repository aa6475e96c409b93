import type { KernelPart } from './part.ts';

/** A visit to EL0, to see the permissions from the other side. */
export const user: KernelPart = {
  subject: 'EL0: run a routine unprivileged until its first exception',
  text: `
// user_run(x0 = entry, x1 = stack, x2 = argument): returns after the first exception; fault_record
// holds what it was. SP_EL0 is the kernel's own stack, so it changes hands on SP_EL1.
user_run:
    stp     x29, x30, [sp, #-96]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    stp     x21, x22, [sp, #32]
    stp     x23, x24, [sp, #48]
    stp     x25, x26, [sp, #64]
    stp     x27, x28, [sp, #80]
    adr     x9, user_saved_sp
    mov     x10, sp
    str     x10, [x9]
    msr     spsel, #1
    msr     sp_el0, x1
    msr     elr_el1, x0
    mov     x9, #SPSR_EL0T_MASKED
    msr     spsr_el1, x9
    mov     x0, x2
    mov     x1, #0                      // nothing of the kernel's leaks through the registers it used
    mov     x9, #0
    mov     x10, #0
    mov     x29, #0
    mov     x30, #0
    eret
user_returned:                          // the handler comes here, on SP_EL0 = user_saved_sp
    ldp     x27, x28, [sp, #80]
    ldp     x25, x26, [sp, #64]
    ldp     x23, x24, [sp, #48]
    ldp     x21, x22, [sp, #32]
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #96
    ret
`,
  rodata: `
// Two routines for EL0. They are copied to a page of their own; here they cannot be executed.
    .balign 8, 0
user_program:
    add     x0, x0, #1
    svc     #7
user_program_load:
    ldr     x0, [x0]
    svc     #8
user_program_end:
`,
  bss: `
    .balign 8, 0
user_saved_sp:                          // zero when EL0 is not running
    .space  8
`,
};
