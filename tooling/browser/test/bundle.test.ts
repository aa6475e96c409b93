import { expect, test } from 'vitest';
import { bundlePage } from '../src/host/bundle.ts';
import { bundleEntries, packageEntries } from '../src/host/packages.ts';

/** What Node has in its global scope and a browser has not, each by a name that nothing else has. */
const MARKERS = Object.fromEntries(
  [
    'Buffer',
    'process',
    'global',
    'require',
    'module',
    'exports',
    '__dirname',
    '__filename',
    'setImmediate',
  ].map((name) => [name, `nodeGlobal_${name}`]),
);

/** Lines of a bundle of these entries that use a global variable of Node's. */
async function usesOfNode(entries: readonly string[]): Promise<string[]> {
  const lines = (await bundleEntries(entries, MARKERS)).split('\n');
  return lines.filter((line) => line.includes('nodeGlobal_'));
}

test('every package can be bundled for a browser', async () => {
  const entries = packageEntries();
  expect(entries).toContain('@armature/machine');
  expect(await usesOfNode(entries)).toEqual([]);
});

test('a global variable of Node’s is found, a variable of that name is not', async () => {
  const source = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;
  expect(await usesOfNode([source('export const process = { global: 1 }; process.global++;')])).toEqual([]);
  const [use, ...others] = await usesOfNode([source('export const used = () => process.cwd();')]);
  expect([use, others]).toEqual([expect.stringContaining('.cwd()'), []]);
});

test('a built-in of Node’s is an error', async () => {
  await expect(bundleEntries(['@armature/disk/node'])).rejects.toThrow('node:fs');
});

test('the page is a few files', async () => {
  const files = await bundlePage();
  expect([...files.keys()]).toEqual(['/', '/page.js', '/page.css', '/worker.js']);
  const html = new TextDecoder().decode(files.get('/')!.body);
  for (const [, name] of html.matchAll(/(?:src|href)="([\w.]+)"/g)) expect(files.has(`/${name}`)).toBe(true);
});
