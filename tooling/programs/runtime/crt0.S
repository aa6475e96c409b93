// Start of a program: floating point on, .bss cleared, pages mapped by what the linker put there, a stack with an
// unmapped page below it. The program runs on SP_EL0, so that exceptions have a stack when the program's is used up.

#define PAGE 4096
// Stage 1 descriptors: accessed, inner shareable, Normal memory; never executable at EL0.
#define DATA_BLOCK 0x0060000000000701
#define DATA_PAGE 0x0060000000000703
#define CONSTANT_PAGE 0x0060000000000783
#define CODE_PAGE 0x0040000000000783

  .section .text.start, "ax"
  .global _start
_start:
  mov x0, #(3 << 20)
  msr cpacr_el1, x0
  isb
  adr x0, vectors
  msr vbar_el1, x0
  ldr x0, =exception_stack_top
  mov sp, x0
  msr spsel, #0
  ldr x0, =__stack_top
  mov sp, x0

  // The tables are in .bss too.
  ldr x0, =__bss_start
  ldr x1, =__bss_end
1:
  cmp x0, x1
  b.hs 2f
  stp xzr, xzr, [x0], #16
  b 1b
2:
  // Level 1: the GiB of RAM at 0x40000000. Level 2: blocks of 2 MiB, the first two of them as pages.
  adrp x0, tables
  add x1, x0, #PAGE
  add x2, x1, #PAGE
  orr x3, x1, #3
  str x3, [x0, #8]
  ldr x3, =DATA_BLOCK | 0x40000000
  mov x4, #512
3:
  str x3, [x1], #8
  add x3, x3, #0x200000
  subs x4, x4, #1
  b.ne 3b
  orr x3, x2, #3
  str x3, [x0, #PAGE]
  add x3, x3, #PAGE
  str x3, [x0, #(PAGE + 8)]

  ldr x5, =CODE_PAGE
  ldr x3, =__text_start
  ldr x4, =__text_end
  bl map
  ldr x5, =CONSTANT_PAGE
  ldr x4, =__data_start
  bl map
  ldr x5, =DATA_PAGE
  ldr x4, =__guard
  bl map
  add x3, x3, #PAGE
  mov x4, #0x40400000
  bl map

  mov x1, #0xff
  msr mair_el1, x1
  // T0SZ 25 (walk starts at level 1), write-back cacheable, inner shareable, TTBR1 off, 40-bit addresses.
  ldr x1, =0x200803519
  msr tcr_el1, x1
  msr ttbr0_el1, x0
  dsb sy
  tlbi vmalle1
  dsb sy
  isb
  mrs x1, sctlr_el1
  mov x2, #0x1005
  orr x1, x1, x2
#ifdef __ARM_FEATURE_PAC_DEFAULT
  // Functions sign their return addresses: SCTLR_EL1.EnIA, and key A.
  ldr x2, =0x0123456789abcdef
  msr apiakeylo_el1, x2
  ldr x2, =0xfedcba9876543210
  msr apiakeyhi_el1, x2
  orr x1, x1, #(1 << 31)
#endif
  msr sctlr_el1, x1
  isb
  bl runtime_main
  // runtime_main does not return.
  b .

// Maps the pages from X3 to X4 as X5 says, by the level 3 tables at X2. X3 becomes X4.
map:
  cmp x3, x4
  b.hs 1f
  orr x6, x3, x5
  ubfx x7, x3, #12, #10
  str x6, [x2, x7, lsl #3]
  add x3, x3, #PAGE
  b map
1:
  ret

  .balign 2048
vectors:
  .rept 16
  .balign 128
  b exception
  .endr

// Calls runtime_exception with a struct exception, then goes on where that says.
#define FRAME (18 * 16 + 32 * 16)
exception:
  sub sp, sp, #FRAME
  stp x0, x1, [sp, #(0 * 16)]
  stp x2, x3, [sp, #(1 * 16)]
  stp x4, x5, [sp, #(2 * 16)]
  stp x6, x7, [sp, #(3 * 16)]
  stp x8, x9, [sp, #(4 * 16)]
  stp x10, x11, [sp, #(5 * 16)]
  stp x12, x13, [sp, #(6 * 16)]
  stp x14, x15, [sp, #(7 * 16)]
  stp x16, x17, [sp, #(8 * 16)]
  stp x18, x19, [sp, #(9 * 16)]
  stp x20, x21, [sp, #(10 * 16)]
  stp x22, x23, [sp, #(11 * 16)]
  stp x24, x25, [sp, #(12 * 16)]
  stp x26, x27, [sp, #(13 * 16)]
  stp x28, x29, [sp, #(14 * 16)]
  mrs x0, elr_el1
  stp x30, x0, [sp, #(15 * 16)]
  mrs x0, esr_el1
  mrs x1, far_el1
  stp x0, x1, [sp, #(16 * 16)]
  mrs x0, spsr_el1
  str x0, [sp, #(17 * 16)]
  add x0, sp, #(18 * 16)
  st1 {v0.2d-v3.2d}, [x0], #64
  st1 {v4.2d-v7.2d}, [x0], #64
  st1 {v8.2d-v11.2d}, [x0], #64
  st1 {v12.2d-v15.2d}, [x0], #64
  st1 {v16.2d-v19.2d}, [x0], #64
  st1 {v20.2d-v23.2d}, [x0], #64
  st1 {v24.2d-v27.2d}, [x0], #64
  st1 {v28.2d-v31.2d}, [x0]
  mov x0, sp
  bl runtime_exception
  add x0, sp, #(18 * 16)
  ld1 {v0.2d-v3.2d}, [x0], #64
  ld1 {v4.2d-v7.2d}, [x0], #64
  ld1 {v8.2d-v11.2d}, [x0], #64
  ld1 {v12.2d-v15.2d}, [x0], #64
  ld1 {v16.2d-v19.2d}, [x0], #64
  ld1 {v20.2d-v23.2d}, [x0], #64
  ld1 {v24.2d-v27.2d}, [x0], #64
  ld1 {v28.2d-v31.2d}, [x0]
  ldr x0, [sp, #(17 * 16)]
  msr spsr_el1, x0
  ldp x30, x0, [sp, #(15 * 16)]
  msr elr_el1, x0
  ldp x28, x29, [sp, #(14 * 16)]
  ldp x26, x27, [sp, #(13 * 16)]
  ldp x24, x25, [sp, #(12 * 16)]
  ldp x22, x23, [sp, #(11 * 16)]
  ldp x20, x21, [sp, #(10 * 16)]
  ldp x18, x19, [sp, #(9 * 16)]
  ldp x16, x17, [sp, #(8 * 16)]
  ldp x14, x15, [sp, #(7 * 16)]
  ldp x12, x13, [sp, #(6 * 16)]
  ldp x10, x11, [sp, #(5 * 16)]
  ldp x8, x9, [sp, #(4 * 16)]
  ldp x6, x7, [sp, #(3 * 16)]
  ldp x4, x5, [sp, #(2 * 16)]
  ldp x2, x3, [sp, #(1 * 16)]
  ldp x0, x1, [sp, #(0 * 16)]
  add sp, sp, #FRAME
  eret

  .global semihosting
semihosting:
  hlt #0xf000
  ret

  .bss
  .balign PAGE
tables:
  .skip 4 * PAGE
  .skip 2 * PAGE
exception_stack_top:
