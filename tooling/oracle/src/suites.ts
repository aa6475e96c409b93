import type { OracleEngine } from './oracle-engine.ts';
import { pointerRows } from './pointers/generate.ts';
import { openPointerSuite } from './pointers/suite.ts';
import type { Suite, SuiteName } from './suite.ts';
import { openSystemSuite, systemRows } from './system-suite.ts';
import { openUserSuite, userRows } from './user/suite.ts';

export const SUITES = {
  system: { rows: systemRows, open: openSystemSuite },
  user: { rows: userRows, open: openUserSuite },
  pointers: { rows: pointerRows, open: openPointerSuite },
} as const;

export const SUITE_NAMES = Object.keys(SUITES) as readonly SuiteName[];

const suiteByRow: ReadonlyMap<string, SuiteName> = new Map(
  SUITE_NAMES.flatMap((name) => SUITES[name].rows.map(({ id }) => [id, name] as const)),
);

/** The suite in which a row is compared; undefined for one that is not. */
export const suiteOf = (id: string): SuiteName | undefined => suiteByRow.get(id);

/** Opens the suites that have rows of these names, one after the other, and passes each on. */
export async function withSuites<T>(
  rows: RegExp,
  engine: OracleEngine,
  use: (suite: Suite) => T | Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  for (const name of SUITE_NAMES) {
    if (!SUITES[name].rows.some(({ id }) => rows.test(id))) continue;
    const suite = await SUITES[name].open(engine);
    try {
      results.push(await use(suite));
    } finally {
      suite.close();
    }
  }
  return results;
}
