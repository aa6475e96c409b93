import type { BootOptions, ClockMode, Machine } from '@armature/machine';
import { decompressImage } from '@armature/machine';
import { type Command, Option } from 'commander';
import { address, count, list, quantity } from '../arguments.ts';
import { EXIT } from '../exit-codes.ts';
import { describeFailure, UsageError } from '../failure.ts';
import { readBytes, writeBytes } from '../files.ts';
import { exceptionLoopError, haltedError } from '../guest-failure.ts';
import { addMachineOptions, type MachineArguments, makeMachine } from '../machine-options.ts';
import { SemihostingHost } from '../semihosting/host.ts';
import { runSession, type SessionReport } from '../session.ts';
import { jsonSummary, textSummary } from '../summary.ts';
import { TraceWriter } from '../trace-writer.ts';

export interface RunArguments extends MachineArguments {
  readonly append?: string;
  readonly bios?: string;
  readonly dtb?: string;
  readonly dumpDtb?: string;
  readonly entry?: bigint;
  readonly initrd?: string;
  readonly kernel?: string;
  readonly json?: boolean;
  readonly load?: number;
  readonly maxInstructions?: number;
  readonly quiet?: boolean;
  readonly reboot: boolean;
  readonly semihosting?: boolean;
  readonly semihostingRoot?: string;
  readonly summary?: boolean;
  readonly trace?: readonly string[];
  readonly variables?: string;
}

/** Options of everything that runs a guest. */
export function addRunOptions(command: Command): Command {
  return addMachineOptions(command)
    .addOption(new Option('--append <text>', 'command line for the kernel (/chosen bootargs)'))
    .addOption(new Option('--dtb <file>', 'device tree blob instead of the machine’s own'))
    .addOption(new Option('--dump-dtb <file>', 'write the machine’s device tree blob to a file'))
    .addOption(
      new Option('--max-instructions <n>', 'stop after this many: 1000, 1_000_000, 20M').argParser(count),
    )
    .addOption(new Option('--no-reboot', 'end when the guest asks for a reset'))
    .addOption(
      new Option('--trace <topics>', 'report on stderr: exceptions, firmware, ... or *').argParser(list),
    )
    .addOption(new Option('--summary', 'summary on stderr also when that is not a terminal'))
    .addOption(new Option('--json', 'summary as one line of JSON on stderr'))
    .addOption(new Option('--quiet', 'no summary'));
}

export function addRunCommand(program: Command): void {
  addRunOptions(program.command('run'))
    .argument('[image]', 'ELF file, arm64 Image (also gzip), or raw A64 code')
    .summary('run an image')
    .description(
      'Runs an image on a machine. Its serial line is standard input and output; nothing else is written to\n' +
        'standard output. On a terminal, Ctrl-A x quits and Ctrl-A h shows the other commands.',
    )
    .addOption(new Option('--bios <file>', 'firmware for the flash at address 0, instead of an image'))
    .addOption(
      new Option('--variables <file>', 'the firmware’s second flash bank, kept in this file (with --bios)'),
    )
    .addOption(new Option('--kernel <file>', 'the image, for those used to name it so'))
    .addOption(new Option('--initrd <file>', 'initial RAM disk for the kernel'))
    .addOption(
      new Option('--load <address>', 'load the image as raw code at this address').argParser(quantity),
    )
    .addOption(new Option('--entry <address>', 'start at this address').argParser(address))
    .addOption(
      new Option(
        '--semihosting',
        'Arm semihosting: HLT #0xF000 reaches standard input and output, and exits',
      ),
    )
    .addOption(
      new Option(
        '--semihosting-root <dir>',
        'the files of this directory for semihosting (default: no files)',
      ),
    )
    .addHelpText(
      'after',
      `
Examples:
  armature run kernel.elf
  armature run Image --initrd initrd.gz --append "console=ttyAMA0" --memory 512M
  armature run code.bin --load 0x4010_0000 --max-instructions 1M
  armature run --bios u-boot.bin --variables environment.bin
  armature run Image --initrd initrd.gz --cpus 4 --gic 3 --drive file=disk.img,snapshot=on
  armature run kernel.elf --machine board.json --trace exceptions
  armature run --semihosting --cpu max program.elf

Exit status:
  0  the guest switched off, or Ctrl-A x      4  the guest takes exceptions without end
  1  a defect of armature                     5  --max-instructions ran
  2  wrong arguments or machine               6  the guest waits for an interrupt that never comes
  3  unusable file or image                   128 + n  signal n
  A guest that exits by semihosting gives its own status.`,
    )
    .action(async (image: string | undefined, args: RunArguments) => {
      if (image !== undefined && args.kernel !== undefined) {
        throw new UsageError('the image is named twice', 'Leave --kernel out.');
      }
      process.exitCode = await run(image ?? args.kernel, args);
    });
}

async function run(path: string | undefined, args: RunArguments): Promise<number> {
  const { bios, initrd } = args;
  if (path === undefined && bios === undefined) {
    throw new UsageError('there is nothing to run', 'Name an image, or firmware with --bios.');
  }
  if (args.variables !== undefined && bios === undefined) {
    throw new UsageError('--variables goes with --bios', 'Name the firmware, or leave --variables out.');
  }
  const image = path === undefined ? undefined : await readImage(path, args.load !== undefined);
  const firmware = bios === undefined ? undefined : readBytes(bios);
  const semihosting = semihostingHost(args, path);
  const machine = await makeMachine(args, {
    clock: defaultClock(),
    flash: firmware,
    flashVariables: args.variables,
    semihosting: semihosting?.options,
  });
  const boot = {
    ...(image && { image }),
    ...(firmware && { firmware }),
    ...(initrd !== undefined && { initrd: readBytes(initrd) }),
    ...(args.load !== undefined && { loadAddress: args.load }),
    ...(args.entry !== undefined && { entry: Number(args.entry) }),
  };
  return runGuest(machine, args, boot, { semihosting });
}

/** @throws FILE_UNREADABLE when the directory is none */
function semihostingHost(args: RunArguments, image: string | undefined): SemihostingHost | undefined {
  const root = args.semihostingRoot;
  if (args.semihosting !== true) {
    if (root === undefined) return undefined;
    throw new UsageError('--semihosting-root goes with --semihosting', 'Add --semihosting.');
  }
  const commandLine = [image, args.append].filter((word) => word !== undefined).join(' ');
  return new SemihostingHost({ root, commandLine });
}

/** People expect a terminal's seconds to be seconds, and scripts the same bytes twice. */
export function defaultClock(): ClockMode {
  return process.stdout.isTTY === true && process.stdin.isTTY === true ? 'host' : 'instructions';
}

async function readImage(path: string, raw: boolean): Promise<Uint8Array> {
  const bytes = readBytes(path);
  return raw ? bytes : decompressImage(bytes);
}

/** Boots, runs and reports. Gives the exit status. */
export async function runGuest(
  machine: Machine,
  args: RunArguments,
  image: BootOptions,
  options: { summary?: boolean; semihosting?: SemihostingHost | undefined } = {},
): Promise<number> {
  const { append, dtb, dumpDtb, maxInstructions, trace } = args;
  if (dumpDtb !== undefined) {
    writeBytes(dumpDtb, machine.deviceTree(append === undefined ? {} : { bootArguments: append }));
  }
  const tracer = new TraceWriter((line) => process.stderr.write(`${line}\n`));
  if (trace !== undefined) machine.onTrace(trace, tracer.write);
  const report = await runSession(machine, {
    reboot: args.reboot,
    inputFirst: args.deterministic === true,
    semihosting: options.semihosting,
    boot: {
      ...image,
      ...(append !== undefined && { bootArguments: append }),
      ...(dtb !== undefined && { deviceTree: readBytes(dtb) }),
    },
    ...(maxInstructions !== undefined && { maxInstructions }),
  });
  tracer.finish();
  return conclude(machine, report, args, options.summary ?? false);
}

function conclude(machine: Machine, report: SessionReport, args: RunArguments, always: boolean): number {
  const lines: string[] = [];
  const exitCode = exitCodeOf(report);
  if (report.reason === 'exception-loop') {
    lines.push(...describeFailure(exceptionLoopError(machine, report.exception)).lines);
  }
  if (report.reason === 'waiting') lines.push(...describeFailure(haltedError()).lines);
  const terminal = process.stderr.isTTY === true;
  if (args.json === true) lines.push(JSON.stringify(jsonSummary(machine, report, exitCode)));
  else if (args.quiet !== true && (terminal || always || args.summary === true)) {
    lines.push(...textSummary(machine, report, { map: terminal }));
  }
  if (lines.length > 0) process.stderr.write(`${lines.join('\n')}\n`);
  return exitCode;
}

const SIGNAL_NUMBERS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

function exitCodeOf({ guestStatus, reason, signal }: SessionReport): number {
  if (reason === 'power-off' && guestStatus !== undefined) return guestStatus;
  switch (reason) {
    case 'budget':
      return EXIT.budget;
    case 'waiting':
      return EXIT.waiting;
    case 'exception-loop':
      return EXIT.guest;
    case 'signal':
      return 128 + (SIGNAL_NUMBERS[signal ?? ''] ?? 0);
    default:
      return EXIT.ok;
  }
}
