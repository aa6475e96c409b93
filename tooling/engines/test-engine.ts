import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * With the environment variable `ARMATURE_ENGINE`, tests whose machines do not choose an engine run on another one than
 * the product's default: `interpreter`, or `jit`, which then compiles at once. `packages/cpu/test` knows more of them.
 */
export function engineAlias(name = process.env['ARMATURE_ENGINE']) {
  if (name === undefined || name === '') return [];
  const replacement = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  return existsSync(replacement) ? [{ find: /^\.\/default-engine\.ts$/, replacement }] : [];
}
