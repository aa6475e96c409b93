import { type Row, table } from '@armature/isa';
import { armatureDriver } from './armature.ts';
import { type Case, writeCases } from './case.ts';
import { compareAll, describeMismatch, differences } from './compare.ts';
import type { OracleDriver, OurDriver } from './driver.ts';
import { configurationsOf, generateCase, generateCases, shareOf } from './generate.ts';
import { CONFIGURATIONS, type Configuration, cpuOf } from './layout.ts';
import type { OracleEngine } from './oracle-engine.ts';
import { qemuDriver } from './qemu.ts';
import { describeResult } from './results.ts';
import { caseCommand, type RowOutcome, type Suite } from './suite.ts';
import { userRows } from './user/suite.ts';

/** Rows that are compared at EL1 and EL0 with the MMU on: integer, system, loads and stores of Armv8.0, and hints. */
export const systemRows: readonly Row[] = table.filter(
  (row) => row.status === 'done' && row.feature !== 'FEAT_PAuth' && !userRows.includes(row),
);

/** Rows of a configuration. */
export const rowsOf = (configuration: Configuration, rows: readonly Row[] = systemRows): Row[] =>
  rows.filter((row) => configurationsOf(row).includes(configuration));

/** Our driver for every configuration: one machine for each CPU. */
export async function anyArmatureDriver(engine: OracleEngine): Promise<OurDriver> {
  const drivers = {
    'cortex-a72': await armatureDriver('cortex-a72', engine),
    max: await armatureDriver('max', engine),
  };
  return {
    name: drivers.max.name,
    run: (configuration, cases) => drivers[cpuOf(configuration)].run(configuration, cases),
    compiled: () => drivers['cortex-a72'].compiled() + drivers.max.compiled(),
  };
}

export async function openSystemSuite(engine: OracleEngine): Promise<Suite> {
  const ours = await anyArmatureDriver(engine);
  const qemu = qemuDriver();
  return {
    name: 'system',
    rows: systemRows,
    compare(rows, count, seed) {
      const outcomes = new Map(
        rows.map(({ id }) => [id, { row: id, cases: 0, exempt: 0, different: 0, first: '' }]),
      );
      for (const configuration of Object.keys(CONFIGURATIONS) as Configuration[]) {
        const chosen = rowsOf(configuration, rows);
        if (chosen.length > 0) compareIn(qemu, ours, engine, configuration, chosen, count, seed, outcomes);
      }
      return [...outcomes.values()];
    },
    describe(row, index, seed, configuration = configurationsOf(row)[0]) {
      const setting = configuration as Configuration;
      if (!Object.hasOwn(CONFIGURATIONS, setting)) throw new Error(`no configuration ${configuration}`);
      const item = generateCase(row, setting, index, seed);
      const records = writeCases([item]);
      const expected = qemu.run(setting, records);
      const actual = ours.run(setting, records);
      const names = differences(expected, actual, item);
      const all = { row: row.id, configuration: setting, index, item, names, expected, actual };
      const text = describeMismatch(all, caseCommand(row.id, seed, index, engine, setting));
      const after =
        names.length === 0 ? ['  after:', ...describeResult(expected).map((line) => `    ${line}`)] : [];
      return { text: [text, ...after].join('\n'), differs: names.length > 0 };
    },
    compiled: ours.compiled,
    close: () => qemu.close(),
  };
}

type Counts = { -readonly [name in keyof RowOutcome]: RowOutcome[name] };

function compareIn(
  qemu: OracleDriver,
  ours: OracleDriver,
  engine: OracleEngine,
  configuration: Configuration,
  rows: readonly Row[],
  count: number,
  seed: number,
  outcomes: ReadonlyMap<string, Counts>,
): void {
  const cases: Case[] = [];
  const places: { row: string; configuration: Configuration; index: number }[] = [];
  for (const row of rows) {
    const share = shareOf(row, configuration, count);
    cases.push(...generateCases(row, configuration, share, seed));
    for (let index = 0; index < share; index++) places.push({ row: row.id, configuration, index });
    outcomes.get(row.id)!.cases += share;
  }
  const records = writeCases(cases);
  const expected = qemu.run(configuration, records);
  const mismatches = compareAll(expected, ours.run(configuration, records), cases, (at) => places[at]!);
  for (const mismatch of mismatches) {
    const outcome = outcomes.get(mismatch.row)!;
    outcome.different++;
    if (outcome.first !== '') continue;
    outcome.first = describeMismatch(
      mismatch,
      caseCommand(mismatch.row, seed, mismatch.index, engine, configuration),
    );
  }
}
