import type { KernelPart } from './part.ts';

/** The memory API. Every routine follows AAPCS64, and every failure is a value. */
export const memory: KernelPart = {
  subject: 'Memory API: allocation, mapping, statistics',
  text: `
// memory_alloc(x0 = bytes) -> x0 = address of whole pages, or 0. Physical and identity address.
memory_alloc:
    add     x0, x0, #PAGE_MASK          // where this wraps nothing is left, which is refused too
    lsr     x0, x0, #PAGE_SHIFT
    b       frame_alloc

// memory_free(x0 = address from memory_alloc) -> x0 = 0 or a failure
memory_free:
    stp     x29, x30, [sp, #-32]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    mov     x19, x0
    mov     x1, #1
    bl      frame_check
    cbnz    x0, 1f
    mov     x20, x1
    adr     x0, frame_reserved
    bl      bitmap_test
    mov     x12, x0
    mov     x0, #E_RESERVED
    cbnz    x12, 1f
    adr     x0, frame_used
    bl      bitmap_test
    mov     x12, x0
    mov     x0, #E_FREE
    cbz     x12, 1f
    adr     x0, frame_head
    bl      bitmap_test
    mov     x12, x0
    mov     x0, #E_INTERIOR
    cbz     x12, 1f
    mov     x0, x20
    bl      frame_run_length
    mov     x1, x0
    mov     x0, x19
    bl      frame_free
1:  ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #32
    ret

// memory_alloc_pages(x0 = pages) -> x0 = address of a contiguous run, or 0
memory_alloc_pages:
    b       frame_alloc

// memory_free_pages(x0 = address, x1 = pages) -> x0 = 0 or a failure. Part of a run may be freed.
memory_free_pages:
    b       frame_free

// memory_check_range(x0 = virtual address, x1 = pages) -> x0 = 0 or a failure
memory_check_range:
    mov     x9, x0
    mov     x0, #E_INVALID
    cbz     x1, 1f
    mov     x0, #E_ALIGN
    tst     x9, #PAGE_MASK
    b.ne    1f
    mov     x0, #E_RANGE
    lsr     x10, x1, #36                // more than an address space
    cbnz    x10, 1f
    add     x10, x9, x1, lsl #PAGE_SHIFT
    sub     x10, x10, #1
    lsr     x11, x9, #48                // both ends in one half
    lsr     x12, x10, #48
    cmp     x11, x12
    b.ne    1f
    cbz     x11, 2f
    mov     x12, #0xffff
    cmp     x11, x12
    b.ne    1f
2:  mov     x0, #E_RESERVED             // slot 0 of level 0 is the kernel's own map
    ubfx    x10, x9, #39, #9
    cbz     x10, 1f
    mov     x0, #0
1:  ret

// memory_map(x0 = virtual, x1 = physical, x2 = pages, x3 = flags) -> x0 = 0 or a failure.
// A failure maps nothing. Writable and executable together are refused.
memory_map:
    stp     x29, x30, [sp, #-64]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    stp     x21, x22, [sp, #32]
    stp     x23, x24, [sp, #48]
    mov     x19, x0
    mov     x20, x1
    mov     x21, x2
    mov     x23, #0                     // pages done
    mov     x1, x2
    bl      memory_check_range
    cbnz    x0, memory_map_done
    mov     x0, #E_ALIGN
    tst     x20, #PAGE_MASK
    b.ne    memory_map_done
    mov     x0, #E_RANGE
    add     x9, x20, x21, lsl #PAGE_SHIFT
    sub     x9, x9, #1
    cmp     x9, x20
    b.lo    memory_map_done
    adr     x10, mmu_address_size_bits
    ldr     x10, [x10]
    lsr     x9, x9, x10
    cbnz    x9, memory_map_done
    mov     x0, #E_INVALID
    cmp     x3, #15
    b.hi    memory_map_done
    tbz     x3, #1, 1f                  // MAP_EXEC
    tbnz    x3, #0, memory_map_done     // with MAP_WRITE
    tbnz    x3, #3, memory_map_done     // with MAP_DEVICE
1:  ldr     x22, =KERNEL_RODATA | DESC_PAGE
    tbz     x3, #0, 2f                  // MAP_WRITE
    bic     x22, x22, #ATTR_READ_ONLY
2:  tbz     x3, #3, 3f                  // MAP_DEVICE
    bic     x22, x22, #ATTR_NORMAL
    bic     x22, x22, #ATTR_INNER
3:  mov     x9, #ATTR_PXN
    tbz     x3, #2, 4f                  // MAP_USER
    orr     x22, x22, #ATTR_USER
    orr     x22, x22, #ATTR_NOT_GLOBAL
    mov     x9, #ATTR_UXN
4:  tbz     x3, #1, 5f                  // MAP_EXEC, for the one level that may use the page
    bic     x22, x22, x9
5:  add     x0, x19, x23, lsl #PAGE_SHIFT
    mov     x1, #3
    mov     x2, #1
    bl      table_entry
    tbnz    x0, #63, memory_map_failed
    ldr     x9, [x0]
    cbz     x9, 6f
    mov     x0, #E_MAPPED
    b       memory_map_failed
6:  add     x9, x20, x23, lsl #PAGE_SHIFT
    orr     x9, x9, x22
    str     x9, [x0]
    add     x23, x23, #1
    cmp     x23, x21
    b.lo    5b
    dsb     ishst                       // the walkers see the new pages
    isb
    mov     x0, #0
memory_map_done:
    ldp     x23, x24, [sp, #48]
    ldp     x21, x22, [sp, #32]
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #64
    ret
memory_map_failed:
    mov     x24, x0
    add     x0, x19, x23, lsl #PAGE_SHIFT
    bl      table_prune                 // tables made for the page that failed
    mov     x0, x24
    cbz     x23, memory_map_done
    mov     x0, x19
    mov     x1, x23
    bl      memory_unmap
    mov     x0, x24
    b       memory_map_done

// memory_unmap(x0 = virtual, x1 = pages) -> x0 = 0 or a failure. A failure unmaps nothing. Tables
// that become empty go back to the allocator; the frames stay their owner's.
memory_unmap:
    stp     x29, x30, [sp, #-48]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    str     x21, [sp, #32]
    mov     x19, x0
    mov     x20, x1
    bl      memory_check_range
    cbnz    x0, 5f
    mov     x21, #0
1:  add     x0, x19, x21, lsl #PAGE_SHIFT
    bl      memory_translate
    tbnz    x0, #63, 5f
    add     x21, x21, #1
    cmp     x21, x20
    b.lo    1b
    mov     x21, #0
2:  add     x0, x19, x21, lsl #PAGE_SHIFT
    mov     x1, #3
    mov     x2, #0
    bl      table_entry
    str     xzr, [x0]
    add     x0, x19, x21, lsl #PAGE_SHIFT
    bl      tlb_invalidate
    add     x21, x21, #1
    cmp     x21, x20
    b.lo    2b
    add     x20, x19, x20, lsl #PAGE_SHIFT
    sub     x20, x20, #1                // last byte
3:  mov     x0, x19
    bl      table_prune
    orr     x19, x19, #BLOCK_MASK       // each level 3 table once
    cmp     x19, x20
    b.hs    4f
    add     x19, x19, #1
    b       3b
4:  mov     x0, #0
5:  ldr     x21, [sp, #32]
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #48
    ret

// memory_translate(x0 = virtual) -> x0 = physical address of a page memory_map made, or E_UNMAPPED
memory_translate:
    stp     x29, x30, [sp, #-32]!
    mov     x29, sp
    str     x19, [sp, #16]
    mov     x19, x0
    mov     x1, #3
    mov     x2, #0
    bl      table_entry
    tbnz    x0, #63, 1f
    ldr     x9, [x0]
    mov     x0, #E_UNMAPPED
    cbz     x9, 1f
    and     x0, x9, #DESC_ADDRESS
    and     x9, x19, #PAGE_MASK
    orr     x0, x0, x9
1:  ldr     x19, [sp, #16]
    ldp     x29, x30, [sp], #32
    ret

// memory_get_stats(x0 = eight words): total, reserved, tables, allocated, free, largest free run,
// peak allocated, failed allocations. Free is counted in the bitmap, not derived.
memory_get_stats:
    stp     x29, x30, [sp, #-32]!
    mov     x29, sp
    str     x19, [sp, #16]
    mov     x19, x0
    mov     x9, #POOL_PAGES
    adr     x10, frames_allocated
    ldp     x11, x12, [x10]             // allocated, peak
    ldp     x13, x14, [x10, #16]        // reserved, tables
    ldr     x15, [x10, #32]             // failures
    stp     x9, x13, [x19]
    stp     x14, x11, [x19, #16]
    stp     x12, x15, [x19, #48]
    bl      frame_count_free
    str     x0, [x19, #32]
    bl      frame_largest_run
    str     x0, [x19, #40]
    ldr     x19, [sp, #16]
    ldp     x29, x30, [sp], #32
    ret
    .ltorg
`,
};
