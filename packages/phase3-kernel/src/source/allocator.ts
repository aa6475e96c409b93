import type { KernelPart } from './part.ts';

/** The physical allocator: one bit per 4 KiB frame, first fit, lowest address. */
export const allocator: KernelPart = {
  subject: 'Frame allocator: bitmaps over 4096 pages',
  text: `
// Three bitmaps: frame_used (not free), frame_head (first frame of an allocation), frame_reserved
// (the kernel's own: never given out, never taken back). A reserved frame is also used.

// bitmap_test(x0 = bitmap, x1 = index) -> x0 = 0 or 1. Touches x9 only.
bitmap_test:
    lsr     x9, x1, #6
    ldr     x9, [x0, x9, lsl #3]
    lsr     x9, x9, x1                  // the shift amount is taken modulo 64
    and     x0, x9, #1
    ret

// bitmap_set(x0 = bitmap, x1 = index). Touches x9 to x11.
bitmap_set:
    lsr     x9, x1, #6
    add     x9, x0, x9, lsl #3
    mov     x10, #1
    lsl     x10, x10, x1
    ldr     x11, [x9]
    orr     x11, x11, x10
    str     x11, [x9]
    ret

// bitmap_clear(x0 = bitmap, x1 = index). Touches x9 to x11.
bitmap_clear:
    lsr     x9, x1, #6
    add     x9, x0, x9, lsl #3
    mov     x10, #1
    lsl     x10, x10, x1
    ldr     x11, [x9]
    bic     x11, x11, x10
    str     x11, [x9]
    ret

// frame_find_run(x0 = frames) -> x0 = index of the first free run that long, or -1
frame_find_run:
    adr     x9, frame_used
    mov     x10, #0                     // index
    mov     x11, #0                     // length of the free run that ends there
1:  cmp     x10, #POOL_PAGES
    b.hs    8f
    lsr     x12, x10, #6
    ldr     x13, [x9, x12, lsl #3]
    tst     x10, #63
    b.ne    3f
    cmn     x13, #1
    b.ne    2f
    mov     x11, #0                     // 64 used frames at once
    add     x10, x10, #64
    b       1b
2:  cbnz    x13, 3f
    add     x11, x11, #64               // 64 free frames at once
    add     x10, x10, #64
    cmp     x11, x0
    b.lo    1b
    b       7f
3:  lsr     x13, x13, x10
    add     x10, x10, #1
    tbnz    x13, #0, 4f
    add     x11, x11, #1
    cmp     x11, x0
    b.lo    1b
    b       7f
4:  mov     x11, #0
    b       1b
7:  sub     x0, x10, x11
    ret
8:  mov     x0, #-1
    ret

// frame_take(x0 = frames) -> x0 = physical address of a contiguous run now in use, or 0
frame_take:
    stp     x29, x30, [sp, #-48]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    str     x21, [sp, #32]
    mov     x19, x0
    cbz     x19, 2f
    cmp     x19, #POOL_PAGES
    b.hi    2f
    bl      frame_find_run
    tbnz    x0, #63, 2f
    mov     x20, x0
    adr     x0, frame_head
    mov     x1, x20
    bl      bitmap_set
    mov     x21, #0
1:  adr     x0, frame_used
    add     x1, x20, x21
    bl      bitmap_set
    add     x21, x21, #1
    cmp     x21, x19
    b.lo    1b
    ldr     x0, =RAM_BASE
    add     x0, x0, x20, lsl #PAGE_SHIFT
    b       3f
2:  adr     x9, allocation_failures
    ldr     x10, [x9]
    add     x10, x10, #1
    str     x10, [x9]
    mov     x0, #0
3:  ldr     x21, [sp, #32]
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #48
    ret

// frame_alloc(x0 = frames) -> as frame_take, counted as allocated
frame_alloc:
    stp     x29, x30, [sp, #-32]!
    mov     x29, sp
    str     x19, [sp, #16]
    mov     x19, x0
    bl      frame_take
    cbz     x0, 2f
    adr     x9, frames_allocated
    ldp     x10, x11, [x9]
    add     x10, x10, x19
    cmp     x10, x11                    // the peak
    csel    x11, x10, x11, hi
    stp     x10, x11, [x9]
2:  ldr     x19, [sp, #16]
    ldp     x29, x30, [sp], #32
    ret

// frame_check(x0 = physical address, x1 = frames) -> x0 = 0 and x1 = index, or x0 = a failure
frame_check:
    mov     x9, x0
    mov     x0, #E_INVALID
    cbz     x1, 1f
    mov     x0, #E_ALIGN
    tst     x9, #PAGE_MASK
    b.ne    1f
    mov     x0, #E_FOREIGN
    ldr     x10, =RAM_BASE
    sub     x9, x9, x10                 // below the pool this wraps, and is foreign too
    lsr     x9, x9, #PAGE_SHIFT
    cmp     x9, #POOL_PAGES
    b.hs    1f
    mov     x0, #E_RANGE
    mov     x10, #POOL_PAGES
    sub     x10, x10, x9
    cmp     x1, x10
    b.hi    1f
    mov     x1, x9
    mov     x0, #0
1:  ret

// frame_free(x0 = physical address, x1 = frames) -> x0 = 0 or a failure. A refusal changes nothing.
frame_free:
    stp     x29, x30, [sp, #-48]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    str     x21, [sp, #32]
    mov     x19, x1
    bl      frame_check
    cbnz    x0, frame_free_done
    mov     x20, x1
    mov     x21, #0
1:  adr     x0, frame_reserved
    add     x1, x20, x21
    bl      bitmap_test
    mov     x12, x0
    mov     x0, #E_RESERVED
    cbnz    x12, frame_free_done
    adr     x0, frame_used
    bl      bitmap_test
    mov     x12, x0
    mov     x0, #E_FREE
    cbz     x12, frame_free_done
    add     x21, x21, #1
    cmp     x21, x19
    b.lo    1b

    add     x1, x20, x19                // what is left of a split allocation gets a head of its own
    cmp     x1, #POOL_PAGES
    b.hs    2f
    adr     x0, frame_used
    bl      bitmap_test
    cbz     x0, 2f
    adr     x0, frame_head
    bl      bitmap_set
2:  mov     x21, #0
3:  adr     x0, frame_used
    add     x1, x20, x21
    bl      bitmap_clear
    adr     x0, frame_head
    bl      bitmap_clear
    add     x21, x21, #1
    cmp     x21, x19
    b.lo    3b
    adr     x9, frames_allocated
    ldr     x10, [x9]
    sub     x10, x10, x19
    str     x10, [x9]
    mov     x0, #0
frame_free_done:
    ldr     x21, [sp, #32]
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #48
    ret

// frame_run_length(x0 = index of an allocation's first frame) -> x0 = its frames
frame_run_length:
    stp     x29, x30, [sp, #-32]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    mov     x19, x0
    add     x20, x0, #1
1:  cmp     x20, #POOL_PAGES
    b.hs    2f
    adr     x0, frame_used
    mov     x1, x20
    bl      bitmap_test
    cbz     x0, 2f
    adr     x0, frame_head
    bl      bitmap_test
    cbnz    x0, 2f
    adr     x0, frame_reserved
    bl      bitmap_test
    cbnz    x0, 2f
    add     x20, x20, #1
    b       1b
2:  sub     x0, x20, x19
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #32
    ret

// frame_reserve(x0 = start, x1 = end) -> x0 = 0 or a failure: every frame [start, end) touches.
// Frames already reserved stay so; a frame in use by an allocation is refused.
frame_reserve:
    stp     x29, x30, [sp, #-48]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    str     x21, [sp, #32]
    and     x0, x0, #0xfffffffffffff000
    sub     x1, x1, x0
    add     x1, x1, #PAGE_MASK
    lsr     x19, x1, #PAGE_SHIFT
    mov     x1, x19
    bl      frame_check
    cbnz    x0, frame_reserve_done
    mov     x20, x1
    mov     x21, #0
1:  adr     x0, frame_reserved
    add     x1, x20, x21
    bl      bitmap_test
    cbnz    x0, 2f
    adr     x0, frame_used
    bl      bitmap_test
    mov     x12, x0
    mov     x0, #E_INVALID
    cbnz    x12, frame_reserve_done
    adr     x0, frame_used
    bl      bitmap_set
    adr     x0, frame_head
    bl      bitmap_set
    adr     x0, frame_reserved
    bl      bitmap_set
    adr     x9, frames_reserved
    ldr     x10, [x9]
    add     x10, x10, #1
    str     x10, [x9]
2:  add     x21, x21, #1
    cmp     x21, x19
    b.lo    1b
    mov     x0, #0
frame_reserve_done:
    ldr     x21, [sp, #32]
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #48
    ret

// frame_reserve_clipped(x0 = start, x1 = end) -> as frame_reserve, for what of it lies in the pool
frame_reserve_clipped:
    ldr     x9, =RAM_BASE
    cmp     x0, x9
    csel    x0, x9, x0, lo
    ldr     x9, =POOL_END
    cmp     x1, x9
    csel    x1, x9, x1, hi
    cmp     x0, x1
    b.lo    frame_reserve
    mov     x0, #0
    ret

// frame_pool_limit(x0 = frames): reserve free frames, highest first, until only that many are free.
frame_pool_limit:
    stp     x29, x30, [sp, #-32]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    mov     x19, x0
    mov     x20, #POOL_PAGES
1:  cbz     x20, 2f
    sub     x20, x20, #1
    bl      frame_count_free
    cmp     x0, x19
    b.ls    2f
    adr     x0, frame_used
    mov     x1, x20
    bl      bitmap_test
    cbnz    x0, 1b
    ldr     x0, =RAM_BASE
    add     x0, x0, x20, lsl #PAGE_SHIFT
    add     x1, x0, #PAGE_SIZE
    bl      frame_reserve
    b       1b
2:  ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #32
    ret

// frame_count_free() -> x0 = free frames, counted in the bitmap. Touches x9 to x14.
frame_count_free:
    adr     x9, frame_used
    mov     x0, #0
    mov     x10, #POOL_BITMAP_BYTES
1:  ldr     x11, [x9], #8
    mvn     x11, x11                    // population count by halves
    and     x12, x11, #0x5555555555555555
    lsr     x11, x11, #1
    and     x11, x11, #0x5555555555555555
    add     x11, x11, x12
    and     x12, x11, #0x3333333333333333
    lsr     x11, x11, #2
    and     x11, x11, #0x3333333333333333
    add     x11, x11, x12
    add     x11, x11, x11, lsr #4
    and     x11, x11, #0x0f0f0f0f0f0f0f0f
    mov     x12, #0x0101010101010101
    mul     x11, x11, x12
    add     x0, x0, x11, lsr #56
    sub     x10, x10, #8
    cbnz    x10, 1b
    ret

// frame_largest_run() -> x0 = frames in the longest free run. Touches x9 to x13.
frame_largest_run:
    adr     x9, frame_used
    mov     x0, #0
    mov     x10, #0
    mov     x11, #0
1:  lsr     x12, x10, #6
    ldr     x13, [x9, x12, lsl #3]
    lsr     x13, x13, x10
    add     x11, x11, #1
    tbz     x13, #0, 2f
    mov     x11, #0
2:  cmp     x11, x0
    csel    x0, x11, x0, hi
    add     x10, x10, #1
    cmp     x10, #POOL_PAGES
    b.lo    1b
    ret
    .ltorg
`,
  bss: `
    .balign 8, 0
frame_used:
    .space  POOL_BITMAP_BYTES
frame_head:
    .space  POOL_BITMAP_BYTES
frame_reserved:
    .space  POOL_BITMAP_BYTES
frames_allocated:                       // now, and the peak
    .space  8
frames_peak:
    .space  8
frames_reserved:
    .space  8
frames_tables:                          // translation tables
    .space  8
allocation_failures:
    .space  8
`,
};
