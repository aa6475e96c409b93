import { type JitReport, jitReport } from '@armature/cpu';
import { type BootOptions, boot, decompressImage, type Machine } from '@armature/machine';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { address, count, quantity } from '../arguments.ts';
import { EXIT } from '../exit-codes.ts';
import { describeFailure, UsageError } from '../failure.ts';
import { readBytes } from '../files.ts';
import { exceptionLoopError } from '../guest-failure.ts';
import { reportJson } from '../jit/report-json.ts';
import { type RunFacts, reportText } from '../jit/report-text.ts';
import { DEFAULT_PACKAGE } from '../linux/packages.ts';
import { addMachineOptions, type MachineArguments, makeMachine } from '../machine-options.ts';
import { chooseFiles, LINUX_COMMAND_LINE, LINUX_MEMORY } from './linux.ts';

interface JitReportArguments extends MachineArguments {
  readonly append?: string;
  readonly entry?: bigint;
  readonly initrd?: string;
  readonly instructions?: number;
  readonly json?: boolean;
  readonly kernel?: string;
  readonly listings: number;
  readonly load?: number;
  readonly package: string;
  readonly serial?: boolean;
  readonly top: number;
  readonly until?: string;
}

const LINUX = 'linux';
/** Where the shell of `armature linux` waits. */
const SHELL_PROMPT = '\n# ';
const DEFAULT_TOP = 10;
const DEFAULT_LISTINGS = 1;

export function addJitReportCommand(program: Command): void {
  addMachineOptions(program.command('jit-report'))
    .argument('<image>', 'ELF file, arm64 Image (also gzip), or raw A64 code; linux for Debian’s kernel')
    .summary('report on the compiler: what it compiled, and what that did')
    .description(
      'Runs a program, or Linux to its shell, with a compiler that counts, and reports on standard output: regions,\n' +
        'their sizes and what compiling them took, instructions run in them and in the interpreter, the ways out of\n' +
        'regions, and the hottest ones, their guest code beside WebAssembly. Counting makes the run slower.',
    )
    .addOption(new Option('--instructions <n>', 'stop after this many: 1000, 20M').argParser(count))
    .addOption(
      new Option('--until <text>', 'stop when the serial line has said this (default for linux: the shell)'),
    )
    .addOption(
      new Option('--top <n>', 'how many of the hottest regions').argParser(whole).default(DEFAULT_TOP),
    )
    .addOption(
      new Option('--listings <n>', 'how many of those with their code')
        .argParser(whole)
        .default(DEFAULT_LISTINGS),
    )
    .addOption(new Option('--serial', 'what the guest says on standard error'))
    .addOption(new Option('--json', 'the report as one line of JSON'))
    .addOption(new Option('--append <text>', 'command line for the kernel (/chosen bootargs)'))
    .addOption(new Option('--initrd <file>', 'initial RAM disk for the kernel'))
    .addOption(new Option('--kernel <file>', 'with linux: this kernel; needs --initrd'))
    .addOption(new Option('--package <name>', 'with linux: the kernel package').default(DEFAULT_PACKAGE))
    .addOption(
      new Option('--load <address>', 'load the image as raw code at this address').argParser(quantity),
    )
    .addOption(new Option('--entry <address>', 'start at this address').argParser(address))
    .addHelpText(
      'after',
      `
Examples:
  armature jit-report kernel.elf
  armature jit-report kernel.elf --until "done" --top 20 --listings 3
  armature jit-report linux --instructions 200M --json
  armature jit-report linux --jit-cache 16M

Exit status: 0 when there is a report; 4 when the guest takes exceptions without end; else as for armature run.`,
    )
    .action(async (image: string, args: JitReportArguments) => {
      process.exitCode = await report(image, args);
    });
}

function whole(text: string): number {
  if (/^[0-9]{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a whole number.');
}

async function report(path: string, args: JitReportArguments): Promise<number> {
  if (args.engine === 'interpreter') {
    throw new UsageError('jit-report is about compiled code, and --engine interpreter compiles none');
  }
  const isLinux = path === LINUX;
  if (!isLinux && args.kernel !== undefined) {
    throw new UsageError('--kernel goes with linux', 'Name the image itself, or linux.');
  }
  const image = isLinux ? await linuxImage(args) : await programImage(path, args);
  const memory = args.memory ?? (isLinux && args.machine === undefined ? LINUX_MEMORY : undefined);
  const machine = await makeMachine(
    { ...args, ...(memory !== undefined && { memory }) },
    { clock: 'instructions', profile: true },
  );
  const until = args.until ?? (isLinux && args.instructions === undefined ? SHELL_PROMPT : undefined);
  const facts = await run(machine, image, { ...args, until });
  const cluster = machine.find('cpu');
  const found = cluster && jitReport(cluster, { top: Math.max(args.top, args.listings) });
  if (found === undefined) throw new UsageError('the machine has no CPU with a compiler');
  await write(found, facts, args);
  return facts.status;
}

async function write(found: JitReport, facts: Facts, { json, listings }: JitReportArguments): Promise<void> {
  const { status: _, ...run } = facts;
  const lines =
    json === true
      ? [JSON.stringify(await reportJson(found, run, listings))]
      : await reportText(found, run, listings);
  process.stdout.write(`${lines.join('\n')}\n`);
}

async function programImage(path: string, args: JitReportArguments): Promise<BootOptions> {
  const bytes = readBytes(path);
  return {
    image: args.load === undefined ? await decompressImage(bytes) : bytes,
    ...(args.initrd !== undefined && { initrd: readBytes(args.initrd) }),
    ...(args.load !== undefined && { loadAddress: args.load }),
    ...(args.entry !== undefined && { entry: Number(args.entry) }),
    ...(args.append !== undefined && { bootArguments: args.append }),
  };
}

async function linuxImage(args: JitReportArguments): Promise<BootOptions> {
  const files = chooseFiles(args);
  return {
    image: await decompressImage(readBytes(files.kernel)),
    initrd: readBytes(files.initrd),
    bootArguments: [LINUX_COMMAND_LINE, args.append].filter((words) => words !== undefined).join(' '),
  };
}

interface Facts extends RunFacts {
  readonly status: number;
}

const ENDINGS: Readonly<Record<string, string>> = {
  'power-off': 'the guest switched off',
  reset: 'the guest asked for a reset',
  budget: 'the instructions ran',
  waiting: 'the guest waits for an interrupt that nothing will raise',
  'exception-loop': 'the guest takes exceptions without end',
};

/** Runs until the guest ends, has said the text, or has run the instructions; Ctrl-C ends it too. */
async function run(
  machine: Machine,
  image: BootOptions,
  {
    instructions,
    serial,
    until,
  }: Pick<JitReportArguments, 'instructions' | 'serial'> & { until?: string | undefined },
): Promise<Facts> {
  let said = false;
  let tail = '';
  machine.find('console')?.listen((byte) => {
    const character = String.fromCharCode(byte);
    if (serial === true) process.stderr.write(character);
    if (until === undefined || said) return;
    tail = (tail + character).slice(-until.length);
    said = tail === until;
    if (said) machine.stop();
  });
  const interrupted = (): void => machine.stop();
  process.once('SIGINT', interrupted);
  boot(machine, image);
  const start = performance.now();
  try {
    const result = await machine.run(instructions === undefined ? {} : { maxInstructions: instructions });
    const { exception, reason } = result;
    if (reason === 'exception-loop') {
      process.stderr.write(`${describeFailure(exceptionLoopError(machine, exception)).lines.join('\n')}\n`);
    }
    return {
      ending: said ? 'the guest said what was waited for' : (ENDINGS[reason] ?? reason),
      instructions: result.instructions,
      seconds: (performance.now() - start) / 1000,
      status: reason === 'exception-loop' ? EXIT.guest : EXIT.ok,
    };
  } finally {
    process.off('SIGINT', interrupted);
  }
}
