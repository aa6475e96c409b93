import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Cases } from './case.ts';

const COMPILER = 'aarch64-linux-gnu-gcc';
const EMULATOR = 'qemu-aarch64';

/** Why cases can't be run on QEMU here, or undefined when they can. */
export function missingTools(): string | undefined {
  const missing = [COMPILER, EMULATOR].filter((program) => spawnSync(program, ['--version']).status !== 0);
  return missing.length === 0 ? undefined : `${missing.join(' and ')} not found`;
}

function execute(program: string, args: readonly string[]): void {
  const result = spawnSync(program, args, { encoding: 'utf8', timeout: 300_000, input: '' });
  if (result.status === 0) return;
  const reason = result.error?.message ?? `status ${result.status ?? result.signal}`;
  throw new Error(`${program} failed: ${reason}\n${result.stderr}`);
}

let folder: string | undefined;

/** A folder with the harness in it, removed when the process ends. */
function harnessFolder(): string {
  if (folder !== undefined) return folder;
  const made = mkdtempSync(join(tmpdir(), 'armature-simd-'));
  process.on('exit', () => rmSync(made, { recursive: true, force: true }));
  const sources = ['harness.c', 'run-case.S'].map((name) => fileURLToPath(new URL(name, import.meta.url)));
  execute(COMPILER, ['-static', '-O1', '-o', join(made, 'harness'), ...sources]);
  folder = made;
  return made;
}

/**
 * Runs every case on `qemu-aarch64 -cpu max`, each from the state it gives.
 *
 * @returns the state afterwards of each.
 * @throws Error when {@link missingTools} says so, or the harness fails.
 */
export function runOnQemu(cases: Cases): Cases {
  const input = join(harnessFolder(), 'cases');
  const output = join(harnessFolder(), 'results');
  writeFileSync(input, cases.bytes);
  execute(EMULATOR, ['-cpu', 'max', join(harnessFolder(), 'harness'), input, output]);
  return new Cases(Uint8Array.from(readFileSync(output)));
}
