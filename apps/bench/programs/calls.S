// Calls above all: fib(20) by recursion, with a stack frame per call.

.text
.globl bench
bench:                                  // x0: times
    stp     x29, x30, [sp, #-32]!
    stp     x19, x20, [sp, #16]
    mov     x19, x0
    mov     x20, #0
1:  mov     x0, #20
    bl      fib
    add     x20, x20, x0
    subs    x19, x19, #1
    b.ne    1b
    mov     x0, x20
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #32
    ret

fib:
    cmp     x0, #2
    b.lo    2f
    stp     x29, x30, [sp, #-32]!
    str     x19, [sp, #16]
    str     x0, [sp, #24]
    sub     x0, x0, #1
    bl      fib
    mov     x19, x0
    ldr     x0, [sp, #24]
    sub     x0, x0, #2
    bl      fib
    add     x0, x0, x19
    ldr     x19, [sp, #16]
    ldp     x29, x30, [sp], #32
2:  ret
