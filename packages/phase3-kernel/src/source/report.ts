import type { KernelPart } from './part.ts';

/** Statistics, the layout report and the summary. */
export const report: KernelPart = {
  subject: 'Reports: statistics, layout, summary',
  text: `
// report_statistics()
report_statistics:
    stp     x29, x30, [sp, #-80]!
    mov     x29, sp
    add     x0, sp, #16
    bl      memory_get_stats
    ldp     x1, x2, [sp, #16]
    ldp     x3, x4, [sp, #32]
    ldp     x5, x6, [sp, #48]
    adr     x0, report_statistics_format
    bl      console_printf
    ldp     x1, x2, [sp, #64]
    adr     x9, demand_count
    ldr     x3, [x9]
    adr     x9, fault_count
    ldr     x4, [x9]
    adr     x0, report_counters_format
    bl      console_printf
    ldp     x29, x30, [sp], #80
    ret

// memory_show_layout(): the regions with their permissions, then a map of the frames.
memory_show_layout:
    stp     x29, x30, [sp, #-48]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    stp     x21, x22, [sp, #32]
    adr     x0, report_layout_heading
    bl      console_puts
    adr     x19, region_table
1:  ldp     x1, x2, [x19]
    cbz     x2, 3f
    sub     x3, x2, x1
    lsr     x3, x3, #10                 // KiB
    sub     x2, x2, #1
    ldp     x9, x5, [x19, #REGION_ATTRIBUTES]
    adr     x4, report_none
    cbz     x9, 2f
    adr     x4, report_device
    tst     x9, #ATTR_NORMAL
    b.eq    2f
    adr     x4, report_text
    tst     x9, #ATTR_PXN
    b.eq    2f
    adr     x4, report_rodata
    tst     x9, #ATTR_READ_ONLY
    b.ne    2f
    adr     x4, report_data
2:  adr     x0, report_region_format
    bl      console_printf
    add     x19, x19, #REGION_ENTRY
    b       1b
3:  ldr     x1, =HIGH_BASE
    ldr     x2, =DEMAND_BASE
    ldr     x3, =DEMAND_END - 1
    ldr     x4, =MAP_BASE
    adr     x0, report_virtual_format
    bl      console_printf

    mov     x19, #0                     // one character for 64 frames
4:  adr     x9, frame_used
    ldr     x20, [x9, x19]
    adr     x9, frame_reserved
    ldr     x21, [x9, x19]
    mov     w0, #0x2e                   // '.': all free
    cbz     x20, 5f
    mov     w0, #0x52                   // 'R': all reserved
    cmn     x21, #1
    b.eq    5f
    mov     w0, #0x72                   // 'r': some reserved, none allocated
    cmp     x20, x21
    b.eq    5f
    mov     w0, #0x23                   // '#': all in use
    cmn     x20, #1
    b.eq    5f
    mov     w0, #0x2b                   // '+': some allocated
5:  bl      console_putc
    add     x19, x19, #8
    cmp     x19, #POOL_BITMAP_BYTES
    b.lo    4b
    adr     x0, report_map_end
    bl      console_puts
    ldp     x21, x22, [sp, #32]
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #48
    ret

// report_summary(x0 = failed tests)
report_summary:
    stp     x29, x30, [sp, #-32]!
    mov     x29, sp
    str     x19, [sp, #16]
    mov     x19, x0
    adr     x9, tests_total
    ldr     x1, [x9]
    sub     x2, x1, x19
    mov     x3, x19
    adr     x0, report_summary_format
    bl      console_printf
    adr     x0, report_all_passed
    cbz     x19, 1f
    adr     x0, report_some_failed
1:  bl      console_puts
    ldr     x19, [sp, #16]
    ldp     x29, x30, [sp], #32
    ret
    .ltorg
`,
  rodata: String.raw`
report_statistics_format:
    .ascii  "Statistics, in 4 KiB pages\n"
    .ascii  "  total %n  reserved %n  tables %n  allocated %n\n"
    .asciz  "  free  %n  largest run %n\n"
report_counters_format:
    .asciz  "  peak allocated %d, refused allocations %d, demand pages %d, faults recovered %d\n"
report_layout_heading:
    .asciz  "Memory layout (physical; both halves map it alike)\n"
report_region_format:
    .asciz  "  %w to %w %n KiB  %s  %s\n"
report_virtual_format:
    .ascii  "  high half    %p + physical\n"
    .ascii  "  demand range %p to %p\n"
    .ascii  "  memory_map   from %p\n"
    .asciz  "Frames, 64 to a character: R and r reserved, # and + allocated, . free\n  "
report_map_end:
    .asciz  "\n"
report_none:            .asciz "---       "
report_device:          .asciz "rw- device"
report_text:            .asciz "r-x       "
report_rodata:          .asciz "r--       "
report_data:            .asciz "rw-       "
report_summary_format:  .asciz "%d tests, %d passed, %d failed\n"
report_all_passed:      .asciz "ALL TESTS PASSED\n"
report_some_failed:     .asciz "TESTS FAILED\n"
`,
};
