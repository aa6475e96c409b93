import type { KernelPart } from './part.ts';

/** PL011 output and a small formatted print. */
export const console: KernelPart = {
  subject: 'Console: PL011 output and formatted print',
  text: `
// console_init(): 115200 baud, 8 bits, no parity, FIFOs on, no interrupts (24 MHz UARTCLK).
console_init:
    adr     x9, console_base
    ldr     x9, [x9]
    str     wzr, [x9, #UART_CR]
    str     wzr, [x9, #UART_IMSC]
    mov     w10, #0x7ff
    str     w10, [x9, #UART_ICR]
    mov     w10, #13
    str     w10, [x9, #UART_IBRD]
    mov     w10, #1
    str     w10, [x9, #UART_FBRD]
    mov     w10, #0x70                  // WLEN = 8, FEN
    str     w10, [x9, #UART_LCR_H]
    mov     w10, #0x301                 // UARTEN, TXE, RXE
    str     w10, [x9, #UART_CR]
    ret

// console_putc(w0 = byte). Touches x9 and x10 only.
console_putc:
    adr     x9, console_base
    ldr     x9, [x9]
1:  ldr     w10, [x9, #UART_FR]
    tbnz    w10, #UART_FR_TXFF, 1b
    str     w0, [x9, #UART_DR]
    ret

// console_puts(x0 = zero-terminated string)
console_puts:
    stp     x29, x30, [sp, #-32]!
    mov     x29, sp
    str     x19, [sp, #16]
    mov     x19, x0
1:  ldrb    w0, [x19], #1
    cbz     w0, 2f
    bl      console_putc
    b       1b
2:  ldr     x19, [sp, #16]
    ldp     x29, x30, [sp], #32
    ret

// console_hex(x0 = value, x1 = digits): lower case, most significant digit first.
console_hex:
    stp     x29, x30, [sp, #-32]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    mov     x19, x0
    lsl     x20, x1, #2                 // bits still to print
1:  sub     x20, x20, #4
    lsr     x9, x19, x20
    and     x9, x9, #0xf
    add     x0, x9, #0x30               // '0'
    cmp     x9, #10
    b.lo    2f
    add     x0, x9, #0x57               // 'a' - 10
2:  bl      console_putc
    cbnz    x20, 1b
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #32
    ret

// console_dec(x0 = unsigned value, x1 = minimum width, padded with spaces)
console_dec:
    stp     x29, x30, [sp, #-64]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    add     x19, sp, #64                // digits grow down from the frame's end
    mov     x20, x1
    mov     x9, #10
1:  udiv    x10, x0, x9
    msub    x11, x10, x9, x0
    add     w11, w11, #0x30             // '0'
    strb    w11, [x19, #-1]!
    mov     x0, x10
    cbnz    x0, 1b
2:  add     x9, sp, #64
    sub     x9, x9, x19                 // digits so far
    cmp     x9, x20
    b.hs    3f
    mov     w9, #0x20
    strb    w9, [x19, #-1]!
    b       2b
3:  ldrb    w0, [x19], #1
    bl      console_putc
    add     x9, sp, #64
    cmp     x19, x9
    b.lo    3b
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #64
    ret

// console_printf(x0 = format, x1 to x7 = arguments)
//   %s string    %d unsigned    %i signed    %n unsigned, width 6    %c byte
//   %p 0x and 16 hex digits     %w 0x and 8 hex digits     %x 0x and 5 hex digits     %b 0x and 2
console_printf:
    stp     x29, x30, [sp, #-96]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    stp     x1, x2, [sp, #32]
    stp     x3, x4, [sp, #48]
    stp     x5, x6, [sp, #64]
    str     x7, [sp, #80]
    mov     x19, x0
    add     x20, sp, #32                // next argument
printf_next:
    ldrb    w0, [x19], #1
    cbz     w0, printf_done
    cmp     w0, #0x25                   // '%'
    b.eq    printf_directive
printf_literal:
    bl      console_putc
    b       printf_next
printf_directive:
    ldrb    w9, [x19], #1
    cbz     w9, printf_done
    mov     w0, w9
    cmp     w9, #0x25                   // '%%'
    b.eq    printf_literal
    ldr     x0, [x20], #8
    cmp     w9, #0x73                   // 's'
    b.eq    printf_string
    cmp     w9, #0x63                   // 'c'
    b.eq    printf_literal
    mov     x1, #0
    cmp     w9, #0x64                   // 'd'
    b.eq    printf_decimal
    cmp     w9, #0x69                   // 'i'
    b.eq    printf_signed
    mov     x1, #6
    cmp     w9, #0x6e                   // 'n'
    b.eq    printf_decimal
    mov     x1, #16
    cmp     w9, #0x70                   // 'p'
    b.eq    printf_hex
    mov     x1, #8
    cmp     w9, #0x77                   // 'w'
    b.eq    printf_hex
    mov     x1, #5
    cmp     w9, #0x78                   // 'x'
    b.eq    printf_hex
    mov     x1, #2                      // 'b'
printf_hex:
    str     x0, [sp, #88]
    mov     w0, #0x30                   // "0x"
    bl      console_putc
    mov     w0, #0x78
    bl      console_putc
    ldr     x0, [sp, #88]
    bl      console_hex
    b       printf_next
printf_string:
    bl      console_puts
    b       printf_next
printf_signed:
    tbz     x0, #63, printf_decimal
    neg     x0, x0
    str     x0, [sp, #88]
    mov     w0, #0x2d                   // '-'
    bl      console_putc
    ldr     x0, [sp, #88]
    mov     x1, #0
printf_decimal:
    bl      console_dec
    b       printf_next
printf_done:
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #96
    ret
`,
  data: `
    .balign 8, 0
console_base:                           // the PL011 as the running half sees it
    .quad   UART_BASE
`,
};
