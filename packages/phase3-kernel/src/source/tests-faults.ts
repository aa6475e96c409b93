import type { KernelPart } from './part.ts';

/** Deliberate faults, each reported with what the hardware said, and each survived. */
export const testsFaults: KernelPart = {
  subject: 'Tests: deliberate faults',
  text: `
// fault_expect(x0 = probe's verdict, x1 = ESR, x2 = FAR or 0 when it means nothing, x3 = ELR)
// -> x0 = 0 or the number of what differs. Prints what was taken.
fault_expect:
    stp     x29, x30, [sp, #-64]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    stp     x21, x22, [sp, #32]
    str     x23, [sp, #48]
    mov     x19, x0
    mov     x20, x1
    mov     x21, x2
    mov     x22, x3
    adr     x9, fault_esr
    ldp     x2, x3, [x9]                // ESR, FAR
    ldr     x4, [x9, #16]               // ELR
    lsr     x1, x2, #26
    and     x1, x1, #0x3f
    adr     x9, image_start             // inside the image ELR prints as an offset
    sub     x10, x4, x9
    adr     x11, text_end
    sub     x11, x11, x9
    cmp     x10, x11
    b.hs    1f
    mov     x4, x10
    adr     x0, fault_line
    cbnz    x21, 2f
    mov     x3, x4
    adr     x0, fault_line_no_far
    b       2f
1:  adr     x0, fault_line_outside
2:  bl      console_printf
    adr     x9, fault_esr
    ldp     x10, x11, [x9]
    ldr     x12, [x9, #16]
    mov     x0, #1
    cmp     x19, #1                     // the probe came back by its recovery
    b.ne    3f
    mov     x0, #2
    cmp     x10, x20
    b.ne    3f
    mov     x0, #3
    cmp     x21, #0
    ccmp    x11, x21, #4, ne            // FAR, unless it means nothing here
    b.ne    3f
    mov     x0, #4
    cmp     x12, x22
    b.ne    3f
    mov     x0, #0
3:  ldr     x23, [sp, #48]
    ldp     x21, x22, [sp, #32]
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #64
    ret

test_fault_read:
    test_begin
    ldr     x19, =MAP_BASE + 0x18
    mov     x0, x19
    bl      probe_read
    ldr     x1, =0x96000004             // EC 0x25, IL, translation fault level 0
    mov     x2, x19
    adr     x3, probe_read_at
    bl      fault_expect
    mov     x28, x0
    cbnz    x0, 9f
    test_end

test_fault_write:
    test_begin
    ldr     x19, =REGION_END + 0x100
    mov     x0, x19
    mov     x1, #1
    bl      probe_write
    ldr     x1, =0x96000046             // WnR, translation fault level 2
    mov     x2, x19
    adr     x3, probe_write_at
    bl      fault_expect
    mov     x28, x0
    cbnz    x0, 9f
    test_end

test_fault_write_text:
    test_begin
    adr     x19, image_start
    ldr     x20, [x19]
    mov     x0, x19
    mov     x1, #0
    bl      probe_write
    ldr     x1, =0x9600004f             // WnR, permission fault level 3
    mov     x2, x19
    adr     x3, probe_write_at
    bl      fault_expect
    mov     x28, x0
    cbnz    x0, 9f
    ldr     x9, [x19]
    check_equal 5, x9, x20
    test_end

test_fault_write_rodata:
    test_begin
    adr     x19, rodata_start
    and     x19, x19, #0x0000ffffffffffff
    mov     x0, x19                     // through the identity map this time
    mov     x1, #0
    bl      probe_write
    ldr     x1, =0x9600004f
    mov     x2, x19
    adr     x3, probe_write_at
    bl      fault_expect
    mov     x28, x0
    cbnz    x0, 9f
    test_end

test_fault_execute_page:
    test_begin
    adr     x19, data_start             // execute never, 4 KiB page
    mov     x0, x19
    bl      probe_exec
    ldr     x1, =0x8600000f             // EC 0x21, permission fault level 3
    mov     x2, x19
    mov     x3, x19
    bl      fault_expect
    mov     x28, x0
    cbnz    x0, 9f
    test_end

test_fault_execute_block:
    test_begin
    ldr     x19, =0x40400000            // execute never, 2 MiB block
    mov     x0, x19
    bl      probe_exec
    ldr     x1, =0x8600000e
    mov     x2, x19
    mov     x3, x19
    bl      fault_expect
    mov     x28, x0
    cbnz    x0, 9f
    test_end

test_fault_execute_unmapped:
    test_begin
    ldr     x19, =0x80000000
    mov     x0, x19
    bl      probe_exec
    ldr     x1, =0x86000005             // translation fault level 1
    mov     x2, x19
    mov     x3, x19
    bl      fault_expect
    mov     x28, x0
    cbnz    x0, 9f
    test_end

test_fault_pc_alignment:
    test_begin
    adr     x19, probe_read
    add     x19, x19, #2
    mov     x0, x19
    bl      probe_exec
    ldr     x1, =0x8a000000             // EC 0x22
    mov     x2, x19
    mov     x3, x19
    bl      fault_expect
    mov     x28, x0
    cbnz    x0, 9f
    test_end

test_fault_guard:
    test_begin
    bl      probe_push
    ldr     x1, =0x96000047             // WnR, translation fault level 3
    adr     x2, main_stack_bottom
    sub     x2, x2, #16
    adr     x3, probe_push_at
    bl      fault_expect
    mov     x28, x0
    cbnz    x0, 9f
    test_end

test_fault_exclusive:
    test_begin
    mov     x0, #1
    bl      memory_alloc_pages
    mov     x19, x0
    check_nonzero 9, x19
    add     x0, x19, #4
    bl      probe_exclusive
    ldr     x1, =0x96000021             // alignment fault
    add     x2, x19, #4
    adr     x3, probe_exclusive_at
    bl      fault_expect
    mov     x28, x0
    cbnz    x0, 9f
    mov     x0, x19
    bl      probe_exclusive
    check_zero 5, x0
    mov     x0, x19
    bl      memory_free
    check_zero 6, x0
    test_end

test_fault_noncanonical:
    test_begin
    mov     x19, #0x0001000000000000
    mov     x0, x19
    bl      probe_read
    ldr     x1, =0x96000004
    mov     x2, x19
    adr     x3, probe_read_at
    bl      fault_expect
    mov     x28, x0
    cbnz    x0, 9f
    test_end

test_fault_undefined:
    test_begin
    bl      probe_undefined
    ldr     x1, =0x02000000             // EC 0, IL
    mov     x2, #0
    adr     x3, probe_undefined_at
    bl      fault_expect
    mov     x28, x0
    cbnz    x0, 9f
    test_end

test_fault_breakpoint:
    test_begin
    bl      probe_breakpoint
    ldr     x1, =0xf2000042             // EC 0x3c, the comment field
    mov     x2, #0
    adr     x3, probe_breakpoint_at
    bl      fault_expect
    mov     x28, x0
    cbnz    x0, 9f
    test_end

test_fault_svc:
    test_begin
    ldr     x19, =0x1122334455667788
    mov     x0, x19
    bl      probe_svc
    mvn     x20, x0
    mov     x0, #1
    ldr     x1, =0x56000042             // EC 0x15, the immediate
    mov     x2, #0
    adr     x3, probe_svc_next          // the preferred return is the next instruction
    bl      fault_expect
    mov     x28, x0
    cbnz    x0, 9f
    check_equal 5, x20, x19
    test_end

// Whether a misaligned SP traps depends on the machine: QEMU does not check it. Either way the kernel
// must come back, a trap must be EC 0x26, and the report must not depend on it.
test_fault_stack_alignment:
    test_begin
    adr     x9, fault_count
    ldr     x20, [x9]
    mov     x19, sp
    bl      probe_stack
    mov     x9, sp
    check_equal 1, x9, x19
    cbz     x0, 1f
    adr     x9, fault_count
    ldp     x10, x11, [x9]
    str     x20, [x9]
    sub     x10, x10, x20
    check_equal 2, x10, #1
    lsr     x11, x11, #26
    check_equal 3, x11, #EC_SP_ALIGNMENT
1:  test_end

// Every register the handler is not asked to change comes back as it was.
test_fault_registers:
    test_begin
    ldr     x0, =MAP_BASE
    mov     x1, #0x101
    mov     x2, #0x102
    mov     x3, #0x103
    mov     x4, #0x104
    mov     x5, #0x105
    mov     x6, #0x106
    mov     x7, #0x107
    mov     x8, #0x108
    mov     x9, #0x109
    mov     x10, #0x10a
    mov     x11, #0x10b
    mov     x12, #0x10c
    mov     x13, #0x10d
    mov     x14, #0x10e
    mov     x15, #0x10f
    mov     x16, #0x110
    mov     x17, #0x111
    mov     x18, #0x112
    mov     x19, #0x113
    mov     x20, #0x114
    mov     x21, #0x115
    mov     x22, #0x116
    mov     x23, #0x117
    mov     x24, #0x118
    mov     x25, #0x119
    mov     x26, #0x11a
    mov     x27, #0x11b
    mov     x28, #0x11c
    cmp     x1, x2                      // N set, Z, C and V clear
    bl      probe_write
    b.pl    1f
    b.eq    1f
    b.cs    1f
    b.vs    1f
    sub     x1, x1, #0x101              // leaves zero in each of them
    sub     x2, x2, #0x102
    sub     x3, x3, #0x103
    sub     x4, x4, #0x104
    sub     x5, x5, #0x105
    sub     x6, x6, #0x106
    sub     x7, x7, #0x107
    sub     x8, x8, #0x108
    sub     x9, x9, #0x109
    sub     x10, x10, #0x10a
    sub     x11, x11, #0x10b
    sub     x12, x12, #0x10c
    sub     x13, x13, #0x10d
    sub     x14, x14, #0x10e
    sub     x15, x15, #0x10f
    sub     x16, x16, #0x110
    sub     x17, x17, #0x111
    sub     x18, x18, #0x112
    sub     x19, x19, #0x113
    sub     x20, x20, #0x114
    sub     x21, x21, #0x115
    sub     x22, x22, #0x116
    sub     x23, x23, #0x117
    sub     x24, x24, #0x118
    sub     x25, x25, #0x119
    sub     x26, x26, #0x11a
    sub     x27, x27, #0x11b
    sub     x28, x28, #0x11c
    orr     x1, x1, x2
    orr     x3, x3, x4
    orr     x5, x5, x6
    orr     x7, x7, x8
    orr     x9, x9, x10
    orr     x11, x11, x12
    orr     x13, x13, x14
    orr     x15, x15, x16
    orr     x17, x17, x18
    orr     x19, x19, x20
    orr     x21, x21, x22
    orr     x23, x23, x24
    orr     x25, x25, x26
    orr     x27, x27, x28
    orr     x1, x1, x3
    orr     x5, x5, x7
    orr     x9, x9, x11
    orr     x13, x13, x15
    orr     x17, x17, x19
    orr     x21, x21, x23
    orr     x25, x25, x27
    orr     x1, x1, x5
    orr     x9, x9, x13
    orr     x17, x17, x21
    orr     x1, x1, x9
    orr     x17, x17, x25
    orr     x1, x1, x17
    check_zero 2, x1
    check_equal 3, x0, #1
    b       2f
1:  mov     x28, #1
    b       9f
2:  test_end
    .ltorg
`,
  rodata: String.raw`
fault_line:
    .asciz  "  took EC %b ESR %w FAR %p ELR image+%x\n"
fault_line_no_far:
    .asciz  "  took EC %b ESR %w ELR image+%x\n"
fault_line_outside:
    .asciz  "  took EC %b ESR %w FAR %p ELR %p\n"
`,
};
