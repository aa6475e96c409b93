import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readmeExamples } from './readme-examples.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const readmes = [
  'README.md',
  ...['packages', 'apps'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}/README.md`),
  ),
].filter((file) => existsSync(join(root, file)));

const examples = readmes.flatMap((file) =>
  readmeExamples(readFileSync(join(root, file), 'utf8')).map(({ line }) => `${file}:${line}`),
);

test.each(examples)('%s runs', async (example) => {
  await import(/* @vite-ignore */ `readme-example:${example}`);
});

describe('readmeExamples', () => {
  test('takes ts blocks with their line, and no others', () => {
    const markdown = [
      '# Title',
      '```ts',
      'const a = 1;',
      'a;',
      '```',
      '```ts ignore',
      'not run',
      '```',
      '```sh',
      'ls',
      '```',
      '````md',
      '```ts',
      'quoted',
      '```',
      '````',
    ].join('\n');
    expect(readmeExamples(markdown)).toEqual([{ line: 3, code: 'const a = 1;\na;' }]);
  });
});
