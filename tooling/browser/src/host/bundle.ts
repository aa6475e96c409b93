/** The page and its worker as a browser gets them, bundled from the sources of the packages. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** For a browser: a package that needs a Node built-in is an error here. */
export const BUNDLE_OPTIONS = {
  bundle: true,
  write: false,
  platform: 'browser',
  format: 'esm',
  target: 'es2023',
  // Its paths lead to the sources of workspace packages.
  tsconfig: path('../../../../tsconfig.json'),
  logLevel: 'silent',
} as const satisfies BuildOptions;

export interface PageFile {
  readonly type: string;
  readonly body: Uint8Array;
}

const HTML = 'text/html; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';
const STYLE = 'text/css; charset=utf-8';

/** The worker's program: one classic script. */
export async function bundleWorker(): Promise<string> {
  const entry = path('../machine/worker.ts');
  const { outputFiles } = await build({ ...BUNDLE_OPTIONS, format: 'iife', entryPoints: [entry] });
  return outputFiles[0]!.text;
}

/**
 * All files of the page, by path.
 *
 * @throws Error with what cannot be bundled, and why
 */
export async function bundlePage(): Promise<ReadonlyMap<string, PageFile>> {
  const [worker, page] = await Promise.all([
    bundleWorker(),
    build({
      ...BUNDLE_OPTIONS,
      entryPoints: [path('../page/page.ts'), path('../page/page.css')],
      outdir: '/',
    }),
  ]);
  const script = page.outputFiles.find(({ path: name }) => name.endsWith('.js'))!;
  const style = page.outputFiles.find(({ path: name }) => name.endsWith('.css'))!;
  return new Map<string, PageFile>([
    ['/', { type: HTML, body: readFileSync(path('../page/index.html')) }],
    ['/page.js', { type: SCRIPT, body: script.contents }],
    ['/page.css', { type: STYLE, body: style.contents }],
    ['/worker.js', { type: SCRIPT, body: new TextEncoder().encode(worker) }],
  ]);
}
