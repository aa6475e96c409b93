#!/usr/bin/env node
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { armature, type Emulator, qemu, qemuVersion } from './emulators.ts';
import { PROGRAMS } from './programs.ts';
import { speedReport } from './report.ts';
import { runImage } from './run-image.ts';
import { measureProgram } from './speed.ts';

const USAGE = `armature-bench: measures Armature

  armature-bench speed [options]     bare-metal programs on QEMU and on Armature, by turns

  --rounds N          times that each runs each program, default 5
  --quick             a fifth of the length, 3 rounds
  --programs LIST     of ${PROGRAMS.map(({ name }) => name).join(', ')}; default all
  --engine NAME       Armature's engine: auto (default) or interpreter
  --no-qemu           Armature alone
  --json              everything measured, as JSON

Without qemu-system-aarch64 on the PATH, Armature runs alone.`;

class UsageError extends Error {}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      allowNegative: true,
      options: {
        rounds: { type: 'string' },
        quick: { type: 'boolean', default: false },
        programs: { type: 'string' },
        engine: { type: 'string', default: 'auto' },
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

function engineOf({ engine }: Options): 'auto' | 'interpreter' {
  if (engine === 'auto' || engine === 'interpreter') return engine;
  throw new UsageError(`unknown engine '${engine}': auto or interpreter`);
}

function programsOf({ programs }: Options) {
  if (programs === undefined) return PROGRAMS;
  return programs.split(',').map((name) => {
    const program = PROGRAMS.find((candidate) => candidate.name === name);
    if (program === undefined) throw new UsageError(`unknown program '${name}'`);
    return program;
  });
}

function speed(options: Options): void {
  const rounds = Number(options.rounds ?? (options.quick ? 3 : 5));
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new UsageError(`--rounds ${options.rounds}: a number from 1`);
  const programs = programsOf(options);
  const oracle = options.qemu ? qemuVersion() : undefined;
  if (options.qemu && oracle === undefined) process.stderr.write('qemu-system-aarch64 is not installed.\n');
  const emulators: Emulator[] = [...(oracle === undefined ? [] : [qemu()]), armature(engineOf(options))];
  const results = programs.map((program) => {
    process.stderr.write(`${program.name}: ${program.description} ...\n`);
    return measureProgram(program, emulators, { rounds, scale: options.quick ? 0.2 : 1 });
  });
  const host = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cpus: cpus().length,
    node: process.version,
    qemu: oracle ?? null,
  };
  if (options.json) {
    console.log(JSON.stringify({ host, rounds, results }, null, 2));
    return;
  }
  console.log(`${host.cpu}, ${host.cpus} CPUs; Node ${host.node}${oracle ? `; ${oracle}` : ''}`);
  console.log(`Medians of ${rounds} rounds; rates leave start-up out.\n`);
  console.log(speedReport(results));
}

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  const [command, ...rest] = positionals;
  if (values.help) {
    console.log(USAGE);
  } else if (command === 'speed' && rest.length === 0) {
    speed(values);
  } else if (command === 'run-image' && rest.length === 1) {
    await runImage(rest[0]!, engineOf(values));
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
  if (error instanceof UsageError) process.stderr.write(`\n${USAGE}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
