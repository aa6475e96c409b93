import type { KernelPart } from './part.ts';

/** Boot information: a device tree reader that trusts nothing. */
export const fdt: KernelPart = {
  subject: 'Boot information: device tree validation (Devicetree Specification 0.4, 5)',
  text: `
.equ FDT_MAGIC,         0xd00dfeed
.equ FDT_MIN_SIZE,      72              // header, empty reservation block, empty root node
.equ FDT_MAX_SIZE,      0x200000        // the boot protocol's limit
.equ FDT_MAX_DEPTH,     16
.equ FDT_MAX_BANKS,     8
.equ FDT_BEGIN_NODE,    1
.equ FDT_END_NODE,      2
.equ FDT_PROP,          3
.equ FDT_NOP,           4
.equ FDT_END,           9
.equ NODE_MEMORY,       0               // bits of the node flags in x26
.equ NODE_DISABLED,     1
.equ NODE_CHOSEN,       2

// fdt_validate(x0 = device tree) -> x0 = 0, or the reason it is refused.
// On success boot_dtb, boot_dtb_size, fdt_banks, fdt_bank_count and fdt_bootargs are filled in.
fdt_validate:
    stp     x29, x30, [sp, #-96]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    stp     x21, x22, [sp, #32]
    stp     x23, x24, [sp, #48]
    stp     x25, x26, [sp, #64]
    stp     x27, x28, [sp, #80]
    mov     x19, x0

    adr     x0, fdt_null
    cbz     x19, fdt_done
    adr     x0, fdt_misaligned
    tst     x19, #7
    b.ne    fdt_done
    mov     x0, x19
    bl      probe_read32
    mov     x9, x0
    adr     x0, fdt_unreadable
    cbnz    x9, fdt_done
    adr     x0, fdt_bad_magic
    rev     w1, w1
    ldr     w9, =FDT_MAGIC
    cmp     w1, w9
    b.ne    fdt_done

    ldr     w20, [x19, #4]              // totalsize
    rev     w20, w20
    adr     x0, fdt_too_small
    cmp     x20, #FDT_MIN_SIZE
    b.lo    fdt_done
    adr     x0, fdt_too_large
    cmp     x20, #FDT_MAX_SIZE
    b.hi    fdt_done
    add     x0, x19, x20                // the last whole word must be there too
    sub     x0, x0, #4
    and     x0, x0, #0xfffffffffffffffc
    bl      probe_read32
    mov     x9, x0
    adr     x0, fdt_unreadable
    cbnz    x9, fdt_done
    adr     x0, fdt_overlaps
    adr     x9, image_end
    cmp     x19, x9
    b.hs    1f
    add     x10, x19, x20
    adr     x9, image_start
    cmp     x10, x9
    b.hi    fdt_done
1:  adr     x0, fdt_bad_version
    ldr     w9, [x19, #20]              // version
    rev     w9, w9
    cmp     w9, #17
    b.lo    fdt_done
    ldr     w9, [x19, #24]              // last_comp_version
    rev     w9, w9
    cmp     w9, #17
    b.hi    fdt_done

    adr     x0, fdt_bad_block
    ldr     w21, [x19, #8]              // off_dt_struct
    rev     w21, w21
    ldr     w22, [x19, #36]             // size_dt_struct
    rev     w22, w22
    orr     x9, x21, x22
    tst     x9, #3
    b.ne    fdt_done
    add     x22, x21, x22
    cmp     x22, x20
    b.hi    fdt_done
    ldr     w23, [x19, #12]             // off_dt_strings
    rev     w23, w23
    ldr     w24, [x19, #32]             // size_dt_strings
    rev     w24, w24
    add     x9, x23, x24
    cmp     x9, x20
    b.hi    fdt_done
    cmp     x21, #40
    b.lo    fdt_done
    cmp     x23, #40
    b.lo    fdt_done

    ldr     w9, [x19, #16]              // off_mem_rsvmap
    rev     w9, w9
    tst     x9, #7
    b.ne    fdt_done
    cmp     x9, #40
    b.lo    fdt_done
    adr     x10, fdt_reservations
    add     x11, x19, x9
    str     x11, [x10]
    adr     x0, fdt_bad_reservations
2:  add     x9, x9, #16                 // up to and with the zero entry that ends the block
    cmp     x9, x20
    b.hi    fdt_done
    ldp     x10, x12, [x11], #16
    orr     x10, x10, x12
    cbnz    x10, 2b

    adr     x9, boot_dtb
    stp     x19, x20, [x9]
    adr     x9, fdt_address_cells       // the specification's defaults
    mov     w10, #2
    mov     w11, #1
    stp     w10, w11, [x9]
    add     x21, x19, x21               // x21: next byte of the structure block, x22: its end
    add     x22, x19, x22
    add     x23, x19, x23               // x23: strings block, x24: its end
    add     x24, x23, x24
    mov     x25, #0                     // x25: depth; the root's properties are at depth 1
    mov     x26, #0                     // x26: node flags, x27 and x28: its reg property
    mov     x27, #0
    mov     x28, #0

fdt_token:
    adr     x0, fdt_truncated
    sub     x9, x22, x21
    cmp     x9, #4
    b.lo    fdt_done
    ldr     w9, [x21], #4
    rev     w9, w9
    cmp     w9, #FDT_PROP
    b.eq    fdt_property
    cmp     w9, #FDT_BEGIN_NODE
    b.eq    fdt_begin_node
    cmp     w9, #FDT_END_NODE
    b.eq    fdt_end_node
    cmp     w9, #FDT_NOP
    b.eq    fdt_token
    adr     x0, fdt_bad_token
    cmp     w9, #FDT_END
    b.ne    fdt_done
    adr     x0, fdt_unbalanced
    cbnz    x25, fdt_done
    adr     x0, fdt_no_memory
    adr     x9, fdt_bank_count
    ldr     x9, [x9]
    cbz     x9, fdt_done
    mov     x0, #0
fdt_done:
    ldp     x27, x28, [sp, #80]
    ldp     x25, x26, [sp, #64]
    ldp     x23, x24, [sp, #48]
    ldp     x21, x22, [sp, #32]
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #96
    ret

fdt_begin_node:
    bl      fdt_close_properties
    cbnz    x0, fdt_done
    adr     x0, fdt_too_deep
    add     x25, x25, #1
    cmp     x25, #FDT_MAX_DEPTH
    b.hi    fdt_done
    mov     x19, x21                    // the node's name
    adr     x0, fdt_truncated
1:  cmp     x21, x22
    b.hs    fdt_done
    ldrb    w9, [x21], #1
    cbnz    w9, 1b
    add     x21, x21, #3                // both ends are word aligned, so this cannot pass x22
    and     x21, x21, #0xfffffffffffffffc
    cmp     x25, #2
    b.ne    fdt_token
    mov     x0, x19
    mov     x1, x22
    adr     x2, fdt_name_chosen
    bl      fdt_string_is
    cbz     x0, fdt_token
    orr     x26, x26, #1 << NODE_CHOSEN
    b       fdt_token

fdt_end_node:
    bl      fdt_close_properties
    cbnz    x0, fdt_done
    adr     x0, fdt_unbalanced
    cbz     x25, fdt_done
    sub     x25, x25, #1
    b       fdt_token

fdt_property:
    adr     x0, fdt_unbalanced
    cbz     x25, fdt_done
    adr     x0, fdt_truncated
    sub     x9, x22, x21
    cmp     x9, #8
    b.lo    fdt_done
    ldp     w20, w10, [x21], #8         // len, nameoff
    rev     w20, w20
    rev     w10, w10
    sub     x9, x22, x21
    cmp     x20, x9
    b.hi    fdt_done
    adr     x0, fdt_bad_name
    add     x10, x23, x10
    cmp     x10, x24
    b.hs    fdt_done
    mov     x19, x21                    // x19: value, x20: its length
    add     x21, x21, x20
    add     x21, x21, #3
    and     x21, x21, #0xfffffffffffffffc
    adr     x9, fdt_property_name
    str     x10, [x9]
    cmp     x25, #1
    b.eq    fdt_root_property
    cmp     x25, #2
    b.ne    fdt_token
    tbnz    x26, #NODE_CHOSEN, fdt_chosen_property

    adr     x2, fdt_name_reg
    bl      fdt_property_is
    cbz     x0, 1f
    mov     x27, x19
    mov     x28, x20
    b       fdt_token
1:  adr     x2, fdt_name_device_type
    bl      fdt_property_is
    cbz     x0, 2f
    mov     x0, x19
    add     x1, x19, x20
    adr     x2, fdt_name_memory
    bl      fdt_string_is
    cbz     x0, fdt_token
    orr     x26, x26, #1 << NODE_MEMORY
    b       fdt_token
2:  adr     x2, fdt_name_status
    bl      fdt_property_is
    cbz     x0, fdt_token
    mov     x0, x19
    add     x1, x19, x20
    adr     x2, fdt_name_okay
    bl      fdt_string_is
    cbnz    x0, fdt_token
    mov     x0, x19
    add     x1, x19, x20
    adr     x2, fdt_name_ok
    bl      fdt_string_is
    cbnz    x0, fdt_token
    orr     x26, x26, #1 << NODE_DISABLED
    b       fdt_token

fdt_root_property:
    adr     x2, fdt_name_address_cells
    bl      fdt_property_is
    adr     x9, fdt_address_cells
    cbnz    x0, 1f
    adr     x2, fdt_name_size_cells
    bl      fdt_property_is
    adr     x9, fdt_size_cells
    cbz     x0, fdt_token
1:  adr     x0, fdt_bad_cells           // a 64-bit machine: one or two cells
    cmp     x20, #4
    b.ne    fdt_done
    ldr     w10, [x19]
    rev     w10, w10
    sub     w11, w10, #1
    cmp     w11, #1
    b.hi    fdt_done
    str     w10, [x9]
    b       fdt_token

fdt_chosen_property:
    adr     x2, fdt_name_bootargs
    bl      fdt_property_is
    cbz     x0, fdt_token
    adr     x0, fdt_bad_bootargs        // a zero must end the value, inside it
    cbz     x20, fdt_done
    add     x9, x19, x20
    ldrb    w9, [x9, #-1]
    cbnz    w9, fdt_done
    adr     x9, fdt_bootargs
    str     x19, [x9]
    b       fdt_token

// The properties of a node end at its first child or at its end: record a memory node's banks.
// -> x0 = 0, or the reason; the node's flags are cleared.
fdt_close_properties:
    mov     x12, x26
    mov     x26, #0
    mov     x0, #0
    tbz     x12, #NODE_MEMORY, 9f
    tbnz    x12, #NODE_DISABLED, 9f
    adr     x0, fdt_bad_reg
    cbz     x28, 9f
    adr     x9, fdt_address_cells
    ldp     w10, w11, [x9]
    add     w12, w10, w11
    lsl     w12, w12, #2                // bytes of one entry
    udiv    x13, x28, x12
    msub    x13, x13, x12, x28
    cbnz    x13, 9f
1:  mov     w13, w10
    mov     x14, #0
2:  ldr     w15, [x27], #4              // base
    rev     w15, w15
    orr     x14, x15, x14, lsl #32
    sub     w13, w13, #1
    cbnz    w13, 2b
    mov     w13, w11
    mov     x16, #0
3:  ldr     w15, [x27], #4              // size
    rev     w15, w15
    orr     x16, x15, x16, lsl #32
    sub     w13, w13, #1
    cbnz    w13, 3b
    sub     x28, x28, x12
    cbz     x16, 5f                     // an empty bank says nothing
    adds    x16, x14, x16
    b.cs    9f                          // ends beyond the address space
    adr     x9, fdt_bank_count
    ldr     x13, [x9]
    cmp     x13, #FDT_MAX_BANKS
    b.hs    5f                          // more banks than any check below needs
    adr     x15, fdt_banks
    add     x15, x15, x13, lsl #4
    stp     x14, x16, [x15]
    add     x13, x13, #1
    str     x13, [x9]
5:  cbnz    x28, 1b
    mov     x0, #0
9:  mov     x27, #0
    mov     x28, #0
    ret

// fdt_property_is(x2 = name) -> x0 = 1 when the current property has that name
fdt_property_is:
    adr     x9, fdt_property_name
    ldr     x0, [x9]
    mov     x1, x24
// fdt_string_is(x0 = string, x1 = end of what may be read, x2 = literal) -> x0 = 1 when equal
fdt_string_is:
    cmp     x0, x1
    b.hs    1f
    ldrb    w9, [x0], #1
    ldrb    w10, [x2], #1
    cmp     w9, w10
    b.ne    1f
    cbnz    w9, fdt_string_is
    mov     x0, #1
    ret
1:  mov     x0, #0
    ret

// fdt_covers(x0 = start, x1 = end) -> x0 = 1 when one memory bank holds [start, end)
fdt_covers:
    adr     x9, fdt_bank_count
    ldr     x9, [x9]
    adr     x10, fdt_banks
1:  cbz     x9, 2f
    sub     x9, x9, #1
    ldp     x11, x12, [x10], #16
    cmp     x0, x11
    b.lo    1b
    cmp     x1, x12
    b.hi    1b
    mov     x0, #1
    ret
2:  mov     x0, #0
    ret
    .ltorg
`,
  rodata: `
fdt_null:               .asciz "the device tree pointer is null"
fdt_misaligned:         .asciz "the device tree is not aligned to 8 bytes"
fdt_unreadable:         .asciz "the device tree cannot be read"
fdt_bad_magic:          .asciz "the device tree has a bad magic number"
fdt_too_small:          .asciz "the device tree's total size is too small"
fdt_too_large:          .asciz "the device tree's total size is over 2 MiB"
fdt_overlaps:           .asciz "the device tree overlaps the kernel image"
fdt_bad_version:        .asciz "the device tree's version is not supported"
fdt_bad_block:          .asciz "a device tree block lies outside its total size"
fdt_bad_reservations:   .asciz "the device tree's reservation block does not end"
fdt_truncated:          .asciz "the device tree's structure block is truncated"
fdt_bad_token:          .asciz "the device tree has an unknown token"
fdt_unbalanced:         .asciz "the device tree's nodes are unbalanced"
fdt_too_deep:           .asciz "the device tree's nodes are nested too deeply"
fdt_bad_name:           .asciz "a device tree property name lies outside the strings block"
fdt_bad_cells:          .asciz "the root's address or size cells are not supported"
fdt_bad_reg:            .asciz "a memory node's reg property is malformed"
fdt_bad_bootargs:       .asciz "the boot arguments are not a string"
fdt_no_memory:          .asciz "the device tree has no memory node"
fdt_name_chosen:        .asciz "chosen"
fdt_name_bootargs:      .asciz "bootargs"
fdt_name_reg:           .asciz "reg"
fdt_name_device_type:   .asciz "device_type"
fdt_name_memory:        .asciz "memory"
fdt_name_status:        .asciz "status"
fdt_name_okay:          .asciz "okay"
fdt_name_ok:            .asciz "ok"
fdt_name_address_cells: .asciz "#address-cells"
fdt_name_size_cells:    .asciz "#size-cells"
`,
  bss: `
    .balign 8, 0
boot_dtb:
    .space  8
boot_dtb_size:
    .space  8
fdt_reservations:                       // the memory reservation block
    .space  8
fdt_bootargs:                           // zero when there are none
    .space  8
fdt_property_name:
    .space  8
fdt_bank_count:
    .space  8
fdt_banks:                              // base, end
    .space  128
fdt_address_cells:
    .space  4
fdt_size_cells:
    .space  4
`,
};
