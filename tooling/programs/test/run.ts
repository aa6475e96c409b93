/** Runs compiled programs: on QEMU, on a machine in this process, and by the command line. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { boot, virt } from '@armature/machine';
import { semihosting } from '@armature/semihosting';
import { MemoryFiles } from './memory-files.ts';
import { execute, type Outcome } from './toolchain.ts';

export const QEMU = 'qemu-system-aarch64';

/** What programs get as their command line. */
const ARGUMENTS = ['program', 'first', 'second'];
/** Far more than any program takes. */
const MOST_INSTRUCTIONS = 50_000_000;

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const CLI = ['--import', path('../../sources.mjs'), path('../../../apps/cli/src/cli.ts')];

/** Runs `action` in a folder of its own, for the files that a program makes. */
async function inEmptyFolder<Result>(action: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'armature-program-'));
  try {
    return await action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function onQemu(image: string): Promise<Outcome> {
  const hosting = [
    'enable=on',
    'target=native',
    'chardev=console',
    ...ARGUMENTS.map((word) => `arg=${word}`),
  ];
  const machine = '-M virt -cpu max -nic none -display none -serial none -monitor none'.split(' ');
  const console = ['-chardev', 'stdio,id=console', '-semihosting-config', hosting.join(',')];
  return inEmptyFolder((folder) => execute(QEMU, [...machine, ...console, '-kernel', image], folder));
}

/** `armature run --semihosting`, from its sources. Its own messages are part of the output. */
export function onCommandLine(image: string): Promise<Outcome> {
  return inEmptyFolder((folder) => {
    const files = ['--semihosting-root', folder];
    const args = ['run', '--semihosting', ...files, '--append', ARGUMENTS.slice(1).join(' '), '--cpu', 'max'];
    return execute(process.execPath, [...CLI, ...args, image]);
  });
}

/** The machine of the command line, in this process, where the CPU is compiled only once. */
export async function onArmature(image: string): Promise<Outcome> {
  let output = '';
  let status: number | null = null;
  const write = (bytes: Uint8Array): void => {
    output += Buffer.from(bytes).toString('latin1');
  };
  const machine = await virt({ cpu: 'max', memory: 32 * 2 ** 20 })
    .use(
      semihosting({
        console: { write, read: () => 0 },
        files: new MemoryFiles(),
        commandLine: ARGUMENTS.join(' '),
        onExit: (code) => {
          status = code;
        },
      }),
    )
    .build();
  boot(machine, { image: new Uint8Array(readFileSync(image)) });
  const { reason } = machine.runSync({ maxInstructions: MOST_INSTRUCTIONS });
  machine.dispose();
  return reason === 'power-off' ? { output, status } : { output: `${output}\n${reason}`, status };
}
