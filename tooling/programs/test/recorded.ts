/** What every program gave under QEMU, as digests: `expected.json`. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Outcome, Variant } from './toolchain.ts';

const FILE = fileURLToPath(new URL('../expected.json', import.meta.url));

/** An outcome: the status, and the first 128 bits of the SHA-256 of the output. */
interface Digest {
  readonly status: number | null;
  readonly output: string;
}

interface Expected extends Digest {
  /** Output with fused multiplications and additions, where it is another one. */
  readonly fused?: string;
}

const expected = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, Expected>;
const isFused = (variant: Variant): boolean => variant === 'O3-v8.5';

export function digest({ output, status }: Outcome): Digest {
  return { status, output: createHash('sha256').update(output, 'latin1').digest('hex').slice(0, 32) };
}

/** What is recorded for a program; undefined when nothing is. */
export function recorded(program: string, variant: Variant): Digest | undefined {
  const entry = expected[program];
  if (entry === undefined) return undefined;
  return { status: entry.status, output: (isFused(variant) && entry.fused) || entry.output };
}

/** Writes the digests of these programs, and forgets all others. */
export function record(outcomes: ReadonlyMap<string, ReadonlyMap<Variant, Outcome>>): void {
  const entries = [...outcomes].map(([program, byVariant]): [string, Expected] => {
    const plain = digest(byVariant.get('O2')!);
    const fused = digest(byVariant.get('O3-v8.5')!).output;
    return [program, { ...plain, ...(fused !== plain.output && { fused }) }];
  });
  writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(entries), undefined, 2)}\n`);
}
