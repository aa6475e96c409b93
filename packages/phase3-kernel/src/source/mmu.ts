import type { KernelPart } from './part.ts';

/** Turning translation and the caches on, and asking the hardware what it sees. */
export const mmu: KernelPart = {
  subject: 'MMU: cache maintenance, enable, self-check by address translation instructions',
  text: `
// dcache_invalidate(x0 = start, x1 = end): to the point of coherency. Touches x9 and x10.
dcache_invalidate:
    mrs     x9, ctr_el0
    ubfx    x9, x9, #16, #4             // DminLine: log2 of words
    mov     x10, #4
    lsl     x9, x10, x9
    sub     x10, x9, #1
    bic     x0, x0, x10
1:  dc      ivac, x0
    add     x0, x0, x9
    cmp     x0, x1
    b.lo    1b
    dsb     sy
    ret

// code_sync(x0 = start, x1 = end): instructions written as data become fetchable. Touches x9 to x11.
code_sync:
    mrs     x9, ctr_el0
    mov     x11, #4
    ubfx    x10, x9, #16, #4            // DminLine
    lsl     x10, x11, x10
    sub     x11, x10, #1
    bic     x11, x0, x11
1:  dc      cvau, x11
    add     x11, x11, x10
    cmp     x11, x1
    b.lo    1b
    dsb     ish
    mov     x11, #4
    and     x10, x9, #0xf               // IminLine
    lsl     x10, x11, x10
    sub     x11, x10, #1
    bic     x11, x0, x11
2:  ic      ivau, x11
    add     x11, x11, x10
    cmp     x11, x1
    b.lo    2b
    dsb     ish
    isb
    ret

// mmu_supported() -> x0 = 0, or the reason the MMU cannot do what this kernel needs.
mmu_supported:
    mrs     x9, id_aa64mmfr0_el1
    adr     x0, mmu_no_granule
    ubfx    x10, x9, #28, #4            // TGran4
    cmp     x10, #0xf
    b.eq    1f
    and     x10, x9, #0xf               // PARange, at most 48 bits
    cmp     x10, #5
    mov     x11, #5
    csel    x10, x10, x11, ls
    adr     x11, mmu_address_size
    str     x10, [x11]
    adr     x9, mmu_address_bits
    ldrb    w9, [x9, x10]
    str     x9, [x11, #8]
    mov     x0, #0
1:  ret

// mmu_enable(): returns with translation and both caches on, still at the physical address, which
// the identity map makes the same virtual one.
mmu_enable:
    stp     x29, x30, [sp, #-16]!
    mov     x29, sp
    adr     x0, data_start              // written while the caches were off
    adr     x1, image_end
    bl      dcache_invalidate
    dsb     sy                          // tables are in memory before anything can walk them
    ldr     x9, =MAIR_VALUE
    msr     mair_el1, x9
    ldr     x9, =TCR_VALUE
    adr     x10, mmu_address_size
    ldr     x10, [x10]
    orr     x9, x9, x10, lsl #32        // IPS
    msr     tcr_el1, x9
    adr     x9, table_root_low
    ldp     x9, x10, [x9]
    msr     ttbr0_el1, x9
    msr     ttbr1_el1, x10
    isb                                 // the walk is configured before the TLB is emptied
    tlbi    vmalle1
    dsb     nsh                         // nothing stale is left in the TLB
    ic      iallu
    dsb     nsh                         // nor in the instruction cache
    isb
    ldr     x9, =SCTLR_MMU_ON
    msr     sctlr_el1, x9
    isb                                 // from here every fetch and access is translated
    ldp     x29, x30, [sp], #16
    ret

// mmu_verify() -> x0 = 0 or the number of wrong answers. Prints one line for each question.
mmu_verify:
    stp     x29, x30, [sp, #-64]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    stp     x21, x22, [sp, #32]
    str     x23, [sp, #48]
    adr     x19, verify_table
    mov     x20, #0
1:  ldp     x21, x22, [x19]             // address, operation
    ldr     x23, [x19, #16]             // expected
    cmn     x22, #1
    b.eq    7f
    cbz     x22, 2f
    cmp     x22, #2
    b.eq    3f
    at      s1e1w, x21
    b       4f
2:  at      s1e1r, x21
    b       4f
3:  at      s1e0r, x21
4:  isb
    mrs     x3, par_el1
    adr     x0, verify_mapped
    and     x4, x3, #0x0000fffffffff000
    tbz     x3, #0, 5f
    adr     x0, verify_fault
    and     x4, x3, #0x7f               // F and FST
5:  cmp     x4, x23
    adr     x9, verify_ok
    adr     x10, verify_wrong
    csel    x5, x9, x10, eq
    cinc    x20, x20, ne
    tbz     x3, #0, 6f
    lsr     x4, x4, #1                  // FST alone
6:  mov     x3, x4
    mov     x4, x5
    mov     x2, x21
    adr     x9, verify_operations
    ldr     x1, [x9, x22, lsl #3]
    bl      console_printf
    add     x19, x19, #24
    b       1b
7:  mov     x0, x20
    ldr     x23, [sp, #48]
    ldp     x21, x22, [sp, #32]
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #64
    ret
    .ltorg
`,
  rodata: String.raw`
mmu_no_granule:     .asciz "the MMU has no 4 KiB granule"
mmu_address_bits:                       // by PARange
    .byte   32, 36, 40, 42, 44, 48
verify_read:        .asciz "S1E1R"
verify_write:       .asciz "S1E1W"
verify_user_read:   .asciz "S1E0R"
verify_mapped:      .asciz "  AT %s %p -> PA %p      %s\n"
verify_fault:       .asciz "  AT %s %p -> fault, status %b           %s\n"
verify_ok:          .asciz "ok"
verify_wrong:       .asciz "WRONG"
    .balign 8, 0
verify_operations:
    .quad   verify_read, verify_write, verify_user_read

// Address, operation (0 S1E1R, 1 S1E1W, 2 S1E0R), then the physical page or PAR_EL1.{FST, F}.
.equ AT_READ,           0
.equ AT_WRITE,          1
.equ AT_USER_READ,      2
.equ AT_TRANSLATION_L0, 0x09
.equ AT_TRANSLATION_L1, 0x0b
.equ AT_TRANSLATION_L2, 0x0d
.equ AT_TRANSLATION_L3, 0x0f
.equ AT_PERMISSION_L2,  0x1d
.equ AT_PERMISSION_L3,  0x1f
verify_table:
    .quad   image_start, AT_READ, image_start
    .quad   image_start, AT_WRITE, AT_PERMISSION_L3
    .quad   image_start, AT_USER_READ, AT_PERMISSION_L3
    .quad   rodata_start, AT_READ, rodata_start
    .quad   rodata_start, AT_WRITE, AT_PERMISSION_L3
    .quad   data_start, AT_WRITE, data_start
    .quad   main_stack_guard, AT_READ, AT_TRANSLATION_L3
    .quad   main_stack_bottom, AT_WRITE, main_stack_bottom
    .quad   fault_stack_guard, AT_WRITE, AT_TRANSLATION_L3
    .quad   0x40400000, AT_WRITE, 0x40400000
    .quad   0x40400000, AT_USER_READ, AT_PERMISSION_L2
    .quad   0x47fff000, AT_READ, 0x47fff000
    .quad   REGION_END, AT_READ, AT_TRANSLATION_L2
    .quad   UART_BASE, AT_WRITE, UART_BASE
    .quad   UART_END, AT_READ, AT_TRANSLATION_L3
    .quad   0x80000000, AT_READ, AT_TRANSLATION_L1
    .quad   MAP_BASE, AT_READ, AT_TRANSLATION_L0
    .quad   HIGH_BASE + image_start, AT_READ, image_start
    .quad   HIGH_BASE + image_start, AT_WRITE, AT_PERMISSION_L3
    .quad   HIGH_BASE + rodata_start, AT_WRITE, AT_PERMISSION_L3
    .quad   HIGH_BASE + data_start, AT_WRITE, data_start
    .quad   HIGH_BASE + main_stack_guard, AT_READ, AT_TRANSLATION_L3
    .quad   HIGH_BASE + 0x40400000, AT_WRITE, 0x40400000
    .quad   HIGH_BASE + UART_BASE, AT_WRITE, UART_BASE
    .quad   HIGH_BASE + REGION_END, AT_READ, AT_TRANSLATION_L2
    .quad   DEMAND_BASE, AT_READ, AT_TRANSLATION_L0
    .quad   0x0001000000000000, AT_READ, AT_TRANSLATION_L0
    .quad   0, -1, 0
`,
  bss: `
    .balign 8, 0
mmu_address_size:                       // TCR_EL1.IPS, and the bits it stands for
    .space  8
mmu_address_size_bits:
    .space  8
`,
};
