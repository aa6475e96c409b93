/** How each emulator is started with a configuration. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COMMAND_LINE, type Configuration, type EmulatorName, MEMORY_MIB } from './configuration.ts';
import type { Program } from './guest.ts';
import type { LinuxFiles } from './kernels.ts';

export const QEMU = 'qemu-system-aarch64';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

let cache: string | undefined;

/** Compiled sources are kept between the processes of one run. */
function environment(): NodeJS.ProcessEnv {
  if (cache === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'armature-systems-cache-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    cache = folder;
  }
  return { ...process.env, NODE_COMPILE_CACHE: cache };
}

/** `armature` from its sources. */
export function armature(args: readonly string[]): Program {
  return {
    command: process.execPath,
    args: ['--import', path('../../sources.mjs'), path('../../../apps/cli/src/cli.ts'), ...args],
    env: environment(),
  };
}

/** Boots the kernel of a configuration; the serial line is standard input and output. */
export function emulator(
  name: EmulatorName,
  { cpu, cpus, gic }: Configuration,
  { kernel, initrd }: LinuxFiles,
): Program {
  if (name === 'armature') {
    const files = ['--kernel', kernel, '--initrd', initrd];
    const board = ['--cpu', cpu, '--cpus', `${cpus}`, '--gic', `${gic}`, '--memory', `${MEMORY_MIB}M`];
    return armature(['linux', ...files, ...board, '--quiet']);
  }
  const args = [
    // Without a seed in the device tree both kernels start from the same state.
    ['-M', `virt,gic-version=${gic},dtb-randomness=off`],
    ['-cpu', cpu, '-smp', `${cpus}`, '-m', `${MEMORY_MIB}`],
    ['-nodefaults', '-nic', 'none', '-display', 'none', '-serial', 'stdio', '-monitor', 'none'],
    ['-kernel', kernel, '-initrd', initrd, '-append', COMMAND_LINE],
  ];
  return { command: QEMU, args: args.flat() };
}
