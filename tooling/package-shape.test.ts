import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const MAX_LINES = 600;

/** Source files that may be longer, each with the reason. */
const LONG_FILES: Readonly<Record<string, string>> = {};

/** What a finished repository doesn't contain: markers of unfinished work and paths of one machine. */
const UNWANTED = /\b(?:TODO|FIXME|XXX|HACK|WIP)\b|(?:^|[\s"'`(=])\/(?:home|root|Users|work)\//;

interface Manifest {
  readonly name: string;
  readonly description?: string;
  readonly license?: string;
  readonly type?: string;
  readonly sideEffects?: boolean;
  readonly files?: readonly string[];
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const folders = (parent: string): string[] =>
  readdirSync(join(root, parent))
    .map((name) => `${parent}/${name}`)
    .filter((path) => existsSync(join(root, path, 'package.json')));
const packages = folders('packages');
const apps = folders('apps');

const tracked = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\0')
  .filter((path) => path !== '' && existsSync(join(root, path)));

describe.each(packages)('%s', (folder) => {
  const manifest = JSON.parse(read(`${folder}/package.json`)) as Manifest;

  test('has a manifest fit for publishing', () => {
    expect(manifest.name).toBe(`@armature/${folder.split('/')[1]}`);
    expect(manifest.description).toMatch(/\.$/);
    expect(manifest.license).toBe('MIT');
    expect(manifest.type).toBe('module');
    expect(manifest.sideEffects).toBe(false);
    expect(manifest.files).toContain('dist');
    expect(manifest.scripts).toHaveProperty('build');
    expect(manifest.scripts).toHaveProperty('check:package');
    expect(manifest.exports?.['.']).toEqual({ types: './dist/index.d.ts', default: './dist/index.js' });
    expect(manifest.exports).toHaveProperty(['./package.json']);
    expect(existsSync(join(root, folder, 'tsconfig.json'))).toBe(true);
  });

  test('exports only entries that exist', () => {
    for (const [entry, target] of Object.entries(manifest.exports ?? {})) {
      if (entry === './package.json') continue;
      const name = entry === '.' ? 'index' : entry.slice(2);
      expect(target).toEqual({ types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` });
      expect(existsSync(join(root, folder, 'src', `${name}.ts`)), `${entry} of ${folder}`).toBe(true);
    }
  });

  test('has a README with its name, an example and what is missing', () => {
    const readme = read(`${folder}/README.md`);
    expect(readme).toContain(`# ${manifest.name}\n`);
    expect(readme).toMatch(/^```ts/m);
    expect(readme, 'the README says what is not implemented').toMatch(/not implemented|limitations/i);
  });

  test('pins its exports in a test', () => {
    expect(existsSync(join(root, folder, 'src/exports.test.ts'))).toBe(true);
  });
});

describe.each(apps)('%s', (folder) => {
  test('is built, has a command and a README', () => {
    const manifest = JSON.parse(read(`${folder}/package.json`)) as Manifest;
    expect(manifest).toMatchObject({ license: 'MIT', type: 'module' });
    expect(manifest.files).toContain('dist');
    expect(read(`${folder}/README.md`).length).toBeGreaterThan(200);
    expect(read(`${folder}/src/cli.ts`).startsWith('#!/usr/bin/env node\n')).toBe(true);
  });
});

test('workspace packages refer to each other by workspace:^', () => {
  for (const folder of [...packages, ...apps]) {
    const { dependencies = {} } = JSON.parse(read(`${folder}/package.json`)) as Manifest;
    for (const [name, range] of Object.entries(dependencies)) {
      if (name.startsWith('@armature/')) expect(range, `${name} in ${folder}`).toBe('workspace:^');
    }
  }
});

test.each([...packages, ...apps])('%s declares the workspace packages that it imports', (folder) => {
  const { name, dependencies = {} } = JSON.parse(read(`${folder}/package.json`)) as Manifest;
  const imported = tracked
    .filter(
      (path) =>
        path.startsWith(`${folder}/src/`) && path.endsWith('.ts') && !/\.(test|bench)\.ts$/.test(path),
    )
    .flatMap((path) => [...read(path).matchAll(/^(?:import|export|\}).* from '(@armature\/[^/']+)/gm)])
    .map((match) => match[1]!);
  const missing = [...new Set(imported)].filter((one) => one !== name && !(one in dependencies));
  expect(missing).toEqual([]);
});

test('source files are short', () => {
  const sources = tracked.filter((path) => /^(packages|apps|tooling)\/.*\.(ts|mjs|cjs)$/.test(path));
  const long = sources.filter((path) => read(path).split('\n').length > MAX_LINES);
  expect(long.filter((path) => !(path in LONG_FILES))).toEqual([]);
  expect(Object.keys(LONG_FILES).filter((path) => !long.includes(path))).toEqual([]);
});

test('files hold no markers of unfinished work and no path of one machine', () => {
  const found = tracked
    .filter(
      (path) => /\.(ts|mjs|cjs|js|json|md|yaml|yml|S|c|h|css|html)$/.test(path) && path !== 'pnpm-lock.yaml',
    )
    .filter((path) => path !== 'tooling/package-shape.test.ts')
    .flatMap((path) =>
      read(path)
        .split('\n')
        .flatMap((line, index) => (UNWANTED.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
    );
  expect(found).toEqual([]);
});
