#!/usr/bin/env node
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { allocatorsCommand } from './allocators/command.ts';
import { ALLOCATORS_OPTIONS, ALLOCATORS_USAGE } from './allocators/options.ts';
import { type BreakdownPart, breakdownPart, measureBreakdown } from './boot/breakdown.ts';
import { armatureBoot, type LinuxFiles, linuxFiles, qemuBoot } from './boot/machines.ts';
import { measureBoots } from './boot/measure.ts';
import { bootRows, breakdownTables } from './boot/report.ts';
import {
  armature,
  type CpuModel,
  type Emulator,
  type Engine,
  type GuestClock,
  qemu,
  qemuVersion,
} from './emulators.ts';
import { PROGRAMS } from './programs.ts';
import { isRaceGroup, RACE_ROWS, race, raceText, recordRace } from './race/command.ts';
import { markdownTable, writeReadmeSection } from './readme.ts';
import { speedReport } from './report.ts';
import { runImage } from './run-image.ts';
import { SIMD_KINDS } from './simd/kinds.ts';
import { measureKinds } from './simd/measure.ts';
import { simdRows, simdSummary } from './simd/report.ts';
import { measureProgram } from './speed.ts';
import { armatureStartup, measureStartup, qemuStartup, startupRows } from './startup.ts';
import { renderTable } from './table.ts';
import { UsageError } from './usage-error.ts';

/** Names with commas, in lines that fit the usage. */
function list(rows: readonly { readonly name: string }[]): string {
  const lines = rows
    .map(({ name }) => name)
    .join(', ')
    .match(/.{1,80}(?:,|$)/g)!;
  return lines.map((line) => line.trim()).join(`\n${' '.repeat(22)}`);
}

const USAGE = `armature-bench: measures Armature

  armature-bench speed [options]     bare-metal programs on QEMU and on Armature, by turns
  armature-bench simd [options]      the same for loops of kinds of floating-point and SIMD instructions
  armature-bench boot [options]      Debian's Linux kernel to a shell's prompt, and where Armature's time goes
  armature-bench startup [options]   from the start of the process to what the guest's first instructions do
  armature-bench race [options]      bare-metal programs, programs in Linux, and systems on both, by turns
  armature-bench allocators [options]  frame allocators beside C; its options: armature-bench allocators --help

  --rounds N          times that each runs each program, default 5; race: 7, startup: 15
  --quick             3 rounds, of speed, simd and race a fifth of the length
  --rows LIST         race: of ${list(RACE_ROWS)}
  --only GROUP        race: a (bare metal), b (programs in Linux) or c (systems)
  --programs LIST     speed: of ${PROGRAMS.map(({ name }) => name).join(', ')}; default all
  --kinds PATTERN     simd: those whose name or group matches a regular expression; default all
  --kernel FILE       boot, race: this kernel, with --initrd; default what armature linux fetches
  --initrd FILE       boot, race: its RAM disk, with a shell on the console
  --no-breakdown      boot: times alone
  --record            simd, boot, startup, race: writes the results into this package's README.md; all must be measured
  --engine NAME       Armature's engine: auto (default), interpreter or jit
  --no-qemu           Armature alone
  --json              everything measured, as JSON

Without qemu-system-aarch64 on the PATH, Armature runs alone; race then wants --no-qemu.`;

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      allowNegative: true,
      tokens: true,
      options: {
        rounds: { type: 'string' },
        quick: { type: 'boolean', default: false },
        programs: { type: 'string' },
        kinds: { type: 'string' },
        rows: { type: 'string' },
        only: { type: 'string' },
        allocators: { type: 'string' },
        workloads: { type: 'string' },
        sizes: { type: 'string' },
        orders: { type: 'string' },
        occupancies: { type: 'string' },
        kernel: { type: 'string' },
        initrd: { type: 'string' },
        breakdown: { type: 'boolean', default: true },
        record: { type: 'boolean', default: false },
        'record-trace': { type: 'boolean', default: false },
        engine: { type: 'string', default: 'auto' },
        cpu: { type: 'string', default: 'cortex-a72' },
        clock: { type: 'string', default: 'instructions' },
        qemu: { type: 'boolean', default: true },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

type Options = ReturnType<typeof readArguments>['values'];

function engineOf({ engine }: Options): Engine {
  if (engine === 'auto' || engine === 'interpreter' || engine === 'jit') return engine;
  throw new UsageError(`unknown engine '${engine}': auto, interpreter or jit`);
}

function cpuOf({ cpu }: Options): CpuModel {
  if (cpu === 'cortex-a72' || cpu === 'max') return cpu;
  throw new UsageError(`unknown CPU '${cpu}': cortex-a72 or max`);
}

function clockOf({ clock }: Options): GuestClock {
  if (clock === 'instructions' || clock === 'host') return clock;
  throw new UsageError(`unknown clock '${clock}': instructions or host`);
}

function programsOf({ programs }: Options) {
  if (programs === undefined) return PROGRAMS;
  return programs.split(',').map((name) => {
    const program = PROGRAMS.find((candidate) => candidate.name === name);
    if (program === undefined) throw new UsageError(`unknown program '${name}'`);
    return program;
  });
}

function kindsOf({ kinds }: Options) {
  if (kinds === undefined) return SIMD_KINDS;
  const wanted = pattern(kinds);
  const found = SIMD_KINDS.filter(({ name, group }) => wanted.test(name) || wanted.test(group));
  if (found.length === 0) throw new UsageError(`--kinds ${kinds}: no kind matches`);
  return found;
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text, 'i');
  } catch (error) {
    throw new UsageError(`--kinds: ${(error as Error).message}`);
  }
}

const thisHost = () => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cpus: cpus().length,
  node: process.version,
});

/** Progress goes to standard error. */
const progress = (text: string): void => void process.stderr.write(`${text}\n`);

/** What is measured beside QEMU, on what and how often. */
function conditions(options: Options, defaultRounds = 5) {
  const rounds = Number(options.rounds ?? (options.quick ? 3 : defaultRounds));
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new UsageError(`--rounds ${options.rounds}: a number from 1`);
  const oracle = options.qemu ? qemuVersion() : undefined;
  if (options.qemu && oracle === undefined) process.stderr.write('qemu-system-aarch64 is not installed.\n');
  const host = { ...thisHost(), qemu: oracle ?? null };
  const heading = `${host.cpu}, ${host.cpus} CPUs; Node ${host.node}${oracle ? `; ${oracle}` : ''}`;
  return { rounds, oracle, host, heading };
}

/** What a comparison runs on, and how long. */
function comparison(options: Options, cpu: CpuModel, clock: GuestClock) {
  const { rounds, oracle, host, heading } = conditions(options);
  const emulators: Emulator[] = [
    ...(oracle === undefined ? [] : [qemu(cpu)]),
    armature(engineOf(options), cpu, clock),
  ];
  return { rounds, scale: options.quick ? 0.2 : 1, emulators, host, heading };
}

function speed(options: Options): void {
  const { rounds, scale, emulators, host, heading } = comparison(options, 'cortex-a72', 'instructions');
  const results = programsOf(options).map((program) => {
    process.stderr.write(`${program.name}: ${program.description} ...\n`);
    return measureProgram(program, emulators, { rounds, scale });
  });
  if (options.json) {
    console.log(JSON.stringify({ host, rounds, results }, null, 2));
    return;
  }
  console.log(heading);
  console.log(`Medians of ${rounds} rounds; rates leave start-up out.\n`);
  console.log(speedReport(results));
}

function simd(options: Options): void {
  const kinds = kindsOf(options);
  const { rounds, scale, emulators, host, heading } = comparison(options, 'max', 'host');
  if (options.record && (kinds.length < SIMD_KINDS.length || emulators.length < 2 || options.quick)) {
    throw new UsageError('--record: wants all kinds in full length, and QEMU');
  }
  const results = measureKinds(kinds, emulators, { rounds, scale }, progress);
  const rows = simdRows(results);
  const summary = simdSummary(results);
  const conditions = `Medians of ${rounds} rounds, in million instructions/s.`;
  if (options.record) {
    const content = [`${heading}. ${conditions}`, markdownTable(rows), ...summary].join('\n\n');
    writeReadmeSection('simd-results', content);
  }
  if (options.json) {
    const named = results.map(({ kind: { name, group, note }, ...speed }) => ({
      name,
      group,
      note,
      ...speed,
    }));
    console.log(JSON.stringify({ host, rounds, results: named }, null, 2));
    return;
  }
  console.log(`${heading}\n${conditions}\n`);
  console.log([renderTable(rows), '', ...summary].join('\n'));
}

function guestOf({ kernel, initrd }: Options): LinuxFiles {
  if (kernel !== undefined && initrd !== undefined) return { kernel, initrd };
  if (kernel !== undefined || initrd !== undefined) throw new UsageError('--kernel and --initrd go together');
  return linuxFiles();
}

async function bootLinux(options: Options): Promise<void> {
  const { rounds, oracle, host, heading } = conditions(options);
  if (options.record && (oracle === undefined || !options.breakdown || options.quick)) {
    throw new UsageError('--record: wants all rounds, the breakdown, and QEMU');
  }
  const files = guestOf(options);
  const programs = [...(oracle === undefined ? [] : [qemuBoot(files)]), armatureBoot(files)];
  const times = await measureBoots(programs, rounds, progress);
  const breakdown = options.breakdown ? measureBreakdown(files, progress) : undefined;
  const system = times[0]!.samples[0]!.system;
  const conditionsText = `${system}; medians of ${rounds} rounds, from the start of the process to the prompt.`;
  const rows = bootRows(times);
  const tables = breakdown === undefined ? [] : breakdownTables(breakdown);
  if (options.record) {
    const content = [
      `${heading}. ${conditionsText}`,
      markdownTable(rows),
      ...tables.flatMap((table) => [`${table.title}:`, markdownTable(table.rows)]),
    ];
    writeReadmeSection('boot-results', content.join('\n\n'));
  }
  if (options.json) {
    console.log(JSON.stringify({ host, rounds, system, times, breakdown }, null, 2));
    return;
  }
  console.log(`${heading}\n${conditionsText}\n\n${renderTable(rows)}`);
  for (const table of tables) console.log(`\n${table.title}\n\n${renderTable(table.rows)}`);
}

async function startup(options: Options): Promise<void> {
  const { rounds, oracle, host, heading } = conditions(options, 15);
  if (options.record && (oracle === undefined || options.quick)) {
    throw new UsageError('--record: wants all rounds, and QEMU');
  }
  const programs = [
    ...(oracle === undefined ? [] : [qemuStartup]),
    armatureStartup(true),
    armatureStartup(false),
  ];
  const results = await measureStartup(programs, rounds);
  const rows = startupRows(results);
  const text = `Medians of ${rounds} starts, from the start of the process.`;
  if (options.record) {
    writeReadmeSection('startup-results', `${heading}. ${text}\n\n${markdownTable(rows)}`);
  }
  if (options.json) console.log(JSON.stringify({ host, rounds, results }, null, 2));
  else console.log(`${heading}\n${text}\n\n${renderTable(rows)}`);
}

function rowsOf({ rows }: Options): string[] | undefined {
  const names = rows?.split(',');
  const unknown = names?.find((name) => !RACE_ROWS.some((row) => row.name === name));
  if (unknown !== undefined) throw new UsageError(`unknown row '${unknown}'`);
  return names;
}

async function raceAll(options: Options): Promise<void> {
  const { only, kernel, initrd } = options;
  const rows = rowsOf(options);
  const engine = engineOf(options);
  if (only !== undefined && !isRaceGroup(only)) throw new UsageError(`unknown group '${only}': a, b or c`);
  if (!RACE_ROWS.some(({ name, group }) => (rows?.includes(name) ?? true) && (only ?? group) === group)) {
    throw new UsageError(`--rows ${options.rows} has no row of group ${only}`);
  }
  const files = kernel === undefined && initrd === undefined ? undefined : guestOf(options);
  const { rounds, host } = conditions(options, 7);
  if (options.qemu && host.qemu === null)
    throw new Error('the race is against QEMU; --no-qemu runs Armature alone');
  if (options.record && (rows !== undefined || only !== undefined || options.quick || host.qemu === null)) {
    throw new UsageError('--record: wants all rows in full length, and QEMU');
  }
  const results = await race({ rows, only, rounds, quick: options.quick, engine, host, files }, progress);
  if (options.record) recordRace(results);
  console.log(options.json ? JSON.stringify(results, null, 2) : raceText(results));
}

function partOf(name: string): BreakdownPart {
  if (name === 'plain' || name === 'counts' || name === 'profile') return name;
  throw new UsageError(`unknown part '${name}': plain, counts or profile`);
}

const usageOf = (command: string | undefined): string =>
  command === 'allocators' ? ALLOCATORS_USAGE : USAGE;

async function main(): Promise<void> {
  const { values, positionals, tokens } = readArguments();
  const [command, ...rest] = positionals;
  if (values.help) {
    console.log(usageOf(command));
  } else if (command === 'speed' && rest.length === 0) {
    speed(values);
  } else if (command === 'simd' && rest.length === 0) {
    simd(values);
  } else if (command === 'boot' && rest.length === 0) {
    await bootLinux(values);
  } else if (command === 'startup' && rest.length === 0) {
    await startup(values);
  } else if (command === 'race' && rest.length === 0) {
    await raceAll(values);
  } else if (command === 'allocators' && rest.length === 0) {
    const foreign = tokens.find(
      (token) => token.kind === 'option' && !ALLOCATORS_OPTIONS.includes(token.name),
    );
    if (foreign?.kind === 'option') throw new UsageError(`${foreign.rawName}: allocators has no such option`);
    console.log(await allocatorsCommand(values, thisHost(), progress));
  } else if (command === 'run-linux' && rest.length === 3) {
    const [kernel, initrd, part] = rest as [string, string, string];
    console.log(JSON.stringify(await breakdownPart(partOf(part), { kernel, initrd })));
  } else if (command === 'run-image' && rest.length === 1) {
    await runImage(rest[0]!, {
      engine: engineOf(values),
      cpu: cpuOf(values),
      clock: clockOf(values),
    });
  } else {
    throw new UsageError(
      command === undefined ? 'no command given' : `unknown command '${positionals.join(' ')}'`,
    );
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`armature-bench: ${(error as Error).message}\n`);
  if (error instanceof UsageError) process.stderr.write(`\n${usageOf(process.argv[2])}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
