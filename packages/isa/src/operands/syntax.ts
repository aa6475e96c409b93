import { branchOperands } from './branches.ts';
import { immediateOperands } from './immediates.ts';
import { memoryOperands } from './memory.ts';
import { type MnemonicSpelling, mnemonicSpellings } from './mnemonic.ts';
import type { Operand, OperandFactory } from './operand.ts';
import { registerOperands } from './registers.ts';
import { systemOperands } from './system.ts';
import { vectorImmediateOperands } from './vector-immediates.ts';
import { vectorOperands } from './vectors.ts';

/** A row's or alias's spelling: the mnemonic and its operands in order. */
export interface Syntax {
  /** Lower case; more than one where letters stand for fields, as in `b.<cond>`. */
  readonly spellings: readonly MnemonicSpelling[];
  readonly operands: readonly Operand[];
}

const KINDS: Readonly<Record<string, OperandFactory>> = {
  ...registerOperands,
  ...immediateOperands,
  ...memoryOperands,
  ...branchOperands,
  ...systemOperands,
  ...vectorOperands,
  ...vectorImmediateOperands,
};

const compiled = new Map<string, Syntax>();

/**
 * Turns the `asm` text of a row or alias into operands; the result is cached.
 *
 * @throws Error when the text names an unknown operand kind: a mistake in the table.
 */
export function compileSyntax(asm: string): Syntax {
  let syntax = compiled.get(asm);
  if (syntax === undefined) {
    const [mnemonic = '', ...kinds] = asm.split(' ');
    syntax = { spellings: mnemonicSpellings(mnemonic), operands: kinds.map(compileOperand) };
    compiled.set(asm, syntax);
  }
  return syntax;
}

function compileOperand(text: string): Operand {
  const [kind = '', parameters] = text.split(':');
  const factory = KINDS[kind];
  if (factory === undefined) throw new Error(`unknown operand kind '${kind}'`);
  return parameters === undefined ? factory() : factory(...parameters.split(','));
}
