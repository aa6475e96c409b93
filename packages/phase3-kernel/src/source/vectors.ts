import type { KernelPart } from './part.ts';

/** Sixteen vectors, the register frame, and the way back. */
const entries = [
  ['current EL, SP_EL0', 'taken'],
  ['current EL, SP_ELx', 'nested'],
  ['lower EL, AArch64', 'taken'],
  ['lower EL, AArch32', 'taken'],
] as const;
const kinds = ['synchronous', 'IRQ', 'FIQ', 'SError'] as const;

/** The kernel runs on SP_EL0, so a vector of the SP_ELx group means the handler itself faulted. */
const table = entries
  .flatMap(([source, path], group) =>
    kinds.map(
      (kind, offset) => `
    .balign 128                         // ${source}: ${kind}
${
  path === 'taken'
    ? `    sub     sp, sp, #FRAME_SIZE
    stp     x0, x1, [sp, #FRAME_X0]
    mov     x1, #${group * 4 + offset}
    b       exception_entry`
    : `    mov     x1, #${group * 4 + offset}
    b       exception_nested`
}`,
    ),
  )
  .join('\n');

const names = entries
  .flatMap(([source], group) =>
    kinds.map((kind, offset) => `vector_name_${group * 4 + offset}:\n    .asciz  "${source}, ${kind}"`),
  )
  .join('\n');

export const vectors: KernelPart = {
  subject: 'Exception vectors: entry, register frame, return, nested faults',
  text: `
// The register frame an exception leaves on SP_EL1.
.equ FRAME_X0,      0
.equ FRAME_X2,      16
.equ FRAME_X30,     240
.equ FRAME_SP_EL0,  248
.equ FRAME_ELR,     256
.equ FRAME_SPSR,    264
.equ FRAME_ESR,     272
.equ FRAME_FAR,     280
.equ FRAME_VECTOR,  288
.equ FRAME_SIZE,    304

    .balign 2048
exception_vectors:
${table}

    .balign 128
// x0 and x1 are already in the frame; x1 is the vector's number.
exception_entry:
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    stp     x18, x19, [sp, #144]
    stp     x20, x21, [sp, #160]
    stp     x22, x23, [sp, #176]
    stp     x24, x25, [sp, #192]
    stp     x26, x27, [sp, #208]
    stp     x28, x29, [sp, #224]
    mrs     x2, sp_el0
    stp     x30, x2, [sp, #FRAME_X30]
    mrs     x2, elr_el1
    mrs     x3, spsr_el1
    stp     x2, x3, [sp, #FRAME_ELR]
    mrs     x2, esr_el1
    mrs     x3, far_el1
    stp     x2, x3, [sp, #FRAME_ESR]
    str     x1, [sp, #FRAME_VECTOR]
    mov     x0, sp
    bl      fault_dispatch              // returns only when the exception was dealt with

    ldp     x2, x3, [sp, #FRAME_ELR]
    msr     elr_el1, x2
    msr     spsr_el1, x3
    ldp     x30, x2, [sp, #FRAME_X30]
    msr     sp_el0, x2
    ldp     x2, x3, [sp, #16]
    ldp     x4, x5, [sp, #32]
    ldp     x6, x7, [sp, #48]
    ldp     x8, x9, [sp, #64]
    ldp     x10, x11, [sp, #80]
    ldp     x12, x13, [sp, #96]
    ldp     x14, x15, [sp, #112]
    ldp     x16, x17, [sp, #128]
    ldp     x18, x19, [sp, #144]
    ldp     x20, x21, [sp, #160]
    ldp     x22, x23, [sp, #176]
    ldp     x24, x25, [sp, #192]
    ldp     x26, x27, [sp, #208]
    ldp     x28, x29, [sp, #224]
    ldp     x0, x1, [sp, #FRAME_X0]
    add     sp, sp, #FRAME_SIZE
    eret

// A fault inside the handler: the frame below is not trusted, so start a fresh stack, report, stop.
exception_nested:
    adr     x9, fault_stack_top
    mov     sp, x9
    adr     x9, nested_count
    ldr     x10, [x9]
    add     x11, x10, #1
    str     x11, [x9]
    cbnz    x10, system_off             // even the report faulted: say no more
    adr     x9, vector_names
    ldr     x1, [x9, x1, lsl #3]
    mrs     x2, esr_el1
    mrs     x3, far_el1
    mrs     x4, elr_el1
    and     x4, x4, #0x0000ffffffffffff
    adr     x9, image_start
    and     x9, x9, #0x0000ffffffffffff
    sub     x4, x4, x9
    adr     x0, nested_format
    bl      console_printf
    b       system_off

// vectors_install(): the vectors of the half that runs this code.
vectors_install:
    adr     x9, exception_vectors
    msr     vbar_el1, x9
    isb
    ret
`,
  rodata: String.raw`
nested_format:
    .ascii  "NESTED FAULT in the exception handler: %s\n"
    .ascii  "  ESR %w  FAR %p  ELR image+%x\n"
    .asciz  "RESULT: FAILED\n"
${names}
    .balign 8, 0
vector_names:
${Array.from({ length: 16 }, (_, index) => `    .quad   vector_name_${index}`).join('\n')}
`,
  bss: `
    .balign 8, 0
nested_count:
    .space  8
`,
};
