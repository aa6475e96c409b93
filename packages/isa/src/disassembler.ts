import { decode, fieldGetter } from './decode.ts';
import { matches, spellingFor } from './operands/mnemonic.ts';
import type { FormatContext } from './operands/operand.ts';
import { compileSyntax } from './operands/syntax.ts';
import type { Alias, Feature, FieldGetter, Row } from './types.ts';

/** How {@link disassemble} writes. */
export interface DisassembleOptions {
  /** Leave aliases out and write every instruction by its own name. */
  readonly noAliases?: boolean;
  /** The features present; all when omitted. */
  readonly features?: ReadonlySet<Feature>;
}

/**
 * Writes an instruction word as GNU objdump does: mnemonic, a space and the operands.
 *
 * @param word the 32-bit instruction, signed or unsigned.
 * @param address the instruction's address in bytes, from which targets of branches are computed.
 * @returns the text; `.inst 0x........ ; undefined` for an unallocated word, and `.inst 0x........ ; title` for an
 * instruction whose syntax the table doesn't have.
 * @example disassemble(0x910003fd) // 'mov x29, sp'
 */
export function disassemble(
  word: number,
  address: bigint | number = 0,
  options: DisassembleOptions = {},
): string {
  const row = decode(word, options.features);
  if (row === undefined) return `.inst 0x${hexWord(word)} ; undefined`;
  if (row.asm === '') return `.inst 0x${hexWord(word)} ; ${row.title}`;
  const field = fieldGetter(row, word);
  const asm = options.noAliases === true ? row.asm : preferredSpelling(row, field);
  const { spellings, operands } = compileSyntax(asm);
  const context: FormatContext = { field, address: BigInt(address) };
  const name = spellingFor(spellings, field) ?? '';
  const texts = operands.map((operand) => operand.format(context)).filter((text) => text !== '');
  return texts.length === 0 ? name : `${name} ${texts.join(', ')}`;
}

const hexWord = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');

/** The spelling Arm prefers for these field values: the first alias that applies, or the row's own. */
function preferredSpelling(row: Row, field: FieldGetter): string {
  return row.aliases.find((alias) => applies(alias, field))?.asm ?? row.asm;
}

function applies(alias: Alias, field: FieldGetter): boolean {
  if (alias.assembleOnly === true) return false;
  if (alias.fix !== undefined && !matches(alias.fix, field)) return false;
  // The letters of the mnemonic may not cover every combination, as in STADD and STADDL.
  if (spellingFor(compileSyntax(alias.asm).spellings, field) === undefined) return false;
  return alias.requires?.(field) !== false && alias.when?.(field) !== false;
}
