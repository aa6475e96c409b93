import type { KernelPart } from './part.ts';

/** Tests that look at the map from EL0. */
export const testsUser: KernelPart = {
  subject: 'Tests: EL0',
  text: `
// user_prepare() -> x0 = 0 or the failed check. x19: code frame, x20: stack frame, x21: code page,
// x22: top of the stack page. The caller's x19 to x22 are the results.
user_prepare:
    stp     x29, x30, [sp, #-16]!
    mov     x29, sp
    mov     x0, #1
    bl      memory_alloc_pages
    mov     x19, x0
    mov     x0, #20
    cbz     x19, 2f
    mov     x0, #1
    bl      memory_alloc_pages
    mov     x20, x0
    mov     x0, #21
    cbz     x20, 2f
    adr     x9, user_program
    adr     x10, user_program_end
    mov     x11, x19
1:  ldr     w12, [x9], #4
    str     w12, [x11], #4
    cmp     x9, x10
    b.lo    1b
    ldr     x21, =MAP_BASE
    mov     x0, x21
    mov     x1, x19
    mov     x2, #1
    mov     x3, #MAP_EXEC | MAP_USER
    bl      memory_map
    cbnz    x0, 2f
    mov     x0, x21                     // by the address that is executed: the cache may be indexed by it
    add     x1, x21, #PAGE_SIZE
    bl      code_sync
    add     x22, x21, #2 << PAGE_SHIFT
    sub     x0, x22, #PAGE_SIZE
    mov     x1, x20
    mov     x2, #1
    mov     x3, #MAP_WRITE | MAP_USER
    bl      memory_map
2:  ldp     x29, x30, [sp], #16
    ret

// user_dispose() -> x0 = 0 when everything user_prepare made could be given back
user_dispose:
    stp     x29, x30, [sp, #-32]!
    mov     x29, sp
    str     x23, [sp, #16]
    mov     x0, x21
    mov     x1, #2
    bl      memory_unmap
    mov     x23, x0
    mov     x0, x19
    bl      memory_free
    orr     x23, x23, x0
    mov     x0, x20
    bl      memory_free
    orr     x0, x23, x0
    ldr     x23, [sp, #16]
    ldp     x29, x30, [sp], #32
    ret

test_user_svc:
    test_begin
    bl      user_prepare
    check_zero 1, x0
    mov     x0, x21
    mov     x1, x22
    mov     x2, #41
    bl      user_run
    adr     x9, fault_esr
    ldr     x10, [x9]
    ldr     x11, =0x56000007            // EC 0x15, svc #7
    check_equal 2, x10, x11
    ldr     x10, [x9, #24]              // x0 of EL0
    check_equal 3, x10, #42
    ldr     x10, [x9, #16]              // ELR: behind the svc
    add     x11, x21, #8
    check_equal 4, x10, x11
    bl      user_dispose
    check_zero 5, x0
    test_end

test_user_kernel_data:
    test_begin
    bl      user_prepare
    check_zero 1, x0
    add     x0, x21, #user_program_load - user_program
    mov     x1, x22
    ldr     x2, =0x40400000
    bl      user_run
    adr     x9, fault_esr
    ldp     x10, x11, [x9]
    ldr     x12, =0x9200000e            // EC 0x24, permission fault level 2
    check_equal 2, x10, x12
    ldr     x12, =0x40400000
    check_equal 3, x11, x12
    add     x0, x21, #user_program_load - user_program
    mov     x1, x22
    adr     x2, data_start
    bl      user_run
    adr     x9, fault_esr
    ldp     x10, x11, [x9]
    ldr     x12, =0x9200000f            // level 3
    check_equal 4, x10, x12
    add     x0, x21, #user_program_load - user_program
    mov     x1, x22
    sub     x2, x22, #16                // its own stack it may read
    str     x22, [x2]
    bl      user_run
    adr     x9, fault_esr
    ldr     x10, [x9]
    ldr     x11, =0x56000008            // svc #8
    check_equal 5, x10, x11
    ldr     x10, [x9, #24]
    check_equal 6, x10, x22
    bl      user_dispose
    check_zero 7, x0
    test_end

test_user_execute:
    test_begin
    bl      user_prepare
    check_zero 1, x0
    adr     x0, image_start             // kernel text is not for EL0
    mov     x1, x22
    mov     x2, #0
    bl      user_run
    adr     x9, fault_esr
    ldr     x10, [x9]
    ldr     x11, =0x8200000f            // EC 0x20, permission fault level 3
    check_equal 2, x10, x11
    sub     x0, x22, #PAGE_SIZE         // nor is a writable page
    mov     x1, x22
    mov     x2, #0
    bl      user_run
    adr     x9, fault_esr
    ldr     x10, [x9]
    check_equal 3, x10, x11
    mov     x0, x21                     // and EL1 does not execute EL0's code
    bl      probe_exec
    check_equal 4, x0, #1
    bl      user_dispose
    check_zero 5, x0
    test_end
    .ltorg
`,
};
