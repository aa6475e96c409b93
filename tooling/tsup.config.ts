import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defineConfig, type Options } from 'tsup';

/** The one build of every package and app: ESM with types, one output file per public entry. */
const entries = ['index', 'node', 'contract', 'cli']
  .map((name) => `src/${name}.ts`)
  .filter((file) => existsSync(file));

/**
 * What a package's build makes beside its sources: see `packages/cpu/build`. Hosts that don't run TypeScript make none
 * of it, which no package depends on.
 */
const own = resolve('build/plugins.ts');
const { plugins }: { plugins: NonNullable<Options['esbuildPlugins']> } =
  existsSync(own) && process.features.typescript ? await import(pathToFileURL(own).href) : { plugins: [] };

export default defineConfig({
  entry: entries,
  esbuildPlugins: plugins,
  format: 'esm',
  target: 'es2023',
  platform: 'neutral',
  external: [/^node:/],
  dts: existsSync('src/index.ts'),
  splitting: true,
  sourcemap: false,
  clean: true,
  silent: true,
});
