import { compareAll, describeMismatch } from './compare.ts';
import { caseCommand } from './suite.ts';
import { SUITES } from './suites.ts';
import { anyArmatureDriver } from './system-suite.ts';
import { loadDigests, loadVectors, RECORDED_SEED, rowsOfDigests, vectorFiles } from './vectors.ts';

/** What came of recorded cases on our CPU. */
export interface Replay {
  readonly cases: number;
  /** Cases that differ, each in full with the command that runs it on QEMU too. */
  readonly failures: readonly string[];
}

/** Lets the process see to other things: recorded cases take a while. */
const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Runs the recorded cases of the system suite of some rows on our CPU. */
export async function replayVectors(rows = /./): Promise<Replay> {
  const ours = await anyArmatureDriver();
  const failures: string[] = [];
  let total = 0;
  for (const file of vectorFiles()) {
    await pause();
    const vectors = loadVectors(file);
    if (!vectors.rows.some(({ id }) => rows.test(id))) continue;
    const { configuration, cases, records, results } = vectors;
    const places = vectors.rows.flatMap(({ id, count }) =>
      Array.from({ length: count }, (_, index) => ({ row: id, configuration, index })),
    );
    const actual = ours.run(configuration, records);
    for (const mismatch of compareAll(results, actual, cases, (at) => places[at]!)) {
      const { row, index } = mismatch;
      if (!rows.test(row)) continue;
      failures.push(describeMismatch(mismatch, caseCommand(row, RECORDED_SEED, index, configuration)));
    }
    total += places.filter(({ row }) => rows.test(row)).length;
  }
  return { cases: total, failures };
}

/** Runs the cases of which a suite has digests on our CPU. */
export async function replayDigests(name: 'user' | 'pointers', rows = /./): Promise<Replay> {
  const suite = await SUITES[name].open();
  const recorded = loadDigests(name);
  const { count, seed } = recorded;
  const failures: string[] = [];
  let total = 0;
  for (const [at, row] of rowsOfDigests(recorded).entries()) {
    if (!rows.test(row.id)) continue;
    await pause();
    const digests = suite.digests([row], count, seed);
    total += count;
    for (let index = 0; index < count; index++) {
      const expected = recorded.digests[at * count + index];
      if (expected === 0 || expected === digests[index]) continue;
      const command = `on both: ${caseCommand(row.id, seed, index)}`;
      failures.push(
        `${row.id}, seed ${seed}, case ${index}: not what QEMU did\n${suite.describeOurs(row, index, seed)}\n  ${command}`,
      );
    }
  }
  return { cases: total, failures };
}
