import { conditionNumber } from '../operands/branches.ts';
import { compileSyntax, type Syntax } from '../operands/syntax.ts';
import { table } from '../table/index.ts';
import type { Alias, Row } from '../types.ts';
import { Cursor, type CursorFailure, type Scope } from './cursor.ts';
import { Encoding } from './encoding.ts';
import type { Token } from './lexer.ts';

/** One way to read a mnemonic's operands. */
interface Candidate {
  readonly row: Row;
  readonly syntax: Syntax;
  readonly alias: Alias | undefined;
}

const BRANCH_CONDITION = 'b.<cond>';

let index: ReadonlyMap<string, readonly Candidate[]> | undefined;

/** Candidates by mnemonic in table order; built when the first instruction is assembled. */
function candidates(): ReadonlyMap<string, readonly Candidate[]> {
  if (index !== undefined) return index;
  const map = new Map<string, Candidate[]>();
  const add = (row: Row, asm: string, alias: Alias | undefined): void => {
    if (asm === '') return;
    const syntax = compileSyntax(asm);
    const list = map.get(syntax.mnemonic);
    if (list === undefined) map.set(syntax.mnemonic, [{ row, syntax, alias }]);
    else list.push({ row, syntax, alias });
  };
  for (const row of table) {
    add(row, row.asm, undefined);
    for (const alias of row.aliases) add(row, alias.asm, alias);
  }
  index = map;
  return map;
}

/** Every mnemonic the assembler knows, aliases included; conditional branches as `b.<cond>`. */
export const mnemonics = (): Iterable<string> => candidates().keys();

/** The condition of `b.eq`, `beq` and the like. */
function branchCondition(mnemonic: string): number | undefined {
  if (!mnemonic.startsWith('b')) return undefined;
  return conditionNumber(mnemonic.slice(mnemonic[1] === '.' ? 2 : 1));
}

/** Whether the name is an instruction. */
export function isMnemonic(name: string): boolean {
  return name !== BRANCH_CONDITION && (candidates().has(name) || branchCondition(name) !== undefined);
}

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
  const condition = candidates().has(mnemonic) ? undefined : branchCondition(mnemonic);
  for (const candidate of candidates().get(condition === undefined ? mnemonic : BRANCH_CONDITION) ?? []) {
    cursor.position = position;
    const encoding = new Encoding(candidate.row);
    if (condition !== undefined) encoding.set('cond', condition);
    if (parseCandidate(candidate, cursor, encoding)) {
      return { ok: true, word: encoding.word, row: candidate.row };
    }
  }
  return { ok: false, failure: cursor.failure() };
}

function parseCandidate({ row, syntax, alias }: Candidate, cursor: Cursor, encoding: Encoding): boolean {
  const start = cursor.position;
  for (const [name, value] of Object.entries(alias?.fix ?? {})) encoding.set(name, value);
  for (const [place, operand] of syntax.operands.entries()) {
    if (place > 0 && !cursor.expect(',')) return false;
    if (!operand.parse(cursor, encoding)) return false;
  }
  if (!cursor.atEnd) return cursor.fail('the end of the statement');
  encoding.applyDefaults();
  if (row.constraint?.reserved(encoding.get))
    return cursor.failValue(start, `operands such that ${row.constraint.text}`);
  if (alias?.requires?.(encoding.get) === false)
    return cursor.failValue(start, `operands for which ${row.title} is named '${syntax.mnemonic}'`);
  return true;
}
