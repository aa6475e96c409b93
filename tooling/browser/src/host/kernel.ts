/** Debian's kernel and RAM disk, as `armature linux` fetches and keeps them. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { GuestFiles } from '../machine/messages.ts';

/** Paths. */
export interface KernelFiles {
  readonly kernel: string;
  readonly initrd: string;
}

/** What a test or a command needs, or why it is not to be had. */
export type Availability<Thing> = { readonly found: Thing } | { readonly missing: string };

/** Downloads and package lists may be slow. */
const FETCH_TIMEOUT_MS = 600_000;

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Fetches the kernel if it is not there yet. */
export function findKernel(): Availability<KernelFiles> {
  const runner = ['--import', path('../../../sources.mjs'), path('../../../../apps/cli/src/cli.ts')];
  const result = spawnSync(process.execPath, [...runner, 'linux', '--fetch-only'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: FETCH_TIMEOUT_MS,
  });
  const [kernel, initrd] = (result.stdout ?? '').split('\n');
  if (result.status === 0 && kernel && initrd) return { found: { kernel, initrd } };
  const error = result.stderr?.split('\n').find((line) => line.startsWith('armature: error'));
  const reason = result.error?.message ?? error ?? `status ${result.status ?? result.signal}`;
  return { missing: `Debian’s kernel is not to be had: ${reason}` };
}

export function readGuest({ kernel, initrd }: KernelFiles): Required<GuestFiles> {
  return { kernel: readFileSync(kernel), initrd: readFileSync(initrd) };
}
