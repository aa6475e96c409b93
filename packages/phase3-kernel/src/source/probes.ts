import type { KernelPart } from './part.ts';

/** Accesses that are allowed to fault. */
export const probes: KernelPart = {
  subject: 'Probes: accesses that are allowed to fault',
  text: `
// probe_read(x0 = address) -> x0 = 0 and x1 = value, or x0 = 1 when it faulted
probe_read:
probe_read_at:
    ldr     x1, [x0]
    mov     x0, #0
    ret
probe_read_failed:
    mov     x0, #1
    mov     x1, #0
    ret

// probe_read32(x0 = address) -> as probe_read
probe_read32:
probe_read32_at:
    ldr     w1, [x0]
    mov     x0, #0
    ret

// probe_write(x0 = address, x1 = value) -> x0 = 0, or 1 when it faulted
probe_write:
probe_write_at:
    str     x1, [x0]
    mov     x0, #0
    ret
probe_write_failed:
    mov     x0, #1
    ret

// probe_exec(x0 = address of a routine) -> x0 = 0 and x1 = its result, or x0 = 1 when the fetch faulted
probe_exec:
    stp     x29, x30, [sp, #-16]!
    mov     x29, sp
    adr     x9, probe_exec_failed
    adr     x10, fetch_recovery
    str     x9, [x10]
    blr     x0
    adr     x10, fetch_recovery
    str     xzr, [x10]
    mov     x1, x0
    mov     x0, #0
    ldp     x29, x30, [sp], #16
    ret
probe_exec_failed:
    mov     x0, #1
    ldp     x29, x30, [sp], #16
    ret

// probe_exclusive(x0 = address) -> as probe_read. Exclusives need natural alignment.
probe_exclusive:
probe_exclusive_at:
    ldxr    x1, [x0]
    clrex
    mov     x0, #0
    ret
probe_exclusive_failed:
    clrex
    mov     x0, #1
    ret

// probe_stack() -> x0 = 0 when a load through a misaligned SP went through, 1 when it faulted
probe_stack:
    mov     x9, sp
    sub     x10, x9, #24                // 8 modulo 16
    mov     sp, x10
probe_stack_at:
    ldr     x11, [sp]
    mov     sp, x9
    mov     x0, #0
    ret
probe_stack_failed:
    mov     sp, x9
    mov     x0, #1
    ret

// probe_push() -> x0 = 1 when a push below the main stack hit the guard page
probe_push:
    mov     x9, sp
    adr     x10, main_stack_bottom
    mov     sp, x10
probe_push_at:
    str     x11, [sp, #-16]!
    mov     sp, x9
    mov     x0, #0
    ret

// probe_undefined() -> x0 = 1: the permanently undefined encoding
probe_undefined:
probe_undefined_at:
    .word   0                           // udf #0
    mov     x0, #0
    ret
probe_undefined_failed:
    mov     x0, #1
    ret

// probe_breakpoint() -> x0 = 1
probe_breakpoint:
probe_breakpoint_at:
    brk     #0x42
    mov     x0, #0
    ret
probe_breakpoint_failed:
    mov     x0, #1
    ret

// probe_svc(x0 = value) -> x0 = its complement, made by the handler
probe_svc:
    svc     #0x42
probe_svc_next:
    ret
`,
};
