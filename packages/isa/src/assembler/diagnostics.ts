import { type CursorFailure, isVectorRegisterName } from './cursor.ts';

/** What kind of mistake a diagnostic reports; stable across versions. */
export type DiagnosticCode =
  | 'syntax'
  | 'unknown-mnemonic'
  | 'unknown-directive'
  | 'bad-operand'
  | 'undefined-symbol'
  | 'duplicate-symbol'
  | 'bad-directive'
  | 'unbalanced-block'
  | 'expansion-limit'
  | 'user-error';

/** One mistake in an assembly source. */
export interface AssemblyDiagnostic {
  readonly code: DiagnosticCode;
  /** What is wrong and what would be right. */
  readonly message: string;
  /** Line in the source, from 1; inside a macro, the line of the macro's body. */
  readonly line: number;
  /** Column in the line, from 1. */
  readonly column: number;
  /** The statement. */
  readonly source: string;
  /** What would have been accepted at this place. */
  readonly expected: readonly string[];
}

/** Thrown by `assemble` when the source has mistakes; it carries all of them. */
export class AssemblyError extends Error {
  override readonly name = 'AssemblyError';
  readonly code = 'ASSEMBLY_FAILED';
  readonly diagnostics: readonly AssemblyDiagnostic[];

  constructor(diagnostics: readonly AssemblyDiagnostic[]) {
    super(diagnostics.map(formatDiagnostic).join('\n'));
    this.diagnostics = diagnostics;
  }
}

/** A statement's mistake, thrown to the statement loop and turned into a diagnostic there. */
export class StatementError {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly offset: number;
  readonly expected: readonly string[];

  constructor(code: DiagnosticCode, message: string, offset = 0, expected: readonly string[] = []) {
    this.code = code;
    this.message = message;
    this.offset = offset;
    this.expected = expected;
  }
}

/** Writes a diagnostic as `line:column: message`, with the statement below. */
export function formatDiagnostic(diagnostic: AssemblyDiagnostic): string {
  return `${diagnostic.line}:${diagnostic.column}: ${diagnostic.message}\n    ${diagnostic.source.trim()}`;
}

/** Words for a cursor's failure. */
export function describeFailure(failure: CursorFailure): { code: DiagnosticCode; message: string } {
  if (failure.undefinedSymbol !== undefined && !isVectorRegisterName(failure.undefinedSymbol)) {
    return { code: 'undefined-symbol', message: `symbol '${failure.undefinedSymbol}' is not defined` };
  }
  const found = failure.found === '' ? 'the end of the statement' : `'${failure.found}'`;
  return { code: 'bad-operand', message: `found ${found}, expected ${failure.expected.join('; or ')}` };
}

/** The candidate that differs from `name` by the fewest edits, when it is close. */
export function closest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = name.length > 4 ? 3 : 2;
  for (const candidate of candidates) {
    const edits = editDistance(name, candidate);
    if (edits < bestDistance) {
      best = candidate;
      bestDistance = edits;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
