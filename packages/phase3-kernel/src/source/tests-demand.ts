import type { KernelPart } from './part.ts';

/** Tests of demand paging. */
export const testsDemand: KernelPart = {
  subject: 'Tests: demand paging',
  text: `
test_demand_zero:
    test_begin
    mov     x0, #1                      // a frame full of ones is the next one the handler takes
    bl      memory_alloc_pages
    mov     x19, x0
    check_nonzero 1, x19
    mov     x1, #PAGE_SIZE
    mov     x2, #-1
    mov     x3, #0
    bl      pattern_fill
    mov     x0, x19
    bl      memory_free
    check_zero 2, x0
    bl      frame_count_free
    mov     x28, #8                     // the page and its three tables
    cmp     x0, #4
    b.lo    9f
    adr     x9, demand_count
    ldr     x20, [x9]
    ldr     x21, =DEMAND_BASE
    ldr     x22, [x21, #8]              // an ordinary load: the handler maps the page, the load goes on
    check_zero 3, x22
    mov     x0, x21
    mov     x1, #PAGE_SIZE
    mov     x2, #0
    mov     x3, #0
    bl      pattern_check
    check_zero 4, x0
    mov     x0, x21
    bl      memory_translate
    check_equal 5, x0, x19
    adr     x9, demand_count
    ldr     x9, [x9]
    sub     x9, x9, x20
    check_equal 6, x9, #1
    bl      demand_release
    check_equal 7, x0, #1
    test_end

test_demand_once:
    test_begin
    adr     x9, demand_count
    ldr     x19, [x9]
    ldr     x20, =DEMAND_BASE
    mov     x21, #0                     // every page written, last first, twice
    mov     x23, #0                     // accesses that failed, or read something else
1:  mov     x22, #DEMAND_PAGES
2:  sub     x22, x22, #1
    add     x0, x20, x22, lsl #PAGE_SHIFT
    add     x0, x0, #2040
    add     x1, x22, x21
    bl      probe_write
    add     x23, x23, x0
    cbnz    x22, 2b
    add     x21, x21, #1
    cmp     x21, #2
    b.lo    1b
    mov     x22, #0
3:  add     x0, x20, x22, lsl #PAGE_SHIFT
    add     x0, x0, #2040
    bl      probe_read
    add     x23, x23, x0
    add     x22, x22, #1
    cmp     x1, x22
    cinc    x23, x23, ne
    cmp     x22, #DEMAND_PAGES
    b.lo    3b
    adr     x9, demand_count
    ldr     x9, [x9]
    sub     x24, x9, x19
    bl      demand_release
    mov     x25, x0
    check_zero 1, x23
    check_equal 2, x24, #DEMAND_PAGES   // one fault for each page, not for each touch
    check_equal 3, x25, #DEMAND_PAGES
    test_end

test_demand_sparse:
    test_begin
    ldr     x20, =DEMAND_BASE
    add     x21, x20, #9 << PAGE_SHIFT
    mov     x0, x21
    mov     x1, x21
    bl      probe_write
    mov     x23, x0
    add     x22, x20, #40 << PAGE_SHIFT
    sub     x0, x22, #4                 // an access across two pages brings both
    mov     x1, x22
    bl      probe_write
    orr     x23, x23, x0
    at      s1e1r, x20                  // an untouched page is not there, and asking does not bring it
    isb
    mrs     x24, par_el1
    mov     x0, x21
    bl      probe_read
    mov     x25, x1
    bl      demand_release
    mov     x26, x0
    check_zero 1, x23
    and     x24, x24, #1
    check_equal 2, x24, #1
    check_equal 3, x25, x21
    check_equal 4, x26, #3
    at      s1e1r, x21
    isb
    mrs     x9, par_el1
    and     x9, x9, #1
    check_equal 5, x9, #1
    test_end

test_demand_edges:
    test_begin
    ldr     x0, =DEMAND_BASE
    sub     x0, x0, #8                  // just outside is an ordinary fault
    bl      probe_read
    check_equal 1, x0, #1
    ldr     x0, =DEMAND_END
    bl      probe_read
    check_equal 2, x0, #1
    ldr     x0, =DEMAND_END
    sub     x0, x0, #8
    bl      probe_read
    check_zero 3, x0
    ldr     x0, =DEMAND_BASE            // a fetch brings no page
    bl      probe_exec
    check_equal 4, x0, #1
    bl      demand_release
    check_equal 5, x0, #1
    test_end

test_demand_exhausted:
    test_begin
    bl      frame_count_free
    mov     x19, x0
    bl      pool_drain
    check_equal 1, x0, x19
    ldr     x20, =DEMAND_BASE
    mov     x0, x20
    bl      probe_read
    check_equal 2, x0, #1               // no frame: the fault is real, and survived
    mov     x0, #3                      // a page, but not its three tables as well
    bl      pool_return
    check_equal 3, x0, #3
    mov     x0, x20
    bl      probe_read
    check_equal 4, x0, #1
    bl      frame_count_free
    check_equal 5, x0, #3
    mov     x0, #1
    bl      pool_return
    check_equal 6, x0, #1
    mov     x0, x20                     // four are enough
    bl      probe_read
    check_zero 7, x0
    bl      demand_release
    check_equal 8, x0, #1
    mov     x0, #-1
    bl      pool_return
    add     x0, x0, #4
    check_equal 9, x0, x19
    test_end
    .ltorg
`,
};
