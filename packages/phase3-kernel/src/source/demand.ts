import type { KernelPart } from './part.ts';

/** Demand paging: pages of one range appear when they are first touched. */
export const demand: KernelPart = {
  subject: 'Demand paging',
  text: `
// demand_fault(x0 = ESR, x1 = FAR) -> x0 = 0 when the page is there now; anything else is a real fault.
// The memory API never touches the range, so the handler cannot interrupt a half-done table update.
demand_fault:
    stp     x29, x30, [sp, #-32]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    and     x9, x0, #0x3c               // DFSC without its level
    mov     x0, #E_INVALID
    cmp     x9, #0x04                   // translation fault
    b.ne    2f
    ldr     x9, =DEMAND_BASE
    cmp     x1, x9
    b.lo    2f
    ldr     x9, =DEMAND_END
    cmp     x1, x9
    b.hs    2f
    and     x20, x1, #0xfffffffffffff000
    mov     x0, #1
    bl      frame_alloc
    mov     x19, x0
    mov     x0, #E_NOMEM
    cbz     x19, 2f
    mov     x0, x19
    bl      page_clear
    mov     x0, x20
    mov     x1, x19
    mov     x2, #1
    mov     x3, #MAP_WRITE
    bl      memory_map
    cbz     x0, 1f
    mov     x20, x0
    mov     x0, x19
    mov     x1, #1
    bl      frame_free
    mov     x0, x20
    b       2f
1:  adr     x9, demand_count
    ldr     x10, [x9]
    add     x10, x10, #1
    str     x10, [x9]
2:  ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #32
    ret

// demand_release() -> x0 = pages given back
demand_release:
    stp     x29, x30, [sp, #-48]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    str     x21, [sp, #32]
    ldr     x19, =DEMAND_BASE
    mov     x20, #0
1:  mov     x0, x19
    bl      memory_translate
    tbnz    x0, #63, 2f
    mov     x21, x0
    mov     x0, x19
    mov     x1, #1
    bl      memory_unmap
    mov     x0, x21
    mov     x1, #1
    bl      frame_free
    add     x20, x20, #1
2:  add     x19, x19, #PAGE_SIZE
    ldr     x9, =DEMAND_END
    cmp     x19, x9
    b.lo    1b
    mov     x0, x20
    ldr     x21, [sp, #32]
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #48
    ret
    .ltorg
`,
  bss: `
    .balign 8, 0
demand_count:                           // pages mapped by the handler since boot
    .space  8
`,
};
