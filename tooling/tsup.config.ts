import { existsSync } from 'node:fs';
import { defineConfig } from 'tsup';

/** The one build of every package and app: ESM with types, one output file per public entry. */
const entries = ['index', 'node', 'contract', 'cli']
  .map((name) => `src/${name}.ts`)
  .filter((file) => existsSync(file));

export default defineConfig({
  entry: entries,
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
