/** How each emulator is started with a configuration. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  COMMAND_LINE,
  type Configuration,
  type EmulatorName,
  type Engine,
  MEMORY_MIB,
} from './configuration.ts';
import { DISK_SERIAL } from './disk.ts';
import type { Program } from './guest.ts';
import type { LinuxFiles } from './kernels.ts';

export const QEMU = 'qemu-system-aarch64';

/**
 * QEMU's name for a model. Our `max` has no SVE and no SME, and signs pointers by an algorithm of its own, which QEMU
 * can do too: QARMA is slow.
 */
const QEMU_MODELS: Readonly<Record<Configuration['cpu'], string>> = {
  'cortex-a53': 'cortex-a53',
  'cortex-a72': 'cortex-a72',
  max: 'max,sve=off,sme=off,pauth-impdef=on',
};

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

/** `armature` from its sources, on an engine. */
export function armature(engine: Engine, args: readonly string[]): Program {
  const sources = ['--import', path('../../sources.mjs'), path('../../../apps/cli/src/cli.ts')];
  return {
    command: process.execPath,
    args: [...sources, ...args, '--engine', engine],
    env: environment(),
  };
}

/**
 * Boots the kernel of a configuration; the serial line is standard input and output.
 *
 * @param disk a raw file
 */
export function emulator(
  name: EmulatorName,
  { cpu, cpus, gic, engine }: Configuration,
  { kernel, initrd }: LinuxFiles,
  disk?: string,
): Program {
  if (name === 'armature') {
    const files = ['--kernel', kernel, '--initrd', initrd];
    const board = ['--cpu', cpu, '--cpus', `${cpus}`, '--gic', `${gic}`, '--memory', `${MEMORY_MIB}M`];
    const drive = disk === undefined ? [] : ['--drive', `file=${disk},serial=${DISK_SERIAL}`];
    return armature(engine, ['linux', ...files, ...board, ...drive, '--quiet']);
  }
  const args = [
    // Without a seed in the device tree both kernels start from the same state.
    ['-M', `virt,gic-version=${gic},dtb-randomness=off`],
    ['-cpu', QEMU_MODELS[cpu], '-smp', `${cpus}`, '-m', `${MEMORY_MIB}`],
    ['-nodefaults', '-nic', 'none', '-display', 'none', '-serial', 'stdio', '-monitor', 'none'],
    ['-kernel', kernel, '-initrd', initrd, '-append', COMMAND_LINE],
  ];
  if (disk !== undefined) {
    args.push(
      ['-drive', `if=none,id=disk,format=raw,file=${disk}`],
      ['-global', 'virtio-mmio.force-legacy=false'],
      ['-device', `virtio-blk-device,drive=disk,serial=${DISK_SERIAL}`],
    );
  }
  return { command: QEMU, args: args.flat() };
}
