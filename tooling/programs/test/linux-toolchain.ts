/** Compiles the programs for Linux, statically, with the cross compilers' own C library. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COMPILER, execute } from './toolchain.ts';

export const CPP_COMPILER = 'aarch64-linux-gnu-g++';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const LINUX = path('../linux');
const BARE_METAL = path('..');

export const LEVELS = ['O0', 'O2', 'O3'] as const;
export type Level = (typeof LEVELS)[number];

/**
 * Programs that are about the bare machine: exceptions, semihosting, the page below their stack; and one that GCC 12
 * makes wrong assembly of at -O3 with these flags.
 */
const FOR_THE_BARE_MACHINE = new Set(['bfloat16.c', 'endless-recursion.c', 'faults.c', 'files.c']);

const sources = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /\.(c|cpp)$/.test(name))
    .sort();

/** Programs written for Linux, by file name. */
export const linuxPrograms: readonly string[] = sources(LINUX);

/** Programs of the bare machine that a C library serves as well. */
export const portablePrograms: readonly string[] = sources(BARE_METAL).filter(
  (name) => !FOR_THE_BARE_MACHINE.has(name),
);

const FLAGS = [
  '-static',
  '-pthread',
  '-D_GNU_SOURCE',
  '-w',
  '-ffp-contract=off',
  `-I${join(LINUX, 'include')}`,
];

/** A folder of compiled programs. */
export class LinuxToolchain {
  readonly folder = mkdtempSync(join(tmpdir(), 'armature-linux-programs-'));
  private readonly images = new Map<string, Promise<string>>();

  /** Compiles a program, once, and gives its path. @throws Error with the compiler's messages */
  build(program: string, level: Level): Promise<string> {
    const key = `${program} ${level}`;
    const image = this.images.get(key) ?? this.compile(program, level);
    this.images.set(key, image);
    return image;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async compile(program: string, level: Level): Promise<string> {
    const isCpp = extname(program) === '.cpp';
    const image = join(this.folder, `${program}-${level}`);
    const source = join(linuxPrograms.includes(program) ? LINUX : BARE_METAL, program);
    const standard = isCpp ? ['-std=c++20'] : [];
    const { output, status } = await execute(isCpp ? CPP_COMPILER : COMPILER, [
      ...FLAGS,
      ...standard,
      `-${level}`,
      '-o',
      image,
      source,
      '-lm',
    ]);
    if (status !== 0) throw new Error(output);
    return image;
  }
}
