import { fail } from '../errno.ts';
import type { Process, SignalAction, Thread } from '../process/process.ts';
import {
  isOnSignalStack,
  leaveHandler,
  SS,
  signalInfoBytes,
  signalStackBytes,
} from '../process/signal-frame.ts';
import { CODE, LAST_SIGNAL, type SignalSet, signalBit, UNBLOCKABLE } from '../signals.ts';
import { Wait } from '../wait.ts';
import { type Context, type Handler, readTimespec } from './context.ts';

const SET_BYTES = 8;
const ACTION_BYTES = 32;
const LEAST_STACK = 2048;
const HOW = { BLOCK: 0, UNBLOCK: 1, SETMASK: 2 } as const;

const checkSetSize = (size: number): void => {
  if (size !== SET_BYTES) fail('EINVAL');
};

const sigaction: Handler = ({ process, call }) => {
  checkSetSize(call.size(3));
  const signal = call.int(0);
  if (signal < 1 || signal > LAST_SIGNAL) fail('EINVAL');
  const wanted = call.size(1);
  const changes = wanted !== 0;
  if (changes && (UNBLOCKABLE & signalBit(signal)) !== 0n) fail('EINVAL');
  const before = process.actions.get(signal);
  let action: SignalAction | undefined;
  if (changes) {
    const { memory } = process;
    action = {
      handler: memory.size(wanted),
      flags: Number(memory.u64(wanted + 8) & 0xffff_ffffn) | 0,
      restorer: memory.size(wanted + 16),
      mask: memory.u64(wanted + 24) & ~UNBLOCKABLE,
    };
  }
  if (call.size(2) !== 0) {
    const words = [BigInt(before.handler), BigInt(before.flags >>> 0), BigInt(before.restorer), before.mask];
    process.memory.write(call.size(2), new Uint8Array(BigUint64Array.from(words).buffer, 0, ACTION_BYTES));
  }
  if (action !== undefined) process.actions.set(signal, action);
  return 0;
};

const sigprocmask: Handler = ({ thread, process, call }) => {
  checkSetSize(call.size(3));
  const before = thread.blocked;
  if (call.size(1) !== 0) {
    const set = process.memory.u64(call.size(1)) & ~UNBLOCKABLE;
    switch (call.int(0)) {
      case HOW.BLOCK:
        thread.blocked |= set;
        break;
      case HOW.UNBLOCK:
        thread.blocked &= ~set;
        break;
      case HOW.SETMASK:
        thread.blocked = set;
        break;
      default:
        fail('EINVAL');
    }
  }
  if (call.size(2) !== 0) process.memory.setU64(call.size(2), before);
  return 0;
};

const sigpending: Handler = ({ thread, process, call }) => {
  if (call.size(1) > SET_BYTES) fail('EINVAL');
  process.memory.setU64(call.size(0), (thread.pending.set | process.pending.set) & thread.blocked);
  return 0;
};

/** Blocks other signals while a call waits; a handler's return, or the call's end, puts them back. */
export function blockMeanwhile(thread: Thread, set: SignalSet): void {
  thread.savedBlocked = thread.blocked;
  thread.blocked = set & ~UNBLOCKABLE;
}

/** Puts the signals that were blocked before the call back. */
export function blockAsBefore(thread: Thread): void {
  if (thread.savedBlocked === undefined) return;
  thread.blocked = thread.savedBlocked;
  thread.savedBlocked = undefined;
}

const sigsuspend: Handler = ({ thread, process, call }) => {
  checkSetSize(call.size(1));
  if (call.state === undefined) {
    blockMeanwhile(thread, process.memory.u64(call.size(0)));
    call.state = true;
  }
  return new Wait([], { onSignal: 'interrupt' });
};

const sigtimedwait: Handler = ({ kernel, thread, process, call }) => {
  checkSetSize(call.size(3));
  const set = process.memory.u64(call.size(0)) & ~UNBLOCKABLE;
  const info = thread.pending.take(~set) ?? process.pending.take(~set);
  if (info !== undefined) {
    if (call.size(1) !== 0) process.memory.write(call.size(1), signalInfoBytes(info));
    return info.signal;
  }
  if (call.timedOut) fail('EAGAIN');
  if (call.state === undefined) {
    let deadline = Number.POSITIVE_INFINITY;
    if (call.size(2) !== 0) {
      const time = readTimespec(process.memory, call.size(2));
      if (time === undefined) fail('EINVAL');
      deadline = kernel.config.clock.now() + time;
    }
    call.state = deadline;
  }
  return new Wait([process.signalArrived], { deadline: call.state as number, onSignal: 'interrupt' });
};

const sigreturn: Handler = ({ kernel, thread }) => {
  kernel.scheduler.unload();
  leaveHandler(thread);
  thread.blocked &= ~UNBLOCKABLE;
  return undefined;
};

const sigaltstack: Handler = ({ kernel, thread, process, call }) => {
  kernel.scheduler.unload();
  const sp = Number(thread.registers.sp);
  const before = signalStackBytes(thread, sp);
  const wanted = call.size(0);
  if (wanted !== 0) {
    if (isOnSignalStack(thread, sp)) fail('EPERM');
    const base = process.memory.size(wanted);
    const flags = process.memory.i32(wanted + 8);
    const size = process.memory.size(wanted + 16);
    if ((flags & ~(SS.DISABLE | SS.ONSTACK)) !== 0) fail('EINVAL');
    const enabled = (flags & SS.DISABLE) === 0;
    if (enabled && size < LEAST_STACK) fail('ENOMEM');
    thread.signalStack = { base, size, enabled };
  }
  if (call.size(1) !== 0) process.memory.write(call.size(1), before);
  return 0;
};

const checkSignal = (signal: number): void => {
  if (signal < 0 || signal > LAST_SIGNAL) fail('EINVAL');
};

function sendAll({ kernel, process }: Context, targets: readonly Process[], signal: number): number {
  if (targets.length === 0) fail('ESRCH');
  if (signal === 0) return 0;
  for (const target of targets) kernel.send(target, { signal, code: CODE.SI_USER, pid: process.pid });
  return 0;
}

const kill: Handler = (context) => {
  const { kernel, process, call } = context;
  const pid = call.int(0);
  const signal = call.int(1);
  checkSignal(signal);
  if (pid > 0) {
    const target = kernel.processes.find(pid);
    return sendAll(context, target === undefined ? [] : [target], signal);
  }
  if (pid === -1) {
    const others = [...kernel.processes.all.values()].filter((other) => other !== process && !other.ended);
    return sendAll(context, others, signal);
  }
  return sendAll(context, kernel.processes.inGroup(pid === 0 ? process.group : -pid), signal);
};

function sendToThread(
  { kernel, process }: Context,
  tid: number,
  group: number | undefined,
  signal: number,
): number {
  checkSignal(signal);
  if (tid <= 0 || (group !== undefined && group <= 0)) fail('EINVAL');
  const target = kernel.processes.threads.get(tid);
  if (target === undefined || (group !== undefined && target.process.pid !== group)) fail('ESRCH');
  if (signal !== 0) kernel.send(target, { signal, code: CODE.SI_TKILL, pid: process.pid });
  return 0;
}

const queueInfo: Handler = ({ kernel, process, call }) => {
  const signal = call.int(1);
  checkSignal(signal);
  const target = kernel.processes.find(call.int(0));
  if (target === undefined) fail('ESRCH');
  const at = call.size(2);
  const code = process.memory.i32(at + 8);
  if (code >= 0 && target !== process) fail('EPERM');
  if (signal !== 0)
    kernel.send(target, { signal, code, pid: process.pid, value: process.memory.u64(at + 24) });
  return 0;
};

export const signalCalls: Readonly<Record<string, Handler>> = {
  rt_sigaction: sigaction,
  rt_sigprocmask: sigprocmask,
  rt_sigpending: sigpending,
  rt_sigsuspend: sigsuspend,
  rt_sigtimedwait: sigtimedwait,
  rt_sigreturn: sigreturn,
  rt_sigqueueinfo: queueInfo,
  sigaltstack,
  kill,
  tkill: (context) => sendToThread(context, context.call.int(0), undefined, context.call.int(1)),
  tgkill: (context) => sendToThread(context, context.call.int(1), context.call.int(0), context.call.int(2)),
};
