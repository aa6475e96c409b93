import type { KernelPart } from './part.ts';

/** Tests that read and write memory through both halves of the map. */
export const testsAccess: KernelPart = {
  subject: 'Tests: read and write validation through both maps',
  text: `
.equ ACCESS_PAGES,      8

// access_patterns(x0 = write through, x1 = read through, x2 = bytes) -> x0 = 0, or the pattern's number
access_patterns:
    stp     x29, x30, [sp, #-64]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    stp     x21, x22, [sp, #32]
    str     x23, [sp, #48]
    mov     x19, x0
    mov     x20, x1
    mov     x21, x2
    adr     x22, access_pattern_table
    mov     x23, #1
1:  ldp     x2, x3, [x22]
    mov     x0, x19
    mov     x1, x21
    bl      pattern_fill
    ldp     x2, x3, [x22], #16
    mov     x0, x20
    mov     x1, x21
    bl      pattern_check
    cbnz    x0, 2f
    add     x23, x23, #1
    adr     x9, access_pattern_end
    cmp     x22, x9
    b.lo    1b
    mov     x23, #0
2:  mov     x0, x23
    ldr     x23, [sp, #48]
    ldp     x21, x22, [sp, #32]
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #64
    ret

test_write_low_read_high:
    test_begin
    mov     x0, #ACCESS_PAGES
    bl      memory_alloc_pages
    mov     x19, x0
    check_nonzero 1, x19
    orr     x1, x19, #HIGH_BASE
    mov     x2, #ACCESS_PAGES << PAGE_SHIFT
    bl      access_patterns
    mov     x20, x0
    mov     x0, x19
    bl      memory_free
    check_zero 2, x0
    add     x28, x20, #10
    cbnz    x20, 9f
    test_end

test_write_high_read_low:
    test_begin
    mov     x0, #ACCESS_PAGES
    bl      memory_alloc_pages
    mov     x19, x0
    check_nonzero 1, x19
    mov     x1, x19
    orr     x0, x19, #HIGH_BASE
    mov     x2, #ACCESS_PAGES << PAGE_SHIFT
    bl      access_patterns
    mov     x20, x0
    mov     x0, x19
    bl      memory_free
    check_zero 2, x0
    add     x28, x20, #10
    cbnz    x20, 9f
    test_end

test_walking_one:
    test_begin
    mov     x0, #1
    bl      memory_alloc_pages
    mov     x19, x0
    check_nonzero 1, x19
    orr     x20, x19, #HIGH_BASE
    mov     x21, #1
1:  str     x21, [x19]                  // a one, then a zero, through every data bit
    ldr     x9, [x20]
    check_equal 2, x9, x21
    mvn     x22, x21
    str     x22, [x20]
    ldr     x9, [x19]
    check_equal 3, x9, x22
    lsl     x21, x21, #1
    cbnz    x21, 1b
    mov     x21, #8                     // a one through every address bit of the page
2:  str     x21, [x19, x21]
    lsl     x21, x21, #1
    cmp     x21, #PAGE_SIZE
    b.lo    2b
    mov     x21, #8
3:  ldr     x9, [x20, x21]
    check_equal 4, x9, x21
    lsl     x21, x21, #1
    cmp     x21, #PAGE_SIZE
    b.lo    3b
    mov     x0, x19
    bl      memory_free
    check_zero 5, x0
    test_end

test_access_widths:
    test_begin
    mov     x0, #2
    bl      memory_alloc_pages
    mov     x19, x0
    check_nonzero 1, x19
    orr     x20, x19, #HIGH_BASE
    str     xzr, [x19]
    mov     w9, #0x11
    strb    w9, [x20]
    mov     w9, #0x22
    strb    w9, [x19, #1]
    mov     w9, #0x4433
    strh    w9, [x20, #2]
    ldr     w9, =0x88776655
    str     w9, [x19, #4]
    ldr     x9, [x20]
    ldr     x10, =0x8877665544332211
    check_equal 2, x9, x10
    ldrb    w9, [x19, #7]
    mov     w10, #0x88
    check_equal 3, w9, w10
    ldrh    w9, [x20, #4]
    mov     w10, #0x6655
    check_equal 4, w9, w10
    ldrsb   x9, [x19, #7]
    mov     x10, #-0x78
    check_equal 5, x9, x10
    ldrsw   x9, [x20, #4]
    ldr     x10, =0xffffffff88776655
    check_equal 6, x9, x10
    add     x21, x19, #PAGE_SIZE - 4    // unaligned, across the page boundary
    ldr     x10, =0x0123456789abcdef
    str     x10, [x21]
    add     x22, x20, #PAGE_SIZE - 4
    ldr     x9, [x22]
    check_equal 7, x9, x10
    ldr     w9, [x19, #PAGE_SIZE]
    ldr     w10, =0x01234567
    check_equal 8, w9, w10
    ldp     w9, w10, [x21]
    orr     x9, x9, x10, lsl #32
    ldr     x10, =0x0123456789abcdef
    check_equal 9, x9, x10
    mov     x0, x19
    bl      memory_free
    check_zero 10, x0
    test_end
    .ltorg
`,
  rodata: `
    .balign 8, 0
access_pattern_table:                   // first word, step
    .quad   0x0000000000000000, 0
    .quad   0xffffffffffffffff, 0
    .quad   0x5555555555555555, 0
    .quad   0xaaaaaaaaaaaaaaaa, 0
    .quad   0x0000000000000000, 8
    .quad   0x0123456789abcdef, 0x1111111111111111
access_pattern_end:
`,
};
