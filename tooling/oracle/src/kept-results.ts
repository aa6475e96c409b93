import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { table } from '@armature/isa';
import type { SuiteName } from './suite.ts';

/** What a long run found on a row. */
export interface KeptResult {
  readonly suite: SuiteName;
  readonly cases: number;
  readonly exempt: number;
  readonly different: number;
  readonly seed: number;
  /** Day of the run, as 2026-01-31. */
  readonly date: string;
  /** Version of QEMU. */
  readonly qemu: string;
}

export type KeptResults = Readonly<Record<string, KeptResult>>;

const FOLDER = fileURLToPath(new URL('../results/', import.meta.url));
const FILE = `${FOLDER}long-run.json`;
const LOCK = `${FILE}.lock`;

/** Results of the last long run of each row. */
export function readResults(): KeptResults {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as KeptResults;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

const order = new Map(table.map(({ id }, index) => [id, index]));

/** In the order of the decode table. */
function formatted(results: KeptResults): string {
  const place = (row: string): number => order.get(row) ?? 0;
  const sorted = Object.entries(results).sort(([a], [b]) => place(a) - place(b));
  return `${JSON.stringify(Object.fromEntries(sorted), undefined, 2)}\n`;
}

/** How long to wait for another process that writes, and how long between two looks. */
const PATIENCE_MS = 300_000;
const PAUSE_MS = 20;

const sleep = (milliseconds: number): unknown =>
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

function locked(action: () => void): void {
  mkdirSync(FOLDER, { recursive: true });
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      closeSync(openSync(LOCK, 'wx'));
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (performance.now() > until) throw new Error(`${LOCK} has been there for long: remove it`);
      sleep(PAUSE_MS);
    }
  }
  try {
    action();
  } finally {
    rmSync(LOCK);
  }
}

/** Adds results to the file; processes may do so at the same time. */
export function keepResults(added: KeptResults): void {
  locked(() => {
    const text = formatted({ ...readResults(), ...added });
    writeFileSync(`${FILE}.new`, text);
    renameSync(`${FILE}.new`, FILE);
  });
}
