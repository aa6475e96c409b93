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
  /** True for an operand that is never written: no comma stands before it. */
  readonly hidden?: boolean;
}

/** Makes an operand from the arguments after the colon of its kind, such as `Rd` in `r:Rd`. */
export type OperandFactory = (...parameters: string[]) => Operand;

/** Lower-case hexadecimal with its prefix, as objdump prints immediates. */
export const hex = (value: number | bigint): string => `0x${value.toString(16)}`;

/**
 * Reads and evaluates a scale such as `3`, `2+sf` or `size+4*opc1`: the logarithm of an access size as a sum of
 * numbers, fields and multiples of fields.
 */
export function scaleOf(scale: string, field: FieldGetter): number {
  let sum = 0;
  for (const term of scale.split('+')) {
    const [first = '', second] = term.split('*');
    if (second !== undefined) sum += Number(first) * field(second);
    else sum += /^\d+$/.test(first) ? Number(first) : field(first);
  }
  return sum;
}
