import type { Row } from '@armature/isa';
import { keepResults, readResults } from './kept-results.ts';
import type { Suite } from './suite.ts';
import { qemuVersion } from './tools.ts';

export interface LongRunOptions {
  /** Cases of each row. */
  readonly cases: number;
  readonly seed: number;
  readonly rows: RegExp;
  /** Runs every `of`-th row from number `part`, 1 to `of`: several processes share a run. */
  readonly part: number;
  readonly of: number;
  /** Runs rows again that have a good result of as many cases. */
  readonly again: boolean;
}

const version = (line: string): string => /version (\S+)/.exec(line)?.[1] ?? line;

/**
 * Compares many cases of every row and keeps the outcome of each as soon as it is there. A run that was stopped
 * goes on with the rows that it has not done.
 *
 * @returns the ids of the rows that differ.
 */
export function longRun(suite: Suite, options: LongRunOptions, say: (text: string) => void): string[] {
  const { cases, seed, part, of } = options;
  const done = readResults();
  const isDone = ({ id }: Row): boolean => {
    const result = done[id];
    return !options.again && result !== undefined && result.different === 0 && result.cases >= cases;
  };
  const rows = suite.rows
    .filter(({ id }) => options.rows.test(id))
    .filter((_, index) => index % of === part - 1)
    .filter((row) => !isDone(row));
  const wrong: string[] = [];
  const qemu = version(qemuVersion());
  rows.forEach((row, index) => {
    const from = performance.now();
    const [outcome] = suite.compare([row], cases, seed);
    const { exempt, different, first, cases: compared } = outcome!;
    const date = new Date().toISOString().slice(0, 10);
    keepResults({ [row.id]: { suite: suite.name, cases: compared, exempt, different, seed, date, qemu } });
    const rate = Math.round((1000 * compared) / (performance.now() - from));
    say(
      `${suite.name} ${index + 1}/${rows.length} ${row.id}: ${compared} cases, ${different} differ, ${rate}/s`,
    );
    if (different === 0) return;
    wrong.push(row.id);
    say(first);
  });
  return wrong;
}
