/** The race's guest: kernel, RAM disk with programs and rows. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type ArchiveEntry, writeArchive } from '@armature/initrd';
import type { LinuxFiles } from '../boot/machines.ts';
import { initScript } from './init.ts';
import { type GuestRow, RACE_FOLDER, SCRIPT } from './rows.ts';
import { makeScript } from './script.ts';

/** Sources of the programs: beside `src` and `dist`. */
const SOURCES = sourceFolder();

function sourceFolder(): string {
  const up = import.meta.url.endsWith('.ts') ? '../../' : '../';
  return fileURLToPath(new URL(`${up}programs/race/`, import.meta.url));
}

export const COMPILER = 'aarch64-linux-gnu-gcc';
const WARNINGS = ['-Wall', '-Wextra', '-Wpedantic', '-Wshadow', '-Wstrict-prototypes', '-Werror'];
export const FLAGS = ['-std=gnu11', '-O2', '-static', ...WARNINGS];

/** Names of all programs that there are. */
export const programNames = (): string[] =>
  readdirSync(SOURCES)
    .filter((name) => name.endsWith('.c'))
    .map((name) => name.slice(0, -'.c'.length))
    .sort();

export const sourceOf = (program: string): string => join(SOURCES, `${program}.c`);

/** The compiler's version line, or undefined where it is not installed. */
export function compilerVersion(): string | undefined {
  const result = spawnSync(COMPILER, ['--version'], { encoding: 'utf8' });
  return result.status === 0 ? result.stdout.split('\n')[0] : undefined;
}

/**
 * Compiles programs.
 *
 * @returns their executables, by name
 * @throws Error with what the compiler says
 */
export function compilePrograms(names: readonly string[], folder: string): ReadonlyMap<string, Uint8Array> {
  return new Map(
    names.map((name) => {
      const file = join(folder, name);
      const args = [...FLAGS, '-o', file, sourceOf(name), '-lm'];
      const { status, stderr, error } = spawnSync(COMPILER, args, { encoding: 'utf8' });
      if (status !== 0) throw new Error(`${name}.c does not compile: ${error?.message ?? stderr}`);
      return [name, new Uint8Array(readFileSync(file))];
    }),
  );
}

/** The kernel runs this as the first process. */
export const INIT = `${RACE_FOLDER}/init`;

/** What the race adds to the RAM disk of `armature linux`: an archive behind its own. */
export function raceArchive(
  rows: readonly GuestRow[],
  amountOf: (row: GuestRow) => number,
  programs: ReadonlyMap<string, Uint8Array>,
): Uint8Array {
  const folder = RACE_FOLDER.slice(1);
  const text = (contents: string) => ({ file: new TextEncoder().encode(contents) });
  const entries: ArchiveEntry[] = [
    { path: folder, contents: { directory: true } },
    { path: `${folder}/init`, contents: text(initScript(rows, amountOf)) },
    { path: SCRIPT.slice(1), contents: text(makeScript()), mode: 0o644 },
    ...[...programs].map(([name, file]) => ({ path: `${folder}/${name}`, contents: { file } })),
  ];
  return gzipSync(writeArchive(entries));
}

/**
 * Makes two RAM disks: one with little of each row, for its result, and one to time.
 *
 * @param base kernel and RAM disk of `armature linux`
 * @param scale multiplies how much of each row is timed
 * @param folder where they are written
 */
export function makeGuest(
  base: LinuxFiles,
  rows: readonly GuestRow[],
  scale: number,
  folder: string,
): { readonly check: LinuxFiles; readonly race: LinuxFiles } {
  const programs = compilePrograms([...new Set(rows.flatMap((row) => row.programs))], folder);
  const first = readFileSync(base.initrd);
  const make = (name: string, amountOf: (row: GuestRow) => number): LinuxFiles => {
    const initrd = join(folder, `${name}.initrd.gz`);
    writeFileSync(initrd, Buffer.concat([first, raceArchive(rows, amountOf, programs)]));
    return { kernel: base.kernel, initrd };
  };
  return {
    check: make('check', ({ check }) => check),
    race: make('race', ({ amount, check }) => Math.max(check, Math.round(amount * scale))),
  };
}
