import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OracleEngine } from '../src/oracle-engine.ts';
import type { Suite } from '../src/suite.ts';
import { SUITE_NAMES, SUITES } from '../src/suites.ts';

/** Another seed each day, so that runs differ and a failure can be repeated. */
export const SEED = Number(process.env.ARMATURE_ORACLE_SEED ?? Math.floor(Date.now() / 86_400_000));
const SHOWN = 3;

/** Tests that so many fresh cases of each row end on our CPU as they do on QEMU. */
export function testFresh(engine: OracleEngine, usualCases: number): void {
  const cases = Number(process.env.ARMATURE_ORACLE_CASES ?? usualCases);
  describe.each(SUITE_NAMES)(`our CPU, engine ${engine}, and QEMU, seed ${SEED}, suite %s`, (name) => {
    let suite: Suite;
    beforeAll(async () => {
      suite = await SUITES[name].open(engine);
    });
    afterAll(() => suite?.close());

    const groups = [...Map.groupBy(SUITES[name].rows, ({ group }) => group)];
    test.each(groups)('%s', (_, rows) => {
      const outcomes = suite.compare(rows, cases, SEED);
      expect(outcomes.reduce((sum, outcome) => sum + outcome.cases, 0)).toBe(cases * rows.length);
      const wrong = outcomes.filter(({ different }) => different > 0);
      const shown = wrong
        .slice(0, SHOWN)
        .map(({ row, cases, different, first }) => `${row}: ${different} of ${cases} differ\n${first}`);
      expect(wrong.length, shown.join('\n\n')).toBe(0);
    });

    if (engine !== 'jit') return;
    test('instructions were compiled', () => {
      console.log(`${name}: ${suite.compiled()} instructions compiled, each alone`);
      expect(suite.compiled()).toBeGreaterThan(0.25 * cases * SUITES[name].rows.length);
    });
  });
}
