import type { Cursor } from '../assembler/cursor.ts';
import type { Encoding } from '../assembler/encoding.ts';
import type { FieldGetter } from '../types.ts';

/** What the disassembler knows while it prints an operand. */
export interface FormatContext {
  readonly field: FieldGetter;
  /** Address of the instruction. */
  readonly address: bigint;
}

/** One operand of the assembly syntax, in both directions. */
export interface Operand {
  /** The operand's text; empty when the operand is left out. */
  format(context: FormatContext): string;
  /** Reads the operand and sets its fields; false, with a note in the cursor, when it isn't there. */
  parse(cursor: Cursor, encoding: Encoding): boolean;
}

/** Makes an operand from the arguments after the colon of its kind, such as `Rd` in `r:Rd`. */
export type OperandFactory = (...parameters: string[]) => Operand;

/** Lower-case hexadecimal with its prefix, as objdump prints immediates. */
export const hex = (value: number | bigint): string => `0x${value.toString(16)}`;

/** Reads and evaluates a scale such as `3` or `2+sf`: the logarithm of an access size. */
export function scaleOf(scale: string, field: FieldGetter): number {
  const [base, name] = scale.split('+');
  return Number(base) + (name === undefined ? 0 : field(name));
}
