import { expect, test } from 'vitest';
import { assemble, tryAssemble } from './assemble.ts';
import { type AssemblyDiagnostic, AssemblyError, formatDiagnostic } from './diagnostics.ts';
import { RelocationError, relocateImage } from './image.ts';

/** The only diagnostic of a source. */
function diagnostic(source: string): AssemblyDiagnostic {
  const result = tryAssemble(source);
  if (result.ok) throw new Error('the source assembled');
  expect(result.diagnostics).toHaveLength(1);
  return result.diagnostics[0] as AssemblyDiagnostic;
}

test('an image has bytes, words, symbols, sections and its origin', () => {
  const image = assemble('.equ N, 3\nstart: mov x0, #N\n b start\n.data\nvalue: .byte 1', {
    origin: 0x4008_0000,
  });
  expect(image.origin).toBe(0x4008_0000n);
  expect([...image.words]).toEqual([0xd2800060, 0x17ffffff, 1]);
  expect(image.bytes).toHaveLength(9);
  expect(image.symbols).toEqual(
    new Map([
      ['N', 3n],
      ['start', 0x4008_0000n],
      ['value', 0x4008_0008n],
    ]),
  );
  expect([...image.addressSymbols]).toEqual(['start', 'value']);
  expect(image.sections).toEqual([
    { name: '.text', offset: 0, size: 8 },
    { name: '.data', offset: 8, size: 1 },
  ]);
});

test('symbols may come from outside', () => {
  const image = assemble('bl host\nldr x0, =host + 4', { origin: 0x1000, symbols: { host: 0x2000 } });
  expect(image.words[0]).toBe(0x94000400);
  expect(image.words[2]).toBe(0x2004);
});

test('a zero-initialised section takes memory and no bytes', () => {
  const image = assemble('nop\n.bss\n.balign 16\nbuffer: .space 100');
  expect(image.bytes).toHaveLength(4);
  expect(image.memorySize).toBe(116);
  expect(image.symbols.get('buffer')).toBe(16n);
  expect(diagnostic('.bss\n.word 1').code).toBe('bad-directive');
});

test('sections follow the order asked for', () => {
  const image = assemble('.section .vectors, "ax"\nb .\n.text\nnop\n.data\n.word 1', {
    sectionOrder: ['.vectors', '.text'],
  });
  expect(image.sections.map(({ name }) => name)).toEqual(['.vectors', '.text', '.data']);
  expect(image.words[0]).toBe(0x14000000);
});

const MISTAKES: readonly [source: string, code: string, line: number, column: number, message: RegExp][] = [
  ['nop\n  addd x0, x1, x2', 'unknown-mnemonic', 2, 3, /unknown instruction 'addd'; did you mean 'add/],
  [
    'add x0, x1, #5000',
    'bad-operand',
    1,
    13,
    /found '#', expected an immediate from 0 to 4095, or a multiple of 4096/,
  ],
  ['add x0, x1, w2', 'bad-operand', 1, 15, /extension that fits the 32-bit register/],
  ['add x0, w1, w2', 'bad-operand', 1, 9, /found 'w1', expected a 64-bit register/],
  ['add x0, x1', 'bad-operand', 1, 11, /found the end of the statement, expected ','/],
  ['ret x0, x1', 'bad-operand', 1, 7, /found ',', expected the end of the statement/],
  ['ldr x0, [x1, #8', 'bad-operand', 1, 16, /expected '\]'/],
  ['ldr x0, [x1], #256', 'bad-operand', 1, 15, /an offset from -256 to 255/],
  ['ldp x0, x1, [x2, #4]', 'bad-operand', 1, 18, /from -512 to 504 that is a multiple of 8/],
  ['mov x0, #0x12345', 'bad-operand', 1, 9, /an immediate that one MOV can make/],
  ['and x0, x1, #5', 'bad-operand', 1, 13, /a bit mask immediate/],
  ['movz w0, #1, lsl #32', 'bad-operand', 1, 18, /a shift of 0 or 16/],
  ['lsl w0, w1, #32', 'bad-operand', 1, 13, /from 0 to 31/],
  ['b nowhere', 'undefined-symbol', 1, 3, /symbol 'nowhere' is not defined/],
  ['b 1f', 'bad-operand', 1, 3, /a label '1:' after it/],
  ['tbz x0, #1, far\n.space 40000\nfar:', 'bad-operand', 1, 13, /a label within 32 KiB/],
  ['b odd\n.byte 1\nodd:', 'bad-operand', 1, 3, /a label on a 4-byte boundary/],
  ['msr nothing, x0', 'bad-operand', 1, 5, /a system register/],
  ['dsb all', 'bad-operand', 1, 5, /a barrier option/],
  ['cset x0, al', 'bad-operand', 1, 10, /a condition other than al and nv/],
  ['here: nop\nhere: nop', 'duplicate-symbol', 2, 1, /symbol 'here' is already defined/],
  ['.bite 1', 'unknown-directive', 1, 1, /unknown directive '\.bite'; did you mean '\.byte'/],
  ['.byte 256', 'bad-operand', 1, 7, /a value of 1 byte/],
  ['.space later\nlater:', 'undefined-symbol', 1, 8, /symbol 'later' is not defined/],
  ['.balign 3', 'bad-directive', 1, 1, /a power of two/],
  ['.ascii hello', 'bad-operand', 1, 8, /a string in double quotes/],
  ['.ascii "open', 'bad-operand', 1, 8, /a string in double quotes/],
  ['.quad 1 / 0', 'bad-operand', 1, 7, /a division by something other than zero/],
  ['fadd v0.4s, v1.4s, v2.2d', 'bad-operand', 1, 20, /found 'v2.2d', expected a vector register .* 4s/],
  ['ld2 {v0.4s}, [x0]', 'bad-operand', 1, 11, /expected a list of 2 registers/],
  ['ld1 {v0.4s, v2.4s}, [x0]', 'bad-operand', 1, 13, /expected v1, the next register/],
  ['ld1 {v0.4s}, [x0], #15', 'bad-operand', 1, 20, /expected #16/],
  ['mul v0.8h, v1.8h, v16.h[1]', 'bad-operand', 1, 19, /expected a register from v0 to v15/],
  ['shl v0.8b, v1.8b, #8', 'bad-operand', 1, 19, /expected an immediate from 0 to 7/],
  ['fcmp s0, d1', 'bad-operand', 1, 10, /found 'd1', expected a register \(s0 to s31\); or #0.0/],
  ['fmov s0, #0.1', 'bad-operand', 1, 10, /expected a floating-point immediate/],
  ['fmov s0, #0x8', 'bad-operand', 1, 10, /expected a floating-point immediate in decimal/],
  ['mov w0, v1.h[1]', 'bad-operand', 1, 9, /found 'v1.h', expected a 32-bit register/],
  ['cmle v0.4s, v1.4s, v2.4s', 'bad-operand', 1, 20, /found 'v2.4s', expected #0/],
  ['.quad (1', 'bad-operand', 1, 9, /expected '\)'/],
  ['.org 8\n.org 4', 'bad-directive', 2, 1, /\.org goes forward/],
  ['.macro m\nnop', 'unbalanced-block', 1, 1, /the block has no \.endm/],
  ['.endif', 'unbalanced-block', 1, 1, /\.endif has no beginning/],
  ['.macro m a:req\n.endm\nm', 'bad-operand', 3, 1, /needs an argument for 'a'/],
  ['.macro m\nm\n.endm\nm', 'expansion-limit', 2, 1, /nest deeper/],
  ['.rept 1000000000\nnop\n.endr', 'expansion-limit', 1, 1, /more than/],
  ['.error "no"', 'user-error', 1, 1, /^no$/],
  ['.equ a, b\n.equ b, a\n.quad a', 'undefined-symbol', 3, 7, /symbol 'a' is not defined/],
  ['nop $', 'bad-operand', 1, 5, /the end of the statement/],
  ['nop `', 'bad-operand', 1, 5, /the end of the statement/],
  ['] nop', 'syntax', 1, 1, /begins no label, directive or instruction/],
  [`.word ${'('.repeat(200)}`, 'bad-operand', 1, 107, /nested at most 100/],
  ['.popsection', 'unbalanced-block', 1, 1, /without \.pushsection/],
];

test.each(MISTAKES)('%j is a %s at %i:%i', (source, code, line, column, message) => {
  const found = diagnostic(source);
  expect(found).toMatchObject({ code, line, column });
  expect(found.message).toMatch(message);
});

test('all mistakes are reported, and assemble throws them together', () => {
  const source = 'nop\nfoo\nbar x0\nb nowhere';
  const result = tryAssemble(source);
  expect(result.ok).toBe(false);
  // Operands are looked at once every statement is placed.
  expect(!result.ok && result.diagnostics.map(({ line }) => line)).toEqual([2, 3]);
  try {
    assemble(source);
    expect.fail();
  } catch (error) {
    expect(error).toBeInstanceOf(AssemblyError);
    expect((error as AssemblyError).code).toBe('ASSEMBLY_FAILED');
    expect((error as AssemblyError).message).toContain("2:1: unknown instruction 'foo'");
  }
  expect(formatDiagnostic(diagnostic('add x0, x1, #5000'))).toMatch(/^1:13: add: .*\n {4}add x0, x1, #5000$/);
});

test('no source makes the assembler throw anything but diagnostics', () => {
  const pieces = [
    'add',
    ' ',
    'x0',
    ',',
    '#',
    '1',
    '[',
    ']',
    '!',
    ':',
    '.equ',
    '.macro',
    '.endm',
    '\n',
    ';',
    '"',
    "'",
    '\\',
    '(',
    ')',
    'label',
    '=',
    '1b',
    '1f',
    '.if',
    '.endif',
    '-',
    '<<',
    '/',
    '/*',
    '*/',
    '.word',
    'ldr',
    '=',
    'b.eq',
    '.rept',
    '2',
    '.endr',
    '~',
  ];
  let state = 7;
  const next = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fff_ffff;
    return (state >>> 8) % below;
  };
  for (let round = 0; round < 3000; round++) {
    let source = '';
    for (let piece = next(25); piece >= 0; piece--) source += pieces[next(pieces.length)];
    const result = tryAssemble(source);
    expect(typeof result.ok).toBe('boolean');
  }
});

const MOVABLE = `
start: adr x0, table
    adrp x1, table
    add x1, x1, :lo12:table
    ldr x2, =table + 8
    ldr x3, =0x123456789
    bl start
    .balign 8
table: .quad start, table, 5
    .word start, table - start`;

test('relocating an image gives what assembling at the new origin gives', () => {
  const image = assemble(MOVABLE, { origin: 0x4008_0000 });
  expect(image.pinnedBy).toEqual([]);
  expect(image.granule).toBe(4096n);
  const moved = relocateImage(image, 0x5000_1000);
  const expected = assemble(MOVABLE, { origin: 0x5000_1000 });
  expect(moved.bytes).toEqual(expected.bytes);
  expect(moved.words).toEqual(expected.words);
  expect(moved.symbols).toEqual(expected.symbols);
  expect(moved.origin).toBe(0x5000_1000n);
  expect(relocateImage(image, image.origin)).toBe(image);
});

test('an image that depends on its origin says why it does not move', () => {
  const pinned = assemble('start: nop\nmov x0, #(start & 0xff)\n b 0x100');
  expect(pinned.pinnedBy).toEqual(['line 2: mov x0, #(start & 0xff)', 'line 3: b 0x100']);
  expect(() => relocateImage(pinned, 0x1000)).toThrow(RelocationError);
  expect(() => relocateImage(assemble('.balign 64\nnop'), 32)).toThrow('multiples of 64 bytes');
  expect(() => relocateImage(assemble('x: .word x'), 0x1_0000_0000)).toThrow('4-byte address');
});
