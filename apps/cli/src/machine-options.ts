/** The options that say which machine a command uses. */
import { ArmatureError } from '@armature/core';
import {
  allocatorNames,
  buildMachine,
  type ClockMode,
  type Machine,
  type MachineOptions,
  readMachineDocument,
  virt,
} from '@armature/machine';
import { type SemihostingOptions, semihosting } from '@armature/semihosting';
import { type Command, Option } from 'commander';
import { quantity } from './arguments.ts';
import { UsageError } from './failure.ts';
import { readText } from './files.ts';

export interface MachineArguments {
  readonly machine?: string;
  readonly board?: string;
  readonly cpu?: string;
  readonly engine?: string;
  readonly memory?: number;
  readonly allocator?: string;
  readonly clock?: ClockMode;
}

/** Boards by name. */
export const BOARDS: Readonly<Record<string, string>> = {
  virt: 'the map of QEMU’s virt board: RAM at 0x4000_0000, PL011, PSCI by HVC',
};

export function addMachineOptions(command: Command): Command {
  return command
    .addOption(new Option('--machine <file>', 'build the machine that a JSON document describes'))
    .addOption(new Option('--board <name>', 'build a board').choices(Object.keys(BOARDS)))
    .addOption(new Option('--cpu <model>', 'CPU of the board (default: cortex-a72)'))
    .addOption(
      new Option('--engine <name>', 'what runs instructions (default: auto, the fastest)').choices([
        'auto',
        'interpreter',
      ]),
    )
    .addOption(
      new Option('--memory <size>', 'RAM of the board: 64M, 1GiB (default: 128M)').argParser(quantity),
    )
    .addOption(
      new Option('--allocator <name>', 'page allocator of the board’s memory manager').choices([
        ...allocatorNames,
      ]),
    )
    .addOption(
      new Option(
        '--clock <mode>',
        'what time counts: instructions (repeatable) or the host’s time (default: host on a terminal)',
      ).choices(['instructions', 'host']),
    );
}

/** What a command decides about the machine it builds. */
export interface MachineDefaults {
  readonly clock: ClockMode;
  readonly flash?: Uint8Array | undefined;
  readonly semihosting?: SemihostingOptions | undefined;
}

/** Nanoseconds of the host. */
const hostTime = (): number => performance.now() * 1e6;

/**
 * Builds the machine that the arguments name.
 *
 * @param defaults.flash firmware for the board's flash
 * @param defaults.semihosting what the guest gets by semihosting; none when it is left out
 */
export async function makeMachine(args: MachineArguments, defaults: MachineDefaults): Promise<Machine> {
  const options: MachineOptions = { hostTime, ...(args.clock && { clock: args.clock }) };
  if (args.machine !== undefined) return fromFile(args, options, defaults);
  const board = virt({
    clock: defaults.clock,
    ...options,
    ...(args.cpu !== undefined && { cpu: args.cpu as never }),
    ...(args.engine !== undefined && { engine: args.engine as never }),
    ...(args.memory !== undefined && { memory: args.memory }),
    ...(args.allocator !== undefined && { allocator: args.allocator }),
    ...(defaults.flash !== undefined && { flash: defaults.flash }),
  });
  if (defaults.semihosting === undefined) return await board.build();
  return await board.use(semihosting(defaults.semihosting)).build();
}

async function fromFile(
  args: MachineArguments,
  options: MachineOptions,
  { clock, semihosting: hosting }: MachineDefaults,
): Promise<Machine> {
  const extra = (['board', 'cpu', 'engine', 'memory', 'allocator'] as const).find(
    (name) => args[name] !== undefined,
  );
  if (extra !== undefined) {
    throw new UsageError(
      `--${extra} goes with a board, and --machine was given`,
      `Say it in ${args.machine}, or leave one of the two options out.`,
    );
  }
  const document = parseDocument(args.machine!);
  const stated = typeof document === 'object' && document !== null && 'clock' in document;
  const description = readMachineDocument(document, { ...(stated ? {} : { clock }), ...options });
  if (hosting === undefined) return buildMachine(description.parts, description.options);
  // The document's part has no console and no files; this one has them.
  const others = description.parts.filter(({ name }) => name !== 'semihosting');
  return buildMachine([...others, semihosting(hosting)], description.options);
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
