/** The packages of this repository, for a browser. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BUNDLE_OPTIONS } from './bundle.ts';

const PACKAGES = new URL('../../../../packages/', import.meta.url);

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, unknown>>;
}

/** Names of the public entries that are for a browser, too: all but `./node`. */
export function packageEntries(): readonly string[] {
  return readdirSync(PACKAGES).flatMap((folder) => {
    const { name, exports } = JSON.parse(
      readFileSync(new URL(`${folder}/package.json`, PACKAGES), 'utf8'),
    ) as Manifest;
    return Object.keys(exports)
      .filter((entry) => entry !== './package.json' && entry !== './node')
      .map((entry) => name + entry.slice(1));
  });
}

/**
 * One classic script that sets the global variable `entries` to the exports of every entry, by its name.
 *
 * @param define names that stand for global variables: only where no declaration is in scope
 * @throws Error with the imports that a browser cannot have
 */
export async function bundleEntries(
  entries: readonly string[],
  define: Readonly<Record<string, string>> = {},
): Promise<string> {
  const lines = entries.flatMap((entry, index) => [
    `import * as entry${index} from ${JSON.stringify(entry)};`,
    `entries[${JSON.stringify(entry)}] = entry${index};`,
  ]);
  const { outputFiles } = await build({
    ...BUNDLE_OPTIONS,
    format: 'iife',
    define,
    stdin: {
      contents: ['const entries = {};', ...lines, 'globalThis.entries = entries;'].join('\n'),
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
      loader: 'ts',
    },
  });
  return outputFiles[0]!.text;
}
