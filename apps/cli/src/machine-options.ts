/** The options that say which machine a command uses. */
import { existsSync } from 'node:fs';
import { ArmatureError, type FrameAllocatorFactory, PAGE_SIZE } from '@armature/core';
import type { FlashBacking } from '@armature/device-flash';
import { fileBacking } from '@armature/device-flash/node';
import {
  buildMachine,
  type ClockMode,
  type Machine,
  type MachineOptions,
  readMachineDocument,
  virt,
} from '@armature/machine';
import { type SemihostingOptions, semihosting } from '@armature/semihosting';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { allocatorOption, allocatorsOf, findAllocator } from './allocator-file.ts';
import { count, quantity } from './arguments.ts';
import { type Drive, drive, drivePart } from './drives.ts';
import { addEngineOptions, type EngineArguments, engineSettings, useHostCpus } from './engine-options.ts';
import { UsageError } from './failure.ts';
import { readText, writeBytes } from './files.ts';
import { type BackingArguments, memoryBacking, openBacking } from './memory-backing.ts';

export interface MachineArguments extends EngineArguments {
  readonly machine?: string;
  readonly board?: string;
  readonly cpu?: string;
  readonly cpus?: number;
  readonly gic?: 2 | 3;
  readonly memory?: number;
  readonly memoryBacking?: BackingArguments;
  readonly allocator?: string;
  readonly clock?: ClockMode;
  readonly deterministic?: boolean;
  readonly drive?: readonly Drive[];
}

/** Boards by name. */
export const BOARDS: Readonly<Record<string, string>> = {
  virt: 'the map of QEMU’s virt board: RAM at 0x4000_0000, GIC, PL011, virtio, PSCI by HVC',
};

export function addMachineOptions(command: Command): Command {
  command
    .addOption(new Option('--machine <file>', 'build the machine that a JSON document describes'))
    .addOption(new Option('--board <name>', 'build a board').choices(Object.keys(BOARDS)))
    .addOption(new Option('--cpu <model>', 'CPU of the board (default: cortex-a72)'))
    .addOption(new Option('--cpus <n>', 'how many CPUs the board has, 1 to 8 (default: 1)').argParser(count))
    .addOption(
      new Option('--gic <version>', 'interrupt controller of the board: 2 or 3 (default: 2)').argParser(
        gicVersion,
      ),
    );
  return addEngineOptions(command)
    .addOption(
      new Option('--memory <size>', 'RAM of the board: 64M, 1GiB (default: 128M; linux: 512M)').argParser(
        quantity,
      ),
    )
    .addOption(
      new Option(
        '--memory-backing <way>',
        'host memory for RAM: whole, or on-demand,limit=256M,allocator=bitmap: the frames that the guest touches (default: whole)',
      ).argParser(memoryBacking),
    )
    .addOption(allocatorOption('page allocator of the board’s memory manager'))
    .addOption(
      new Option(
        '--clock <mode>',
        'what time counts: instructions (repeatable) or the host’s time (default: host on a terminal)',
      ).choices(['instructions', 'host']),
    )
    .addOption(
      new Option(
        '--deterministic',
        'the same bytes in every run: --clock instructions, a fixed start of time, all input at the start',
      ),
    )
    .addOption(
      new Option(
        '--drive <options>',
        'a disk of the guest: file=disk.img,format=raw,readonly=on,snapshot=on; may be repeated',
      ).argParser(drive),
    );
}

function gicVersion(text: string): 2 | 3 {
  if (text === '2' || text === '3') return text === '2' ? 2 : 3;
  throw new InvalidArgumentError('The versions are 2 and 3.');
}

/** What a command decides about the machine it builds. */
export interface MachineDefaults {
  readonly clock: ClockMode;
  readonly flash?: Uint8Array | undefined;
  /** A file for the second flash bank. */
  readonly flashVariables?: string | undefined;
  readonly semihosting?: SemihostingOptions | undefined;
  /** Has compiled regions count what they do. */
  readonly profile?: boolean;
}

/** Nanoseconds of the host. */
const hostTime = (): number => performance.now() * 1e6;

/** Frames of the memory manager of a board. */
const BOARD_POOL = 4096;

/** When a machine starts that is to run the same way twice: 2026-01-01 00:00 UTC. */
const FIXED_START = Date.UTC(2026, 0, 1) / 1000;

/**
 * Builds the machine that the arguments name.
 *
 * @param defaults.flash firmware for the board's flash
 * @param defaults.semihosting what the guest gets by semihosting; none when it is left out
 */
export async function makeMachine(args: MachineArguments, defaults: MachineDefaults): Promise<Machine> {
  const stated = statedClock(args);
  const options: MachineOptions = { hostTime, ...(stated && { clock: stated }) };
  useHostCpus();
  if (args.machine !== undefined) return fromFile(args, options, defaults);
  const clock = stated ?? defaults.clock;
  const board = virt({
    ...options,
    clock,
    startTime: clock === 'host' ? Math.floor(Date.now() / 1000) : FIXED_START,
    ...(args.cpus !== undefined && { cpus: args.cpus }),
    ...(args.gic !== undefined && { gic: args.gic }),
    ...(args.cpu !== undefined && { cpu: args.cpu as never }),
    ...engineSettings(args, defaults.profile),
    ...(args.memory !== undefined && { memory: args.memory }),
    ...(args.memoryBacking !== undefined && { backing: await openBacking(args.memoryBacking) }),
    ...(args.allocator !== undefined && { allocator: await boardAllocator(args.allocator, args.memory) }),
    ...(defaults.flash !== undefined && { flash: defaults.flash }),
    ...(defaults.flashVariables !== undefined && { flashVariables: variablesFile(defaults.flashVariables) }),
  });
  let whole = board;
  for (const each of args.drive ?? []) whole = whole.use(drivePart(each));
  if (defaults.semihosting === undefined) return await whole.build();
  return await whole.use(semihosting(defaults.semihosting)).build();
}

/** As many frames as the board's own allocator has: 16 MiB, or all RAM when that is less. */
function boardAllocator(name: string, memory = Number.POSITIVE_INFINITY): Promise<FrameAllocatorFactory> {
  return findAllocator(name, Math.min(BOARD_POOL, Math.floor(memory / PAGE_SIZE)));
}

/** The first time, the file is made. */
function variablesFile(path: string): FlashBacking {
  if (!existsSync(path)) writeBytes(path, new Uint8Array());
  return fileBacking(path);
}

function statedClock({ clock, deterministic }: MachineArguments): ClockMode | undefined {
  if (deterministic !== true) return clock;
  if (clock !== 'host') return 'instructions';
  throw new UsageError('--deterministic counts instructions, not the host’s time', 'Leave --clock out.');
}

const BOARD_OPTIONS = [
  'board',
  'cpu',
  'cpus',
  'gic',
  'engine',
  'jitCache',
  'memory',
  'memoryBacking',
  'allocator',
] as const;

async function fromFile(
  args: MachineArguments,
  options: MachineOptions,
  { clock, profile, semihosting: hosting }: MachineDefaults,
): Promise<Machine> {
  const extra = BOARD_OPTIONS.find((name) => args[name] !== undefined);
  if (extra !== undefined) {
    throw new UsageError(
      `--${extra.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} goes with a board, and --machine was given`,
      `Say it in ${args.machine}, or leave one of the two options out.`,
    );
  }
  const written = parseDocument(args.machine!);
  const document = profile === true ? profiledDocument(written) : written;
  const stated = typeof document === 'object' && document !== null && 'clock' in document;
  const description = readMachineDocument(document, {
    ...(stated ? {} : { clock }),
    ...options,
    allocators: await allocatorsOf(document, args.machine!),
  });
  const parts = [...description.parts, ...(args.drive ?? []).map(drivePart)];
  if (hosting === undefined) return buildMachine(parts, description.options);
  // The document's part has no console and no files; this one has them.
  const others = parts.filter(({ name }) => name !== 'semihosting');
  return buildMachine([...others, semihosting(hosting)], description.options);
}

/** The document with a compiler that counts. */
function profiledDocument(document: unknown): unknown {
  const { parts } = (document ?? {}) as { parts?: unknown };
  if (!Array.isArray(parts)) return document;
  const profiled = parts.map((part) =>
    part?.part === 'cpu' ? { ...part, engine: 'jit', jit: { ...part.jit, profile: true } } : part,
  );
  return { ...(document as object), parts: profiled };
}

function parseDocument(path: string): unknown {
  const text = readText(path);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ArmatureError('CONFIG_INVALID', `${path} is not JSON: ${(cause as Error).message}`, {
      context: { path },
      hint: 'armature boards --json prints a document to start from.',
      cause,
    });
  }
}
