import { parseArgs } from 'node:util';
import { rowById } from '@armature/isa';
import { armatureDriver } from './armature.ts';
import { type Case, writeCases } from './case.ts';
import { compareAll, describeMismatch, type Mismatch } from './compare.ts';
import type { OracleDriver } from './driver.ts';
import { generateCase, generateCases } from './generate.ts';
import { CONFIGURATIONS, type Configuration } from './layout.ts';
import { missingTools, qemuDriver, qemuVersion } from './qemu.ts';
import { describeResult } from './results.ts';
import { undefinedCommand } from './undefined/command.ts';
import { MODELS } from './undefined/differences.ts';
import { comparedRows, loadVectors, recordVectors, rowsOf, vectorFiles } from './vectors.ts';

const USAGE = `oracle: single instructions on QEMU and on our CPU

  oracle live [--seed N] [--count N] [--rows REGEX]     new random cases of every row, on both
  oracle case ROW CONFIGURATION SEED INDEX              one case of a live run, in full
  oracle undefined [--cpu cortex-a72|max] [--words N]   random words: UNDEFINED on both, or on neither;
                   [--near N] [--seed N] [--keep]       --near N: near encodings of rows; --keep: keep the result
  oracle recorded [--rows REGEX] [--index N]            the recorded cases, on our CPU
  oracle record                                         record them anew (needs QEMU)

CONFIGURATION is usual or strict.`;

/** How many mismatches of one row are printed in full. */
const SHOWN_PER_ROW = 1;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '2' },
    count: { type: 'string', default: '200' },
    rows: { type: 'string', default: '.' },
    index: { type: 'string' },
    cpu: { type: 'string' },
    words: { type: 'string', default: '100000' },
    near: { type: 'string' },
    keep: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: process.stderr.isTTY === true },
    help: { type: 'boolean' },
  },
});
const seed = Number(values.seed);
const count = Number(values.count);
const wanted = new RegExp(values.rows);
const [command, ...rest] = positionals;

const commands: Readonly<Record<string, () => Promise<number>>> = {
  live,
  case: oneCase,
  undefined: randomWords,
  recorded,
  record,
};
const chosen = command === undefined || values.help ? undefined : commands[command];
if (chosen === undefined) {
  console.log(USAGE);
  process.exitCode = values.help ? 0 : 2;
} else {
  process.exitCode = await chosen();
}

function withQemu<T>(use: (driver: OracleDriver) => T): T {
  const missing = missingTools();
  if (missing.length > 0) throw new Error(`this needs ${missing.join(', ')}`);
  const driver = qemuDriver();
  try {
    return use(driver);
  } finally {
    driver.close();
  }
}

function report(
  mismatches: readonly Mismatch[],
  total: number,
  commandOf: (mismatch: Mismatch) => string,
): number {
  const byRow = Map.groupBy(mismatches, ({ row, configuration }) => `${row}, ${configuration}`);
  for (const [name, all] of byRow) {
    console.log(`\n${name}: ${all.length} cases differ`);
    for (const mismatch of all.slice(0, SHOWN_PER_ROW)) {
      console.log(describeMismatch(mismatch, commandOf(mismatch)));
    }
  }
  console.log(`\n${total - mismatches.length} cases agree, ${mismatches.length} differ`);
  return mismatches.length > 0 ? 1 : 0;
}

async function live(): Promise<number> {
  const ours = await armatureDriver();
  const mismatches: Mismatch[] = [];
  let total = 0;
  withQemu((qemu) => {
    for (const configuration of Object.keys(CONFIGURATIONS) as Configuration[]) {
      const rows = rowsOf(configuration).filter((row) => wanted.test(row.id));
      const cases: Case[] = rows.flatMap((row) => generateCases(row, configuration, count, seed));
      if (cases.length === 0) continue;
      const records = writeCases(cases);
      const where = (at: number) => ({
        row: rows[Math.floor(at / count)]!.id,
        configuration,
        index: at % count,
      });
      const expected = qemu.run(configuration, records);
      mismatches.push(...compareAll(expected, ours.run(configuration, records), cases, where));
      total += cases.length;
    }
  });
  return report(
    mismatches,
    total,
    ({ row, configuration, index }) => `npm run oracle -- case ${row} ${configuration} ${seed} ${index}`,
  );
}

async function oneCase(): Promise<number> {
  const [id = '', configuration = '', caseSeed, index] = rest;
  const row = rowById(id);
  if (row === undefined || !(configuration in CONFIGURATIONS))
    throw new Error(`no such row or configuration\n${USAGE}`);
  const setting = configuration as Configuration;
  const item = generateCase(row, setting, Number(index), Number(caseSeed));
  const records = writeCases([item]);
  const expected = withQemu((qemu) => qemu.run(setting, records));
  const actual = (await armatureDriver()).run(setting, records);
  const where = () => ({ row: id, configuration: setting, index: Number(index) });
  const mismatches = compareAll(expected, actual, [item], where);
  if (mismatches.length === 0) console.log(describeResult(expected).join('\n'));
  return report(mismatches, 1, () => `npm run oracle -- case ${rest.join(' ')}`);
}

async function recorded(): Promise<number> {
  const ours = await armatureDriver();
  const mismatches: Mismatch[] = [];
  let total = 0;
  for (const file of vectorFiles()) {
    const { configuration, rows, cases, records, results } = loadVectors(file);
    const places = rows.flatMap(({ id, count: ofRow }) =>
      Array.from({ length: ofRow }, (_, at) => ({ row: id, index: at })),
    );
    const actual = ours.run(configuration, records);
    const found = compareAll(results, actual, cases, (at) => ({ configuration, ...places[at]! }));
    const asked = places.filter(
      ({ row, index }) => wanted.test(row) && (values.index === undefined || Number(values.index) === index),
    );
    total += asked.length;
    mismatches.push(
      ...found.filter(
        ({ row, index }) =>
          wanted.test(row) && (values.index === undefined || Number(values.index) === index),
      ),
    );
  }
  return report(
    mismatches,
    total,
    ({ row, index }) => `npm run oracle -- recorded --rows '^${row}$' --index ${index}`,
  );
}

async function randomWords(): Promise<number> {
  const models = MODELS.filter((model) => values.cpu === undefined || values.cpu === model);
  if (models.length === 0) throw new Error(`--cpu is ${MODELS.join(' or ')}`);
  const words = Number(values.words);
  const near = Number(values.near ?? Math.ceil(words / 10));
  if (!Number.isInteger(words) || !Number.isInteger(near) || words < 0 || near < 0) {
    throw new Error('--words and --near are numbers of words');
  }
  const { keep, verbose } = values;
  return undefinedCommand({ models, seed, words, near, keep, verbose });
}

async function record(): Promise<number> {
  console.log(`${comparedRows().length} rows, ${qemuVersion()}`);
  withQemu((qemu) => recordVectors(qemu, qemuVersion(), console.log));
  return 0;
}
