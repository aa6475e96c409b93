/** `armature linux --deterministic`: the same commands give the same bytes and instruction counts, on any engine. */
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from './configuration.ts';
import { armature } from './emulators.ts';
import { digest, sequence } from './expected.ts';
import type { LinuxFiles } from './kernels.ts';

export interface DeterministicRun {
  readonly console: string;
  readonly instructions: number;
  readonly code: number | null;
  readonly stderr: string;
}

/** Linux throws away what reached the UART's FIFO before a program opened the line. */
const LOST_AT_START = `${' '.repeat(200)}\n`;

const COMMANDS = [
  'date; uptime; nproc; cat /proc/interrupts',
  'head -c 20 /dev/urandom | md5sum; mktemp -u',
  'seq 1 3000 | sha256sum',
  'for i in 1 2 3 4; do (seq $i 1000 | md5sum; echo $i) & done; wait; cat /proc/loadavg',
  'time sleep 1; dmesg | tail -n 3',
  'poweroff',
];

/** What every run writes, whatever else it does. */
const PROOF = digest('sha256', sequence(1, 3000));

/**
 * Runs the commands from a file.
 *
 * @throws Error when it takes longer, in seconds
 */
export async function deterministicRun(
  { kernel, initrd }: LinuxFiles,
  { cpus, engine, seconds }: { readonly cpus: number; readonly engine: Engine; readonly seconds: number },
): Promise<DeterministicRun> {
  const folder = mkdtempSync(join(tmpdir(), 'armature-systems-'));
  const script = join(folder, 'commands');
  writeFileSync(script, `${LOST_AT_START}${COMMANDS.join('\n')}\n`);
  const input = openSync(script, 'r');
  const { command, args, env } = armature(engine, [
    ...['linux', '--kernel', kernel, '--initrd', initrd],
    ...['--cpus', `${cpus}`, '--deterministic', '--json'],
  ]);
  try {
    return await new Promise((resolve, reject) => {
      const child = spawn(command, args, { stdio: [input, 'pipe', 'pipe'], env, timeout: seconds * 1000 });
      let console = '';
      let stderr = '';
      child.stdout!.setEncoding('latin1').on('data', (text: string) => {
        console += text;
      });
      child.stderr!.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
      });
      child.on('error', reject);
      child.on('close', (code) => {
        const line = stderr.trim().split('\n').at(-1) ?? '';
        if (code !== 0 || !line.startsWith('{')) {
          reject(new Error(`status ${code} after at most ${seconds} s\n${console.slice(-3000)}\n${stderr}`));
          return;
        }
        const { instructions } = JSON.parse(line) as { instructions: number };
        resolve({ console, instructions, code, stderr });
      });
    });
  } finally {
    closeSync(input);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Says how two runs differ; undefined when they do not. */
export function describeDifference(a: DeterministicRun, b: DeterministicRun): string | undefined {
  if (!a.console.includes(PROOF)) return `the commands did not run:\n${a.console.slice(-3000)}`;
  if (a.console !== b.console) {
    const other = b.console.split('\n');
    const at = a.console.split('\n').findIndex((line, index) => line !== other[index]);
    return `line ${at + 1} differs:\n${a.console.split('\n')[at]}\n${other[at]}`;
  }
  if (a.instructions !== b.instructions) return `${a.instructions} and ${b.instructions} instructions`;
  return undefined;
}

/** The same commands twice on the compiler and once on the interpreter; gives what differs from the first run. */
export async function deterministicRuns(
  files: LinuxFiles,
  cpus: number,
  seconds: number,
): Promise<{ readonly failures: readonly string[]; readonly instructions: number }> {
  const run = (engine: Engine) => deterministicRun(files, { cpus, engine, seconds });
  const first = await run('jit');
  const others = [
    ['jit again', await run('jit')],
    ['interpreter', await run('interpreter')],
  ] as const;
  return {
    failures: others.flatMap(([name, other]) => {
      const difference = describeDifference(first, other);
      return difference === undefined ? [] : [`jit, and ${name}: ${difference}`];
    }),
    instructions: first.instructions,
  };
}
