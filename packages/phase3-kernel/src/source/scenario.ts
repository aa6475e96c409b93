import type { KernelPart } from './part.ts';

/** Failure scenarios chosen by test= in the boot arguments. */
export const scenario: KernelPart = {
  subject: 'Scenarios: test= in /chosen bootargs',
  text: `
.equ SCENARIO_NONE,             0
.equ SCENARIO_ALLOC_FAIL,       1
.equ SCENARIO_TESTS_ALLOC_FAIL, 2
.equ SCENARIO_BAD_FRAME,        3
.equ SCENARIO_NESTED_FAULT,     4
.equ SCENARIO_UNEXPECTED_FAULT, 5
.equ SCENARIO_STACK_OVERFLOW,   6
.equ SCENARIO_POOL,             7

// scenario_parse() -> x0 = 0, or the reason the boot arguments are refused
scenario_parse:
    stp     x29, x30, [sp, #-32]!
    mov     x29, sp
    stp     x19, x20, [sp, #16]
    adr     x9, fdt_bootargs
    ldr     x19, [x9]
    mov     x0, #0
    cbz     x19, scenario_done
scenario_word:                          // x19 is at the start of a word
    mov     x0, x19
    adr     x1, scenario_key
    bl      scenario_prefix
    cbnz    x0, scenario_found
1:  ldrb    w9, [x19], #1
    mov     x0, #0
    cbz     w9, scenario_done
    cmp     w9, #0x20                   // ' '
    b.ne    1b
    b       scenario_word
scenario_found:
    mov     x19, x0
    adr     x20, scenario_table
2:  ldp     x1, x9, [x20]
    adr     x0, scenario_unknown
    cbz     x1, scenario_done
    mov     x0, x19
    bl      scenario_prefix
    cbz     x0, 3f
    ldr     x9, [x20, #8]
    cmp     x9, #SCENARIO_POOL
    b.eq    scenario_number
    ldrb    w10, [x0]
    cbz     w10, 4f
    cmp     w10, #0x20
    b.eq    4f
3:  add     x20, x20, #16
    b       2b
4:  adr     x10, scenario_chosen
    str     x9, [x10]
    mov     x0, #0
scenario_done:
    ldp     x19, x20, [sp, #16]
    ldp     x29, x30, [sp], #32
    ret

scenario_number:                        // pool=N: at least one digit, nothing after, at most the pool
    mov     x12, x0
    mov     x13, #0
    mov     x14, #10
5:  ldrb    w10, [x12], #1
    sub     w11, w10, #0x30
    cmp     w11, #9
    b.hi    6f
    madd    x13, x13, x14, x11
    cmp     x13, #POOL_PAGES
    b.ls    5b
    adr     x0, scenario_bad_number
    b       scenario_done
6:  sub     x12, x12, #1
    cmp     x12, x0
    adr     x0, scenario_bad_number
    b.eq    scenario_done
    cbz     w10, 7f
    cmp     w10, #0x20
    b.ne    scenario_done
7:  adr     x10, scenario_chosen
    stp     x9, x13, [x10]
    mov     x0, #0
    b       scenario_done

// scenario_prefix(x0 = text, x1 = prefix) -> x0 = what follows the prefix, or 0
scenario_prefix:
    ldrb    w10, [x1], #1
    cbz     w10, 1f
    ldrb    w11, [x0], #1
    cmp     w10, w11
    b.eq    scenario_prefix
    mov     x0, #0
1:  ret
`,
  rodata: `
scenario_key:           .asciz "test="
scenario_unknown:       .asciz "the boot arguments name an unknown test scenario"
scenario_bad_number:    .asciz "test=pool= needs a number from 0 to 4096"
scenario_1:             .asciz "alloc-fail"
scenario_2:             .asciz "tests-alloc-fail"
scenario_3:             .asciz "bad-frame"
scenario_4:             .asciz "nested-fault"
scenario_5:             .asciz "unexpected-fault"
scenario_6:             .asciz "stack-overflow"
scenario_7:             .asciz "pool="
    .balign 8, 0
scenario_table:
    .quad   scenario_1, SCENARIO_ALLOC_FAIL
    .quad   scenario_2, SCENARIO_TESTS_ALLOC_FAIL
    .quad   scenario_3, SCENARIO_BAD_FRAME
    .quad   scenario_4, SCENARIO_NESTED_FAULT
    .quad   scenario_5, SCENARIO_UNEXPECTED_FAULT
    .quad   scenario_6, SCENARIO_STACK_OVERFLOW
    .quad   scenario_7, SCENARIO_POOL
    .quad   0, 0
`,
  bss: `
    .balign 8, 0
scenario_chosen:
    .space  8
scenario_value:
    .space  8
`,
};
