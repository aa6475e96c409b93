import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const QEMU_SYSTEM = 'qemu-system-aarch64';
export const QEMU_USER = 'qemu-aarch64';
export const COMPILER = 'aarch64-linux-gnu-gcc';

const found = (program: string): boolean => spawnSync(program, ['--version']).status === 0;

/** What is needed to run the oracle and is not installed; empty when nothing is missing. */
export function missingTools(programs: readonly string[] = [QEMU_SYSTEM, QEMU_USER, COMPILER]): string[] {
  return programs.filter((program) => !found(program));
}

/** QEMU's version line. */
export function qemuVersion(): string {
  return spawnSync(QEMU_SYSTEM, ['--version'], { encoding: 'utf8' }).stdout.split('\n')[0] ?? '';
}

/** Runs a program to its end. @throws Error when it fails or takes longer. */
export function execute(program: string, args: readonly string[], seconds: number): void {
  const result = spawnSync(program, args, { encoding: 'utf8', timeout: seconds * 1000, input: '' });
  if (result.status === 0) return;
  const reason = result.error?.message ?? `status ${result.status ?? result.signal}`;
  throw new Error(`${program} failed: ${reason}\n${result.stderr}`);
}

/** A new temporary folder, and what removes it; it is removed when the process ends in any case. */
export function temporaryFolder(): { path: (name: string) => string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'armature-oracle-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  return {
    path: (name) => join(folder, name),
    remove: () => {
      process.removeListener('exit', remove);
      remove();
    },
  };
}
