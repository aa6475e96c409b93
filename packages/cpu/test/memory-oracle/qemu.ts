import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Cases, WINDOW, WINDOW_SIZE } from './case.ts';

function execute(program: string, args: readonly string[]): void {
  const result = spawnSync(program, args, { encoding: 'utf8', timeout: 300_000, input: '' });
  if (result.status === 0) return;
  const reason = result.error?.message ?? `status ${result.status ?? result.signal}`;
  throw new Error(`${program} failed: ${reason}\n${result.stderr}`);
}

/** The program begins before the window, and the section with the instruction right after it. */
const PLACES = [
  '-Wl,-Ttext-segment=0x1234000000',
  `-Wl,--section-start=.run_case=0x${(WINDOW + WINDOW_SIZE).toString(16)}`,
  '-Wl,--no-warn-rwx-segments',
];

let folder: string | undefined;

/** A folder with the harness in it, removed when the process ends. */
function harnessFolder(): string {
  if (folder !== undefined) return folder;
  const made = mkdtempSync(join(tmpdir(), 'armature-memory-'));
  process.on('exit', () => rmSync(made, { recursive: true, force: true }));
  const sources = ['harness.c', 'run-case.S'].map((name) => fileURLToPath(new URL(name, import.meta.url)));
  execute('aarch64-linux-gnu-gcc', ['-static', '-O1', ...PLACES, '-o', join(made, 'harness'), ...sources]);
  folder = made;
  return made;
}

/**
 * Runs every case on `qemu-aarch64 -cpu max`, each from the state it gives.
 *
 * @throws Error when a tool is missing or the harness fails.
 */
export function runOnQemu(cases: Cases): Cases {
  const input = join(harnessFolder(), 'cases');
  const output = join(harnessFolder(), 'results');
  writeFileSync(input, cases.bytes);
  execute('qemu-aarch64', ['-cpu', 'max', join(harnessFolder(), 'harness'), input, output]);
  return new Cases(Uint8Array.from(readFileSync(output)));
}
