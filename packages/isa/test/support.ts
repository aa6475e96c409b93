import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode, type Row } from '../src/index.ts';

/** Help for the tests that compare with GNU binutils. */

const PREFIX = 'aarch64-linux-gnu-';

const runs = (tool: string): boolean => spawnSync(`${PREFIX}${tool}`, ['--version']).status === 0;

/** Why a comparison with binutils is skipped, or undefined when the tools are there. */
export const binutilsMissing: string | undefined =
  runs('objdump') && runs('as') && runs('ld') && runs('objcopy')
    ? undefined
    : `${PREFIX}binutils is not installed`;

/** A small deterministic generator of 32-bit numbers, so that a failure repeats. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e37_79b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return mixed ^ (mixed >>> 15);
  };
}

/** A random word of a row; fields are all zeros or all ones more often than chance has it. */
export function randomWord(row: Row, next: () => number): number {
  let bits = next();
  for (const field of row.fields.values()) {
    const mask = (2 ** field.width - 1) << field.lo;
    const choice = next() & 7;
    if (choice === 0) bits |= mask;
    else if (choice === 1) bits &= ~mask;
  }
  return ((bits & ~row.mask) | row.value) >>> 0;
}

/** `count` random words that decode to the row; fewer only when most of its words are reserved. */
export function wordsOf(row: Row, count: number, next: () => number): number[] {
  const words: number[] = [];
  for (let attempt = 0; attempt < 20 * count && words.length < count; attempt++) {
    const word = randomWord(row, next);
    if (decode(word) === row) words.push(word);
  }
  return words;
}

function inFolder<T>(action: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'armature-isa-'));
  try {
    return action(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(tool: string, args: readonly string[]): string {
  const result = spawnSync(`${PREFIX}${tool}`, args, { encoding: 'utf8', maxBuffer: 2 ** 30 });
  if (result.status !== 0) throw new Error(`${tool}: ${result.stderr}`);
  return result.stdout;
}

/** One text per word from objdump, comments removed and white space made single; addresses begin at 0. */
export function objdump(words: readonly number[], options: readonly string[] = []): string[] {
  return inFolder((folder) => {
    const file = join(folder, 'words.bin');
    writeFileSync(file, new Uint8Array(Uint32Array.from(words).buffer));
    const output = run('objdump', ['-D', '-z', '-b', 'binary', '-m', 'aarch64', ...options, file]);
    const lines = output.split('\n').filter((line) => /^\s*[0-9a-f]+:\t/.test(line));
    return lines.map((line) =>
      line
        .split('\t')
        .slice(2)
        .join(' ')
        .replace(/\/\/.*$/, '')
        .replace(/\s+/g, ' ')
        .trim(),
    );
  });
}

/** Assembles and links with binutils; the flat image at the origin. */
export function gnuAssemble(source: string, origin: number, architecture = 'armv8-a'): Uint8Array {
  return inFolder((folder) => {
    const [input, script, object, linked, image] = ['in.s', 'ld.x', 'out.o', 'out.elf', 'out.bin'].map(
      (name) => join(folder, name),
    ) as [string, string, string, string, string];
    writeFileSync(input, source);
    const sections = ['.text', '.rodata', '.data', '.bss']
      .map((name) => `${name} : { *(${name}) }`)
      .join(' ');
    writeFileSync(script, `SECTIONS { . = ${origin}; ${sections} }`);
    run('as', [`-march=${architecture}`, input, '-o', object]);
    run('ld', ['-T', script, '-e', '0', object, '-o', linked]);
    run('objcopy', ['-O', 'binary', linked, image]);
    return new Uint8Array(readFileSync(image));
  });
}
