/** Runs Linux programs: on a machine in this process, by the command line, and under QEMU's user mode. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MiB } from '@armature/core';
import { linuxUser } from '@armature/linux-user';
import { hostDirectory } from '@armature/linux-user/node';
import { allocatorByName, buildMachine, type Machine, readMachineDocument } from '@armature/machine';

export const QEMU_USER = 'qemu-aarch64';

/** What a program wrote to standard output, one character a byte, and its status; 128 + n after signal n. */
export interface LinuxOutcome {
  readonly output: string;
  readonly status: number | null;
}

export interface RunOptions {
  readonly arguments?: readonly string[];
  readonly input?: string;
  /** A directory of the host with what the program may see: it runs in `work` there. */
  readonly root: string;
  /** `PATH` of the program. Default: none. */
  readonly path?: string;
}

export interface MachineRunOptions extends RunOptions {
  readonly engine?: string;
  readonly allocator?: string;
  readonly memory?: number;
  readonly maxProcesses?: number;
  readonly maxInstructions?: number;
}

/** Far more than any program takes. */
const MOST_INSTRUCTIONS = 4_000_000_000;
const RAM_BASE = 0x4000_0000;

const here = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const CLI = ['--import', here('../../sources.mjs'), here('../../../apps/cli/src/cli.ts')];

/** Runs `action` with a new directory that holds an empty `work`. */
export async function inRoot<Result>(action: (root: string) => Promise<Result>): Promise<Result> {
  const root = mkdtempSync(join(tmpdir(), 'armature-linux-root-'));
  mkdirSync(join(root, 'work'));
  try {
    return await action(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Runs a host's program to its end. */
function run(
  command: string,
  args: readonly string[],
  cwd: string,
  input: string,
  path?: string,
): Promise<LinuxOutcome> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...(path !== undefined && { PATH: path }) };
    const child = spawn(command, args, { cwd, env, stdio: ['pipe', 'pipe', 'ignore'], timeout: 300_000 });
    const chunks: Uint8Array[] = [];
    child.stdout.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const status = signal === null ? code : 128 + constants.signals[signal];
      resolve({ output: Buffer.concat(chunks).toString('latin1'), status });
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

export const onQemuUser = (
  image: string,
  { arguments: args = [], input = '', root, path }: RunOptions,
): Promise<LinuxOutcome> => run(qemuPath(), [image, ...args], join(root, 'work'), input, path);

/** QEMU's own path: a program's PATH may lead nowhere. */
export function qemuPath(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, QEMU_USER)).find((file) => existsSync(file)) ?? QEMU_USER;
}

/** `armature exec`, from its sources. */
export const onExec = (
  image: string,
  { arguments: args = [], input = '', root, path }: RunOptions,
): Promise<LinuxOutcome> => {
  const environment = path === undefined ? [] : ['--env', `PATH=${path}`];
  const options = ['--root', root, '--directory', '/work', ...environment];
  return run(process.execPath, [...CLI, 'exec', ...options, image, ...args], root, input);
};

/** A machine as `armature exec` builds it, whose time counts instructions. */
export async function linuxMachine(
  options: Omit<MachineRunOptions, 'input' | 'root'> & { readonly root?: string },
  write: (bytes: Uint8Array, stream: 'stdout' | 'stderr') => void,
): Promise<Machine<'linux-user' | 'memory-management'>> {
  const { engine, allocator = 'bitmap', memory = MiB(256), maxProcesses } = options;
  const { parts, options: machine } = readMachineDocument({
    parts: [
      { part: 'cpu', model: 'max', ...(engine !== undefined && { engine }) },
      { part: 'mmu' },
      { part: 'exceptions' },
      { part: 'timer' },
      { part: 'ram', base: RAM_BASE, size: memory },
      { part: 'memory', allocator: allocatorByName(allocator).name, pages: memory / 4096, reserveFirst: 0 },
    ],
  });
  const kernel = linuxUser({
    console: { write, wantInput: () => {} },
    startTime: 1_800_000_000,
    ...(options.root !== undefined && { root: hostDirectory(options.root) }),
    ...(maxProcesses !== undefined && { maxProcesses }),
  });
  return (await buildMachine([...parts, kernel], machine)) as Machine<'linux-user' | 'memory-management'>;
}

/** The machine in this process, where the CPU is compiled only once. */
export async function onMachine(image: string, options: MachineRunOptions): Promise<LinuxOutcome> {
  let output = '';
  const machine = await linuxMachine(options, (bytes, stream) => {
    if (stream === 'stdout') output += Buffer.from(bytes).toString('latin1');
  });
  const linux = machine.use('linux-user');
  linux.start({
    path: image,
    bytes: new Uint8Array(readFileSync(image)),
    arguments: [image, ...(options.arguments ?? [])],
    directory: '/work',
    environment: options.path === undefined ? [] : [`PATH=${options.path}`],
  });
  linux.pushInput(Buffer.from(options.input ?? ''));
  linux.endInput();
  const { reason } = await machine.run({ maxInstructions: options.maxInstructions ?? MOST_INSTRUCTIONS });
  const status = linux.ending?.status ?? null;
  const problems = machine.use('memory-management').validate();
  machine.dispose();
  if (problems.length > 0) output += `\n${problems.join('\n')}`;
  return reason === 'power-off' ? { output, status } : { output: `${output}\n${reason}`, status };
}
