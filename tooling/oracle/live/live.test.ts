import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LIVE_CASES, type Suite } from '../src/suite.ts';
import { SUITE_NAMES, SUITES } from '../src/suites.ts';

/** Another seed each day, so that runs differ and a failure can be repeated. */
const SEED = Number(process.env.ARMATURE_ORACLE_SEED ?? Math.floor(Date.now() / 86_400_000));
const CASES = Number(process.env.ARMATURE_ORACLE_CASES ?? LIVE_CASES);
const SHOWN = 3;

describe.each(SUITE_NAMES)(`our CPU and QEMU, seed ${SEED}, suite %s`, (name) => {
  let suite: Suite;
  beforeAll(async () => {
    suite = await SUITES[name].open();
  });
  afterAll(() => suite?.close());

  const groups = [...Map.groupBy(SUITES[name].rows, ({ group }) => group)];
  test.each(groups)('%s', (_, rows) => {
    const wrong = suite.compare(rows, CASES, SEED).filter(({ different }) => different > 0);
    const shown = wrong
      .slice(0, SHOWN)
      .map(({ row, cases, different, first }) => `${row}: ${different} of ${cases} differ\n${first}`);
    expect(wrong.length, shown.join('\n\n')).toBe(0);
  });
});
