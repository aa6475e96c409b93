import { describe, expect, test } from 'vitest';
import { tryAssemble } from '../src/index.ts';
import { binutilsMissing, gnuAssemble } from './support.ts';

const ORIGIN = 0x4008_0000;

/** Sources whose image must be GNU as's, byte for byte. */
const SOURCES: Readonly<Record<string, string>> = {
  'spellings of add and subtract': `
    add x0, x1, #1; add x0, x1, 4095; add x0, x1, #0x1000; add x0, x1, #1, lsl #12; add x0, x1, #-1
    sub w0, w1, #-4096; adds x0, x1, #-3; subs w0, w1, #-3; cmp x0, #-1; cmn w1, #-2; cmp sp, #16
    add sp, sp, #32; sub sp, sp, x1; add x0, sp, x1, lsl #3; add x0, x1, w2, uxtb #2; add x0, x1, x2, sxtx
    add w0, wsp, w1; cmp x0, w1, uxtw; cmp sp, x1; add x0, x1, x2, lsl 3; sub w0, w1, w2, asr #31
    neg x0, x1, lsl #2; negs w0, w1; adc x0, x1, x2; ngc x0, x1; sbcs w3, w4, w5`,
  moves: `
    mov x0, x1; mov w0, w1; mov x0, sp; mov sp, x0; mov wsp, w3; mov x0, #0; mov x0, #0x10000; mov w0, #-1
    mov x0, #-1; mov x0, #0xffff0000; mov w0, #0xffff0000; mov x0, #0x5555555555555555; mov w0, #0xff00ff
    mov sp, #0xff0; movz x0, #1, lsl #48; movn w0, #0xffff; movk x5, 0x1234, lsl 16; mov x0, lr; mov fp, ip0
    mov x0, x1, lsl #3; mvn x0, x1, ror #5; mov w0, 'a'; mov x0, #-0x10000; mov x3, #~0xff`,
  'logic and bitfields': `
    and x0, x1, #0xff; orr w0, w1, #0x80000001; eor x0, x1, #~1; ands xzr, x1, #7; tst x0, #1; bic x0, x1, #0xf0
    bic w0, w1, w2, lsr #3; bics x0, x1, x2; orn x0, x1, x2; eon w0, w1, w2, ror #4; tst x0, x1, asr #9
    lsl x0, x1, #3; lsr w0, w1, #31; asr x0, x1, #63; ror x0, x1, #2; lsl w0, w1, #0; lsl x0, x1, x2; ror w0, w1, w2
    lslv x0, x1, x2; ubfx x0, x1, #8, #16; sbfiz w0, w1, #3, #4; bfi x0, x1, #60, #4; bfxil w0, w1, #2, #5
    ubfm x0, x1, #3, #2; sxtb x0, w1; sxth w0, w1; sxtw x0, w1; uxtb w0, w1; uxth w0, w1; extr x0, x1, x2, #7
    and w0, w1, #-16; ubfiz x0, x1, #1, #63`,
  'data processing': `
    udiv x0, x1, x2; sdiv w0, w1, w2; madd x0, x1, x2, x3; mul w0, w1, w2; mneg x0, x1, x2; smull x0, w1, w2
    umsubl x0, w1, w2, x3; umnegl x0, w1, w2; smulh x0, x1, x2; umulh x0, x1, x2; rbit x0, x1; rev w0, w1; rev x0, x1
    rev16 x0, x1; rev32 x0, x1; clz w0, w1; cls x0, x1; csel x0, x1, x2, eq; cset w0, ne; csetm x0, hs
    cinc x0, x1, lo; cinv w0, w1, mi; cneg x0, x1, vs; csinc x0, x1, x2, al; ccmp x0, #3, #5, eq; ccmn w0, w1, #0, gt`,
  'loads and stores': `
    ldr x0, [x1]; ldr x0, [x1, #8]; ldr x0, [x1, #-8]; ldr w0, [x1, #3]; ldr x0, [x1], #8; ldr x0, [x1, #8]!
    ldr x0, [x1, x2]; ldr x0, [x1, x2, lsl #3]; ldr x0, [x1, w2, uxtw]; ldr x0, [x1, w2, sxtw #3]; ldr x0, [x1, x2, sxtx]
    ldrb w0, [x1, x2, lsl #0]; ldrb w0, [x1, w2, uxtw #0]; ldrsb x0, [sp]; ldrsb w0, [sp, #-1]; ldrsh w0, [x1, #2]
    ldrsw x0, [x1, #4]; ldursw x0, [x1, #1]; ldtr x0, [x1, #8]; sttrb w0, [x1]; strh w0, [x1, x2, lsl #1]
    stp x0, x1, [sp, #-16]!; ldp x0, x1, [sp], #16; ldp w0, w1, [x2, #8]; ldpsw x0, x1, [x2]; ldnp x0, x1, [x2, #16]
    ldxr x0, [x1]; stlxr w0, x1, [sp]; ldaxp x0, x1, [x2]; stxp w0, w1, w2, [x3]; ldar w0, [x1]; stlrb w0, [x1, #0]
    prfm pldl1keep, [x0]; prfm pstl2strm, [x0, x1, lsl #3]; prfm #6, [x0, #8]; prfm pldl1keep, [x0, #-1]`,
  'branches and labels': `
start:
    b start; bl 1f; b.eq start; beq 2f; cbz x0, 1f; cbnz w1, start; tbz x0, #40, 1f; tbnz w0, #3, 2f
1:  br x0; blr x1; ret; ret x3; adr x0, start; adrp x1, 2f; add x1, x1, :lo12:2f; ldr x2, [x1, #:lo12:target]
2:  ldr x0, start; ldrsw x0, 1b; prfm pldl1keep, 2b; b 1b; b.hs . + 8; cbz x0, . - 4
    .balign 16
target: .quad start, target - start, .`,
  system: `
    nop; yield; wfe; wfi; sev; sevl; hint #100; svc #0; hvc 1; smc #0xffff; brk #1; hlt #2; dcps1; dcps3 #4
    dsb sy; dsb ish; dsb #0; dmb ishst; dmb 15; isb; isb sy; isb #3; clrex; clrex #2; eret; drps
    msr daifset, #2; msr DAIFClr, #0xf; msr spsel, #1; mrs x0, currentel; msr sctlr_el1, x0; mrs x1, CNTVCT_EL0
    mrs x0, s3_0_c15_c2_7; msr S3_3_C11_C0_0, xzr; tlbi vmalle1; tlbi vae1is, x0; dc civac, x1; dc zva, x2
    ic iallu; ic ivau, x3; at s1e1r, x4; sys #3, C7, C4, #1, x0; sys #0, c7, c1, #0; sysl x0, #3, C7, C4, #1`,
  'data directives': `
    .byte 1, -1, 255, 'a', 0x7f; .hword 1, 0xffff; .short -2; .word 1, 0xffffffff; .long 5; .int 6; .quad 1, -1
    .xword 0x123456789abcdef0; .ascii "a\\tb\\"\\n\\x41\\101"; .asciz "hé", "two"; .string ""; .align 3
    .space 3, 0xaa; .skip 2; .zero 4; .fill 3, 2, 0x1234; .fill 2; .fill 1, 8, -1; .balign 8, 0xff; .p2align 4,,15
    nop; .byte 1; .balign 16; nop; .byte 1; nop; .inst 0xd503201f; .org 0x200; .word .`,
  'literal pools': `
    ldr x0, =0x10; ldr x1, =0x123456789; ldr w2, =0x12345678; ldr x3, =data; ldr x4, =0x123456789; ldr w5, =305419896
    ldrsw x6, =-1; nop
    .ltorg
    ldr x0, =data; ldr x1, =data + 8; b .
data: .quad 1`,
  expressions: `
    .equ A, 3; .set B, A * 4 + 1; C = (A << 4) | B; .equ later, end - begin
begin:
    mov x0, #A; mov x1, #B; mov x2, #C; .quad 1 + 2 << 3, 7 / 2, -7 / 2, 7 % 4, ~0, -(1 + 1), A == 3, A > 3, 5 & 6 | 8, 1 << 40
    .word later, end - ., 0b101, 017, 'A' + 1; .set A, 9; .byte A; .quad 6 ^ 3, !A, A && 0, A || 0, 0xff >> 4, A <> 9
end:`,
  'macros and conditions': `
.macro load reg, value=1, scale:req
    movz \\reg, #\\value, lsl #\\scale
.endm
.macro each first, rest:vararg
    .word \\first
    .ifnb \\rest
    each \\rest
    .endif
.endm
.macro unique
local\\@: b local\\@
.endm
    load x0, 5, 16
    load x1, scale=0
    each 1, 2, 3
    unique
    unique
    .rept 3
    nop
    .endr
    .irp r, 0, 1, 2
    mov x\\r, #\\r
    .endr
    .equ DEBUG, 1
    .if DEBUG == 1
    mov x9, #1
    .else
    mov x9, #2
    .endif
    .ifdef MISSING
    brk #1
    .elseif DEBUG > 5
    brk #2
    .else
    mov x10, #3
    .endif
    .ifndef MISSING
counter .req x11
    mov counter, #4
    .unreq counter
    .endif`,
  'SIMD, floating point and extensions': `
    fmov s0, #1.0; fmov d1, #-0.125; fmov v0.4s, #2; movi v0.4s, #1, lsl #8; mvni v1.8h, #0xff; movi d0, #0xff00ff; movi v1.2d, #0
    mov v0.16b, v1.16b; mov v0.s[1], w2; mov v1.d[0], v2.d[1]; mov s0, v1.s[3]; mov x0, v1.d[1]; umov w0, v1.b[3]; mov b3, v1.b[15]; dup v0.2d, x1
    ld1 {v0.16b, v1.16b}, [x0], #32; ld1 {v0.16b-v3.16b}, [x0]; st4 {v30.4s, v31.4s, v0.4s, v1.4s}, [sp], x3; ld1 {v0.b}[3], [x0], #1; ld2r {v0.4h, v1.4h}, [x1], x2; st3 {v0.d, v1.d, v2.d}[1], [x9]
    ldr q0, [x0, #16]; ldr d0, [x1, x2, lsl #3]; str b0, [x0, #1]; ldr s0, [x1, #-4]; ldp q0, q1, [sp, #-32]!; ldr d3, 1f; ldr s4, =0x3f800000; ldr d5, =0x123456789; stnp d0, d1, [x3]
    fadd v0.2d, v1.2d, v2.2d; fmla v0.4s, v1.4s, v2.s[3]; mul v0.8h, v1.8h, v15.h[7]; smull2 v0.4s, v1.8h, v2.8h; sshll v0.8h, v1.8b, #0; uxtl2 v0.2d, v1.4s; sxtl v3.4s, v4.4h; shrn2 v0.16b, v1.8h, #8; sqshl v0.2d, v1.2d, #63; shl d0, d1, #4
    fcmp s0, #0.0; fcmp d1, d2; fcmpe s0, 0.0; fccmp d0, d1, #3, ne; fcsel s0, s1, s2, gt; cmeq v0.4s, v1.4s, #0; fcmgt d0, d1, #0.0; fcvtzs x0, d1, #5; scvtf s0, w1, #32; ucvtf v0.2d, v1.2d, #64; fcvt d0, s1; fcvtl2 v0.2d, v1.4s; xtn v0.8b, v1.8h
    tbl v0.8b, {v1.16b, v2.16b}, v3.8b; tbx v0.16b, {v31.16b, v0.16b, v1.16b}, v4.16b; ext v0.16b, v1.16b, v2.16b, #5; zip1 v0.2d, v1.2d, v2.2d; addv b0, v1.16b; not v0.8b, v1.8b; mvn v0.16b, v2.16b; addp d0, v1.2d; faddp s0, v1.2s; pmull v0.1q, v1.1d, v2.1d
    aese v0.16b, v1.16b; sha256h q0, q1, v2.4s; sha1h s0, s1; fmov x0, v1.d[1]; fmov v3.d[1], x4; fmov w0, s1; fmov d0, x1; fmadd d0, d1, d2, d3; crc32x w0, w1, x2; ldadd x0, x1, [x2]; ldaddalb w0, w1, [x2]; stadd w0, [x1]; stsetlb w0, [x3]; casal x0, x1, [x2]; casp x0, x1, x2, x3, [x4]; swpa w0, w1, [sp]; ldlar x0, [x1]; ldapr w0, [x1]; msr pan, #1; sqrdmlah v0.4s, v1.4s, v2.s[0]; cnt v0.8b, v1.8b
    fcmp s0, 0; fcmeq v0.4s, v1.4s, 0; FADD V0.4S, V1.4S, V2.4S; orr v0.4s, #1; bic v0.8h, #1, lsl #8; movi v0.2d, #-1; ld1 {v0.4s - v3.4s}, [x0]; fmov d0, xzr
sum .req v5; low .req d5; add sum.4s, v1.4s, sum.4s; fadd low, low, d1; mov sum.s[1], w0; ins v0.4s[1], w2; mul v0.8h, v1.8h, v2.8h[3]; smov x0, v1.8b[9]
1: .quad 1`,
  comments: `
// line comment
# hash at the start of a line
    nop /* inside */ ; nop // and after
    .ascii "// not; a /* comment" /* spans
    lines */
    mov x0, ';'; mov x1, '/'`,
  sections: `
    .text
    adrp x0, value; ldr x1, [x0, :lo12:value]; adr x2, text
    .section .rodata
text: .asciz "abc"
    .balign 8
    .quad value, text, buffer
    .data
    .balign 8
value: .quad 0x1122334455667788
    .bss
    .balign 16
buffer: .space 32
    .text
    ret`,
};

describe.skipIf(binutilsMissing !== undefined)('compared with GNU as', () => {
  for (const [name, source] of Object.entries(SOURCES)) {
    test(name, () => {
      const result = tryAssemble(`${source}\n`, { origin: ORIGIN });
      if (!result.ok) expect.fail(JSON.stringify(result.diagnostics, undefined, 1));
      const theirs = gnuAssemble(`${source}\n`, ORIGIN, 'armv8.5-a+crypto+lor');
      expect(hex(result.image.bytes)).toEqual(hex(theirs));
    });
  }
});

/** Words in hexadecimal, for a readable difference. */
function hex(bytes: Uint8Array): string[] {
  const words: string[] = [];
  for (let at = 0; at < bytes.length; at += 4) {
    words.push(`${at.toString(16)}: ${Buffer.from(bytes.slice(at, at + 4)).toString('hex')}`);
  }
  return words;
}
