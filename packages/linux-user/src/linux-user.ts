import {
  ArmatureError,
  type CpuState,
  type IrqLine,
  PAGE_SIZE,
  type PageTableBuilder,
  type PartContext,
  PSTATE,
} from '@armature/core';
import { ERRNO, type ErrnoName, Failure } from './errno.ts';
import { ConsoleFile, ConsoleInput, ConsoleTerminal, type ProgramConsole } from './files/console.ts';
import { O } from './files/constants.ts';
import { DescriptorTable } from './files/descriptors.ts';
import { deviceTree } from './files/devices.ts';
import { FileSystem } from './files/file-system.ts';
import { memoryTree } from './files/memory-tree.ts';
import { DirectoryNode, type RegularNode } from './files/node.ts';
import type { OpenFile } from './files/open-file.ts';
import { existing } from './files/paths.ts';
import { procTree } from './files/proc-tree.ts';
import { RootDirectory } from './files/root.ts';
import { type Ending, Kernel, type KernelStatistics, writeRegister } from './kernel.ts';
import { Memory, type PhysicalManager } from './memory/memory.ts';
import { textToBytes } from './memory/user-memory.ts';
import { execute } from './process/execute.ts';
import { CODE, SIGNAL } from './signals.ts';
import { callName } from './system-calls/table.ts';
import { ENTER_ADDRESS, VECTOR_PAGE, vectorPage } from './vectors.ts';

export interface LinuxUserOptions {
  /** What programs see as their root directory. Default: an empty one in memory. */
  readonly root?: DirectoryNode;
  /** Standard input, output and error. Default: output is dropped, there is no input. */
  readonly console?: ProgramConsole;
  /** Processes and threads that there may be at once. Default 256. */
  readonly maxProcesses?: number;
  /** Bytes that files in memory may have altogether. Default 64 MiB. */
  readonly memoryFileBytes?: number;
  /** Fills bytes with random ones. Default: the same sequence in every run. */
  readonly random?: (into: Uint8Array) => void;
  /** Seconds since 1970 at which the machine is built. Default 0. */
  readonly startTime?: number;
  /** Who programs run as. Default 0 and 0. */
  readonly identity?: { readonly uid: number; readonly gid: number };
  /** What uname calls the machine. Default `armature`. */
  readonly hostName?: string;
  /** Called when the first program has ended, before the machine is switched off. */
  readonly onExit?: (ending: Ending) => void;
}

/** A program to start. */
export interface ProgramStart {
  /** The program's file, when it is not in the tree; else it is found at `path`. */
  readonly bytes?: Uint8Array;
  /** Path in the tree, or with `bytes` what the program is called. */
  readonly path: string;
  /** Arguments from argv[0] on. Default: the path. */
  readonly arguments?: readonly string[];
  /** `NAME=value`. Default: none. */
  readonly environment?: readonly string[];
  /** Current directory. Default `/`. */
  readonly directory?: string;
}

export interface LinuxUserStatistics extends Omit<KernelStatistics, 'unknown'> {
  /** Calls that are not implemented, by name or number. */
  readonly unknown: readonly { readonly name: string; readonly count: number }[];
  /** Frames of user memory in use now, and at most. */
  readonly frames: { readonly total: number; readonly inUse: number; readonly peak: number };
}

declare module '@armature/core' {
  interface Capabilities {
    'linux-user': LinuxUser;
  }
}

const DEFAULT_PROCESSES = 256;
const DEFAULT_FILE_BYTES = 64 * 2 ** 20;
const FIRST_PID = 1000;
/** CNTKCTL_EL1.EL0VCTEN and EL0PCTEN: programs read the counters. */
const COUNTERS_AT_EL0 = 3n;
/** CPACR_EL1.FPEN: no traps of SIMD and floating point. */
const SIMD_EVERYWHERE = 3n << 20n;
/** SCTLR_EL1: RES1 bits, M, C, SA, SA0, I, DZE, UCT, nTWI, nTWE, UCI. */
const SYSTEM_CONTROL = 0x00c5_0838n | 0x1n | 0x4n | 0x1000n | 0x4000n | 0x8000n | 0x400_0000n;
/** TCR_EL1.TBI0: the top byte of a program's addresses is its own. */
const TOP_BYTE_IGNORED = 1n << 37n;

type Requires = 'ram' | 'memory-management' | 'page-tables';

/** A Linux-compatible kernel at work in a machine: its capability `linux-user`. */
export class LinuxUser {
  readonly kernel: Kernel;
  private readonly context: PartContext<Requires>;
  private readonly options: LinuxUserOptions;
  private readonly input: ConsoleInput;
  private readonly cpu: CpuState;
  private readonly volume: () => DirectoryNode;
  private started = false;
  private prepared = false;
  private line: IrqLine | undefined;

  constructor(context: PartContext<Requires>, options: LinuxUserOptions) {
    this.context = context;
    this.options = options;
    this.cpu = context.cpuStates[0];
    this.input = new ConsoleInput(options.console?.wantInput?.bind(options.console));
    const identity = options.identity ?? { uid: 0, gid: 0 };
    const random = options.random ?? repeatableRandom();
    const startTime = BigInt(Math.floor((options.startTime ?? 0) * 1e6)) * 1000n;
    const now = (): bigint => startTime + BigInt(Math.floor(context.clock.now()));
    const capacity = options.memoryFileBytes ?? DEFAULT_FILE_BYTES;
    this.volume = () => memoryTree({ capacity, now, owner: identity });
    const base = options.root ?? this.volume();
    const hasOwn = base.lookup('tmp') instanceof DirectoryNode;
    const root = new RootDirectory(base, {
      dev: deviceTree(random, (flags) => this.openTerminal(flags)),
      proc: procTree(() => this.kernel),
      ...(!hasOwn && { tmp: memoryTree({ capacity, now, owner: identity }, 0o1777) }),
    });
    const manager = context.use('memory-management') as unknown as PhysicalManager;
    const tables: PageTableBuilder = context.use('page-tables');
    this.kernel = new Kernel({
      memory: new Memory(manager, context.memory, tables, () => this.forgetTranslations()),
      physical: context.memory,
      cpu: this.cpu,
      registers: context.systemRegisters,
      clock: context.clock,
      files: new FileSystem(root),
      startTime,
      random,
      identity,
      hostName: options.hostName ?? 'armature',
      maxProcesses: options.maxProcesses ?? DEFAULT_PROCESSES,
      irq: () => this.line,
      finished: (ending) => {
        options.onExit?.(ending);
        context.requestPower('off');
      },
      trace: (message) => context.trace('system-calls', message),
    });
  }

  /** How the first program ended; undefined while it runs. */
  get ending(): Ending | undefined {
    return this.kernel.ending;
  }

  get statistics(): LinuxUserStatistics {
    const { unknown, ...counts } = this.kernel.statistics;
    const { total, inUse, peak } = this.kernel.config.memory.frames;
    const names = [...unknown].map(([number, count]) => ({ name: callName(number), count }));
    return { ...counts, unknown: names.sort((a, b) => b.count - a.count), frames: { total, inUse, peak } };
  }

  /** Input for the program. */
  pushInput(bytes: Uint8Array): void {
    this.input.push(bytes);
  }

  /** There will be no more input. */
  endInput(): void {
    this.input.end();
  }

  /** Sends a signal as a terminal does: to the processes in the foreground. */
  signal(signal: number): void {
    const { processes } = this.kernel;
    const group = this.terminal?.foreground ?? FIRST_PID;
    for (const process of processes.inGroup(group))
      this.kernel.send(process, { signal, code: CODE.SI_KERNEL });
  }

  /**
   * Puts a program in place: the machine's next run begins it.
   *
   * @throws ArmatureError `IMAGE_INVALID` for what is no program that runs here, `FILE_UNREADABLE` when there is no
   * such file, `MEMORY_EXHAUSTED`; `UNSUPPORTED` when a program was started before
   */
  start(program: ProgramStart): void {
    if (this.started) {
      throw new ArmatureError('UNSUPPORTED', 'a program was started already', {
        hint: 'Build another machine.',
      });
    }
    this.started = true;
    this.prepare();
    const { kernel } = this;
    const words = program.arguments ?? [program.path];
    const directory = program.directory ?? '/';
    try {
      const thread = kernel.processes.create(this.standardFiles(), '/');
      const { files } = kernel.config;
      enter(directory, () => files.changeDirectory(thread.process, files.find(directory)));
      const call = {
        given: program.path,
        arguments: words.map(textToBytes),
        environment: (program.environment ?? []).map(textToBytes),
      };
      if (program.bytes !== undefined) {
        const node = this.nodeOf(program.bytes);
        execute(kernel, thread, { ...call, path: absolute(program.path), node, outside: true });
      } else {
        const place = files.place(thread.process, -100, program.path, true);
        execute(kernel, thread, { ...call, path: place.path, node: existing(place) });
      }
      kernel.scheduler.add(thread);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      throw startError(program.path, error.errno);
    }
    this.cpu.pstate = (1 << PSTATE.elShift) | PSTATE.SP | PSTATE.D | PSTATE.A | PSTATE.I | PSTATE.F;
    this.cpu.pc = ENTER_ADDRESS;
  }

  private get terminal(): ConsoleTerminal | undefined {
    const { terminal } = this.options.console ?? {};
    if (terminal === undefined) return undefined;
    this.knownTerminal ??= new ConsoleTerminal(terminal, FIRST_PID);
    return this.knownTerminal;
  }
  private knownTerminal: ConsoleTerminal | undefined;

  /** A program's bytes as a file that no path leads to. */
  private nodeOf(bytes: Uint8Array): RegularNode {
    const capacity = bytes.length + PAGE_SIZE;
    const tree = memoryTree({ capacity, now: () => 0n, owner: this.kernel.config.identity });
    const node = tree.createFile('program', 0o755);
    node.open(O.WRONLY, '/program').writeAt(bytes, 0);
    return node;
  }

  private standardFiles(): DescriptorTable {
    const { console } = this.options;
    const { terminal: tty } = console ?? {};
    const table = new DescriptorTable();
    const file = (flags: number, stream: 'stdin' | 'stdout' | 'stderr'): OpenFile => {
      const output = (bytes: Uint8Array): void =>
        console?.write(bytes, stream === 'stderr' ? 'stderr' : 'stdout');
      const terminal = tty?.[stream] ? this.terminal : undefined;
      const path = terminal === undefined ? `pipe:[${stream}]` : '/dev/tty';
      return new ConsoleFile(terminal === undefined ? flags : O.RDWR, path, this.input, output, terminal);
    };
    table.add(file(O.RDONLY, 'stdin'), false);
    table.add(file(O.WRONLY, 'stdout'), false);
    table.add(file(O.WRONLY, 'stderr'), false);
    return table;
  }

  private openTerminal(flags: number): OpenFile {
    const { terminal } = this;
    if (terminal === undefined) throw new Failure(ERRNO.ENXIO);
    const output = (bytes: Uint8Array): void => this.options.console?.write(bytes, 'stdout');
    return new ConsoleFile(flags, '/dev/tty', this.input, output, terminal);
  }

  /** TLBI VMALLE1. */
  private forgetTranslations(): void {
    this.context.systemRegisters.byName('TLBI VMALLE1')?.operate?.(this.cpu, 0, 0);
  }

  /** Maps the vector page and turns translation on, as the start of a kernel does. */
  private prepare(): void {
    if (this.prepared) return;
    this.prepared = true;
    const { context, cpu } = this;
    this.line = context.find('cpu')?.interruptInput(0, 'irq');
    const manager = context.use('memory-management') as unknown as PhysicalManager;
    const page = manager.memoryAllocPages(1, { zero: true });
    const mapped = page.ok
      ? manager.memoryMap(VECTOR_PAGE, page.address, 1, { write: false, execute: true, user: false })
      : page;
    if (!page.ok || !mapped.ok || this.kernel.config.memory.emptyTable < 0n)
      throw startError('the kernel', ERRNO.ENOMEM);
    context.memory.write(page.address, vectorPage());
    const tables = manager.controlRegisters()!;
    const { systemRegisters } = context;
    const values: readonly [string, bigint][] = [
      ['MAIR_EL1', tables.MAIR_EL1],
      ['TCR_EL1', tables.TCR_EL1 | TOP_BYTE_IGNORED],
      ['TTBR1_EL1', tables.TTBR1_EL1],
      ['VBAR_EL1', VECTOR_PAGE],
      ['CPACR_EL1', SIMD_EVERYWHERE],
      ['CNTKCTL_EL1', COUNTERS_AT_EL0],
      ['SCTLR_EL1', SYSTEM_CONTROL],
    ];
    for (const [name, value] of values) writeRegister(systemRegisters, cpu, name, value);
    cpu.setSystem('ESR_EL1', 0n);
  }
}

const absolute = (path: string): string => (path.startsWith('/') ? path : `/${path.replace(/^(\.\/)+/, '')}`);

/** Goes where a program begins. @throws ArmatureError */
function enter(directory: string, change: () => void): void {
  try {
    change();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const missing = error.errno === ERRNO.ENOENT;
    const reason = missing
      ? 'there is no such directory'
      : `it is no directory to be in (${NAMES[error.errno]})`;
    throw new ArmatureError('FILE_UNREADABLE', `cannot begin in ${directory}: ${reason}`, {
      context: { path: directory },
      hint: 'Name a directory under the program’s root.',
    });
  }
}

const NAMES = Object.fromEntries(Object.entries(ERRNO).map(([name, number]) => [number, name as ErrnoName]));

/** The error for a program that could not be started. */
function startError(path: string, errno: number): ArmatureError {
  const name = NAMES[errno] ?? 'EIO';
  const context = { path, errno: name };
  switch (name) {
    case 'ENOEXEC':
      return new ArmatureError(
        'IMAGE_INVALID',
        `${path} is not a 64-bit AArch64 Linux program, or is damaged`,
        {
          context,
          hint: 'Check it with readelf -hl.',
        },
      );
    case 'ELIBBAD':
      return new ArmatureError('IMAGE_INVALID', `${path} needs a dynamic linker`, {
        context,
        hint: 'Link it with -static.',
      });
    case 'ENOMEM':
      return new ArmatureError('MEMORY_EXHAUSTED', `${path} does not fit the machine’s memory`, {
        context,
        hint: 'Give the machine more memory.',
      });
    case 'ENOENT':
      return new ArmatureError('FILE_UNREADABLE', `cannot run ${path}: there is no such file`, {
        context,
        hint: 'Check the path.',
      });
    case 'EACCES':
      return new ArmatureError('FILE_UNREADABLE', `cannot run ${path}: it is not executable`, {
        context,
        hint: 'Name a program, and check its mode.',
      });
    default:
      return new ArmatureError('FILE_UNREADABLE', `cannot run ${path}: ${name}`, { context });
  }
}

/** Bytes of a generator that begins the same in every run: xorshift, which is no secret. */
function repeatableRandom(): (into: Uint8Array) => void {
  let state = 0x2545_f491;
  return (into) => {
    for (let index = 0; index < into.length; index++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      into[index] = state & 0xff;
    }
  };
}

/** Signals that a host passes on to the program. */
export const HOST_SIGNALS = {
  SIGINT: SIGNAL.SIGINT,
  SIGTERM: SIGNAL.SIGTERM,
  SIGHUP: SIGNAL.SIGHUP,
} as const;
