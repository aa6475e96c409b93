/** Runs the command line as a child process, from its sources. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assemble } from '@armature/isa';
import { afterAll } from 'vitest';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** The command and its first arguments. */
export const COMMAND = [
  process.execPath,
  '--import',
  path('../../../tooling/sources.mjs'),
  path('../src/cli.ts'),
] as const;

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

export interface RunningArmature {
  readonly outcome: Promise<Outcome>;
  write(text: string): void;
  end(): void;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when standard output contains a text. */
  shows(text: string): Promise<void>;
  /** Resolves when standard error contains a text. */
  reports(text: string): Promise<void>;
}

/** Compiled sources are kept between the runs of a test, which halves the time each takes to start. */
const cache = mkdtempSync(join(tmpdir(), 'armature-cache-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));
export const ENVIRONMENT = { ...process.env, NODE_COMPILE_CACHE: cache };

/** Starts `armature`; its input stays open. */
export function start(args: readonly string[]): RunningArmature {
  const child = spawn(COMMAND[0], [...COMMAND.slice(1), ...args], { stdio: 'pipe', env: ENVIRONMENT });
  let stdout = '';
  let stderr = '';
  let look = (): void => {};
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    stdout += text;
    look();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    look();
  });
  const contains = (written: () => string, text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      look = () => {
        if (written().includes(text)) resolve();
      };
      look();
      child.on('close', () => reject(new Error(`it ended without ${text}: ${stdout}${stderr}`)));
    });
  child.stdin.on('error', () => {});
  return {
    outcome: new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve({ stdout, stderr, code }));
    }),
    write: (text) => child.stdin.write(text),
    end: () => child.stdin.end(),
    kill: (signal) => child.kill(signal),
    shows: (text) => contains(() => stdout, text),
    reports: (text) => contains(() => stderr, text),
  };
}

/** Runs `armature` to its end, with this input. */
export function armature(args: readonly string[], input = ''): Promise<Outcome> {
  const running = start(args);
  running.write(input);
  running.end();
  return running.outcome;
}

/** A folder for a test's files. */
export class Files {
  readonly folder = mkdtempSync(join(tmpdir(), 'armature-cli-'));

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, contents: Uint8Array | string): string {
    writeFileSync(this.path(name), contents);
    return this.path(name);
  }

  /** Assembles a program for 0x4008_0000. */
  program(name: string, source: string): string {
    return this.write(name, assemble(source, { origin: 0x4008_0000 }).bytes);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** PSCI SYSTEM_OFF. */
export const POWER_OFF = `
  movz w0, #0x0008
  movk w0, #0x8400, lsl #16
  hvc #0
`;

/** PSCI SYSTEM_RESET. */
export const RESET = `
  movz w0, #0x0009
  movk w0, #0x8400, lsl #16
  hvc #0
`;

/** Writes every character of a text to the UART. */
export function print(text: string): string {
  const characters = [...text].map((character) => `  mov w1, #${character.charCodeAt(0)}\n  str w1, [x20]\n`);
  return `  mov x20, #0x09000000\n${characters.join('')}`;
}
