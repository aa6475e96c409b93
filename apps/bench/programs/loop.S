// A tight loop with a load and a store per turn: 4 KiB of words, each turned by its neighbour.

.text
.globl bench
bench:                                  // x0: passes
    adr     x1, array
    mov     x5, #0x9e37
    movk    x5, #0x79b9, lsl #16
pass:
    mov     x2, #512
    mov     x3, x1
1:  ldr     x4, [x3]
    add     x5, x5, x4
    eor     x5, x5, x5, ror #13
    str     x5, [x3], #8
    subs    x2, x2, #1
    b.ne    1b
    subs    x0, x0, #1
    b.ne    pass
    mov     x0, x5
    ret

.bss
    .balign 4096
array:
    .skip   4096
