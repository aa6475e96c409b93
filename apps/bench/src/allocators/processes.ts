/** Processes that measure: this package's own cell program, and the programs in C. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { atExit } from '../race/at-exit.ts';

const isSource = import.meta.url.endsWith('.ts');
const path = (source: string, built: string): string =>
  fileURLToPath(new URL(isSource ? source : built, import.meta.url));

const CELL = path('../cell.ts', './cell.js');
const SOURCES = path('../../programs/allocators/', '../programs/allocators/');

export const C_COMPILER = 'gcc';
const FLAGS = ['-std=c11', '-O2', '-D_POSIX_C_SOURCE=200809L'];

/** Longest measurement, in milliseconds. */
const TIMEOUT = 300_000;

/** Runs a program to its end. @throws Error with what it says when it fails */
function run(command: string, args: readonly string[], what: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: TIMEOUT });
    const forget = atExit(() => child.kill());
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (status, signal) => {
      forget();
      if (status === 0) resolve(output);
      else reject(new Error(`${what}: ${signal ?? `status ${status}`}\n${errors.trim()}`));
    });
  });
}

/** Does a job in a process of its own. */
export async function inProcess<Result>(args: readonly (string | number)[]): Promise<Result> {
  const words = args.map(String);
  const output = await run(process.execPath, [...process.execArgv, CELL, ...words], words.join(' '));
  return JSON.parse(output.trim().split('\n').at(-1)!) as Result;
}

/** The compiler's version line, or null where it is not installed. */
export function cCompiler(): string | null {
  const { status, stdout } = spawnSync(C_COMPILER, ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n')[0]! : null;
}

/** Programs in C, each compiled when it is first wanted. */
export class CPrograms {
  readonly #folder = mkdtempSync(join(tmpdir(), 'armature-allocators-'));
  readonly #made = new Map<string, string>();
  readonly #forget = atExit(() => this.remove());

  /** @throws Error with what the compiler says */
  #program(options: readonly string[]): string {
    const key = options.join(' ');
    const made = this.#made.get(key);
    if (made !== undefined) return made;
    const [source, ...definitions] = options;
    const program = join(this.#folder, `program-${this.#made.size}`);
    const args = [...FLAGS, ...definitions, join(SOURCES, source!), '-o', program];
    const { status, stderr } = spawnSync(C_COMPILER, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${source} does not compile: ${stderr}`);
    this.#made.set(key, program);
    return program;
  }

  /** What a program prints: a number a line. */
  async run(options: readonly string[], args: readonly (string | number)[]): Promise<number[]> {
    const output = await run(
      this.#program(options),
      args.map(String),
      `${options.join(' ')} ${args.join(' ')}`,
    );
    return output.trim().split('\n').map(Number);
  }

  remove(): void {
    this.#forget();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
