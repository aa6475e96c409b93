import { randomFillSync } from 'node:crypto';
import { hostname } from 'node:os';
import { formatAddress, formatBytes, MiB, PAGE_SIZE } from '@armature/core';
import { cpuModelNames } from '@armature/cpu';
import { type Ending, type LinuxUser, linuxUser, signalName } from '@armature/linux-user';
import { hostDirectory } from '@armature/linux-user/node';
import {
  buildMachine,
  type ClockMode,
  type Machine,
  type MachineDescription,
  readMachineDocument,
} from '@armature/machine';
import { type Command, Option } from 'commander';
import { allocatorOption, findAllocator } from '../allocator-file.ts';
import { count, list, quantity } from '../arguments.ts';
import { addEngineOptions, type EngineArguments, engineSettings, useHostCpus } from '../engine-options.ts';
import { HostConsole } from '../exec/console.ts';
import { programFile } from '../exec/program-file.ts';
import { type ProgramReport, runProgram } from '../exec/session.ts';
import { EXIT } from '../exit-codes.ts';
import { describeFailure, UsageError } from '../failure.ts';
import { exceptionLoopError } from '../guest-failure.ts';
import { TraceWriter } from '../trace-writer.ts';

interface ExecArguments extends EngineArguments {
  readonly allocator: string;
  readonly cpu: string;
  readonly deterministic?: boolean;
  readonly directory?: string;
  readonly env?: readonly string[];
  readonly maxInstructions?: number;
  readonly maxProcesses: number;
  readonly memory: number;
  readonly readOnly?: boolean;
  readonly root?: string;
  readonly stats?: boolean;
  readonly trace?: readonly string[];
}

const DEFAULT_MEMORY = MiB(512);
const DEFAULT_PROCESSES = 256;
const SIGKILL = 9;
const RAM_BASE = 0x4000_0000;
/** When a machine starts that is to run the same way twice: 2026-01-01 00:00 UTC. */
const FIXED_START = Date.UTC(2026, 0, 1) / 1000;

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

export function addExecCommand(program: Command): void {
  const command = program
    .command('exec')
    .argument('<program>', 'static AArch64 Linux program')
    .argument('[args...]', 'its arguments')
    .passThroughOptions()
    .summary('run a static Linux program')
    .description(
      'Runs a static AArch64 Linux program on a bare CPU: its system calls are served by a small kernel on the ' +
        'memory manager. It has this process’s standard input, output and error, and of the host’s files those ' +
        'under --root. Options come before the program; what follows it is the program’s.',
    )
    .addOption(new Option('--root <dir>', 'the program’s root directory (default: an empty one in memory)'))
    .addOption(new Option('--read-only', 'the program changes nothing under --root'))
    .addOption(new Option('--directory <path>', 'its current directory, under the root (default: /)'))
    .addOption(
      new Option('--env <name=value>', 'a variable of its environment; may be repeated').argParser(collect),
    )
    .addOption(new Option('--cpu <model>', 'CPU').choices(cpuModelNames).default('max'));
  addEngineOptions(command)
    .addOption(
      new Option('--memory <size>', 'RAM: 64M, 1GiB').argParser(quantity).default(DEFAULT_MEMORY, '512M'),
    )
    .addOption(allocatorOption('page allocator of the memory manager').default('bitmap'))
    .addOption(
      new Option('--max-processes <n>', 'processes and threads at once')
        .argParser(count)
        .default(DEFAULT_PROCESSES),
    )
    .addOption(new Option('--max-instructions <n>', 'stop after this many: 1000, 20M').argParser(count))
    .addOption(
      new Option(
        '--deterministic',
        'the same bytes in every run: time counts instructions, random numbers repeat',
      ),
    )
    .addOption(new Option('--stats', 'statistics on stderr when it has ended'))
    .addOption(
      new Option('--trace <topics>', 'report on stderr: system-calls, exceptions, ... or *').argParser(list),
    )
    .addHelpText(
      'after',
      `
Examples:
  armature exec ./hello
  armature exec --root rootfs /bin/busybox sh
  armature exec --root . --stats ./program input.txt
  armature exec --trace system-calls ./hello

Exit status: the program’s own; 128 + n when signal n ended it; otherwise as for armature run.`,
    )
    .action(async (path: string, args: string[], options: ExecArguments) => {
      process.exitCode = await exec(path, args, options);
    });
}

async function exec(path: string, args: readonly string[], options: ExecArguments): Promise<number> {
  const { env = [], readOnly = false } = options;
  if (readOnly && options.root === undefined) {
    throw new UsageError('--read-only goes with --root', 'Name a root, or leave --read-only out.');
  }
  const bad = env.find((text) => !/^[^=]+=/.test(text));
  if (bad !== undefined) throw new UsageError(`--env ${bad} is not name=value`, 'Write --env NAME=VALUE.');
  const root = options.root === undefined ? undefined : hostDirectory(options.root, { readOnly });
  const program = programFile(path, root);
  const console = new HostConsole();
  const machine = await makeMachine(options, root, console);
  const linux = machine.use('linux-user');
  const tracer = new TraceWriter((line) => process.stderr.write(`${line}\n`));
  if (options.trace !== undefined) machine.onTrace(options.trace, tracer.write);
  linux.start({
    ...program,
    arguments: [path, ...args],
    environment: env,
    directory: options.directory ?? '/',
  });
  const report = await runProgram(machine, linux, console, options.maxInstructions);
  tracer.finish();
  return conclude(machine, linux, report, path, options);
}

type LinuxMachine = Machine<'linux-user'>;

/** A CPU, its translation and exceptions, RAM, the memory manager, and the kernel on it: no devices. */
async function makeMachine(
  options: ExecArguments,
  root: ReturnType<typeof hostDirectory> | undefined,
  console: HostConsole,
): Promise<LinuxMachine> {
  const { deterministic = false, memory, maxProcesses } = options;
  if (memory % PAGE_SIZE !== 0)
    throw new UsageError(`--memory ${memory} is no multiple of 4096`, 'Write it as 64M.');
  const clock: ClockMode = deterministic ? 'instructions' : 'host';
  useHostCpus();
  const description: MachineDescription = readMachineDocument(
    {
      clock,
      parts: [
        { part: 'cpu', model: options.cpu, ...engineSettings(options) },
        { part: 'mmu' },
        { part: 'exceptions' },
        { part: 'timer' },
        { part: 'ram', base: RAM_BASE, size: memory },
        { part: 'memory', allocator: options.allocator, pages: memory / PAGE_SIZE, reserveFirst: 0 },
      ],
    },
    {
      hostTime: () => performance.now() * 1e6,
      allocators: { [options.allocator]: await findAllocator(options.allocator) },
    },
  );
  const kernel = linuxUser({
    console,
    maxProcesses,
    startTime: deterministic ? FIXED_START : Date.now() / 1000,
    identity: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
    ...(root !== undefined && { root }),
    ...(!deterministic && { random: (into: Uint8Array) => randomFillSync(into), hostName: hostname() }),
  });
  return (await buildMachine([...description.parts, kernel], description.options)) as LinuxMachine;
}

function conclude(
  machine: LinuxMachine,
  linux: LinuxUser,
  report: ProgramReport,
  path: string,
  options: ExecArguments,
): number {
  const lines: string[] = [];
  const { ending } = linux;
  if (report.reason === 'exception-loop') {
    lines.push(...describeFailure(exceptionLoopError(machine, undefined)).lines);
  }
  if (ending?.signal !== undefined) lines.push(...signalLines(path, ending.signal, ending, machine));
  if (report.reason === 'budget') {
    lines.push(`armature: ${path} was stopped after ${number(report.instructions)} instructions`);
  }
  if (options.stats === true) lines.push(...statistics(machine, linux, report));
  if (lines.length > 0) process.stderr.write(`${lines.join('\n')}\n`);
  if (report.reason === 'budget') return EXIT.budget;
  return ending?.status ?? EXIT.guest;
}

function signalLines(path: string, signal: number, { fault }: Ending, machine: LinuxMachine): string[] {
  const where = fault === undefined ? '' : ` at pc ${formatAddress(fault.pc)}`;
  const about = fault?.address === undefined ? '' : `, address ${formatAddress(fault.address)}`;
  const lines = [`armature: ${path} was ended by ${signalName(signal)}${where}${about}`];
  // A program whose pages find no memory is killed, as Linux does it.
  const { failures = 0, totalPages = 0 } = machine.find('memory-management')?.memoryGetStats() ?? {};
  if (signal === SIGKILL && failures > 0) {
    const size = formatBytes(totalPages * PAGE_SIZE);
    lines.push(`hint: It found no room in its ${size} of memory; --memory gives it more.`);
  }
  return lines;
}

const number = (value: number): string => value.toLocaleString('en');

function statistics(
  machine: LinuxMachine,
  linux: LinuxUser,
  { instructions, seconds }: ProgramReport,
): string[] {
  const { calls, faults, frames, processes, signals, switches, unknown } = linux.statistics;
  const speed = seconds > 0 ? instructions / seconds / 1e6 : 0;
  const { translation } = machine.statistics;
  return [
    `  instructions  ${number(instructions)} in ${seconds.toFixed(2)} s, ${speed.toFixed(1)} million/s`,
    `  system calls  ${number(calls)}`,
    ...unknown.map(({ name, count: times }) => `                ${number(times)} ${name}: not implemented`),
    `  processes     ${number(processes)} processes and threads, ${number(switches)} switches, ${number(signals)} signals`,
    `  memory        ${number(faults)} page faults, at most ${formatBytes(frames.peak * PAGE_SIZE)} of ` +
      `${formatBytes(frames.total * PAGE_SIZE)}`,
    `  translation   ${number(translation.hits)} TLB hits, ${number(translation.misses)} misses, ` +
      `${number(translation.faults)} faults`,
  ];
}
