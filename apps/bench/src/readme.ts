import { readFileSync, writeFileSync } from 'node:fs';

const README = new URL('../README.md', import.meta.url);

/** A table in Markdown; the first column to the left, the others to the right. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [head, ...body] = rows;
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`;
  return [
    line(head!),
    `|${head!.map((_, column) => (column === 0 ? '---' : '--:')).join('|')}|`,
    ...body.map(line),
  ].join('\n');
}

/**
 * The text with what stands between the comments `<!-- name -->` and `<!-- /name -->` replaced.
 *
 * @throws Error when the comments are not there.
 */
export function replaceSection(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the README has no ${begin} and ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
}

/** Writes a section of this package's README anew. */
export function writeReadmeSection(name: string, content: string): void {
  writeFileSync(README, replaceSection(readFileSync(README, 'utf8'), name, content));
}
