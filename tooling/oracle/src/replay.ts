import { compareAll, describeMismatch } from './compare.ts';
import { CASE, RESULT } from './layout.ts';
import type { OracleEngine } from './oracle-engine.ts';
import { caseCommand } from './suite.ts';
import { SUITES } from './suites.ts';
import { anyArmatureDriver } from './system-suite.ts';
import { loadDigests, loadVectors, RECORDED_SEED, rowsOfDigests, vectorFiles } from './vectors.ts';

export interface ReplayOptions {
  readonly engine: OracleEngine;
  /** Default: all rows. */
  readonly rows?: RegExp;
  /** Takes one of so many cases of each row, the first ones. Default 1: all. */
  readonly oneOf?: number;
}

/** What came of recorded cases on our CPU. */
export interface Replay {
  readonly cases: number;
  /** How many instructions were compiled. */
  readonly compiled: number;
  /** Cases that differ, each in full with the command that runs it on QEMU too. */
  readonly failures: readonly string[];
}

/** Lets the process see to other things: recorded cases take a while. */
const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Some of the records of a list, one after the other. */
function chosen(records: Int32Array, size: number, places: readonly { readonly at: number }[]): Int32Array {
  const result = new Int32Array(places.length * size);
  places.forEach(({ at }, index) => {
    result.set(records.subarray(at * size, (at + 1) * size), index * size);
  });
  return result;
}

/** Runs the recorded cases of the system suite on our CPU. */
export async function replayVectors({ engine, rows = /./, oneOf = 1 }: ReplayOptions): Promise<Replay> {
  const ours = await anyArmatureDriver(engine);
  const failures: string[] = [];
  let total = 0;
  for (const file of vectorFiles()) {
    await pause();
    const { configuration, ...vectors } = loadVectors(file);
    let from = 0;
    const places = vectors.rows.flatMap(({ id, count }) => {
      const first = from;
      from += count;
      const taken = rows.test(id) ? Math.ceil(count / oneOf) : 0;
      return Array.from({ length: taken }, (_, index) => ({
        row: id,
        configuration,
        index,
        at: first + index,
      }));
    });
    if (places.length === 0) continue;
    const actual = ours.run(configuration, chosen(vectors.records, CASE.size, places));
    const expected = chosen(vectors.results, RESULT.size, places);
    const cases = places.map(({ at }) => vectors.cases[at]!);
    for (const mismatch of compareAll(expected, actual, cases, (at) => places[at]!)) {
      const { row, index } = mismatch;
      const command = caseCommand(row, RECORDED_SEED, index, engine, configuration);
      failures.push(describeMismatch(mismatch, command));
    }
    total += places.length;
  }
  return { cases: total, compiled: ours.compiled(), failures };
}

/** Runs the cases of which a suite has digests on our CPU. */
export async function replayDigests(
  name: 'user' | 'pointers',
  { engine, rows = /./, oneOf = 1 }: ReplayOptions,
): Promise<Replay> {
  const suite = await SUITES[name].open(engine);
  const recorded = loadDigests(name);
  const { seed } = recorded;
  const count = Math.ceil(recorded.count / oneOf);
  const failures: string[] = [];
  let total = 0;
  for (const [at, row] of rowsOfDigests(recorded).entries()) {
    if (!rows.test(row.id)) continue;
    await pause();
    const digests = suite.digests([row], count, seed);
    total += count;
    for (let index = 0; index < count; index++) {
      const expected = recorded.digests[at * recorded.count + index];
      if (expected === 0 || expected === digests[index]) continue;
      const command = `on both: ${caseCommand(row.id, seed, index, engine)}`;
      failures.push(
        `${row.id}, seed ${seed}, case ${index}: not what QEMU did\n${suite.describeOurs(row, index, seed)}\n  ${command}`,
      );
    }
  }
  return { cases: total, compiled: suite.compiled(), failures };
}
