import type { KernelPart } from './part.ts';

/** Tests of the frame allocator through the memory API. */
export const testsAllocation: KernelPart = {
  subject: 'Tests: allocation',
  text: `
test_single_page:
    test_begin
    mov     x0, #1
    bl      memory_alloc_pages
    mov     x19, x0
    check_nonzero 1, x19
    mov     x0, #1
    bl      memory_alloc_pages
    mov     x20, x0
    check_nonzero 2, x20
    mov     x28, #3
    cmp     x19, x20                    // two owners, two frames
    b.eq    9f
    mov     x0, x19
    mov     x1, #PAGE_SIZE
    ldr     x2, =0x5a5a5a5a5a5a5a5a
    bl      test_fill_and_check
    check_zero 4, x0
    mov     x0, x19
    bl      memory_free
    check_zero 5, x0
    mov     x0, x20
    mov     x1, #1
    bl      memory_free_pages
    check_zero 6, x0
    test_end

// test_fill_and_check(x0 = address, x1 = bytes, x2 = word) -> x0 = 0 when it reads back
test_fill_and_check:
    stp     x29, x30, [sp, #-48]!
    mov     x29, sp
    stp     x0, x1, [sp, #16]
    str     x2, [sp, #32]
    mov     x3, #1
    bl      pattern_fill
    ldp     x0, x1, [sp, #16]
    ldr     x2, [sp, #32]
    mov     x3, #1
    bl      pattern_check
    ldp     x29, x30, [sp], #48
    ret

test_multiple_pages:
    test_begin
    mov     x0, #3
    bl      memory_alloc_pages
    mov     x19, x0
    check_nonzero 1, x19
    mov     x0, #5
    bl      memory_alloc_pages
    mov     x20, x0
    check_nonzero 2, x20
    mov     x0, #7
    bl      memory_alloc_pages
    mov     x21, x0
    check_nonzero 3, x21
    mov     x0, x19                     // every byte of each run is its own
    mov     x1, #3 << PAGE_SHIFT
    mov     x2, #0x1000
    mov     x3, #1
    bl      pattern_fill
    mov     x0, x20
    mov     x1, #5 << PAGE_SHIFT
    mov     x2, #0x2000
    mov     x3, #3
    bl      pattern_fill
    mov     x0, x21
    mov     x1, #7 << PAGE_SHIFT
    mov     x2, #0x3000
    mov     x3, #5
    bl      pattern_fill
    mov     x0, x19
    mov     x1, #3 << PAGE_SHIFT
    mov     x2, #0x1000
    mov     x3, #1
    bl      pattern_check
    check_zero 4, x0
    mov     x0, x20
    mov     x1, #5 << PAGE_SHIFT
    mov     x2, #0x2000
    mov     x3, #3
    bl      pattern_check
    check_zero 5, x0
    mov     x0, x21
    mov     x1, #7 << PAGE_SHIFT
    mov     x2, #0x3000
    mov     x3, #5
    bl      pattern_check
    check_zero 6, x0
    mov     x0, x20
    bl      memory_free
    check_zero 7, x0
    mov     x0, x19
    bl      memory_free
    check_zero 8, x0
    mov     x0, x21
    bl      memory_free
    check_zero 9, x0
    test_end

test_large_block_512:
    mov     x1, #512
    b       test_large_block
test_large_block_1024:
    mov     x1, #1024
test_large_block:
    test_begin
    mov     x19, x1
    mov     x0, x1
    bl      memory_alloc_pages
    mov     x20, x0
    check_nonzero 1, x20
    add     x21, x20, x19, lsl #PAGE_SHIFT
    ldr     x9, =POOL_END
    mov     x28, #2
    cmp     x21, x9                     // all of it is in the pool
    b.hi    9f
    mov     x22, x20
1:  stp     x22, x19, [x22]             // first and last words of every page
    add     x22, x22, #PAGE_SIZE
    str     x22, [x22, #-8]
    cmp     x22, x21
    b.lo    1b
    mov     x22, x20
2:  ldp     x9, x10, [x22]
    check_equal 3, x9, x22
    check_equal 4, x10, x19
    add     x22, x22, #PAGE_SIZE
    ldr     x9, [x22, #-8]
    check_equal 5, x9, x22
    cmp     x22, x21
    b.lo    2b
    mov     x0, x20
    mov     x1, x19
    bl      memory_free_pages
    check_zero 6, x0
    test_end

test_alignment:
    test_begin
    mov     x19, #1                     // 1, 2, 4 ... 64 pages
    mov     x20, #0
1:  mov     x0, x19
    bl      memory_alloc_pages
    check_nonzero 1, x0
    and     x9, x0, #PAGE_MASK
    check_zero 2, x9
    str     x20, [x0]
    mov     x20, x0
    lsl     x19, x19, #1
    cmp     x19, #64
    b.ls    1b
2:  mov     x0, x20
    ldr     x20, [x0]
    bl      memory_free
    check_zero 3, x0
    cbnz    x20, 2b
    test_end

test_bytes:
    test_begin
    mov     x0, #0                      // nothing is not an allocation
    bl      memory_alloc
    check_zero 1, x0
    bl      frame_count_free
    mov     x19, x0
    mov     x0, #1
    bl      memory_alloc
    mov     x20, x0
    check_nonzero 2, x20
    mov     x0, #PAGE_SIZE
    bl      memory_alloc
    mov     x21, x0
    check_nonzero 3, x21
    mov     x0, #PAGE_SIZE
    add     x0, x0, #1
    bl      memory_alloc
    mov     x22, x0
    check_nonzero 4, x22
    bl      frame_count_free
    sub     x19, x19, x0
    check_equal 5, x19, #4              // 1 + 1 + 2
    mov     x0, x22
    bl      memory_free
    check_zero 6, x0
    mov     x0, x21
    bl      memory_free
    check_zero 7, x0
    mov     x0, x20
    bl      memory_free
    check_zero 8, x0
    mov     x0, #-1                     // rounding must not wrap to a small request
    bl      memory_alloc
    check_zero 9, x0
    test_end

test_exhaustion:
    test_begin
    bl      frame_count_free
    mov     x19, x0
    check_nonzero 1, x19
    bl      pool_drain
    check_equal 2, x0, x19              // every free frame could be had
    bl      frame_count_free
    check_zero 3, x0
    mov     x0, #1
    bl      memory_alloc_pages
    check_zero 4, x0
    mov     x0, #1
    bl      memory_alloc
    check_zero 5, x0
    mov     x0, #-1
    bl      pool_return
    check_equal 6, x0, x19
    bl      frame_largest_run
    mov     x20, x0
    bl      memory_alloc_pages          // and the longest run is whole again
    check_nonzero 7, x0
    mov     x1, x20
    bl      memory_free_pages
    check_zero 8, x0
    test_end

test_too_large:
    test_begin
    bl      frame_largest_run
    add     x0, x0, #1
    bl      memory_alloc_pages
    check_zero 1, x0
    mov     x0, #POOL_PAGES + 1
    bl      memory_alloc_pages
    check_zero 2, x0
    mov     x0, #-1
    bl      memory_alloc_pages
    check_zero 3, x0
    mov     x0, #0
    bl      memory_alloc_pages
    check_zero 4, x0
    test_end

test_first_fit:
    test_begin
    mov     x0, #4
    bl      memory_alloc_pages
    mov     x19, x0
    check_nonzero 1, x19
    mov     x0, #4
    bl      memory_alloc_pages
    mov     x20, x0
    check_nonzero 2, x20
    mov     x0, #4
    bl      memory_alloc_pages
    mov     x21, x0
    check_nonzero 3, x21
    mov     x0, x20
    bl      memory_free
    check_zero 4, x0
    mov     x0, #5                      // does not fit the hole: goes behind
    bl      memory_alloc_pages
    mov     x22, x0
    check_nonzero 5, x22
    mov     x28, #6
    cmp     x22, x21
    b.ls    9f
    mov     x0, #1                      // two requests share the hole, lowest first
    bl      memory_alloc_pages
    check_equal 7, x0, x20
    mov     x0, #3
    bl      memory_alloc_pages
    add     x23, x20, #PAGE_SIZE
    check_equal 8, x0, x23
    mov     x0, x20
    bl      memory_free
    check_zero 9, x0
    mov     x0, x23
    bl      memory_free
    check_zero 10, x0
    mov     x0, #4                      // the hole closed up: it fits its old size again
    bl      memory_alloc_pages
    check_equal 11, x0, x20
    bl      memory_free
    check_zero 12, x0
    mov     x0, x19
    bl      memory_free
    check_zero 13, x0
    mov     x0, x21
    bl      memory_free
    check_zero 14, x0
    mov     x0, x22
    bl      memory_free
    check_zero 15, x0
    test_end

test_fragmentation:
    test_begin
    bl      pool_drain
    mov     x19, x0
    adr     x9, pool_chain
    ldr     x20, [x9]
    str     xzr, [x9]
    mov     x21, #0                     // frames kept
    mov     x22, #0                     // frames freed
1:  cbz     x20, 3f
    ldr     x23, [x20]
    tbz     x20, #PAGE_SHIFT, 2f        // odd frames stay
    str     x21, [x20]
    mov     x21, x20
    mov     x20, x23
    b       1b
2:  mov     x0, x20
    bl      memory_free
    check_zero 1, x0
    add     x22, x22, #1
    mov     x20, x23
    b       1b
3:  adr     x9, pool_chain
    str     x21, [x9]
    bl      frame_count_free
    check_equal 2, x0, x22              // half the pool is free
    bl      frame_largest_run
    check_equal 3, x0, #1
    mov     x0, #2                      // and no two pages together
    bl      memory_alloc_pages
    check_zero 4, x0
    mov     x0, #-1
    bl      pool_return
    add     x0, x0, x22
    check_equal 5, x0, x19
    mov     x0, #2
    bl      memory_alloc_pages
    check_nonzero 6, x0
    bl      memory_free
    check_zero 7, x0
    test_end

test_partial_free:
    test_begin
    mov     x0, #6
    bl      memory_alloc_pages
    mov     x19, x0
    check_nonzero 1, x19
    add     x0, x19, #2 << PAGE_SHIFT   // pages 2 and 3 go: two allocations of two pages remain
    mov     x1, #2
    bl      memory_free_pages
    check_zero 2, x0
    bl      frame_count_free
    mov     x20, x0
    mov     x0, x19
    bl      memory_free
    check_zero 3, x0
    bl      frame_count_free
    sub     x9, x0, x20
    check_equal 4, x9, #2
    add     x0, x19, #4 << PAGE_SHIFT
    bl      memory_free
    check_zero 5, x0
    bl      frame_count_free
    sub     x9, x0, x20
    check_equal 6, x9, #4
    test_end

test_double_free:
    test_begin
    mov     x0, #2
    bl      memory_alloc_pages
    mov     x19, x0
    check_nonzero 1, x19
    mov     x0, x19
    mov     x1, #2
    bl      memory_free_pages
    check_zero 2, x0
    bl      frame_count_free
    mov     x20, x0
    mov     x0, x19
    mov     x1, #2
    bl      memory_free_pages
    check_code 3, E_FREE
    mov     x0, x19
    bl      memory_free
    check_code 4, E_FREE
    bl      frame_count_free
    check_equal 5, x0, x20
    mov     x0, #1                      // half free is not free: nothing of it is taken
    bl      memory_alloc_pages
    check_equal 6, x0, x19
    mov     x1, #2
    bl      memory_free_pages
    check_code 7, E_FREE
    mov     x0, x19
    bl      memory_free
    check_zero 8, x0
    test_end

test_free_reserved:
    test_begin
    ldr     x0, =RAM_BASE
    bl      memory_free
    check_code 1, E_RESERVED
    ldr     x0, =IMAGE_BASE
    mov     x1, #1
    bl      memory_free_pages
    check_code 2, E_RESERVED
    adr     x0, main_stack_bottom
    and     x0, x0, #0x0000ffffffffffff
    bl      memory_free
    check_code 3, E_RESERVED
    adr     x9, table_root_low
    ldr     x0, [x9]
    bl      memory_free
    check_code 4, E_RESERVED
    adr     x9, table_root_high
    ldr     x0, [x9]
    mov     x1, #1
    bl      memory_free_pages
    check_code 5, E_RESERVED
    test_end

test_free_refused:
    test_begin
    mov     x0, #2
    bl      memory_alloc_pages
    mov     x19, x0
    check_nonzero 1, x19
    bl      frame_count_free
    mov     x20, x0
    add     x0, x19, #8                 // misaligned
    bl      memory_free
    check_code 2, E_ALIGN
    add     x0, x19, #1
    mov     x1, #1
    bl      memory_free_pages
    check_code 3, E_ALIGN
    add     x0, x19, #PAGE_SIZE         // inside an allocation
    bl      memory_free
    check_code 4, E_INTERIOR
    mov     x0, #0                      // null, and frames of nobody's pool
    bl      memory_free
    check_code 5, E_FOREIGN
    ldr     x0, =POOL_END
    bl      memory_free
    check_code 6, E_FOREIGN
    ldr     x0, =UART_BASE
    mov     x1, #1
    bl      memory_free_pages
    check_code 7, E_FOREIGN
    orr     x0, x19, #HIGH_BASE         // the other half's name for it is not the frame
    bl      memory_free
    check_code 8, E_FOREIGN
    mov     x0, x19                     // runs past the pool
    mov     x1, #POOL_PAGES
    bl      memory_free_pages
    check_code 9, E_RANGE
    mov     x0, x19
    mov     x1, #-1
    bl      memory_free_pages
    check_code 10, E_RANGE
    mov     x0, x19
    mov     x1, #0
    bl      memory_free_pages
    check_code 11, E_INVALID
    bl      frame_count_free
    check_equal 12, x0, x20             // none of it changed anything
    mov     x0, x19
    bl      memory_free
    check_zero 13, x0
    test_end

test_statistics:
    test_begin
    sub     sp, sp, #128
    mov     x0, sp
    bl      memory_get_stats
    ldp     x19, x20, [sp]              // total, reserved
    ldp     x21, x22, [sp, #16]         // tables, allocated
    ldr     x23, [sp, #32]              // free
    mov     x0, #10
    bl      memory_alloc_pages
    mov     x24, x0
    mov     x0, #POOL_PAGES + 1
    bl      memory_alloc_pages
    add     x0, sp, #64
    bl      memory_get_stats
    mov     x0, x24
    bl      memory_free
    mov     x25, x0
    ldp     x9, x10, [sp, #48]          // peak, failures
    ldp     x11, x12, [sp, #112]
    ldp     x13, x14, [sp, #80]
    ldr     x15, [sp, #96]
    add     sp, sp, #128
    check_nonzero 1, x24
    check_zero 2, x25
    check_equal 3, x19, #POOL_PAGES
    add     x0, x20, x21
    add     x0, x0, x22
    add     x0, x0, x23
    check_equal 4, x0, x19              // every page is in one class
    check_equal 5, x13, x21
    add     x22, x22, #10
    check_equal 6, x14, x22
    sub     x23, x23, #10
    check_equal 7, x15, x23
    add     x10, x10, #1
    check_equal 8, x12, x10
    mov     x28, #9
    cmp     x11, x14                    // the peak is no lower than now, and never falls
    b.lo    9f
    cmp     x11, x9
    b.lo    9f
    test_end
    .ltorg
`,
};
