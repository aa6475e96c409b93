import { compileSyntax, type Syntax } from '../operands/syntax.ts';
import { table } from '../table/index.ts';
import type { Alias, Row } from '../types.ts';
import { Cursor, type CursorFailure, type Scope } from './cursor.ts';
import { Encoding } from './encoding.ts';
import type { Token } from './lexer.ts';

/** One way to read a mnemonic's operands. */
interface Candidate {
  readonly row: Row;
  readonly name: string;
  /** Field values that the alias or the letters of the mnemonic stand for. */
  readonly fix: readonly (readonly [string, number])[];
  readonly syntax: Syntax;
  readonly alias: Alias | undefined;
}

let index: ReadonlyMap<string, readonly Candidate[]> | undefined;

/** Candidates by mnemonic in table order; built when the first instruction is assembled. */
function candidates(): ReadonlyMap<string, readonly Candidate[]> {
  if (index !== undefined) return index;
  const map = new Map<string, Candidate[]>();
  const add = (row: Row, asm: string, alias: Alias | undefined): void => {
    if (asm === '') return;
    const syntax = compileSyntax(asm);
    for (const spelling of syntax.spellings) {
      const fix = Object.entries({ ...alias?.fix, ...spelling.fix });
      const candidate: Candidate = { row, name: spelling.name, fix, syntax, alias };
      const list = map.get(spelling.name);
      if (list === undefined) map.set(spelling.name, [candidate]);
      else list.push(candidate);
    }
  };
  for (const row of table) {
    add(row, row.asm, undefined);
    for (const alias of row.aliases) add(row, alias.asm, alias);
  }
  index = map;
  return map;
}

/** Every mnemonic the assembler knows, aliases included. */
export const mnemonics = (): Iterable<string> => candidates().keys();

/** Whether the name is an instruction. */
export const isMnemonic = (name: string): boolean => candidates().has(name);

/** The word of an instruction, or why its operands don't fit. */
export type EncodedInstruction =
  | { readonly ok: true; readonly word: number; readonly row: Row }
  | { readonly ok: false; readonly failure: CursorFailure };

/**
 * Encodes one instruction by trying the readings of its mnemonic in turn.
 *
 * @param mnemonic lower case; must be one (see {@link isMnemonic}).
 * @param tokens the statement's tokens.
 * @param position index of the first token after the mnemonic.
 */
export function encodeInstruction(
  mnemonic: string,
  tokens: readonly Token[],
  position: number,
  scope: Scope,
): EncodedInstruction {
  const cursor = new Cursor(tokens, scope, position);
  for (const candidate of candidates().get(mnemonic) ?? []) {
    cursor.position = position;
    const encoding = new Encoding(candidate.row);
    if (parseCandidate(candidate, cursor, encoding)) {
      return { ok: true, word: encoding.word, row: candidate.row };
    }
  }
  return { ok: false, failure: cursor.failure() };
}

function parseCandidate(
  { row, name, fix, syntax, alias }: Candidate,
  cursor: Cursor,
  encoding: Encoding,
): boolean {
  const start = cursor.position;
  for (const [field, value] of fix) encoding.set(field, value);
  for (const [place, operand] of syntax.operands.entries()) {
    if (place > 0 && operand.hidden !== true && !cursor.expect(',')) return false;
    if (!operand.parse(cursor, encoding)) return false;
  }
  if (!cursor.atEnd) return cursor.fail('the end of the statement');
  encoding.applyDefaults();
  if (row.constraint?.reserved(encoding.get))
    return cursor.failValue(start, `operands such that ${row.constraint.text}`);
  if (alias?.requires?.(encoding.get) === false)
    return cursor.failValue(start, `operands for which ${row.title} is named '${name}'`);
  return true;
}
