import type { KernelPart } from './part.ts';

/** From the loader's jump to the last line: the order of everything. */
export const boot: KernelPart = {
  subject: 'Boot: the order of everything',
  text: `
// Entry, MMU off, from the boot protocol: x0 = physical address of the device tree.
boot_entry:
    mov     x20, x0
    msr     daifset, #0xf
    mrs     x9, currentel
    cmp     x9, #1 << 2
    b.ne    boot_wrong_level
    ldr     x9, =SCTLR_MMU_OFF
    msr     sctlr_el1, x9
    isb
    adr     x9, bss_start
    adr     x10, image_end
1:  stp     xzr, xzr, [x9], #16
    cmp     x9, x10
    b.lo    1b
    msr     spsel, #1                   // exceptions run on SP_EL1, the kernel on SP_EL0
    adr     x9, fault_stack_top
    mov     sp, x9
    msr     spsel, #0
    adr     x9, main_stack_top
    mov     sp, x9
    mov     x29, #0
    mov     x30, #0

    bl      console_init
    adr     x0, boot_banner
    bl      console_puts
    adr     x9, image_start
    ldr     x10, =IMAGE_BASE
    cmp     x9, x10
    adr     x0, boot_misplaced
    b.ne    boot_refuse

    // 1: vectors, before anything below can go wrong
    bl      vectors_install
    bl      probe_breakpoint
    adr     x1, boot_vectors_dead
    cbz     x0, boot_refuse_x1
    adr     x0, boot_step_vectors
    bl      console_puts

    // 2: what the loader says about the machine
    mov     x0, x20
    bl      fdt_validate
    cbnz    x0, boot_refuse
    adr     x0, image_start
    adr     x1, image_end
    bl      fdt_covers
    adr     x1, boot_no_image
    cbz     x0, boot_refuse_x1
    ldr     x0, =RAM_BASE
    ldr     x1, =POOL_END
    bl      fdt_covers
    adr     x1, boot_no_pool
    cbz     x0, boot_refuse_x1
    ldr     x0, =RAM_BASE
    ldr     x1, =REGION_END
    bl      fdt_covers
    adr     x1, boot_no_region
    cbz     x0, boot_refuse_x1
    bl      scenario_parse
    cbnz    x0, boot_refuse
    bl      mmu_supported
    cbnz    x0, boot_refuse
    adr     x0, boot_step_information
    bl      console_puts

    // 3: the frame allocator
    bl      boot_reserve
    cbnz    x0, boot_reserve_refused
    adr     x9, frames_reserved
    ldr     x19, [x9]
    bl      frame_count_free
    mov     x3, x0
    mov     x2, x19
    mov     x1, #POOL_PAGES
    adr     x0, boot_step_allocator
    bl      console_printf

    // 4: tables, MMU on
    bl      table_build
    adr     x1, boot_no_tables
    cbnz    x0, boot_refuse_x1
    adr     x9, frames_tables
    ldr     x1, [x9]
    adr     x0, boot_step_tables
    bl      console_printf
    bl      mmu_enable
    adr     x9, kernel_high
    orr     x9, x9, #HIGH_BASE
    br      x9

boot_wrong_level:
    adr     x9, main_stack_top
    mov     sp, x9
    adr     x0, boot_not_el1
    b       boot_refuse
boot_reserve_refused:
    mov     x2, x0
    mov     x1, x21
    adr     x0, boot_bad_frame
    bl      console_printf
    b       system_off
boot_refuse_x1:
    mov     x0, x1
    b       boot_refuse

// boot_reserve() -> x0 = 0, or a failure and x21 = the address refused
boot_reserve:
    stp     x29, x30, [sp, #-32]!
    mov     x29, sp
    str     x19, [sp, #16]
    ldr     x21, =RAM_BASE              // the first 1 MiB, whatever is in it
    ldr     x1, =RAM_BASE + LOW_RESERVED
    mov     x0, x21
    bl      frame_reserve
    cbnz    x0, 9f
    adr     x21, image_start            // image, bss and stacks, wherever they end
    adr     x1, image_end
    mov     x0, x21
    bl      frame_reserve
    cbnz    x0, 9f
    adr     x9, boot_dtb
    ldp     x21, x1, [x9]
    add     x1, x21, x1
    mov     x0, x21
    bl      frame_reserve_clipped
    cbnz    x0, 9f
    adr     x9, fdt_reservations
    ldr     x19, [x9]
1:  ldp     x21, x1, [x19], #16
    rev     x21, x21
    rev     x1, x1
    orr     x9, x21, x1
    cbz     x9, 2f
    adds    x1, x21, x1
    csinv   x1, x1, xzr, cc             // clip a range that wraps
    mov     x0, x21
    bl      frame_reserve_clipped
    cbnz    x0, 9f
    b       1b
2:  adr     x9, scenario_chosen
    ldp     x9, x19, [x9]
    cmp     x9, #SCENARIO_BAD_FRAME
    b.ne    3f
    ldr     x21, =POOL_END              // one frame past the pool
    add     x1, x21, #PAGE_SIZE
    mov     x0, x21
    bl      frame_reserve
    b       9f
3:  cmp     x9, #SCENARIO_POOL
    b.eq    4f
    cmp     x9, #SCENARIO_ALLOC_FAIL
    mov     x19, #5                     // fewer than the tables need
    mov     x0, #0
    b.ne    9f
4:  mov     x0, x19
    bl      frame_pool_limit
    mov     x0, #0
9:  ldr     x19, [sp, #16]
    ldp     x29, x30, [sp], #32
    ret

// The same code, at its address in the TTBR1 half.
kernel_high:
    msr     spsel, #1
    mov     x9, sp
    orr     x9, x9, #HIGH_BASE
    mov     sp, x9
    msr     spsel, #0
    mov     x9, sp
    orr     x9, x9, #HIGH_BASE
    mov     sp, x9
    bl      vectors_install
    adr     x9, console_base
    ldr     x10, [x9]
    orr     x10, x10, #HIGH_BASE
    str     x10, [x9]
    adr     x1, kernel_high
    adr     x0, boot_step_mmu
    bl      console_printf

    // 5: does the hardware agree
    adr     x0, boot_step_verify
    bl      console_puts
    bl      mmu_verify
    cbnz    x0, boot_map_wrong

    // 6: the tests, unless a scenario ends the run another way
    adr     x9, scenario_chosen
    ldr     x9, [x9]
    cmp     x9, #SCENARIO_NESTED_FAULT
    b.eq    boot_nested_fault
    cmp     x9, #SCENARIO_UNEXPECTED_FAULT
    b.eq    boot_unexpected_fault
    cmp     x9, #SCENARIO_STACK_OVERFLOW
    b.eq    boot_stack_overflow
    cmp     x9, #SCENARIO_TESTS_ALLOC_FAIL
    b.ne    1f
    mov     x0, #0
    bl      frame_pool_limit
1:  bl      report_statistics
    bl      tests_run
    mov     x19, x0
    bl      memory_show_layout
    bl      report_statistics
    mov     x0, x19
    bl      report_summary
    b       system_off

boot_map_wrong:
    adr     x0, boot_map_failed
    bl      console_puts
    b       system_off
boot_nested_fault:                      // the handler touches this address: a fault inside it
    ldr     x9, =MAP_BASE
    adr     x10, nested_trigger
    str     x9, [x10]
    brk     #1
boot_unexpected_fault:                  // no recovery is registered for this load
    ldr     x9, =MAP_BASE
    ldr     x9, [x9]
boot_stack_overflow:
    stp     x29, x30, [sp, #-16]!
    bl      boot_stack_overflow
    .ltorg
`,
  rodata: String.raw`
boot_banner:
    .asciz  "Armature memory kernel\n"
boot_misplaced:         .asciz "the image is not at 0x40080000"
boot_not_el1:           .asciz "the kernel must be entered at EL1"
boot_vectors_dead:      .asciz "the exception vectors do not work"
boot_no_image:          .asciz "no memory node covers the kernel image"
boot_no_pool:           .asciz "no memory node covers the managed 16 MiB"
boot_no_region:         .asciz "no memory node covers the 128 MiB region"
boot_no_tables:         .asciz "no frame left for a translation table"
boot_bad_frame:         .asciz "BOOT REFUSED: cannot reserve %p, code %i\n"
boot_step_vectors:      .asciz "[1] exception vectors installed and taken once, MMU off\n"
boot_step_information:  .asciz "[2] boot information accepted: memory covers image, pool and region\n"
boot_step_allocator:    .asciz "[3] frame allocator: %d pages, %d reserved, %d free\n"
boot_step_tables:       .asciz "[4] translation tables built: %d frames, L0 to L3, both halves\n"
boot_step_mmu:          .asciz "[5] MMU and caches on, running at %p\n"
boot_step_verify:       .asciz "[6] the hardware's view of the map\n"
boot_map_failed:        .asciz "the map is not what was asked for\nRESULT: FAILED\n"
`,
};
