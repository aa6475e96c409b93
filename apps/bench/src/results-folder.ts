import { mkdirSync, writeFileSync } from 'node:fs';

/** Beside `src` and `dist`. */
const RESULTS = new URL('../results/', import.meta.url);

/** Writes a file of this package's results anew. */
export function writeResult(name: string, text: string): void {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(new URL(name, RESULTS), text);
}
