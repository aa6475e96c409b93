/** Guests for the comparison with QEMU. They run wherever they are loaded. */

/** The header of an arm64 Image. Its branch goes to what follows. */
export function linuxHeader(textOffset: number, imageSize: number): string {
  return `
  b 1f
  .word 0
  .quad ${textOffset}
  .quad ${imageSize}
  .quad 0xa
  .quad 0, 0, 0
  .ascii "ARM\\x64"
  .word 0
1:
`;
}

/** Prints X0 to X4, its own address, CurrentEL, DAIF, SCTLR_EL1 and the word that X0 points to. */
export const SHOW_REGISTERS = `
start:
  mov x20, #0x09000000
  mov x21, x0
  bl show
  mov x0, x1
  bl show
  mov x0, x2
  bl show
  mov x0, x3
  bl show
  mov x0, x4
  bl show
  adr x0, start
  bl show
  mrs x0, CurrentEL
  bl show
  mrs x0, DAIF
  bl show
  mrs x0, SCTLR_EL1
  bl show
  cbz x21, 1f
  ldr w0, [x21]
  bl show
1:movz w0, #0x0008
  movk w0, #0x8400, lsl #16
  hvc #0
  b .

show:
  mov x10, #60
2:lsr x11, x0, x10
  and x11, x11, #15
  cmp x11, #10
  add x12, x11, #'0'
  add x13, x11, #('a' - 10)
  csel x11, x12, x13, lo
  str w11, [x20]
  subs x10, x10, #4
  b.ge 2b
  mov w11, #10
  str w11, [x20]
  ret
`;
