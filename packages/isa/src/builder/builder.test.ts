import { expect, test } from 'vitest';
import { AssemblyError } from '../assembler/diagnostics.ts';
import { mnemonics } from '../assembler/instruction.ts';
import { disassemble } from '../disassembler.ts';
import { assembler } from './builder.ts';
import { MNEMONICS } from './mnemonics.ts';
import { modifiers, registers } from './operands.ts';

const { x0, x1, x2, w3, sp, xzr } = registers;
const { lsl, uxtw, sxtw, pre, literal, lo12 } = modifiers;

test('the mnemonics are those of the decode table', () => {
  expect(MNEMONICS).toEqual([...mnemonics()].sort());
});

test('SIMD&FP registers are strings', () => {
  const { words } = assembler()
    .fmov('d0', 1.5)
    .fcmp('s0', 0)
    .fadd('v0.4s', 'v1.4s', 'v2.4s')
    .ld1('{v0.4s, v1.4s}', [x0], 32)
    .mov('v0.s[1]', w3)
    .movi('v0.4s', 1, lsl(8))
    .assemble();
  expect([...words].map((word) => disassemble(word))).toEqual([
    'fmov d0, #1.500000000000000000e+00',
    'fcmp s0, #0.0',
    'fadd v0.4s, v1.4s, v2.4s',
    'ld1 {v0.4s, v1.4s}, [x0], #32',
    'mov v0.s[1], w3',
    'movi v0.4s, #0x1, lsl #8',
  ]);
});

test('a program built call by call is the program written in text', () => {
  const built = assembler({ origin: 0x4008_0000 })
    .equ('STEP', 3)
    .label('start')
    .mov(x0, 0)
    .label('loop')
    .add(x0, x0, 'STEP')
    .add(x1, x0, x2, lsl(3))
    .add(x1, sp, w3, uxtw())
    .ldr(x2, [x1, 8])
    .ldr(x2, [x1], 8)
    .stp(x0, x1, pre([sp, -16]))
    .ldr(x2, [x1, w3, sxtw(3)])
    .ldr(x1, literal(0x1234_5678_9abc_def0n))
    .adrp(x2, 'text')
    .add(x2, x2, lo12('text'))
    .cmp(x0, xzr)
    ['b.ne']('loop')
    .emit('msr', 'daifset', 2)
    .mrs(x0, 'currentel')
    .dsb('sy')
    .ret()
    .ltorg()
    .label('text')
    .asciz('Hé\n')
    .align(8)
    .quad('start', 1)
    .word(2)
    .hword(3)
    .byte(4, 5)
    .ascii('')
    .space(4, 0xff)
    .section('.data')
    .source('value: .quad value')
    .assemble();
  expect(built.origin).toBe(0x4008_0000n);
  expect(built.symbols.get('value')).toBe(built.origin + BigInt(built.sections[1]?.offset ?? 0));
  const { words } = built;
  expect([...words.slice(0, 12)].map((word) => word.toString(16))).toEqual([
    'd2800000',
    '91000c00',
    '8b020c01',
    '8b2343e1',
    'f9400422',
    'f8408422',
    'a9bf07e0',
    'f863d822',
    '58000141',
    '90000002',
    '91014042',
    'eb1f001f',
  ]);
});

test('mistakes carry the number of the call', () => {
  const program = assembler().nop().add(x0, x1, 5000);
  const result = program.tryAssemble();
  expect(!result.ok && result.diagnostics[0]?.line).toBe(2);
  expect(() => program.assemble()).toThrow(AssemblyError);
  expect(program.text()).toBe('nop\nadd x0, x1, #5000');
});

test('options given at assembly override those of the start', () => {
  const program = assembler({ origin: 0x1000 }).label('here').b('here');
  expect(program.assemble().symbols.get('here')).toBe(0x1000n);
  expect(program.assemble({ origin: 0x2000 }).symbols.get('here')).toBe(0x2000n);
});
