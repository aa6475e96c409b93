import { expect, test } from 'vitest';
import { bundlePage } from '../src/host/bundle.ts';
import { bundleEntries, packageEntries } from '../src/host/packages.ts';

/** What Node has in its global scope and a browser has not, in use. */
const NODE_GLOBAL = /(?<![.\w])(?:(?:Buffer|process|global|__dirname|__filename)\b[.([]|require\(['"])/;

test('every package can be bundled for a browser', async () => {
  const entries = packageEntries();
  expect(entries).toContain('@armature/machine');
  const lines = (await bundleEntries(entries)).split('\n');
  expect(lines.filter((line) => NODE_GLOBAL.test(line))).toEqual([]);
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
