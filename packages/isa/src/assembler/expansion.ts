import type { Assembly } from './assembly.ts';
import { StatementError } from './diagnostics.ts';
import { tokenize } from './lexer.ts';
import { bindArguments, parseMacroHeader, splitArguments, substitute } from './macros.ts';
import type { SourceStatement } from './source.ts';

/** The first word of a statement after its labels, and the text behind it. */
export interface StatementHead {
  readonly word: string;
  readonly rest: string;
  /** Offset of the word in the statement. */
  readonly offset: number;
}

const MAXIMUM_DEPTH = 64;
const MAXIMUM_STATEMENTS = 1_000_000;

const firstWord = (statement: SourceStatement): string =>
  /^\.?\w+/.exec(statement.text)?.[0].toLowerCase() ?? '';

const CONDITIONALS = /^\.if/;

/**
 * Handles the statements that stand for others: macro definitions and calls, repetitions, conditionals.
 *
 * @returns the index of the statement to go on with, or undefined when this is an ordinary statement.
 */
export function expandBlock(
  assembly: Assembly,
  statements: readonly SourceStatement[],
  index: number,
  head: StatementHead,
  depth: number,
): number | undefined {
  const word = head.word.toLowerCase();
  if (word === '.macro') return defineMacro(assembly, statements, index, head);
  if (word === '.rept' || word === '.irp' || word === '.irpc') {
    return repeat(assembly, statements, index, { ...head, word }, depth);
  }
  if (CONDITIONALS.test(word)) return conditional(assembly, statements, index, { ...head, word }, depth);
  if (['.endm', '.endr', '.endif', '.else', '.elseif'].includes(word)) {
    throw new StatementError('unbalanced-block', `${word} has no beginning`, head.offset);
  }
  const macro = assembly.macros.get(head.word);
  if (macro === undefined) return undefined;
  const values = bindArguments(macro, head.rest);
  if (typeof values === 'string') throw new StatementError('bad-operand', values, head.offset);
  runBody(assembly, macro.body, values, depth);
  return index + 1;
}

function runBody(
  assembly: Assembly,
  body: readonly SourceStatement[],
  values: ReadonlyMap<string, string>,
  depth: number,
): void {
  if (depth >= MAXIMUM_DEPTH)
    throw new StatementError('expansion-limit', `expansions nest deeper than ${MAXIMUM_DEPTH}`);
  const count = assembly.expansions++;
  assembly.run(
    body.map((statement) => ({ ...statement, text: substitute(statement.text, values, count) })),
    depth + 1,
  );
}

/** The statements between a block's opening at `index` and its end. */
function collect(
  statements: readonly SourceStatement[],
  index: number,
  opens: RegExp,
  closes: string,
): { readonly body: readonly SourceStatement[]; readonly next: number } {
  let nesting = 0;
  for (let at = index + 1; at < statements.length; at++) {
    const word = firstWord(statements[at] as SourceStatement);
    if (opens.test(word)) nesting++;
    else if (word === closes && nesting-- === 0)
      return { body: statements.slice(index + 1, at), next: at + 1 };
  }
  throw new StatementError('unbalanced-block', `the block has no ${closes}`);
}

function defineMacro(
  assembly: Assembly,
  statements: readonly SourceStatement[],
  index: number,
  head: StatementHead,
): number {
  const { body, next } = collect(statements, index, /^\.macro$/, '.endm');
  assembly.attempt(() => addMacro(assembly, body, head));
  return next;
}

function addMacro(assembly: Assembly, body: readonly SourceStatement[], head: StatementHead): void {
  const header = parseMacroHeader(head.rest);
  if (header === undefined)
    throw new StatementError('bad-directive', 'expected .macro name parameter, ...', head.offset);
  if (assembly.macros.has(header.name)) {
    throw new StatementError('duplicate-symbol', `macro '${header.name}' is already defined`, head.offset);
  }
  assembly.macros.set(header.name, { ...header, body });
}

function repeat(
  assembly: Assembly,
  statements: readonly SourceStatement[],
  index: number,
  head: StatementHead,
  depth: number,
): number {
  const { body, next } = collect(statements, index, /^\.(?:rept|irpc?)$/, '.endr');
  assembly.attempt(() => runRounds(assembly, body, head, depth));
  return next;
}

function runRounds(
  assembly: Assembly,
  body: readonly SourceStatement[],
  head: StatementHead,
  depth: number,
): void {
  if (head.word === '.rept') {
    const count = evaluate(assembly, head);
    if (count * body.length > MAXIMUM_STATEMENTS) {
      throw new StatementError(
        'expansion-limit',
        `the repetition makes more than ${MAXIMUM_STATEMENTS} statements`,
      );
    }
    for (let round = 0; round < count; round++) runBody(assembly, body, new Map(), depth);
    return;
  }
  const [name = '', ...values] = splitArguments(head.rest);
  const items = head.word === '.irp' ? values : [...values.join('')];
  for (const value of items) runBody(assembly, body, new Map([[name, value]]), depth);
}

/** Runs the first branch of `.if ... .elseif ... .else ... .endif` whose condition holds. */
function conditional(
  assembly: Assembly,
  statements: readonly SourceStatement[],
  index: number,
  head: StatementHead,
  depth: number,
): number {
  const { body, next } = collect(statements, index, CONDITIONALS, '.endif');
  const branches: { readonly head: StatementHead; readonly from: number; to: number }[] = [
    { head, from: 0, to: body.length },
  ];
  let nesting = 0;
  for (const [at, statement] of body.entries()) {
    const word = firstWord(statement);
    if (CONDITIONALS.test(word)) nesting++;
    else if (word === '.endif') nesting--;
    else if (nesting === 0 && (word === '.else' || word === '.elseif')) {
      (branches.at(-1) as { to: number }).to = at;
      branches.push({
        head: { word, rest: statement.text.slice(word.length).trim(), offset: 0 },
        from: at + 1,
        to: body.length,
      });
    }
  }
  assembly.attempt(() => {
    const taken = branches.find((branch) => branch.head.word === '.else' || holds(assembly, branch.head));
    if (taken !== undefined) assembly.run(body.slice(taken.from, taken.to), depth);
  });
  return next;
}

const COMPARISONS: Readonly<Record<string, (value: number) => boolean>> = {
  '.if': (value) => value !== 0,
  '.elseif': (value) => value !== 0,
  '.ifne': (value) => value !== 0,
  '.ifeq': (value) => value === 0,
  '.ifge': (value) => value >= 0,
  '.ifgt': (value) => value > 0,
  '.ifle': (value) => value <= 0,
  '.iflt': (value) => value < 0,
};

function holds(assembly: Assembly, head: StatementHead): boolean {
  const comparison = COMPARISONS[head.word];
  if (comparison !== undefined) return comparison(evaluate(assembly, head));
  const parts = head.rest.split(',').map((part) => part.trim());
  switch (head.word) {
    case '.ifdef':
      return assembly.isDefined(head.rest);
    case '.ifndef':
    case '.ifnotdef':
      return !assembly.isDefined(head.rest);
    case '.ifb':
      return head.rest === '';
    case '.ifnb':
      return head.rest !== '';
    case '.ifc':
    case '.ifeqs':
      return parts[0] === parts[1];
    case '.ifnc':
    case '.ifnes':
      return parts[0] !== parts[1];
    default:
      throw new StatementError('unknown-directive', `unknown condition '${head.word}'`, head.offset);
  }
}

function evaluate(assembly: Assembly, head: StatementHead): number {
  const cursor = assembly.cursor(tokenize(head.rest), 0);
  const value = assembly.constant(cursor);
  if (!cursor.atEnd) {
    cursor.fail('the end of the statement');
    assembly.reject(cursor);
  }
  return value;
}
