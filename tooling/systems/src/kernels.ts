/** Kernels and RAM disks as `armature linux` fetches them, and what is missing where it cannot. */
import { spawnSync } from 'node:child_process';
import { KERNEL_PACKAGES, type KernelName } from './configuration.ts';
import { armature, QEMU } from './emulators.ts';

export interface LinuxFiles {
  readonly kernel: string;
  readonly initrd: string;
}

/** A kernel's files, or why they are not to be had. */
export type Availability = { readonly files: LinuxFiles } | { readonly missing: string };

/** Downloads and package lists may be slow. */
const FETCH_TIMEOUT_MS = 600_000;

/** Fetches a kernel if it is not there yet. */
export function fetchKernel(name: KernelName): Availability {
  const { command, args, env } = armature('jit', [
    'linux',
    '--fetch-only',
    '--package',
    KERNEL_PACKAGES[name],
  ]);
  const result = spawnSync(command, args, {
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: FETCH_TIMEOUT_MS,
  });
  const [kernel, initrd] = (result.stdout ?? '').split('\n');
  if (result.status === 0 && kernel && initrd) return { files: { kernel, initrd } };
  const error = result.stderr?.split('\n').find((line) => line.startsWith('armature: error'));
  const reason = result.error?.message ?? error ?? `status ${result.status ?? result.signal}`;
  return { missing: `${KERNEL_PACKAGES[name]}: ${reason}` };
}

/** QEMU's version, or undefined where it is not installed. */
export function qemuVersion(): string | undefined {
  const { status, stdout } = spawnSync(QEMU, ['--version'], { encoding: 'utf8' });
  return status === 0 ? /version (\S+)/.exec(stdout)?.[1] : undefined;
}

/** What a run needs and is not here: QEMU to compare with, or the kernel. */
export function availability(name: KernelName): Availability {
  if (qemuVersion() === undefined) return { missing: `${QEMU} is not installed` };
  return fetchKernel(name);
}
