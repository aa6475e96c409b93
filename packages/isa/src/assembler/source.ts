/** Splits assembly text into statements: comments removed, `;` and newline as separators, strings respected. */

/** One statement and where it stands. */
export interface SourceStatement {
  readonly text: string;
  /** Line from 1. */
  readonly line: number;
  /** Column from 1. */
  readonly column: number;
}

/** Splits a source into statements; blank ones are left out. */
export function splitSource(source: string): SourceStatement[] {
  const statements: SourceStatement[] = [];
  let line = 1;
  let lineStart = 0;
  let text = '';
  let startLine = 1;
  let startColumn = 1;
  let index = 0;

  const begin = (): void => {
    text = '';
    startLine = line;
    startColumn = index - lineStart + 1;
  };
  const finish = (): void => {
    const leading = text.length - text.trimStart().length;
    const trimmed = text.trim();
    if (trimmed !== '') statements.push({ text: trimmed, line: startLine, column: startColumn + leading });
  };
  const newline = (): void => {
    line++;
    lineStart = index + 1;
  };

  while (index < source.length) {
    const character = source[index] as string;
    if (character === '\n' || character === ';') {
      finish();
      if (character === '\n') newline();
      index++;
      begin();
    } else if (
      source.startsWith('//', index) ||
      (character === '#' && text.trim() === '' && startsLine(source, index))
    ) {
      while (index < source.length && source[index] !== '\n') index++;
    } else if (source.startsWith('/*', index)) {
      const end = source.indexOf('*/', index + 2);
      const stop = end < 0 ? source.length : end + 2;
      // The comment counts as spaces, so that columns after it stay right; one that spans lines joins them.
      for (; index < stop; index++) {
        if (source[index] === '\n') newline();
        text += ' ';
      }
    } else {
      const length = quotedLength(source, index);
      text += source.slice(index, index + length);
      index += length;
    }
  }
  finish();
  return statements;
}

const startsLine = (source: string, index: number): boolean => {
  const before = source.lastIndexOf('\n', index - 1);
  return source.slice(before + 1, index).trim() === '';
};

/** Length of the string or character constant at `index`, or 1 for any other character. */
function quotedLength(source: string, index: number): number {
  if (source[index] === "'") {
    const body = source[index + 1] === '\\' ? 2 : 1;
    if (source[index + 1] === '\n' || source[index + 1] === undefined) return 1;
    return source[index + 1 + body] === "'" ? body + 2 : body + 1;
  }
  if (source[index] !== '"') return 1;
  let end = index + 1;
  while (end < source.length && source[end] !== '"' && source[end] !== '\n')
    end += source[end] === '\\' ? 2 : 1;
  return Math.min(end, source.length - 1) - index + (source[end] === '"' ? 1 : 0) || 1;
}
