/** How processes and threads begin and end. */
import { fail } from '../errno.ts';
import type { DescriptorTable } from '../files/descriptors.ts';
import type { Kernel } from '../kernel.ts';
import { CODE, SIGNAL, type SignalInfo } from '../signals.ts';
import { Wait } from '../wait.ts';
import { Process, SIG_IGN, SignalActions, Surroundings, Thread } from './process.ts';
import { SA } from './signal-frame.ts';

const FIRST_PID = 1000;
const STOPPED = 0x7f;
const CONTINUED = 0xffff;

export interface CloneOptions {
  /** Stack pointer of the child; 0 keeps the parent's. */
  readonly stack: number;
  readonly threadPointer: bigint | undefined;
  readonly sharesMemory: boolean;
  readonly sharesFiles: boolean;
  readonly sharesSurroundings: boolean;
  readonly sharesActions: boolean;
  readonly waits: boolean;
  readonly exitSignal: number;
  readonly parentTidAt: number | undefined;
  readonly childTidAt: number | undefined;
  readonly clearTidAt: number | undefined;
}

export class Processes {
  readonly all = new Map<number, Process>();
  /** Threads by their number, of all processes. */
  readonly threads = new Map<number, Thread>();
  /** Processes and threads started so far. */
  started = 0;
  private readonly kernel: Kernel;
  private first: Process | undefined;
  private lastId = FIRST_PID - 1;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  /** Makes the first process, without a program. */
  create(descriptors: DescriptorTable, directory: string): Thread {
    const { memory } = this.kernel.config;
    const space = memory.createSpace();
    const pid = this.nextId();
    const process = new Process(
      {
        pid,
        parent: undefined,
        group: pid,
        session: pid,
        space,
        memory: memory.access(space),
        descriptors,
        surroundings: new Surroundings(directory, 0o022),
        actions: new SignalActions(),
      },
      this.kernel.config.clock.now(),
    );
    this.all.set(pid, process);
    this.first = process;
    return this.addThread(process, pid);
  }

  find(pid: number): Process | undefined {
    return this.all.get(pid);
  }

  inGroup(group: number): Process[] {
    return [...this.all.values()].filter((process) => process.group === group && !process.ended);
  }

  /** A new thread of the same process. @throws EAGAIN */
  cloneThread(parent: Thread, options: CloneOptions): number {
    this.checkRoom();
    const { process } = parent;
    const thread = this.addThread(process, this.nextId());
    this.prepare(parent, thread, options);
    this.kernel.scheduler.add(thread);
    return thread.tid;
  }

  /** A new process. @throws EAGAIN, ENOMEM */
  fork(parent: Thread, options: CloneOptions): Process {
    this.checkRoom();
    const { process } = parent;
    const { memory, clock } = this.kernel.config;
    const space = options.sharesMemory ? process.space : process.space.fork(memory.takeAsid());
    if (options.sharesMemory) space.users++;
    const descriptors = options.sharesFiles ? process.descriptors : process.descriptors.copy();
    if (options.sharesFiles) descriptors.users++;
    const pid = this.nextId();
    const { surroundings } = process;
    const child = new Process(
      {
        pid,
        parent: process,
        group: process.group,
        session: process.session,
        space,
        memory: options.sharesMemory ? process.memory : memory.access(space),
        descriptors,
        surroundings: options.sharesSurroundings
          ? surroundings
          : new Surroundings(surroundings.directory, surroundings.umask),
        actions: options.sharesActions ? process.actions : process.actions.copy(),
      },
      clock.now(),
    );
    child.exitSignal = options.exitSignal;
    child.program = process.program;
    child.programPath = process.programPath;
    child.commandLine = process.commandLine;
    child.name = process.name;
    child.borrowsMemory = options.sharesMemory;
    process.children.add(child);
    this.all.set(pid, child);
    const thread = this.addThread(child, pid);
    this.prepare(parent, thread, options);
    if (!options.sharesMemory) thread.signalStack = parent.signalStack;
    this.kernel.scheduler.add(thread);
    return child;
  }

  /** A thread ends; with the last one, its process. */
  exitThread(thread: Thread, status: number): void {
    const { process } = thread;
    this.endThread(thread);
    if (process.threads.size === 0) this.end(process, (status & 0xff) << 8);
  }

  /** A process ends with all its threads. */
  exit(process: Process, status: number): void {
    for (const thread of [...process.threads]) this.endThread(thread);
    this.end(process, (status & 0xff) << 8);
  }

  /** A signal ends a process. */
  kill(process: Process, info: SignalInfo, by: Thread): void {
    if (process === this.first) {
      const { signal, address } = info;
      const isFault = address !== undefined;
      const fault = { pc: by.registers.pc, ...(isFault && { address: BigInt(address) }) };
      this.kernel.finish({ status: 128 + signal, signal, ...(info.code !== CODE.SI_USER && { fault }) });
    }
    for (const thread of [...process.threads]) this.endThread(thread);
    this.end(process, info.signal);
  }

  stop(process: Process, signal: number): void {
    if (process.stopped) return;
    process.stopped = true;
    process.news = (signal << 8) | STOPPED;
    this.tellParent(process, CODE.CLD_STOPPED, signal);
  }

  resume(process: Process): void {
    if (!process.stopped) return;
    process.stopped = false;
    process.news = CONTINUED;
    this.tellParent(process, CODE.CLD_CONTINUED, SIGNAL.SIGCONT);
    this.kernel.interrupt();
  }

  /** A process that has ended is forgotten: its parent knows. */
  reap(process: Process): void {
    this.all.delete(process.pid);
    process.parent?.children.delete(process);
  }

  /** Leaves only one thread, which goes on in an empty address space. For execve. */
  enterEmptySpace(thread: Thread): void {
    const { process } = thread;
    for (const other of [...process.threads]) if (other !== thread) this.endThread(other);
    this.leaveSpace(process);
    const { memory } = this.kernel.config;
    process.space = memory.createSpace();
    process.memory = memory.access(process.space);
    if (process.descriptors.users > 1) {
      process.descriptors.users--;
      process.descriptors = process.descriptors.copy();
    }
  }

  /** Waits until a child that borrows this process's memory gives it back. */
  waitForMemory(child: Process): Wait | undefined {
    if (!child.borrowsMemory) return undefined;
    return new Wait([child.leftMemory], { onSignal: 'sleep-on' });
  }

  private prepare(parent: Thread, thread: Thread, options: CloneOptions): void {
    this.kernel.scheduler.unload();
    thread.registers.copyFrom(parent.registers);
    thread.registers.setX(0, 0);
    thread.blocked = parent.blocked;
    if (options.stack !== 0) thread.registers.sp = options.stack;
    if (options.threadPointer !== undefined) thread.registers.threadPointer = options.threadPointer;
    if (options.clearTidAt !== undefined) thread.clearOnExit = options.clearTidAt;
    if (options.childTidAt !== undefined) thread.process.memory.setU32(options.childTidAt, thread.tid);
    if (options.parentTidAt !== undefined) parent.process.memory.setU32(options.parentTidAt, thread.tid);
  }

  private addThread(process: Process, tid: number): Thread {
    const thread = new Thread(tid, process, this.kernel.threadWoken);
    process.threads.add(thread);
    this.threads.set(tid, thread);
    this.started++;
    return thread;
  }

  private endThread(thread: Thread): void {
    const { process } = thread;
    this.kernel.stopWaiting(thread);
    thread.state = 'dead';
    if (this.kernel.scheduler.loaded === thread) this.kernel.scheduler.discard();
    process.threads.delete(thread);
    this.threads.delete(thread.tid);
    if (thread.clearOnExit === 0 || process.space.users === 0) return;
    if (!process.memory.allows(thread.clearOnExit, 4, 1)) return;
    process.memory.setU32(thread.clearOnExit, 0);
    this.kernel.futexes.wake(process, thread.clearOnExit, 1);
  }

  private end(process: Process, status: number): void {
    if (process.ended) return;
    process.status = status;
    process.timer?.cancel();
    process.stopped = false;
    if (--process.descriptors.users === 0) process.descriptors.closeAll();
    this.leaveSpace(process);
    for (const child of process.children) {
      child.parent = undefined;
      if (child.ended) this.all.delete(child.pid);
    }
    process.children.clear();
    if (process === this.first) {
      const code = status & 0x7f ? 128 + (status & 0x7f) : status >> 8;
      this.kernel.finish({ status: code });
    }
    const { parent } = process;
    if (parent === undefined) {
      this.all.delete(process.pid);
      return;
    }
    const { handler, flags } = parent.actions.get(SIGNAL.SIGCHLD);
    if (handler === SIG_IGN || (flags & SA.NOCLDWAIT) !== 0) this.reap(process);
    const killed = (status & 0x7f) !== 0;
    const code = killed ? CODE.CLD_KILLED : CODE.CLD_EXITED;
    parent.childChanged.wakeAll();
    if (process.exitSignal !== 0) {
      const info = {
        signal: process.exitSignal,
        code,
        pid: process.pid,
        status: killed ? status & 0x7f : status >> 8,
      };
      this.kernel.send(parent, info);
    }
  }

  private tellParent(process: Process, code: number, status: number): void {
    const { parent, pid } = process;
    if (parent === undefined) return;
    parent.childChanged.wakeAll();
    if ((parent.actions.get(SIGNAL.SIGCHLD).flags & SA.NOCLDSTOP) !== 0) return;
    this.kernel.send(parent, { signal: SIGNAL.SIGCHLD, code, pid, status });
  }

  private leaveSpace(process: Process): void {
    if (--process.space.users === 0) process.space.destroy();
    process.borrowsMemory = false;
    process.leftMemory.wakeAll();
  }

  private nextId(): number {
    do {
      this.lastId = this.lastId >= 2 ** 22 ? FIRST_PID : this.lastId + 1;
    } while (this.all.has(this.lastId) || this.threads.has(this.lastId));
    return this.lastId;
  }

  private checkRoom(): void {
    const zombies = [...this.all.values()].filter(({ threads }) => threads.size === 0).length;
    if (this.threads.size + zombies >= this.kernel.config.maxProcesses) fail('EAGAIN');
  }
}
