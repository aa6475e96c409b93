// Start of a program: floating point on, an identity map of RAM as Normal memory, a stack, zeroed .bss.
  .section .text.start, "ax"
  .global _start
_start:
  mov x0, #(3 << 20)
  msr cpacr_el1, x0
  isb
  ldr x0, =__stack_top
  mov sp, x0
  adr x0, vectors
  msr vbar_el1, x0

  // One 1 GiB block of Normal memory from 0x40000000; the device space below it stays unmapped.
  adrp x0, table
  add x0, x0, :lo12:table
  ldr x1, =0x40000701
  str x1, [x0, #8]
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
  msr sctlr_el1, x1
  isb

  ldr x0, =__bss_start
  ldr x1, =__bss_end
1:
  cmp x0, x1
  b.hs 2f
  stp xzr, xzr, [x0], #16
  b 1b
2:
  bl runtime_main
  // runtime_main does not return.
3:
  b 3b

  // Any exception ends the program with status 99 and what happened.
  .balign 2048
vectors:
  .rept 16
  .balign 128
  b unexpected
  .endr
unexpected:
  mrs x0, esr_el1
  mrs x1, elr_el1
  mrs x2, far_el1
  bl runtime_exception
  b .

  .global semihosting
semihosting:
  hlt #0xf000
  ret

  .data
  .balign 4096
table:
  .skip 4096
