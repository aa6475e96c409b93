/** The same Linux guest on both emulators: kernel, RAM disk, command line, CPU, memory. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Engine } from '../emulators.ts';

export interface LinuxFiles {
  readonly kernel: string;
  readonly initrd: string;
}

/** What a guest may have besides kernel and RAM disk. */
export interface GuestOptions {
  /** More of the kernel's command line. */
  readonly append?: string;
  /** A raw image: the guest's disk, on virtio-mmio. */
  readonly disk?: string;
  /** Armature's engine. */
  readonly engine?: Engine;
}

/** A program that boots the guest with its console on standard output. */
export interface BootProgram {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

export const COMMAND_LINE = 'console=ttyAMA0';
/** RAM of the guest, MiB. */
export const MEMORY_MIB = 512;

/** Downloads and package lists may be slow. */
const FETCH_TIMEOUT = 600_000;

/** The command-line runner beside this program: from its sources when this one runs from its own. */
function runner(): readonly string[] {
  const sources = import.meta.url.endsWith('.ts');
  const file = fileURLToPath(
    new URL(sources ? '../../../cli/src/cli.ts' : '../../cli/dist/cli.js', import.meta.url),
  );
  return existsSync(file) ? [process.execPath, ...process.execArgv, file] : ['armature'];
}

/**
 * The kernel and RAM disk that `armature linux` boots, fetched if they are not there yet.
 *
 * @throws Error with what the runner says when they are not to be had
 */
export function linuxFiles(): LinuxFiles {
  const [command, ...args] = runner();
  const result = spawnSync(command!, [...args, 'linux', '--fetch-only'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: FETCH_TIMEOUT,
  });
  const [kernel, initrd] = (result.stdout ?? '').split('\n');
  if (result.status === 0 && kernel && initrd) return { kernel, initrd };
  const reason = result.error?.message ?? `status ${result.status ?? result.signal}`;
  throw new Error(`no kernel to boot: ${reason}; give one with --kernel and --initrd`);
}

/** `armature linux` as a user starts it. */
export function armatureBoot({ kernel, initrd }: LinuxFiles, options: GuestOptions = {}): BootProgram {
  const [command, ...args] = runner();
  const board = ['--cpu', 'cortex-a72', '--memory', `${MEMORY_MIB}M`];
  const more = [
    ...(options.engine === undefined ? [] : ['--engine', options.engine]),
    ...(options.append === undefined ? [] : ['--append', options.append]),
    ...(options.disk === undefined ? [] : ['--drive', `file=${options.disk}`]),
  ];
  return {
    name: 'Armature',
    command: command!,
    args: [...args, 'linux', '--kernel', kernel, '--initrd', initrd, ...board, ...more, '--quiet'],
  };
}

/** `qemu-system-aarch64`, translating code (TCG). */
export function qemuBoot({ kernel, initrd }: LinuxFiles, options: GuestOptions = {}): BootProgram {
  const commandLine = options.append === undefined ? COMMAND_LINE : `${COMMAND_LINE} ${options.append}`;
  const drive = `file=${options.disk},format=raw,if=none,id=disk`;
  const args = [
    ['-M', 'virt', '-cpu', 'cortex-a72', '-accel', 'tcg', '-smp', '1', '-m', `${MEMORY_MIB}`],
    ['-nodefaults', '-nic', 'none', '-display', 'none', '-serial', 'stdio', '-monitor', 'none'],
    ['-kernel', kernel, '-initrd', initrd, '-append', commandLine],
    options.disk === undefined ? [] : ['-drive', drive, '-device', 'virtio-blk-device,drive=disk'],
  ];
  return { name: 'QEMU', command: 'qemu-system-aarch64', args: args.flat() };
}
