/** What every program gave under QEMU, as digests: `expected.json`. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Outcome } from './toolchain.ts';

const FILE = fileURLToPath(new URL('../expected.json', import.meta.url));

/** An outcome: the status, and the first 128 bits of the SHA-256 of the output. */
export interface Digest {
  readonly status: number | null;
  readonly output: string;
}

const expected = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, Digest>;

export function digest({ output, status }: Outcome): Digest {
  return { status, output: createHash('sha256').update(output, 'latin1').digest('hex').slice(0, 32) };
}

/** What is recorded for a program, however it is compiled; undefined when nothing is. */
export const recorded = (program: string): Digest | undefined => expected[program];

/** Writes the digests of these programs, and forgets all others. */
export function record(outcomes: ReadonlyMap<string, Outcome>): void {
  const entries = [...outcomes].map(([program, outcome]) => [program, digest(outcome)]);
  writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(entries), undefined, 2)}\n`);
}
