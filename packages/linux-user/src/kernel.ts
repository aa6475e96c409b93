/**
 * The kernel: what happens between an exception from EL0 and the return to it.
 *
 * Terms: a *thread* is *current* while it has its turn, and *loaded* while the CPU has its registers; a call
 * *waits* when its thread blocks, and is *made again* when something wakes the thread.
 *
 * Life of a system call: SVC leads to the vector page, whose HVC calls {@link Kernel.call}. The call's function answers
 * a result, or that it must wait. Before the CPU goes on with ERET, woken calls are made again, a thread is chosen, its
 * signals are delivered, and its registers are loaded.
 */
import {
  type Clock,
  CPU_STATE,
  type CpuState,
  type FirmwareCalls,
  type IrqLine,
  PAGE_SIZE,
  type PhysicalMemory,
  PSTATE,
  type SystemRegisters,
  sharedRegisterOffset,
} from '@armature/core';
import { ERRNO, Failure } from './errno.ts';
import type { FileSystem } from './files/file-system.ts';
import type { Memory } from './memory/memory.ts';
import type { PageObject } from './memory/page-object.ts';
import { classify, faultSignal } from './process/faults.ts';
import { Futexes } from './process/futexes.ts';
import { Identification } from './process/hardware-capabilities.ts';
import { TRAMPOLINE } from './process/loader.ts';
import { type Process, SIG_DFL, SIG_IGN, Thread } from './process/process.ts';
import { Processes } from './process/processes.ts';
import { Scheduler } from './process/scheduler.ts';
import { enterHandler, kernelSignal, SA } from './process/signal-frame.ts';
import { CODE, defaultAction, SIGNAL, type SignalInfo, signalBit, UNBLOCKABLE } from './signals.ts';
import { callName, findCall } from './system-calls/table.ts';
import { IDLE_ADDRESS, trampolinePage } from './vectors.ts';
import { Wait } from './wait.ts';

const ESR = sharedRegisterOffset('ESR_EL1');
const FAR = sharedRegisterOffset('FAR_EL1');
const ELR = sharedRegisterOffset('ELR_EL1');
const SPSR = sharedRegisterOffset('SPSR_EL1');
const TTBR0 = 'TTBR0_EL1';
const X8 = CPU_STATE.x + 8 * 8;
const EL1H_MASKED = (1 << PSTATE.elShift) | PSTATE.SP | PSTATE.D | PSTATE.A | PSTATE.I | PSTATE.F;

/** How the first program ended. */
export interface Ending {
  /** Exit status, 0 to 255; with a signal, 128 plus its number. */
  readonly status: number;
  /** The signal that ended it. */
  readonly signal?: number;
  /** Where a fault that nobody handled happened, and what it was about. */
  readonly fault?: { readonly pc: bigint; readonly address?: bigint };
}

export interface KernelConfig {
  readonly memory: Memory;
  readonly physical: PhysicalMemory;
  readonly cpu: CpuState;
  readonly registers: SystemRegisters;
  readonly clock: Clock;
  readonly files: FileSystem;
  /** Nanoseconds since 1970 at which the machine was built. */
  readonly startTime: bigint;
  readonly random: (into: Uint8Array) => void;
  readonly identity: { readonly uid: number; readonly gid: number };
  readonly hostName: string;
  readonly maxProcesses: number;
  readonly irq: () => IrqLine | undefined;
  /** The first program ended. */
  readonly finished: (ending: Ending) => void;
  readonly trace: (message: () => string) => void;
}

export interface KernelStatistics {
  readonly calls: number;
  /** Calls by number that are not implemented. */
  readonly unknown: ReadonlyMap<number, number>;
  readonly faults: number;
  readonly signals: number;
  readonly switches: number;
  readonly processes: number;
}

/** Serves exceptions of EL0: the machine's capability `firmware`. */
export class Kernel implements FirmwareCalls {
  readonly conduit = 'hvc';
  readonly config: KernelConfig;
  readonly scheduler: Scheduler;
  readonly identification: Identification;
  readonly processes: Processes;
  readonly futexes = new Futexes();
  /** The page that signal handlers return to. */
  readonly trampoline: PageObject;
  private readonly cpu: CpuState;
  private readonly woken: Thread[] = [];
  private readonly unknownCalls = new Map<number, number>();
  private calls = 0;
  private faults = 0;
  private signals = 0;
  private inside = false;
  private addressSpace = 0n;
  ending: Ending | undefined;

  constructor(config: KernelConfig) {
    this.config = config;
    this.cpu = config.cpu;
    const words = new Int32Array(config.physical.memory.buffer);
    this.scheduler = new Scheduler(config.clock, config.cpu, words, () => this.interrupt());
    this.identification = new Identification(config.registers, config.cpu);
    this.processes = new Processes(this);
    this.trampoline = trampoline(config.memory);
  }

  get statistics(): KernelStatistics {
    return {
      calls: this.calls,
      unknown: this.unknownCalls,
      faults: this.faults,
      signals: this.signals,
      switches: this.scheduler.switches,
      processes: this.processes.started,
    };
  }

  /** Nanoseconds since 1970. */
  now(): bigint {
    return this.config.startTime + BigInt(Math.floor(this.config.clock.now()));
  }

  /** HVC of the vector page: an exception of EL0 is to be served. */
  call(cpu: CpuState): boolean {
    this.inside = true;
    try {
      const syndrome = cpu.lo(ESR);
      if (syndrome === 0) this.config.irq()?.set(false);
      else this.serve(syndrome);
      this.leave();
    } finally {
      this.inside = false;
    }
    return true;
  }

  /** Has the CPU enter the kernel: something happened outside it. */
  interrupt(): void {
    if (!this.inside) this.config.irq()?.set(true);
  }

  /** A thread can go on with its call. */
  readonly threadWoken = (thread: Thread): void => {
    this.woken.push(thread);
    this.interrupt();
  };

  /** Sends a signal to a process, or to one thread of it. */
  send(target: Process | Thread, info: SignalInfo): void {
    const process = target instanceof Thread ? target.process : target;
    if (process.ended) return;
    if (info.signal === SIGNAL.SIGCONT) this.processes.resume(process);
    if (info.signal === SIGNAL.SIGKILL && process.stopped) this.processes.resume(process);
    if (this.ignores(process, info.signal) && !this.isBlockedSomewhere(target, info.signal)) return;
    target.pending.add(info);
    const threads = target instanceof Thread ? [target] : [...process.threads];
    const bit = signalBit(info.signal);
    const receiver = threads.find((thread) => (thread.blocked & bit) === 0n);
    if (receiver !== undefined) this.notify(receiver);
    process.signalArrived.wakeAll();
  }

  /** A fault that the thread in hand cannot ignore. */
  force(thread: Thread, info: SignalInfo): void {
    const { actions } = thread.process;
    const bit = signalBit(info.signal);
    const { handler } = actions.get(info.signal);
    if (handler === SIG_IGN || (thread.blocked & bit) !== 0n) {
      actions.set(info.signal, { handler: SIG_DFL, flags: 0, restorer: 0, mask: 0n });
      thread.blocked &= ~bit;
    }
    thread.pending.remove(bit);
    thread.pending.add(info);
  }

  /** Ends the run: the first program ended. */
  finish(ending: Ending): void {
    if (this.ending !== undefined) return;
    this.ending = ending;
    this.config.finished(ending);
  }

  private serve(syndrome: number): void {
    const thread = this.scheduler.current;
    if (thread === undefined || thread !== this.scheduler.loaded) return;
    const exception = classify(syndrome);
    switch (exception.kind) {
      case 'system-call':
        this.systemCall(thread);
        break;
      case 'page-fault': {
        const address = this.faultAddress();
        const outcome = this.resolve(thread, address, exception.access);
        this.faults++;
        if (outcome !== 'resolved') this.force(thread, faultSignal(outcome, address, syndrome));
        break;
      }
      case 'undefined':
        if (!this.emulate()) {
          this.force(thread, { signal: SIGNAL.SIGILL, code: CODE.ILL_ILLOPC, address: this.pc(), syndrome });
        }
        break;
      case 'signal': {
        const address = exception.at === 'pc' ? this.pc() : this.faultAddress();
        this.force(thread, { signal: exception.signal, code: exception.code, address, syndrome });
        break;
      }
    }
  }

  private resolve(thread: Thread, address: number, access: 0 | 1 | 2) {
    const { space } = thread.process;
    if (!(address >= 0 && address < 2 ** 48)) return 'no-area';
    const page = Math.floor(address / PAGE_SIZE);
    // A store into the page that it is executed from has no place where pages are one or the other.
    const own = access === 1 && page === Math.floor(this.pc() / PAGE_SIZE);
    if (own && ((space.areas.at(page)?.rights ?? 0) & 4) !== 0) return 'no-right';
    return space.fault(page, access);
  }

  private faultAddress(): number {
    // The top byte is the program's own.
    const hi = this.cpu.hi(FAR) & 0xff_ffff;
    return (this.cpu.lo(FAR) >>> 0) + (hi & 0x80_0000 ? hi + 0xff00_0000 : hi) * 2 ** 32;
  }

  private pc(): number {
    return (this.cpu.lo(ELR) >>> 0) + (this.cpu.hi(ELR) >>> 0) * 2 ** 32;
  }

  /** Reads of identification registers, which trap. */
  private emulate(): boolean {
    const pc = this.pc();
    const thread = this.scheduler.current!;
    let word: number;
    try {
      word = thread.process.memory.u32(pc);
    } catch {
      return false;
    }
    const value = this.identification.emulatedRead(word);
    if (value === undefined) return false;
    if ((word & 31) !== 31) this.cpu.setX(word & 31, value);
    const next = BigInt(pc + 4);
    this.cpu.set64(ELR, next);
    return true;
  }

  private systemCall(thread: Thread): void {
    const { call } = thread;
    const { cpu } = this;
    this.calls++;
    call.number = cpu.hi(X8) === 0 ? cpu.lo(X8) >>> 0 : 0xffff_ffff;
    for (let word = 0; word < 12; word++) call.words[word] = cpu.lo(CPU_STATE.x + 4 * word);
    call.timedOut = false;
    call.state = undefined;
    call.broken = undefined;
    this.attempt(thread);
  }

  /** Makes a thread's call: for the first time, or again. */
  private attempt(thread: Thread): void {
    const { call } = thread;
    const action = findCall(call.number);
    let result: number | bigint | Wait | undefined;
    if (action === undefined) {
      this.unknownCalls.set(call.number, (this.unknownCalls.get(call.number) ?? 0) + 1);
      result = -ERRNO.ENOSYS;
    } else {
      try {
        result = action({ kernel: this, thread, process: thread.process, call });
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        result = -error.errno;
      }
    }
    this.config.trace(() => traceLine(thread, result));
    if (result instanceof Wait) this.block(thread, result);
    else if (result !== undefined) this.answer(thread, result);
  }

  private answer(thread: Thread, result: number | bigint): void {
    if (thread.state === 'dead') return;
    const wide = BigInt(result);
    if (this.scheduler.loaded === thread) this.cpu.setX(0, BigInt.asUintN(64, wide));
    else thread.registers.setX(0, wide);
  }

  private block(thread: Thread, wait: Wait): void {
    thread.state = 'blocked';
    thread.wait = wait;
    thread.woken = false;
    for (const queue of wait.queues) queue.add(thread);
    if (Number.isFinite(wait.deadline)) {
      thread.cancelDeadline = this.config.clock.schedule(wait.deadline, () => {
        thread.call.timedOut = true;
        thread.cancelDeadline = undefined;
        thread.wake();
      });
    }
    if (wait.onSignal !== 'sleep-on' && thread.deliverable) this.notify(thread);
  }

  /** Ends a thread's wait, whatever for. */
  stopWaiting(thread: Thread): void {
    for (const queue of thread.wait?.queues ?? []) queue.remove(thread);
    thread.cancelDeadline?.();
    thread.cancelDeadline = undefined;
    thread.wait = undefined;
    thread.woken = false;
  }

  /** A signal waits for a thread: it hears of it soon. */
  private notify(thread: Thread): void {
    if (thread.state === 'blocked' && thread.wait?.onSignal !== 'sleep-on') {
      thread.signalled = true;
      thread.wake();
    } else {
      this.interrupt();
    }
  }

  /** Calls that were woken are made again; those that a signal broke off end. */
  private resumeWoken(): void {
    for (let count = 0; this.woken.length > 0 && count < 100_000; count++) {
      const thread = this.woken.shift()!;
      if (thread.state !== 'blocked' || !thread.woken) continue;
      const wait = thread.wait!;
      this.stopWaiting(thread);
      thread.state = 'runnable';
      const { signalled } = thread;
      thread.signalled = false;
      if (signalled && !thread.call.timedOut && thread.deliverable && wait.onSignal !== 'sleep-on') {
        const result = wait.broken?.();
        thread.call.broken = result === undefined ? wait.onSignal : undefined;
        thread.registers.setX(0, result ?? -ERRNO.EINTR);
      } else {
        this.attempt(thread);
      }
      if (thread.state === 'runnable' && thread !== this.scheduler.current) this.scheduler.add(thread);
    }
  }

  /** Before ERET: chooses who goes on, and delivers signals. */
  private leave(): void {
    const { scheduler } = this;
    for (;;) {
      if (this.ending !== undefined) {
        this.idle();
        return;
      }
      this.resumeWoken();
      const thread = scheduler.choose();
      if (thread === undefined) {
        if (this.woken.length > 0) continue;
        this.idle();
        return;
      }
      if (thread.deliverable || thread.call.broken !== undefined) {
        this.deliver(thread);
        if (thread.state !== 'runnable' || thread.process.stopped) continue;
      }
      scheduler.load(thread);
      this.use(thread.process);
      return;
    }
  }

  /** No thread can run: the CPU waits for an interrupt at EL1. */
  private idle(): void {
    this.scheduler.unload();
    this.cpu.set64(ELR, IDLE_ADDRESS);
    this.cpu.set(SPSR, EL1H_MASKED, 0);
  }

  /** Has the CPU translate by a process's tables. */
  private use({ space }: Process): void {
    const root = space.root === 0n ? this.config.memory.emptyTable : space.root;
    const wanted = root | (BigInt(space.asid) << 48n);
    if (wanted === this.addressSpace) return;
    this.addressSpace = wanted;
    writeRegister(this.config.registers, this.cpu, TTBR0, wanted);
  }

  /** Delivers the signals of the thread in hand: until one runs a handler, or ends or stops the process. */
  private deliver(thread: Thread): void {
    const { process, call } = thread;
    this.scheduler.unload();
    for (;;) {
      const info = thread.pending.take(thread.blocked) ?? process.pending.take(thread.blocked);
      if (info === undefined) break;
      this.signals++;
      const action = process.actions.get(info.signal);
      if (action.handler === SIG_IGN && (UNBLOCKABLE & signalBit(info.signal)) === 0n) continue;
      if (action.handler === SIG_DFL || (UNBLOCKABLE & signalBit(info.signal)) !== 0n) {
        const what = defaultAction(info.signal);
        if (what === 'ignore') continue;
        if (what === 'stop') {
          this.processes.stop(process, info.signal);
          return;
        }
        this.processes.kill(process, info, thread);
        return;
      }
      this.breakOff(thread, (action.flags & SA.RESTART) !== 0);
      if (!enterHandler(thread, info, action, TRAMPOLINE)) {
        this.processes.kill(process, kernelSignal(SIGNAL.SIGSEGV), thread);
        return;
      }
      thread.blocked |= action.mask;
      if ((action.flags & SA.NODEFER) === 0) thread.blocked |= signalBit(info.signal);
      thread.blocked &= ~UNBLOCKABLE;
      thread.savedBlocked = undefined;
      if (action.flags & SA.RESETHAND) {
        process.actions.set(info.signal, { ...action, handler: SIG_DFL });
      }
      return;
    }
    if (thread.savedBlocked !== undefined && call.broken === undefined) {
      thread.blocked = thread.savedBlocked;
      thread.savedBlocked = undefined;
    }
    if (call.broken === undefined) return;
    // No handler ran: the call waits on.
    call.broken = undefined;
    this.attempt(thread);
  }

  /** A handler runs in the middle of a call: the call is made again after it, or ends with EINTR. */
  private breakOff(thread: Thread, restart: boolean): void {
    const { call, registers } = thread;
    if (call.broken === 'restart' && restart) {
      registers.setX(0, call.bits(0));
      registers.pc = registers.pc - 4n;
    }
    call.broken = undefined;
  }

  private ignores(process: Process, signal: number): boolean {
    const { handler } = process.actions.get(signal);
    if (handler === SIG_IGN) return true;
    return handler === SIG_DFL && defaultAction(signal) === 'ignore';
  }

  private isBlockedSomewhere(target: Process | Thread, signal: number): boolean {
    const bit = signalBit(signal);
    const threads = target instanceof Thread ? [target] : [...target.threads];
    return threads.some((thread) => (thread.blocked & bit) !== 0n);
  }
}

function trampoline(memory: Memory): PageObject {
  const object = memory.createObject({
    read: (_index, into) => {
      into.set(trampolinePage());
      return true;
    },
  });
  object.retain();
  return object;
}

/** Writes a system register as an MSR would. */
export function writeRegister(registers: SystemRegisters, cpu: CpuState, name: string, value: bigint): void {
  const register = registers.byName(name);
  if (register === undefined) return;
  const lo = Number(value & 0xffff_ffffn) | 0;
  const hi = Number((value >> 32n) & 0xffff_ffffn) | 0;
  if (register.write !== undefined) {
    register.write(cpu, lo & register.maskLo, hi & register.maskHi);
    return;
  }
  cpu.set(register.offset, lo, hi);
  register.afterWrite?.(cpu);
}

function traceLine(thread: Thread, result: number | bigint | Wait | undefined): string {
  const { call, tid } = thread;
  const values = Array.from({ length: 6 }, (_, index) => `0x${call.bits(index).toString(16)}`);
  const answer = result instanceof Wait ? '...' : result === undefined ? '' : ` = ${result}`;
  return `${tid} ${callName(call.number)}(${values.join(', ')})${answer}`;
}
