import type { KernelPart } from './part.ts';

/** Tests of memory_map and memory_unmap. */
export const testsMapping: KernelPart = {
  subject: 'Tests: mapping',
  text: `
test_map:
    test_begin
    mov     x0, #3
    bl      memory_alloc_pages
    mov     x19, x0
    check_nonzero 1, x19
    ldr     x20, =MAP_BASE
    mov     x0, x20
    mov     x1, x19
    mov     x2, #3
    mov     x3, #MAP_WRITE
    bl      memory_map
    check_zero 2, x0
    mov     x0, x20                     // written through the new map, read by identity
    mov     x1, #3 << PAGE_SHIFT
    mov     x2, #0x7777
    mov     x3, #9
    bl      pattern_fill
    mov     x0, x19
    mov     x1, #3 << PAGE_SHIFT
    mov     x2, #0x7777
    mov     x3, #9
    bl      pattern_check
    check_zero 3, x0
    mov     x0, #PAGE_SIZE + 8
    add     x0, x20, x0
    bl      memory_translate
    add     x9, x19, #PAGE_SIZE
    add     x9, x9, #8
    check_equal 4, x0, x9
    at      s1e1w, x20                  // the hardware walks to the same frame
    isb
    mrs     x9, par_el1
    and     x9, x9, #0x0000fffffffff000
    check_equal 5, x9, x19
    mov     x0, x20
    mov     x1, #3
    bl      memory_unmap
    check_zero 6, x0
    mov     x0, x19
    bl      memory_free
    check_zero 7, x0
    test_end

test_unmap:
    test_begin
    mov     x0, #2
    bl      memory_alloc_pages
    mov     x19, x0
    check_nonzero 1, x19
    ldr     x20, =MAP_BASE
    mov     x0, x20
    mov     x1, x19
    mov     x2, #2
    mov     x3, #MAP_WRITE
    bl      memory_map
    check_zero 2, x0
    str     x20, [x20]                  // both pages are in the TLB now
    ldr     x9, [x20, #PAGE_SIZE]
    add     x0, x20, #PAGE_SIZE
    mov     x1, #1
    bl      memory_unmap
    check_zero 3, x0
    add     x0, x20, #PAGE_SIZE
    bl      probe_read
    check_equal 4, x0, #1               // the second is gone
    mov     x0, x20
    bl      probe_read
    check_zero 5, x0                    // the first is not
    check_equal 6, x1, x20
    mov     x0, x20
    mov     x1, #1
    bl      memory_unmap
    check_zero 7, x0
    mov     x0, x20
    mov     x1, #5
    bl      probe_write
    check_equal 8, x0, #1
    ldr     x9, [x19]                   // the frame kept its contents
    check_equal 9, x9, x20
    mov     x0, x19
    bl      memory_free
    check_zero 10, x0
    test_end

test_remap:
    test_begin
    mov     x0, #1
    bl      memory_alloc_pages
    mov     x19, x0
    check_nonzero 1, x19
    mov     x0, #1
    bl      memory_alloc_pages
    mov     x20, x0
    check_nonzero 2, x20
    mov     x9, #0x1111
    str     x9, [x19]
    mov     x9, #0x2222
    str     x9, [x20]
    ldr     x21, =MAP_BASE
    mov     x22, #20                    // often enough to catch a TLB that keeps anything
1:  mov     x0, x21
    mov     x1, x19
    mov     x2, #1
    mov     x3, #MAP_WRITE
    bl      memory_map
    check_zero 3, x0
    ldr     x23, [x21]
    mov     x9, #0x1111
    check_equal 4, x23, x9
    mov     x0, x21
    mov     x1, #1
    bl      memory_unmap
    check_zero 5, x0
    mov     x0, x21
    mov     x1, x20
    mov     x2, #1
    mov     x3, #MAP_WRITE
    bl      memory_map
    check_zero 6, x0
    ldr     x23, [x21]
    mov     x9, #0x2222
    check_equal 7, x23, x9
    mov     x0, x21
    mov     x1, #1
    bl      memory_unmap
    check_zero 8, x0
    sub     x22, x22, #1
    cbnz    x22, 1b
    mov     x0, x19
    bl      memory_free
    check_zero 9, x0
    mov     x0, x20
    bl      memory_free
    check_zero 10, x0
    test_end

test_read_only:
    test_begin
    mov     x0, #1
    bl      memory_alloc_pages
    mov     x19, x0
    check_nonzero 1, x19
    mov     x9, #0x1234
    str     x9, [x19]
    ldr     x20, =MAP_BASE
    mov     x0, x20
    mov     x1, x19
    mov     x2, #1
    mov     x3, #0
    bl      memory_map
    check_zero 2, x0
    mov     x0, x20
    bl      probe_read
    check_zero 3, x0
    mov     x9, #0x1234
    check_equal 4, x1, x9
    mov     x0, x20
    mov     x1, #0
    bl      probe_write
    check_equal 5, x0, #1
    ldr     x9, [x19]
    mov     x10, #0x1234
    check_equal 6, x9, x10
    mov     x9, #0x4321                 // read-only through this map, not everywhere
    str     x9, [x19]
    ldr     x10, [x20]
    check_equal 7, x9, x10
    mov     x0, x20
    mov     x1, #1
    bl      memory_unmap
    check_zero 8, x0
    mov     x0, x19
    bl      memory_free
    check_zero 9, x0
    test_end

test_execute:
    test_begin
    mov     x0, #1
    bl      memory_alloc_pages
    mov     x19, x0
    check_nonzero 1, x19
    ldr     x20, =MAP_BASE
    ldr     w9, =0xd2800540             // mov x0, #42
    ldr     w10, =0xd65f03c0            // ret
    stp     w9, w10, [x19]
    mov     x0, x20
    mov     x1, x19
    mov     x2, #1
    mov     x3, #MAP_WRITE
    bl      memory_map
    check_zero 2, x0
    mov     x0, x20                     // writable is never executable
    bl      probe_exec
    check_equal 3, x0, #1
    mov     x0, x20
    mov     x1, #1
    bl      memory_unmap
    check_zero 4, x0
    mov     x0, x20
    mov     x1, x19
    mov     x2, #1
    mov     x3, #MAP_EXEC
    bl      memory_map
    check_zero 5, x0
    mov     x0, x20
    add     x1, x20, #8
    bl      code_sync
    mov     x0, x20
    bl      probe_exec
    check_zero 6, x0
    check_equal 7, x1, #42
    ldr     w9, =0xd2800560             // mov x0, #43: code rewritten under the same mapping
    str     w9, [x19]
    mov     x0, x20
    add     x1, x20, #8
    bl      code_sync
    mov     x0, x20
    bl      probe_exec
    check_zero 8, x0
    check_equal 9, x1, #43
    mov     x0, x20
    mov     x1, #1
    bl      memory_unmap
    check_zero 10, x0
    mov     x0, x20
    bl      probe_exec
    check_equal 11, x0, #1
    mov     x0, x19
    bl      memory_free
    check_zero 12, x0
    test_end

test_aliases:
    test_begin
    mov     x0, #1
    bl      memory_alloc_pages
    mov     x19, x0
    check_nonzero 1, x19
    ldr     x20, =MAP_BASE              // one frame under two names of memory_map, one in each half
    mov     x0, x20
    mov     x1, x19
    mov     x2, #1
    mov     x3, #MAP_WRITE
    bl      memory_map
    check_zero 2, x0
    orr     x21, x20, #HIGH_BASE
    mov     x0, x21
    mov     x1, x19
    mov     x2, #1
    mov     x3, #MAP_WRITE
    bl      memory_map
    check_zero 3, x0
    mov     x22, #0x600d
    str     x22, [x20, #16]
    ldr     x9, [x21, #16]
    check_equal 4, x9, x22
    add     x22, x22, #1
    str     x22, [x21, #16]
    ldr     x9, [x20, #16]
    check_equal 5, x9, x22
    mov     x0, x20
    mov     x1, #1
    bl      memory_unmap
    check_zero 6, x0
    mov     x0, x20
    bl      probe_read
    check_equal 7, x0, #1
    ldr     x9, [x21, #16]              // the other name still works
    check_equal 8, x9, x22
    mov     x0, x21
    mov     x1, #1
    bl      memory_unmap
    check_zero 9, x0
    mov     x0, x19
    bl      memory_free
    check_zero 10, x0
    test_end

test_map_spans_tables:
    test_begin
    mov     x0, #4
    bl      memory_alloc_pages
    mov     x19, x0
    check_nonzero 1, x19
    adr     x9, frames_tables
    ldr     x22, [x9]
    ldr     x20, =MAP_BASE
    ldr     x9, =0x3fffe000             // two pages before a level 2 table ends
    add     x20, x20, x9
    mov     x0, x20
    mov     x1, x19
    mov     x2, #4
    mov     x3, #MAP_WRITE
    bl      memory_map
    check_zero 2, x0
    adr     x9, frames_tables
    ldr     x9, [x9]
    sub     x9, x9, x22
    check_equal 3, x9, #5               // level 1, two of level 2, two of level 3
    mov     x0, x20
    mov     x1, #4 << PAGE_SHIFT
    mov     x2, #0x99
    bl      test_fill_and_check
    check_zero 4, x0
    mov     x0, x20
    mov     x1, #4
    bl      memory_unmap
    check_zero 5, x0
    adr     x9, frames_tables
    ldr     x9, [x9]
    check_equal 6, x9, x22              // and all five came back
    mov     x0, x19
    bl      memory_free
    check_zero 7, x0
    test_end

test_map_refused:
    test_begin
    mov     x0, #1
    bl      memory_alloc_pages
    mov     x19, x0
    check_nonzero 1, x19
    ldr     x20, =MAP_BASE
    bl      frame_count_free
    mov     x21, x0
    mov     x0, x20
    mov     x1, x19
    mov     x2, #0
    mov     x3, #MAP_WRITE
    bl      memory_map
    check_code 2, E_INVALID
    add     x0, x20, #8
    mov     x1, x19
    mov     x2, #1
    mov     x3, #MAP_WRITE
    bl      memory_map
    check_code 3, E_ALIGN
    mov     x0, x20
    add     x1, x19, #16
    mov     x2, #1
    mov     x3, #MAP_WRITE
    bl      memory_map
    check_code 4, E_ALIGN
    mov     x0, #0x0001000000000000     // between the halves
    mov     x1, x19
    mov     x2, #1
    mov     x3, #MAP_WRITE
    bl      memory_map
    check_code 5, E_RANGE
    ldr     x0, =0x0000fffffffff000     // leaves the low half
    mov     x1, x19
    mov     x2, #2
    mov     x3, #MAP_WRITE
    bl      memory_map
    check_code 6, E_RANGE
    mov     x0, #-PAGE_SIZE             // wraps
    mov     x1, x19
    mov     x2, #2
    mov     x3, #MAP_WRITE
    bl      memory_map
    check_code 7, E_RANGE
    mov     x0, x20                     // more pages than there are addresses
    mov     x1, x19
    mov     x2, #-1
    mov     x3, #MAP_WRITE
    bl      memory_map
    check_code 8, E_RANGE
    mov     x0, x20                     // physical addresses end before 2^48 here
    mov     x1, #0x0001000000000000
    mov     x2, #1
    mov     x3, #MAP_WRITE
    bl      memory_map
    check_code 9, E_RANGE
    mov     x0, x20
    mov     x1, x19
    mov     x2, #1
    mov     x3, #MAP_WRITE | MAP_EXEC
    bl      memory_map
    check_code 10, E_INVALID
    mov     x0, x20
    mov     x1, x19
    mov     x2, #1
    mov     x3, #16                     // no such flag
    bl      memory_map
    check_code 11, E_INVALID
    ldr     x0, =IMAGE_BASE             // the kernel's own map, in either half
    mov     x1, x19
    mov     x2, #1
    mov     x3, #MAP_WRITE
    bl      memory_map
    check_code 12, E_RESERVED
    mov     x0, #HIGH_BASE
    mov     x1, x19
    mov     x2, #1
    mov     x3, #MAP_WRITE
    bl      memory_map
    check_code 13, E_RESERVED
    bl      frame_count_free
    check_equal 14, x0, x21
    mov     x0, x20
    mov     x1, x19
    mov     x2, #1
    mov     x3, #MAP_WRITE
    bl      memory_map
    check_zero 15, x0
    mov     x0, x20
    mov     x1, x19
    mov     x2, #1
    mov     x3, #MAP_WRITE
    bl      memory_map
    check_code 16, E_MAPPED
    sub     x0, x20, #PAGE_SIZE         // below MAP_BASE: the kernel's slot
    mov     x1, x19
    mov     x2, #2
    mov     x3, #MAP_WRITE
    bl      memory_map
    check_code 17, E_RESERVED
    mov     x0, x20
    mov     x1, #1
    bl      memory_unmap
    check_zero 18, x0
    mov     x0, x19
    bl      memory_free
    check_zero 19, x0
    test_end

test_unmap_refused:
    test_begin
    mov     x0, #1
    bl      memory_alloc_pages
    mov     x19, x0
    check_nonzero 1, x19
    ldr     x20, =MAP_BASE
    mov     x0, x20
    mov     x1, #1
    bl      memory_unmap
    check_code 2, E_UNMAPPED
    ldr     x0, =IMAGE_BASE
    mov     x1, #1
    bl      memory_unmap
    check_code 3, E_RESERVED
    mov     x0, #HIGH_BASE
    mov     x1, #1
    bl      memory_unmap
    check_code 4, E_RESERVED
    add     x0, x20, #1
    mov     x1, #1
    bl      memory_unmap
    check_code 5, E_ALIGN
    mov     x0, x20
    mov     x1, #0
    bl      memory_unmap
    check_code 6, E_INVALID
    mov     x0, x20
    mov     x1, x19
    mov     x2, #1
    mov     x3, #MAP_WRITE
    bl      memory_map
    check_zero 7, x0
    mov     x0, x20                     // one page of the two is there: neither is taken
    mov     x1, #2
    bl      memory_unmap
    check_code 8, E_UNMAPPED
    mov     x0, x20
    mov     x1, #7
    bl      probe_write
    check_zero 9, x0
    mov     x0, x20
    mov     x1, #1
    bl      memory_unmap
    check_zero 10, x0
    mov     x0, x20
    mov     x1, #1
    bl      memory_unmap
    check_code 11, E_UNMAPPED
    mov     x0, x19
    bl      memory_free
    check_zero 12, x0
    test_end

test_map_overlap:
    test_begin
    mov     x0, #4
    bl      memory_alloc_pages
    mov     x19, x0
    check_nonzero 1, x19
    ldr     x20, =MAP_BASE
    add     x0, x20, #2 << PAGE_SHIFT
    mov     x1, x19
    mov     x2, #1
    mov     x3, #MAP_WRITE
    bl      memory_map
    check_zero 2, x0
    mov     x0, x20                     // meets it at its third page: the first two are taken back
    mov     x1, x19
    mov     x2, #4
    mov     x3, #MAP_WRITE
    bl      memory_map
    check_code 3, E_MAPPED
    mov     x0, x20
    bl      memory_translate
    check_code 4, E_UNMAPPED
    mov     x0, x20
    bl      probe_read
    check_equal 5, x0, #1
    add     x0, x20, #2 << PAGE_SHIFT
    bl      memory_translate
    check_equal 6, x0, x19
    add     x0, x20, #2 << PAGE_SHIFT
    mov     x1, #1
    bl      memory_unmap
    check_zero 7, x0
    mov     x0, x19
    bl      memory_free
    check_zero 8, x0
    test_end

// Tables run out half way through a mapping: it fails, and everything it took comes back.
test_map_exhausted:
    test_begin
    mov     x0, #2
    bl      memory_alloc_pages
    mov     x19, x0
    check_nonzero 1, x19
    bl      frame_count_free
    mov     x20, x0
    bl      pool_drain
    check_equal 2, x0, x20
    mov     x0, #4                      // level 1, 2 and 3 for the first page, level 2 for the second
    bl      pool_return
    check_equal 3, x0, #4
    ldr     x21, =MAP_BASE
    ldr     x9, =0x3ffff000
    add     x21, x21, x9
    mov     x0, x21
    mov     x1, x19
    mov     x2, #2
    mov     x3, #MAP_WRITE
    bl      memory_map
    check_code 4, E_NOMEM
    bl      frame_count_free
    check_equal 5, x0, #4
    mov     x0, x21
    bl      memory_translate
    check_code 6, E_UNMAPPED
    mov     x0, x21
    mov     x1, x19
    mov     x2, #1                      // one page still goes
    mov     x3, #MAP_WRITE
    bl      memory_map
    check_zero 7, x0
    mov     x0, x21
    mov     x1, #1
    bl      memory_unmap
    check_zero 8, x0
    mov     x0, #-1
    bl      pool_return
    add     x0, x0, #4
    check_equal 9, x0, x20
    mov     x0, x19
    bl      memory_free
    check_zero 10, x0
    test_end
    .ltorg
`,
};
