import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Row, table } from '@armature/isa';
import { writeCase, writeCases } from './case.ts';
import type { OracleDriver } from './driver.ts';
import { ROWS_WITHOUT_CASES, WAITING_ROWS } from './exclusions.ts';
import { dependsOnConfiguration, generateCases } from './generate.ts';
import type { Configuration } from './layout.ts';
import { decodeRecording, encodeRecording } from './recording.ts';

const folder = fileURLToPath(new URL('../vectors/', import.meta.url));
const SEED = 1;

/** Cases recorded of a row: the strict configuration matters for few outcomes, unless there is no other. */
export function recordedCount(row: Row, configuration: Configuration): number {
  return configuration === 'usual' || WAITING_ROWS.has(row.id) ? 1000 : 250;
}

/** Features of the CPU that cases run on, as far as ours has them. */
const FEATURES: ReadonlySet<string> = new Set(['base', 'FEAT_CRC32']);

/** Rows whose semantics can be compared. */
export function comparedRows(): Row[] {
  return table.filter(
    ({ id, status, feature }) => status === 'done' && FEATURES.has(feature) && !(id in ROWS_WITHOUT_CASES),
  );
}

/** Rows of a configuration. */
export function rowsOf(configuration: Configuration, rows: readonly Row[] = comparedRows()): Row[] {
  return rows.filter((row) =>
    configuration === 'usual' ? !WAITING_ROWS.has(row.id) : dependsOnConfiguration(row),
  );
}

/** Names of the recorded files: one per encoding group and configuration. */
export const vectorFiles = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.br'));

export function loadVectors(file: string) {
  return decodeRecording(readFileSync(join(folder, file)), writeCase);
}

/** Runs new cases of every row on an oracle and writes its answers over the recorded ones. */
export function recordVectors(driver: OracleDriver, oracle: string, say: (text: string) => void): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  let bytes = 0;
  for (const configuration of ['usual', 'strict'] as const) {
    for (const [group, rows] of Map.groupBy(rowsOf(configuration), (row) => row.group)) {
      const cases = rows.flatMap((row) =>
        generateCases(row, configuration, recordedCount(row, configuration), SEED),
      );
      const records = writeCases(cases);
      const results = driver.run(configuration, records);
      const titles = rows.map((row) => ({ id: row.id, count: recordedCount(row, configuration) }));
      const packed = encodeRecording({ configuration, oracle, rows: titles, cases, results }, records);
      writeFileSync(join(folder, `${group}.${configuration}.br`), packed);
      bytes += packed.length;
      say(`${group}, ${configuration}: ${cases.length} cases, ${packed.length} bytes`);
    }
  }
  say(`${bytes} bytes in all`);
}
