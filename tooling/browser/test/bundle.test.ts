import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { BUNDLE_OPTIONS, bundlePage } from '../src/host/bundle.ts';

const PACKAGES = new URL('../../../packages/', import.meta.url);

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, unknown>>;
}

/** Every public entry that is for a browser too. */
const entries = readdirSync(PACKAGES).flatMap((folder) => {
  const { name, exports } = JSON.parse(
    readFileSync(new URL(`${folder}/package.json`, PACKAGES), 'utf8'),
  ) as Manifest;
  return Object.keys(exports)
    .filter((entry) => entry !== './package.json' && entry !== './node')
    .map((entry) => name + entry.slice(1));
});

const bundle = (contents: string) =>
  build({
    ...BUNDLE_OPTIONS,
    stdin: { contents, resolveDir: fileURLToPath(new URL('.', import.meta.url)), loader: 'ts' },
  });

test('every package can be bundled for a browser', async () => {
  expect(entries).toContain('@armature/machine');
  const source = entries.map((entry, index) => `export * as entry${index} from '${entry}';`).join('\n');
  const { errors, warnings } = await bundle(source);
  expect([...errors, ...warnings]).toEqual([]);
});

test('a built-in of Node’s is an error', async () => {
  await expect(bundle("export { FileDisk } from '@armature/disk/node';")).rejects.toThrow('node:fs');
});

test('the page is a few files', async () => {
  const files = await bundlePage();
  expect([...files.keys()]).toEqual(['/', '/page.js', '/page.css', '/worker.js']);
  const html = new TextDecoder().decode(files.get('/')!.body);
  for (const [, name] of html.matchAll(/(?:src|href)="([\w.]+)"/g)) expect(files.has(`/${name}`)).toBe(true);
});
