import type { KernelPart } from './part.ts';

/** The test runner, the check macros and the pattern helpers. */
export const tests: KernelPart = {
  subject: 'Tests: runner, checks, patterns',
  text: String.raw`
// A test returns 0, or the number of the check that failed. It must leave as many free frames as it
// found: the runner compares.
.macro test_begin
    stp     x29, x30, [sp, #-96]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    stp     x21, x22, [sp, #32]
    stp     x23, x24, [sp, #48]
    stp     x25, x26, [sp, #64]
    stp     x27, x28, [sp, #80]
.endm

.macro test_end
    mov     x28, #0
9:  mov     x0, x28
    ldp     x27, x28, [sp, #80]
    ldp     x25, x26, [sp, #64]
    ldp     x23, x24, [sp, #48]
    ldp     x21, x22, [sp, #32]
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #96
    ret
.endm

// Each check carries its number in x28, which is what test_end reports.
.macro check_zero number, register
    mov     x28, #\number
    cbnz    \register, 9f
.endm

.macro check_nonzero number, register
    mov     x28, #\number
    cbz     \register, 9f
.endm

.macro check_equal number, left, right
    mov     x28, #\number
    cmp     \left, \right
    b.ne    9f
.endm

// x0 must be this result code.
.macro check_code number, code
    mov     x28, #\number
    mov     x27, #\code
    cmp     x0, x27
    b.ne    9f
.endm

// tests_run() -> x0 = failed tests; tests_total counts them all
tests_run:
    stp     x29, x30, [sp, #-64]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    stp     x21, x22, [sp, #32]
    str     x23, [sp, #48]
    adr     x19, test_table
    mov     x20, #0                     // failed
    mov     x21, #0                     // run
1:  ldp     x22, x23, [x19], #16        // name, routine
    cbz     x22, 5f
    cbnz    x23, 2f
    mov     x1, x22                     // no routine: a heading
    adr     x0, test_heading
    bl      console_printf
    b       1b
2:  bl      frame_count_free
    adr     x9, test_free_before
    str     x0, [x9]
    and     x23, x23, #0x0000ffffffffffff
    orr     x23, x23, #HIGH_BASE        // the table holds load addresses; the tests run high
    blr     x23
    mov     x23, x0
    add     x21, x21, #1
    bl      frame_count_free
    adr     x9, test_free_before
    ldr     x9, [x9]
    mov     x2, x23
    mov     x1, x22
    cbnz    x23, 3f
    sub     x2, x9, x0
    adr     x0, test_leaked
    cbnz    x2, 4f
    adr     x0, test_passed
    bl      console_printf
    b       1b
3:  adr     x0, test_failed
4:  bl      console_printf
    add     x20, x20, #1
    b       1b
5:  adr     x9, tests_total
    str     x21, [x9]
    mov     x0, x20
    ldr     x23, [sp, #48]
    ldp     x21, x22, [sp, #32]
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #64
    ret

// pattern_fill(x0 = address, x1 = bytes, x2 = first word, x3 = step)
pattern_fill:
    add     x1, x0, x1
1:  str     x2, [x0], #8
    add     x2, x2, x3
    cmp     x0, x1
    b.lo    1b
    ret

// pattern_check(x0 to x3 as pattern_fill) -> x0 = 0, or 1 at the first difference
pattern_check:
    add     x1, x0, x1
1:  ldr     x9, [x0], #8
    cmp     x9, x2
    b.ne    2f
    add     x2, x2, x3
    cmp     x0, x1
    b.lo    1b
    mov     x0, #0
    ret
2:  mov     x0, #1
    ret

// pool_drain() -> x0 = frames taken, one by one; each holds the address of the one before
pool_drain:
    stp     x29, x30, [sp, #-32]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    mov     x19, #0
    mov     x20, #0
1:  mov     x0, #1
    bl      memory_alloc_pages
    cbz     x0, 2f
    str     x19, [x0]
    mov     x19, x0
    add     x20, x20, #1
    b       1b
2:  adr     x9, pool_chain
    str     x19, [x9]
    mov     x0, x20
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #32
    ret

// pool_return(x0 = frames at most) -> x0 = frames given back, last taken first
pool_return:
    stp     x29, x30, [sp, #-48]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    str     x21, [sp, #32]
    mov     x19, x0
    mov     x20, #0
1:  cmp     x20, x19
    b.hs    2f
    adr     x9, pool_chain
    ldr     x0, [x9]
    cbz     x0, 2f
    ldr     x21, [x0]
    bl      memory_free
    cbnz    x0, 2f
    adr     x9, pool_chain
    str     x21, [x9]
    add     x20, x20, #1
    b       1b
2:  mov     x0, x20
    ldr     x21, [sp, #32]
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #48
    ret
`,
  rodata: String.raw`
test_heading:   .asciz "Tests: %s\n"
test_passed:    .asciz "[PASS] %s\n"
test_failed:    .asciz "[FAIL] %s (check %d)\n"
test_leaked:    .asciz "[FAIL] %s (leaked %i pages)\n"
`,
  bss: `
    .balign 8, 0
tests_total:
    .space  8
test_free_before:
    .space  8
pool_chain:
    .space  8
`,
};
