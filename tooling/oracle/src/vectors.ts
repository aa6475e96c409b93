import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { type Row, rowById } from '@armature/isa';
import { writeCase, writeCases } from './case.ts';
import type { OracleDriver } from './driver.ts';
import { generateCases, shareOf } from './generate.ts';
import { CONFIGURATIONS, type Configuration } from './layout.ts';
import { decodeRecording, encodeRecording } from './recording.ts';
import type { DigestSuite, SuiteName } from './suite.ts';
import { rowsOf, systemRows } from './system-suite.ts';

/*
 * What QEMU answered once, so that a machine without QEMU tests the same cases: of the system suite the cases and the
 * results, of the others a digest of each result.
 */
const folder = fileURLToPath(new URL('../vectors/', import.meta.url));

/** Of recorded cases. */
export const RECORDED_SEED = 1;

/** Cases recorded of each row. */
export const RECORDED_COUNT: Readonly<Record<SuiteName, number>> = { system: 1000, user: 500, pointers: 500 };

const DIGESTS = '.digests.br';

/** Names of the recordings of the system suite: one per encoding group and configuration. */
export const vectorFiles = (): string[] =>
  readdirSync(folder).filter((name) => name.endsWith('.br') && !name.endsWith(DIGESTS));

export function loadVectors(file: string) {
  return decodeRecording(readFileSync(join(folder, file)), writeCase);
}

/** Digests of a suite, as they are recorded: a title, then the digests of each row's cases. */
export interface RecordedDigests {
  readonly oracle: string;
  readonly seed: number;
  readonly count: number;
  readonly rows: readonly string[];
  /** `count` for each row; 0 for a case that is allowed to differ. */
  readonly digests: Uint32Array;
}

export function loadDigests(suite: SuiteName): RecordedDigests {
  const bytes = brotliDecompressSync(readFileSync(join(folder, suite + DIGESTS)));
  const end = bytes.indexOf('\n');
  const title = JSON.parse(bytes.toString('utf8', 0, end)) as Omit<RecordedDigests, 'digests'>;
  return { ...title, digests: new Uint32Array(new Uint8Array(bytes.subarray(end + 1)).buffer) };
}

/** How many cases are recorded of each row. */
export function recordedCases(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const file of vectorFiles()) {
    for (const { id, count } of loadVectors(file).rows) counts.set(id, (counts.get(id) ?? 0) + count);
  }
  for (const suite of ['user', 'pointers'] as const) {
    const { rows, count } = loadDigests(suite);
    for (const id of rows) counts.set(id, count);
  }
  return counts;
}

/** The rows of recorded digests. @throws Error when the table has no such row any more */
export const rowsOfDigests = ({ rows }: RecordedDigests): Row[] =>
  rows.map((id) => {
    const row = rowById(id);
    if (row === undefined) throw new Error(`${id} is recorded and not in the decode table: record again`);
    return row;
  });

/** Runs new cases of the system suite on QEMU and writes its answers over the recorded ones. */
export function recordVectors(driver: OracleDriver, oracle: string, say: (text: string) => void): void {
  mkdirSync(folder, { recursive: true });
  for (const file of vectorFiles()) rmSync(join(folder, file));
  let bytes = 0;
  for (const configuration of Object.keys(CONFIGURATIONS) as Configuration[]) {
    for (const [group, rows] of Map.groupBy(rowsOf(configuration, systemRows), (row) => row.group)) {
      const share = (row: Row): number => shareOf(row, configuration, RECORDED_COUNT.system);
      const cases = rows.flatMap((row) => generateCases(row, configuration, share(row), RECORDED_SEED));
      const records = writeCases(cases);
      const results = driver.run(configuration, records);
      const titles = rows.map((row) => ({ id: row.id, count: share(row) }));
      const packed = encodeRecording({ configuration, oracle, rows: titles, cases, results }, records);
      writeFileSync(join(folder, `${group}.${configuration}.br`), packed);
      bytes += packed.length;
    }
  }
  say(`system: ${systemRows.length} rows, ${bytes} bytes`);
}

/** Runs new cases of a suite on QEMU and writes digests of its answers over the recorded ones. */
export function recordDigests(suite: DigestSuite, oracle: string, say: (text: string) => void): void {
  mkdirSync(folder, { recursive: true });
  const count = RECORDED_COUNT[suite.name];
  const digests = suite.recordDigests(suite.rows, count, RECORDED_SEED);
  const title = { oracle, seed: RECORDED_SEED, count, rows: suite.rows.map(({ id }) => id) };
  const head = Buffer.from(`${JSON.stringify(title)}\n`);
  const bytes = brotliCompressSync(Buffer.concat([head, new Uint8Array(digests.buffer)]));
  writeFileSync(join(folder, suite.name + DIGESTS), bytes);
  say(`${suite.name}: ${suite.rows.length} rows, ${bytes.length} bytes`);
}
