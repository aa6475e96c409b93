import type { KernelPart } from './part.ts';

/** Translation tables, level 0 to level 3, in frames of the allocator. */
export const tables: KernelPart = {
  subject: 'Translation tables: four levels, 4 KiB granule (Arm DDI 0487, VMSAv8-64)',
  text: `
// Tables are reached through the identity map, which is the same before and after the MMU is on.

// page_clear(x0 = address of a page). Touches x9.
page_clear:
    add     x9, x0, #PAGE_SIZE
1:  stp     xzr, xzr, [x0], #16
    cmp     x0, x9
    b.lo    1b
    ret

// table_alloc() -> x0 = physical address of an empty table, or 0
table_alloc:
    stp     x29, x30, [sp, #-32]!
    mov     x29, sp
    str     x19, [sp, #16]
    mov     x0, #1
    bl      frame_take
    mov     x19, x0
    cbz     x0, 1f
    ldr     x9, =RAM_BASE
    sub     x1, x19, x9
    lsr     x1, x1, #PAGE_SHIFT
    adr     x0, frame_reserved          // no caller of the memory API may free a table
    bl      bitmap_set
    adr     x9, frames_tables
    ldr     x10, [x9]
    add     x10, x10, #1
    str     x10, [x9]
    mov     x0, x19
    bl      page_clear
    mrs     x9, sctlr_el1
    tbnz    x9, #0, 1f
    mov     x0, x19                     // written with the caches off: drop what they may hold
    add     x1, x19, #PAGE_SIZE
    bl      dcache_invalidate
1:  mov     x0, x19
    ldr     x19, [sp, #16]
    ldp     x29, x30, [sp], #32
    ret

// table_free(x0 = physical address of a table nothing points to any more)
table_free:
    stp     x29, x30, [sp, #-16]!
    mov     x29, sp
    ldr     x9, =RAM_BASE
    sub     x1, x0, x9
    lsr     x1, x1, #PAGE_SHIFT
    adr     x0, frame_reserved
    bl      bitmap_clear
    adr     x0, frame_head
    bl      bitmap_clear
    adr     x0, frame_used
    bl      bitmap_clear
    adr     x9, frames_tables
    ldr     x10, [x9]
    sub     x10, x10, #1
    str     x10, [x9]
    ldp     x29, x30, [sp], #16
    ret

// table_entry(x0 = virtual address, x1 = level, x2 = create) -> x0 = address of its descriptor at
// that level, or E_UNMAPPED, E_MAPPED (a block is in the way), E_NOMEM
table_entry:
    stp     x29, x30, [sp, #-64]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    stp     x21, x22, [sp, #32]
    str     x23, [sp, #48]
    mov     x19, x0
    mov     x9, #9
    mov     x10, #39
    msub    x20, x1, x9, x10            // address bits below the wanted level's index
    mov     x21, x2
    mov     x22, #39
    adr     x9, table_root_low
    ldp     x9, x10, [x9]
    tst     x19, #0x8000000000000000
    csel    x9, x10, x9, ne             // bit 63 chooses TTBR1
1:  lsr     x10, x19, x22
    and     x10, x10, #0x1ff
    add     x23, x9, x10, lsl #3
    mov     x0, x23
    cmp     x22, x20
    b.eq    4f
    ldr     x9, [x23]
    tbz     x9, #0, 2f
    mov     x0, #E_MAPPED
    tbz     x9, #1, 4f
    b       3f
2:  mov     x0, #E_UNMAPPED
    cbz     x21, 4f
    bl      table_alloc
    mov     x9, x0
    mov     x0, #E_NOMEM
    cbz     x9, 4f
    orr     x9, x9, #DESC_TABLE
    dsb     ishst                       // the walker must see the table empty before it sees it at all
    str     x9, [x23]
3:  and     x9, x9, #DESC_ADDRESS
    sub     x22, x22, #9
    b       1b
4:  ldr     x23, [sp, #48]
    ldp     x21, x22, [sp, #32]
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #64
    ret

// table_map(x0 = virtual, x1 = physical, x2 = bytes, x3 = attributes) -> x0 = 0 or a failure.
// Level 2 blocks where alignment and size allow, level 3 pages elsewhere.
table_map:
    stp     x29, x30, [sp, #-64]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    stp     x21, x22, [sp, #32]
    stp     x23, x24, [sp, #48]
    mov     x19, x0
    mov     x20, x1
    mov     x21, x2
    mov     x22, x3
1:  cbz     x21, 4f
    orr     x9, x19, x20
    tst     x9, #BLOCK_MASK
    b.ne    2f
    mov     x23, #BLOCK_SIZE
    cmp     x21, x23
    b.lo    2f
    mov     x1, #2
    mov     x24, #DESC_BLOCK
    b       3f
2:  mov     x23, #PAGE_SIZE
    mov     x1, #3
    mov     x24, #DESC_PAGE
3:  mov     x0, x19
    mov     x2, #1
    bl      table_entry
    tbnz    x0, #63, 5f
    orr     x9, x20, x22
    orr     x9, x9, x24
    str     x9, [x0]
    add     x19, x19, x23
    add     x20, x20, x23
    sub     x21, x21, x23
    b       1b
4:  mov     x0, #0
5:  ldp     x23, x24, [sp, #48]
    ldp     x21, x22, [sp, #32]
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #64
    ret

// table_prune(x0 = virtual address): unlink and free the tables on its path that became empty.
// The roots stay.
table_prune:
    stp     x29, x30, [sp, #-48]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    str     x21, [sp, #32]
    mov     x19, x0
    mov     x20, #3
1:  mov     x0, x19
    mov     x1, x20
    mov     x2, #0
    bl      table_entry
    tbnz    x0, #63, 3f                 // no table at this level
    and     x9, x0, #0xfffffffffffff000
    add     x10, x9, #PAGE_SIZE
2:  ldp     x11, x12, [x9], #16
    orr     x11, x11, x12
    cbnz    x11, 4f                     // still in use, and so are those above
    cmp     x9, x10
    b.lo    2b
    mov     x0, x19
    sub     x1, x20, #1
    mov     x2, #0
    bl      table_entry
    ldr     x21, [x0]
    str     xzr, [x0]
    mov     x0, x19
    bl      tlb_invalidate
    and     x0, x21, #DESC_ADDRESS
    bl      table_free
3:  sub     x20, x20, #1
    cbnz    x20, 1b
4:  ldr     x21, [sp, #32]
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #48
    ret

// tlb_invalidate(x0 = virtual address): one page, every ASID, every level, every PE. Touches x9.
tlb_invalidate:
    dsb     ishst                       // the descriptor write is visible to the walkers
    ubfx    x9, x0, #12, #44
    tlbi    vaae1is, x9
    dsb     ish                         // the invalidation is complete
    isb
    ret

// table_build() -> x0 = 0 or a failure: both halves, from the one region table.
table_build:
    stp     x29, x30, [sp, #-32]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    bl      table_alloc
    cbz     x0, 2f
    adr     x9, table_root_low
    str     x0, [x9]
    bl      table_alloc
    cbz     x0, 2f
    adr     x9, table_root_high
    str     x0, [x9]
    adr     x19, region_table
1:  ldp     x1, x2, [x19]               // start, end
    mov     x0, #0
    cbz     x2, 3f
    sub     x2, x2, x1
    ldr     x3, [x19, #REGION_ATTRIBUTES]
    cbz     x3, 4f                      // a guard page: reported, not mapped
    mov     x0, x1
    bl      table_map
    cbnz    x0, 3f
    ldp     x1, x2, [x19]
    sub     x2, x2, x1
    ldr     x3, [x19, #REGION_ATTRIBUTES]
    orr     x0, x1, #HIGH_BASE
    bl      table_map
    cbnz    x0, 3f
4:  add     x19, x19, #REGION_ENTRY
    b       1b
2:  mov     x0, #E_NOMEM
3:  ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #32
    ret
    .ltorg
`,
  rodata: `
// What is mapped, with which permissions, under which name. The layout report prints this table.
.equ REGION_ATTRIBUTES, 16
.equ REGION_NAME,       24
.equ REGION_ENTRY,      32
    .balign 8, 0
region_table:
    .quad   UART_BASE, UART_END, KERNEL_DEVICE, region_uart
    .quad   RAM_BASE, IMAGE_BASE, KERNEL_DATA, region_low
    .quad   image_start, text_end, KERNEL_TEXT, region_text
    .quad   rodata_start, rodata_end, KERNEL_RODATA, region_rodata
    .quad   data_start, main_stack_guard, KERNEL_DATA, region_data
    .quad   main_stack_guard, main_stack_bottom, 0, region_guard
    .quad   main_stack_bottom, main_stack_top, KERNEL_DATA, region_stack
    .quad   fault_stack_guard, fault_stack_bottom, 0, region_guard
    .quad   fault_stack_bottom, fault_stack_top, KERNEL_DATA, region_fault_stack
    .quad   image_end, POOL_END, KERNEL_DATA, region_pool
    .quad   POOL_END, REGION_END, KERNEL_DATA, region_rest
    .quad   0, 0, 0, 0
region_uart:        .asciz "PL011"
region_low:         .asciz "below the image"
region_text:        .asciz "text"
region_rodata:      .asciz "read-only data"
region_data:        .asciz "data"
region_guard:       .asciz "guard page"
region_stack:       .asciz "main stack"
region_fault_stack: .asciz "exception stack"
region_pool:        .asciz "page pool"
region_rest:        .asciz "RAM above the pool"
`,
  bss: `
    .balign 8, 0
table_root_low:                         // TTBR0_EL1
    .space  8
table_root_high:                        // TTBR1_EL1
    .space  8
`,
};
