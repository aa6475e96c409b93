import type { KernelPart } from './part.ts';

/** What happens to an exception: demand paging, a planned recovery, or the end of the run. */
export const faults: KernelPart = {
  subject: 'Faults: dispatch, recovery table, panic report',
  text: `
// fault_dispatch(x0 = register frame). In this order: a demand page, an SVC, a return from EL0, a
// recovery the faulting code has registered, panic.
fault_dispatch:
    stp     x29, x30, [sp, #-48]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    stp     x21, x22, [sp, #32]
    mov     x19, x0
    ldr     x20, [x19, #FRAME_ESR]
    ldr     x21, [x19, #FRAME_FAR]

    adr     x9, nested_trigger          // the nested-fault scenario asks the handler to fault
    ldr     x9, [x9]
    cbz     x9, 1f
    ldr     x9, [x9]
1:
    ldr     x9, [x19, #FRAME_VECTOR]
    cmp     x9, #8
    b.eq    fault_from_user
    cbnz    x9, fault_panic             // IRQ, FIQ, SError, AArch32: nobody asked for those

    lsr     x22, x20, #26               // EC
    and     x22, x22, #0x3f
    cmp     x22, #EC_DABT_SAME
    b.ne    2f
    mov     x0, x20
    mov     x1, x21
    bl      demand_fault                // 0: the page is there now, retry the access
    cbz     x0, fault_return
2:  mov     x0, x19
    bl      fault_record
    cmp     x22, #EC_SVC64
    b.eq    fault_svc

    ldr     x9, [x19, #FRAME_ELR]       // the recovery table holds offsets: both halves use it
    and     x9, x9, #0x0000ffffffffffff
    adr     x10, image_start
    and     x10, x10, #0x0000ffffffffffff
    sub     x9, x9, x10
    adr     x10, recovery_table
3:  ldp     w11, w12, [x10], #8
    cbz     w11, 4f
    cmp     x9, x11
    b.ne    3b
    adr     x9, image_start
    add     x9, x9, x12
    str     x9, [x19, #FRAME_ELR]
    b       fault_return

4:  adr     x9, fetch_recovery          // a fetch fault has no faulting instruction to look up
    ldr     x10, [x9]
    cbz     x10, fault_panic
    cmp     x22, #EC_IABT_SAME
    b.eq    5f
    cmp     x22, #EC_PC_ALIGNMENT
    b.ne    fault_panic
5:  str     xzr, [x9]
    str     x10, [x19, #FRAME_ELR]
fault_return:
    ldp     x21, x22, [sp, #32]
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #48
    ret

// SVC from the kernel: x0 comes back complemented, which shows the frame is live.
fault_svc:
    ldr     x9, [x19, #FRAME_X0]
    mvn     x9, x9
    str     x9, [x19, #FRAME_X0]
    b       fault_return

// Anything EL0 does ends its run: the kernel goes on behind user_run.
fault_from_user:
    mov     x0, x19
    bl      fault_record
    adr     x9, user_saved_sp
    ldr     x10, [x9]
    cbz     x10, fault_panic
    str     xzr, [x9]
    str     x10, [x19, #FRAME_SP_EL0]
    adr     x9, user_returned
    str     x9, [x19, #FRAME_ELR]
    mov     x9, #SPSR_EL1T_MASKED
    str     x9, [x19, #FRAME_SPSR]
    b       fault_return

// fault_record(x0 = register frame): what the tests read back.
fault_record:
    adr     x9, fault_count
    ldr     x10, [x9]
    add     x10, x10, #1
    ldp     x11, x12, [x0, #FRAME_ESR]
    ldr     x13, [x0, #FRAME_ELR]
    ldr     x14, [x0, #FRAME_X0]
    stp     x10, x11, [x9]
    stp     x12, x13, [x9, #16]
    str     x14, [x9, #32]
    ret

// The end of the run: say everything the hardware said.
fault_panic:
    ldr     x9, [x19, #FRAME_VECTOR]
    adr     x10, vector_names
    ldr     x1, [x10, x9, lsl #3]
    lsr     x2, x20, #26
    and     x2, x2, #0x3f
    mov     x3, x20
    mov     x4, x21
    ldp     x5, x6, [x19, #FRAME_ELR]
    adr     x0, panic_format
    bl      console_printf
    adr     x0, guard_note
    and     x9, x21, #0x0000fffffffff000
    adr     x10, main_stack_guard
    and     x10, x10, #0x0000fffffffff000
    cmp     x9, x10
    b.ne    1f
    bl      console_puts
1:  adr     x0, panic_result
    bl      console_puts
    b       system_off
    .ltorg
`,
  rodata: String.raw`
panic_format:
    .ascii  "KERNEL PANIC: unexpected exception\n"
    .ascii  "  vector %s\n"
    .ascii  "  EC %b  ESR %w  FAR %p\n"
    .asciz  "  ELR %p  SPSR %w\n"
guard_note:
    .asciz  "  the address is in the guard page below the main stack: stack overflow\n"
panic_result:
    .asciz  "RESULT: FAILED\n"

// Faulting instruction, where to go on: offsets from image_start. Zero ends the table.
    .balign 8, 0
recovery_table:
    .word   probe_read_at - image_start, probe_read_failed - image_start
    .word   probe_read32_at - image_start, probe_read_failed - image_start
    .word   probe_write_at - image_start, probe_write_failed - image_start
    .word   probe_exclusive_at - image_start, probe_exclusive_failed - image_start
    .word   probe_stack_at - image_start, probe_stack_failed - image_start
    .word   probe_push_at - image_start, probe_stack_failed - image_start
    .word   probe_undefined_at - image_start, probe_undefined_failed - image_start
    .word   probe_breakpoint_at - image_start, probe_breakpoint_failed - image_start
    .word   0, 0
`,
  bss: `
    .balign 8, 0
fault_count:                            // count, ESR, FAR, ELR, x0 of the last recorded exception
    .space  8
fault_esr:
    .space  8
fault_far:
    .space  8
fault_elr:
    .space  8
fault_x0:
    .space  8
fetch_recovery:                         // where probe_exec goes on after a fetch fault
    .space  8
nested_trigger:                         // non-zero: an address the handler must touch
    .space  8
`,
};
