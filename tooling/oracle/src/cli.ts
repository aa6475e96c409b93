import { parseArgs } from 'node:util';
import { rowById } from '@armature/isa';
import { writeCoverage } from './coverage.ts';
import { enginesCommand } from './engines/command.ts';
import { EAGER } from './engines/engines.ts';
import { longRun } from './long.ts';
import { oracleEngine } from './oracle-engine.ts';
import { qemuDriver } from './qemu.ts';
import { replayDigests, replayVectors } from './replay.ts';
import { SUITES, suiteOf, withSuites } from './suites.ts';
import { missingTools, qemuVersion } from './tools.ts';
import { undefinedCommand } from './undefined/command.ts';
import { MODELS } from './undefined/differences.ts';
import { keepSweeps } from './undefined/results.ts';
import { recordDigests, recordVectors } from './vectors.ts';

const USAGE = `oracle: single instructions on QEMU and on our CPU

  oracle live [--seed N] [--cases N] [--rows REGEX]     new random cases of every row, on both
              [--engine interpreter|cold|jit]           --engine: of our CPU, for live, case, recorded, undefined
  oracle case ROW SEED INDEX [CONFIGURATION]            one case of such a run, in full
  oracle long [--seed N] [--cases N] [--rows REGEX]     many cases of every row; results are kept
              [--part I/N] [--again]                    --part: the I-th of N processes that share the rows
  oracle recorded [--rows REGEX]                        the recorded cases, on our CPU
  oracle record                                         record them anew
  oracle coverage                                       write docs/instruction-coverage.md
  oracle undefined [--cpu cortex-a72|max] [--words N]   random words: UNDEFINED on both, or on neither;
                   [--near N] [--seed N] [--keep]       --near N: near encodings of rows; --keep: keep the result
  oracle undefined --page                               the page of kept results, written again
  oracle engines [--engines A,B] [--generators A,B]     random programs on two engines
                 [--instructions N] [--seed N]
                 [--model NAME]                         --threshold: executions until the jit compiles;
                 [--threshold N] [--batch N]            --batch: regions that it compiles together
                 [--findings N] [--record]              --findings: of a generator; --record: keep the result
  oracle engines --generators A --case N [--before N]   one program; --before: after the N before it

CONFIGURATION is usual, strict or max, for rows that have several.`;

/** Defaults of \`--cases\`. */
const CASES = { live: 200, long: 50_000 } as const;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: 'string', default: 'interpreter' },
    seed: { type: 'string', default: '2' },
    cases: { type: 'string' },
    rows: { type: 'string', default: '.' },
    part: { type: 'string', default: '1/1' },
    again: { type: 'boolean', default: false },
    cpu: { type: 'string' },
    words: { type: 'string', default: '100000' },
    near: { type: 'string' },
    keep: { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
    engines: { type: 'string', default: 'interpreter,jit' },
    generators: { type: 'string', default: '' },
    instructions: { type: 'string', default: '1e8' },
    case: { type: 'string' },
    before: { type: 'string', default: '0' },
    scale: { type: 'string', default: '1' },
    findings: { type: 'string', default: '3' },
    model: { type: 'string', default: 'max' },
    threshold: { type: 'string', default: `${EAGER.threshold}` },
    batch: { type: 'string', default: `${EAGER.batch}` },
    record: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: process.stderr.isTTY === true },
    help: { type: 'boolean' },
  },
});
const seed = Number(values.seed);
const rows = new RegExp(values.rows);
const engine = oracleEngine(values.engine);
const [command, ...rest] = positionals;

const commands: Readonly<Record<string, () => Promise<number>>> = {
  live,
  case: oneCase,
  long,
  recorded,
  record,
  coverage,
  undefined: randomWords,
  engines,
};
const chosen = command === undefined || values.help ? undefined : commands[command];
if (chosen === undefined) {
  console.log(USAGE);
  process.exitCode = values.help ? 0 : 2;
} else {
  process.exitCode = await chosen();
}

function needTools(): void {
  const missing = missingTools();
  if (missing.length > 0) throw new Error(`this needs ${missing.join(', ')}`);
}

function casesOf(name: keyof typeof CASES): number {
  const count = Number(values.cases ?? CASES[name]);
  if (!Number.isInteger(count) || count < 1) throw new Error('--cases is a number of cases');
  return count;
}

async function live(): Promise<number> {
  needTools();
  let total = 0;
  let wrong = 0;
  await withSuites(rows, engine, (suite) => {
    const wanted = suite.rows.filter(({ id }) => rows.test(id));
    for (const { row, cases, different, first } of suite.compare(wanted, casesOf('live'), seed)) {
      total += cases;
      wrong += different;
      if (different > 0) console.log(`\n${row}: ${different} of ${cases} cases differ\n${first}`);
    }
  });
  console.log(`\n${total - wrong} cases agree, ${wrong} differ; seed ${seed}`);
  return wrong > 0 ? 1 : 0;
}

async function oneCase(): Promise<number> {
  needTools();
  const [id = '', caseSeed, index, configuration] = rest;
  const row = rowById(id);
  const name = suiteOf(id);
  if (row === undefined || name === undefined) throw new Error(`no row ${id} is compared\n${USAGE}`);
  const suite = await SUITES[name].open(engine);
  const { text, differs } = suite.describe(row, Number(index), Number(caseSeed), configuration);
  suite.close();
  console.log(`${text}\n\n${differs ? 'they differ' : 'they agree'}`);
  return differs ? 1 : 0;
}

async function long(): Promise<number> {
  if (engine !== 'interpreter') throw new Error('a long run is of the interpreter');
  needTools();
  const [part = 1, of = 1] = values.part.split('/').map(Number);
  if (!(part >= 1 && part <= of)) throw new Error('--part is I/N, with I from 1 to N');
  const options = { cases: casesOf('long'), seed, rows, part, of, again: values.again };
  console.log(`${options.cases} cases of each row, seed ${seed}`);
  const wrong = (
    await withSuites(rows, 'interpreter', (suite) => longRun(suite, options, console.log))
  ).flat();
  console.log(wrong.length === 0 ? 'no row differs' : `rows that differ: ${wrong.join(' ')}`);
  return wrong.length > 0 ? 1 : 0;
}

async function recorded(): Promise<number> {
  const options = { engine, rows };
  const outcomes = [
    await replayVectors(options),
    await replayDigests('user', options),
    await replayDigests('pointers', options),
  ];
  const failures = outcomes.flatMap((outcome) => outcome.failures);
  for (const failure of failures) console.log(`\n${failure}`);
  const total = outcomes.reduce((sum, { cases }) => sum + cases, 0);
  const compiled = outcomes.reduce((sum, outcome) => sum + outcome.compiled, 0);
  const how = engine === 'jit' ? `; ${compiled} instructions were compiled` : '';
  console.log(`\n${total - failures.length} cases agree, ${failures.length} differ${how}`);
  return failures.length > 0 ? 1 : 0;
}

async function record(): Promise<number> {
  needTools();
  const version = qemuVersion();
  const driver = qemuDriver();
  recordVectors(driver, version, console.log);
  driver.close();
  for (const name of ['user', 'pointers'] as const) {
    const suite = await SUITES[name].open('interpreter');
    recordDigests(suite, version, console.log);
    suite.close();
  }
  return 0;
}

async function coverage(): Promise<number> {
  console.log(await writeCoverage());
  return 0;
}

async function randomWords(): Promise<number> {
  if (values.page) {
    keepSweeps({});
    return 0;
  }
  const models = MODELS.filter((model) => values.cpu === undefined || values.cpu === model);
  if (models.length === 0) throw new Error(`--cpu is ${MODELS.join(' or ')}`);
  const words = Number(values.words);
  const near = Number(values.near ?? Math.ceil(words / 10));
  if (!Number.isInteger(words) || !Number.isInteger(near) || words < 0 || near < 0) {
    throw new Error('--words and --near are numbers of words');
  }
  const { keep, verbose } = values;
  return undefinedCommand({ models, engine, seed, words, near, keep, verbose });
}

/** A number of an option that is at least so much. */
function numberOf(
  name: 'instructions' | 'case' | 'before' | 'scale' | 'findings' | 'threshold' | 'batch',
  least: number,
): number {
  const value = Number(values[name]);
  if (!(value >= least)) throw new Error(`--${name} is a number, at least ${least}`);
  return value;
}

async function engines(): Promise<number> {
  const list = (text: string): string[] => text.split(',').filter((name) => name !== '');
  return enginesCommand({
    engines: list(values.engines),
    generators: list(values.generators),
    instructions: numberOf('instructions', 1),
    seed,
    ...(values.case !== undefined && { case: numberOf('case', 0) }),
    before: numberOf('before', 0),
    scale: numberOf('scale', 0),
    findings: numberOf('findings', 1),
    model: values.model,
    threshold: numberOf('threshold', 1),
    batch: numberOf('batch', 1),
    record: values.record,
    verbose: values.verbose,
  });
}
