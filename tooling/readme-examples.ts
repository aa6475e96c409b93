import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const ID = /^readme-example:(.+):(\d+)$/;
const RESOLVED = /^(.+\.md)\.line-(\d+)\.ts$/;

export interface ReadmeExample {
  /** Line of the README where the block's code begins, from 1. */
  readonly line: number;
  readonly code: string;
}

/** The ```ts blocks of a Markdown text; ```ts ignore blocks are left out. */
export function readmeExamples(markdown: string): ReadmeExample[] {
  const examples: ReadmeExample[] = [];
  const lines = markdown.split('\n');
  for (let index = 0; index < lines.length; index++) {
    const fence = /^(`{3,})(.*)$/.exec(lines[index]!);
    if (fence === null) continue;
    const begin = index + 1;
    while (index + 1 < lines.length && lines[index + 1] !== fence[1]) index++;
    const code = lines.slice(begin, ++index).join('\n');
    if (fence[2]!.trim() === 'ts') examples.push({ line: begin + 1, code });
  }
  return examples;
}

/**
 * Lets tests import a README's example as a module: `readme-example:packages/fdt/README.md:12`. The module has the
 * block at the lines it has in the README, so that a stack trace points there.
 */
export function readmeExamplesPlugin() {
  return {
    name: 'readme-examples',
    enforce: 'pre' as const,
    resolveId(id: string): string | undefined {
      const match = ID.exec(id);
      return match === null ? undefined : `${join(root, match[1]!)}.line-${match[2]}.ts`;
    },
    load(id: string): string | undefined {
      const match = RESOLVED.exec(id);
      if (match === null) return undefined;
      const line = Number(match[2]);
      // Vite may hand back the path relative to its root.
      const file = match[1]!.startsWith(root) ? match[1]! : join(root, match[1]!);
      const example = readmeExamples(readFileSync(file, 'utf8')).find((block) => block.line === line);
      if (example === undefined) throw new Error(`${file} has no example at line ${line}`);
      return `${'\n'.repeat(line - 1)}${example.code}\n`;
    },
  };
}
