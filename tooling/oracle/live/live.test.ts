import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { armatureDriver } from '../src/armature.ts';
import { writeCases } from '../src/case.ts';
import { compareAll, describeMismatch } from '../src/compare.ts';
import type { OracleDriver } from '../src/driver.ts';
import { generateCases } from '../src/generate.ts';
import type { Configuration } from '../src/layout.ts';
import { qemuDriver } from '../src/qemu.ts';
import { rowsOf } from '../src/vectors.ts';

/** Another seed each day, so that runs differ and a failure can be repeated. */
const SEED = Number(process.env.ARMATURE_ORACLE_SEED ?? Math.floor(Date.now() / 86_400_000));
const COUNT = Number(process.env.ARMATURE_ORACLE_COUNT ?? 2000);
const SHOWN = 3;

describe(`our CPU and QEMU, seed ${SEED}`, () => {
  let qemu: OracleDriver & { close(): void };
  let ours: OracleDriver;
  beforeAll(async () => {
    qemu = qemuDriver();
    ours = await armatureDriver();
  });
  afterAll(() => qemu?.close());

  const groups = (['usual', 'strict'] as Configuration[]).flatMap((configuration) =>
    [...Map.groupBy(rowsOf(configuration), (row) => row.group)].map(([group, rows]) => ({
      configuration,
      group,
      rows,
    })),
  );
  test.each(groups)('$group, $configuration', ({ configuration, rows }) => {
    const cases = rows.flatMap((row) => generateCases(row, configuration, COUNT, SEED));
    const records = writeCases(cases);
    const where = (at: number) => ({
      row: rows[Math.floor(at / COUNT)]!.id,
      configuration,
      index: at % COUNT,
    });
    const expected = qemu.run(configuration, records);
    const mismatches = compareAll(expected, ours.run(configuration, records), cases, where);
    const shown = mismatches.slice(0, SHOWN).map((mismatch) => {
      const command = `npm run oracle -- case ${mismatch.row} ${configuration} ${SEED} ${mismatch.index}`;
      return describeMismatch(mismatch, command);
    });
    expect(mismatches.length, `${mismatches.length} of ${cases.length} differ\n${shown.join('\n')}`).toBe(0);
  });
});
