/** The operands the builder takes: registers, memory, shifts and the rest, as typed values. */

/** A general-purpose register. */
export interface RegisterOperand {
  readonly kind: 'register';
  /** Its name in assembly syntax, such as `x0`. */
  readonly name: string;
}

/** Text that stands in an instruction as it is, such as `lsl #3`. */
export interface TextOperand {
  readonly kind: 'text';
  readonly text: string;
}

/** A memory operand: base register, then offset or index register and its extension. */
export type MemoryOperand = readonly [
  RegisterOperand,
  ...(RegisterOperand | TextOperand | number | bigint)[],
];

/**
 * An operand of a builder method. Numbers are immediates; strings are labels, conditions, system registers and the
 * other names of the syntax; an array is a memory operand.
 */
export type BuilderOperand = RegisterOperand | TextOperand | MemoryOperand | number | bigint | string;

/** Names of the general-purpose registers. */
type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9';
type RegisterNumber = Digit | `1${Digit}` | `2${Digit}` | '30';
export type RegisterOperandName = `${'x' | 'w'}${RegisterNumber | 'zr'}` | 'sp' | 'wsp';

function makeRegisters(): Readonly<Record<RegisterOperandName, RegisterOperand>> {
  const all: Record<string, RegisterOperand> = {};
  const names = ['zr', ...Array.from({ length: 31 }, (_, number) => String(number))];
  for (const name of ['sp', 'wsp', ...names.flatMap((number) => [`x${number}`, `w${number}`])]) {
    all[name] = { kind: 'register', name };
  }
  return all as Readonly<Record<RegisterOperandName, RegisterOperand>>;
}

/**
 * The general-purpose registers by name.
 *
 * @example const { x0, w1, sp, xzr } = registers;
 */
export const registers = makeRegisters();

const text = (value: string): TextOperand => ({ kind: 'text', text: value });

const shift =
  (name: string) =>
  (amount: number): TextOperand =>
    text(`${name} #${amount}`);

const extension =
  (name: string) =>
  (amount?: number): TextOperand =>
    text(amount === undefined ? name : `${name} #${amount}`);

/** Shifts, extensions, index modes and relocation operators. */
export const modifiers = {
  lsl: shift('lsl'),
  lsr: shift('lsr'),
  asr: shift('asr'),
  ror: shift('ror'),
  uxtb: extension('uxtb'),
  uxth: extension('uxth'),
  uxtw: extension('uxtw'),
  uxtx: extension('uxtx'),
  sxtb: extension('sxtb'),
  sxth: extension('sxth'),
  sxtw: extension('sxtw'),
  sxtx: extension('sxtx'),
  /** Pre-indexed memory: `pre([sp, -16])` is `[sp, #-16]!`. */
  pre: (memory: MemoryOperand): TextOperand => text(`${formatOperand(memory)}!`),
  /** A literal pool entry: `ldr(x0, literal(0x1234_5678_9abc_def0n))`. */
  literal: (value: number | bigint | string): TextOperand => text(`=${value}`),
  /** The low 12 bits of a symbol's address. */
  lo12: (symbol: string): TextOperand => text(`:lo12:${symbol}`),
} as const;

/** Writes an operand in assembly syntax. */
export function formatOperand(operand: BuilderOperand): string {
  if (typeof operand === 'number' || typeof operand === 'bigint') return `#${operand}`;
  if (typeof operand === 'string') return operand;
  if ('kind' in operand) return operand.kind === 'register' ? operand.name : operand.text;
  return `[${operand.map(formatOperand).join(', ')}]`;
}
