/** `npm run systems`: the whole matrix, with results that are kept. */
import { parseArgs } from 'node:util';
import {
  type Configuration,
  describeConfiguration,
  type KernelName,
  LIVE_MATRIX,
  MATRIX,
} from './configuration.ts';
import { deterministicRuns } from './deterministic.ts';
import { diskCommand } from './disk-cli.ts';
import { idleShare } from './idle.ts';
import { availability, type LinuxFiles, qemuVersion } from './kernels.ts';
import { memoryCommand } from './memory-cli.ts';
import { pooled } from './pool.ts';
import { type KeptDeterminism, type KeptIdle, type KeptRow, keepResults, keptRow } from './results.ts';
import { type QemuRuns, runRow } from './row.ts';

const USAGE = `usage: npm run systems -- [matrix] [deterministic] [idle] [options]

Boots Debian's kernels on Armature and on QEMU, and compares. Without a name: all three, in this order.

  matrix           every configuration: commands, log, reboot, power off
  deterministic    the same commands with --deterministic, twice on the compiler and once on the
                   interpreter: 1 and 4 CPUs
  idle             processor time of a guest that waits at its shell

  --only TEXT      configurations whose name contains this: "generic", "GICv3"
  --jobs N         systems at once (default 2)
  --no-keep        leave results/ as it is

       npm run systems -- disk [options]

Kills the emulator under a guest that writes to a disk; disk --help tells more.

       npm run systems -- memory [options]

What guests cost of the host's memory; memory --help tells more.
`;

const PARTS = ['matrix', 'deterministic', 'idle'] as const;
type PartName = (typeof PARTS)[number];

const CPU_COUNTS = [1, 4] as const;
const DETERMINISTIC_SECONDS = 600;
/** Percent of one core. */
const MOST_WHEN_IDLE = 5;

interface Options {
  readonly only: string;
  readonly jobs: number;
  readonly keep: boolean;
}

/** @throws Error where the kernel or QEMU is missing */
function filesOf(kernel: KernelName): LinuxFiles {
  const available = availability(kernel);
  if ('files' in available) return available.files;
  throw new Error(available.missing);
}

const today = (): string => new Date().toISOString().slice(0, 10);
const versions = () => ({ qemu: qemuVersion() ?? '', node: process.versions.node });

function show(name: string, failures: readonly string[], remark: string): void {
  console.log(`${failures.length === 0 ? 'passed' : 'FAILED'}  ${name}: ${remark}`);
  for (const failure of failures) console.log(`  ${failure.replaceAll('\n', '\n  ')}`);
}

async function matrix({ only, jobs, keep }: Options): Promise<boolean> {
  const chosen = MATRIX.filter((each) => describeConfiguration(each).includes(only));
  const files = new Map(
    [...new Set(chosen.map(({ kernel }) => kernel))].map((name) => [name, filesOf(name)]),
  );
  const qemuRuns: QemuRuns = new Map();
  const passed = await pooled(chosen, jobs, async (configuration: Configuration) => {
    const outcome = await runRow(configuration, files.get(configuration.kernel)!, qemuRuns);
    const name = describeConfiguration(configuration);
    const row: KeptRow = keptRow(outcome, today());
    if (keep) keepResults({ ...versions(), rows: { [name]: row } });
    show(name, outcome.failures, `${row.commands} commands, boot ${row.bootSeconds} s, all ${row.seconds} s`);
    return row.passed;
  });
  return passed.every(Boolean);
}

async function deterministic({ keep }: Options): Promise<boolean> {
  const files = filesOf('cloud');
  let passed = true;
  for (const cpus of CPU_COUNTS) {
    const { failures, instructions } = await deterministicRuns(files, cpus, DETERMINISTIC_SECONDS);
    const kept: KeptDeterminism = {
      date: today(),
      passed: failures.length === 0,
      failures,
      cpus,
      instructions,
    };
    if (keep) keepResults({ ...versions(), deterministic: { [cpus]: kept } });
    show(`--deterministic, ${cpus} CPU(s)`, failures, `${instructions} instructions`);
    passed &&= kept.passed;
  }
  return passed;
}

async function idle({ keep }: Options): Promise<boolean> {
  const files = filesOf('cloud');
  let passed = true;
  for (const configuration of LIVE_MATRIX.filter(({ gic, engine }) => gic === 2 && engine === 'jit')) {
    const { cpus } = configuration;
    const percent = Math.round((await idleShare('armature', configuration, files)) * 1000) / 10;
    const failures = percent < MOST_WHEN_IDLE ? [] : [`${percent} % is not below ${MOST_WHEN_IDLE} %`];
    const kept: KeptIdle = { date: today(), passed: failures.length === 0, failures, cpus, percent };
    if (keep) keepResults({ ...versions(), idle: { [cpus]: kept } });
    show(`idle, ${cpus} CPU(s)`, failures, `${percent} % of one core`);
    passed &&= kept.passed;
  }
  return passed;
}

const COMMANDS: Readonly<Record<PartName, (options: Options) => Promise<boolean>>> = {
  matrix,
  deterministic,
  idle,
};

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    allowNegative: true,
    options: {
      only: { type: 'string', default: '' },
      jobs: { type: 'string', default: '2' },
      keep: { type: 'boolean', default: true },
      help: { type: 'boolean', default: false },
    },
  });
  const jobs = Number(values.jobs);
  const unknown = positionals.filter((name) => !PARTS.includes(name as PartName));
  if (values.help || unknown.length > 0 || !Number.isInteger(jobs) || jobs < 1) {
    process.stderr.write(USAGE);
    return values.help ? 0 : 2;
  }
  const chosen = positionals.length > 0 ? (positionals as PartName[]) : PARTS;
  let status = 0;
  for (const name of chosen) {
    if (!(await COMMANDS[name]({ only: values.only, jobs, keep: values.keep }))) status = 1;
  }
  return status;
}

try {
  const [command, ...rest] = process.argv.slice(2);
  if (command === 'disk') process.exitCode = await diskCommand(rest);
  else if (command === 'memory') process.exitCode = await memoryCommand(rest);
  else process.exitCode = await main();
} catch (error) {
  process.stderr.write(`systems: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
