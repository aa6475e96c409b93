import type { DescriptorTable } from '../files/descriptors.ts';
import type { FileNode } from '../files/node.ts';
import type { AddressSpace } from '../memory/address-space.ts';
import type { UserMemory } from '../memory/user-memory.ts';
import { type SignalInfo, type SignalSet, signalBit } from '../signals.ts';
import { type Sleeper, type Wait, WaitQueue } from '../wait.ts';
import { Registers } from './registers.ts';

/** What a process does with a signal. @spec Linux, struct sigaction */
export interface SignalAction {
  /** SIG_DFL (0), SIG_IGN (1), or the address of a handler. */
  readonly handler: number;
  readonly flags: number;
  readonly restorer: number;
  readonly mask: SignalSet;
}

export const SIG_DFL = 0;
export const SIG_IGN = 1;
export const DEFAULT_ACTION: SignalAction = { handler: SIG_DFL, flags: 0, restorer: 0, mask: 0n };

/** Signals that wait to be delivered, by number; a standard signal waits once, a real-time one as often as sent. */
export class PendingSignals {
  private queue: SignalInfo[] = [];
  /** The signals that wait, as a set. */
  set: SignalSet = 0n;

  add(info: SignalInfo): void {
    const bit = signalBit(info.signal);
    if (info.signal < 32 && (this.set & bit) !== 0n) return;
    if (this.queue.length >= MOST_QUEUED && info.signal >= 32) return;
    this.queue.push(info);
    this.set |= bit;
  }

  /** Takes the first one that is not blocked: the lowest number. */
  take(blocked: SignalSet): SignalInfo | undefined {
    if ((this.set & ~blocked) === 0n) return undefined;
    let best = -1;
    for (const [index, { signal }] of this.queue.entries()) {
      if ((blocked & signalBit(signal)) !== 0n) continue;
      if (best < 0 || signal < this.queue[best].signal) best = index;
    }
    if (best < 0) return undefined;
    const [info] = this.queue.splice(best, 1);
    if (!this.queue.some(({ signal }) => signal === info.signal)) this.set &= ~signalBit(info.signal);
    return info;
  }

  remove(signals: SignalSet): void {
    this.queue = this.queue.filter(({ signal }) => (signals & signalBit(signal)) === 0n);
    this.set &= ~signals;
  }

  clear(): void {
    this.remove(~0n);
    this.set = 0n;
  }
}

const MOST_QUEUED = 1024;

/** Current directory and file mode mask; CLONE_FS shares them. */
export class Surroundings {
  directory: string;
  umask: number;

  constructor(directory: string, umask: number) {
    this.directory = directory;
    this.umask = umask;
  }
}

/** Actions by signal; CLONE_SIGHAND shares them. */
export class SignalActions {
  private readonly actions = new Map<number, SignalAction>();

  get(signal: number): SignalAction {
    return this.actions.get(signal) ?? DEFAULT_ACTION;
  }

  set(signal: number, action: SignalAction): void {
    this.actions.set(signal, action);
  }

  copy(): SignalActions {
    const copy = new SignalActions();
    for (const [signal, action] of this.actions) copy.set(signal, action);
    return copy;
  }

  /** After execve: handlers are gone, what was ignored stays so. */
  forgetHandlers(): void {
    for (const [signal, { handler }] of this.actions) if (handler !== SIG_IGN) this.actions.delete(signal);
  }
}

/** An interval timer that sends a signal. */
export interface IntervalTimer {
  cancel(): void;
  readonly at: number;
  readonly interval: number;
}

/** What /proc shows of a program's name. */
const NAME_BYTES = 15;

export interface ProcessParts {
  readonly pid: number;
  readonly parent: Process | undefined;
  readonly group: number;
  readonly session: number;
  readonly space: AddressSpace;
  readonly memory: UserMemory;
  readonly descriptors: DescriptorTable;
  readonly surroundings: Surroundings;
  readonly actions: SignalActions;
}

export class Process {
  readonly pid: number;
  parent: Process | undefined;
  group: number;
  session: number;
  space: AddressSpace;
  memory: UserMemory;
  descriptors: DescriptorTable;
  surroundings: Surroundings;
  actions: SignalActions;
  readonly children = new Set<Process>();
  readonly threads = new Set<Thread>();
  readonly pending = new PendingSignals();
  /** Woken when a child ends, stops or goes on. */
  readonly childChanged = new WaitQueue();
  /** Woken when this process leaves its parent's memory: it ended, or runs another program. */
  readonly leftMemory = new WaitQueue();
  /** Woken when a signal was sent: what rt_sigtimedwait waits for. */
  readonly signalArrived = new WaitQueue();
  /** It shares its parent's memory until then. */
  borrowsMemory = false;
  /** Status as wait4 tells it, once it has ended. */
  status: number | undefined;
  stopped = false;
  /** A status that wait4 has not told yet: stopped, or continued. */
  news: number | undefined;
  /** Signal for the parent when it ends. */
  exitSignal = 0;
  /** Canonical path of its program, and what the program was called with. */
  programPath = '';
  /** Its program's file, when no path in the tree leads to it. */
  program: FileNode | undefined;
  commandLine: readonly Uint8Array[] = [];
  name = '';
  timer: IntervalTimer | undefined;
  /** Nanoseconds at which it began. */
  readonly started: number;

  constructor(parts: ProcessParts, started: number) {
    this.pid = parts.pid;
    this.parent = parts.parent;
    this.group = parts.group;
    this.session = parts.session;
    this.space = parts.space;
    this.memory = parts.memory;
    this.descriptors = parts.descriptors;
    this.surroundings = parts.surroundings;
    this.actions = parts.actions;
    this.started = started;
  }

  get ended(): boolean {
    return this.status !== undefined;
  }

  /** Notes the program that it runs from now on. */
  runs(path: string, program: FileNode | undefined, commandLine: readonly Uint8Array[]): void {
    this.programPath = path;
    this.program = program;
    this.commandLine = commandLine;
    this.name = path.slice(path.lastIndexOf('/') + 1).slice(0, NAME_BYTES);
  }
}

/** Where signal handlers run when they ask for a stack of their own. */
export interface SignalStack {
  readonly base: number;
  readonly size: number;
  readonly enabled: boolean;
}

/** The system call that a thread makes: its arguments, and what it keeps while it waits. */
export class SystemCall {
  number = 0;
  /** Low and high halves of X0 to X5. */
  readonly words = new Int32Array(12);
  /** The deadline of its wait has passed. */
  timedOut = false;
  /** What a handler keeps from one attempt to the next. */
  state: unknown;
  /** Set while a wait was broken off by a signal. */
  broken: 'restart' | 'interrupt' | undefined;

  /** A 32-bit signed argument. */
  int(index: number): number {
    return this.words[2 * index];
  }

  /** A 32-bit unsigned argument. */
  uint(index: number): number {
    return this.words[2 * index] >>> 0;
  }

  /** A 64-bit unsigned argument: exact below 2^53, and out of every range above. */
  size(index: number): number {
    return (this.words[2 * index] >>> 0) + (this.words[2 * index + 1] >>> 0) * 2 ** 32;
  }

  /** A 64-bit signed argument. */
  long(index: number): number {
    return (this.words[2 * index] >>> 0) + this.words[2 * index + 1] * 2 ** 32;
  }

  /** A 64-bit argument as it is. */
  bits(index: number): bigint {
    return (BigInt(this.words[2 * index + 1] >>> 0) << 32n) | BigInt(this.words[2 * index] >>> 0);
  }
}

export type ThreadState = 'runnable' | 'blocked' | 'dead';

export class Thread implements Sleeper {
  readonly tid: number;
  readonly process: Process;
  readonly registers = new Registers();
  readonly call = new SystemCall();
  readonly pending = new PendingSignals();
  /** Blocked signals. */
  blocked: SignalSet = 0n;
  /** Signals to block again after the next handler: of rt_sigsuspend and ppoll. */
  savedBlocked: SignalSet | undefined;
  signalStack: SignalStack = { base: 0, size: 0, enabled: false };
  /** Address to clear when it ends: CLONE_CHILD_CLEARTID. */
  clearOnExit = 0;
  robustList = 0;
  state: ThreadState = 'runnable';
  wait: Wait | undefined;
  cancelDeadline: (() => void) | undefined;
  /** Woken: its call is to be made again. */
  woken = false;
  /** A signal came while it waited. */
  signalled = false;
  private readonly onWake: (thread: Thread) => void;

  constructor(tid: number, process: Process, onWake: (thread: Thread) => void) {
    this.tid = tid;
    this.process = process;
    this.onWake = onWake;
  }

  wake(): void {
    if (this.state !== 'blocked' || this.woken) return;
    this.woken = true;
    this.onWake(this);
  }

  /** Signals that wait for this thread and that it does not block. */
  get deliverable(): boolean {
    return ((this.pending.set | this.process.pending.set) & ~this.blocked) !== 0n;
  }
}
