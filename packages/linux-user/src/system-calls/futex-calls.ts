import { ACCESS } from '@armature/core';
import { fail } from '../errno.ts';
import { type FutexWaiter, futexWord } from '../process/futexes.ts';
import { Wait } from '../wait.ts';
import { type Handler, readTimespec } from './context.ts';

const OP = {
  WAIT: 0,
  WAKE: 1,
  REQUEUE: 3,
  CMP_REQUEUE: 4,
  WAKE_OP: 5,
  WAIT_BITSET: 9,
  WAKE_BITSET: 10,
} as const;
const COMMAND = 0x7f;
const CLOCK_REALTIME = 0x100;
const EVERY_BIT = 0xffff_ffff;

interface FutexState {
  readonly waiter: FutexWaiter;
  readonly deadline: number;
}

const wait: Handler = ({ kernel, process, call }) => {
  const address = call.size(0);
  const command = call.int(1) & COMMAND;
  const waiting = call.state as FutexState | undefined;
  if (waiting !== undefined) {
    if (waiting.waiter.woken) return 0;
    if (!call.timedOut)
      return new Wait([waiting.waiter.queue], { deadline: waiting.deadline, onSignal: 'restart' });
    kernel.futexes.remove(waiting.waiter);
    fail('ETIMEDOUT');
  }
  const mask = command === OP.WAIT_BITSET ? call.uint(5) : EVERY_BIT;
  if (mask === 0) fail('EINVAL');
  let deadline = Number.POSITIVE_INFINITY;
  if (call.size(3) !== 0) {
    const time = readTimespec(process.memory, call.size(3));
    if (time === undefined) fail('EINVAL');
    const now = kernel.config.clock.now();
    if (command === OP.WAIT) deadline = now + time;
    else deadline = call.int(1) & CLOCK_REALTIME ? time - Number(kernel.config.startTime) : time;
  }
  if (futexWord(process.memory, address) !== call.uint(2)) fail('EAGAIN');
  const waiter = kernel.futexes.add(kernel.futexes.key(process, address), mask);
  call.state = { waiter, deadline } satisfies FutexState;
  return new Wait([waiter.queue], { deadline, onSignal: 'restart' });
};

/** Applies an operation to the second word, and answers whether its old value passes. @spec Linux, futex(2), FUTEX_WAKE_OP */
function operate(
  memory: { u32(at: number): number; setU32(at: number, value: number): void },
  at: number,
  code: number,
) {
  const operation = (code >>> 28) & 7;
  const comparison = (code >>> 24) & 15;
  const given = (code << 8) >> 20;
  const argument = code & 0x8000_0000 ? 1 << (given & 31) : given;
  const against = (code << 20) >> 20;
  const old = memory.u32(at) | 0;
  const results = [argument, old + argument, old | argument, old & ~argument, old ^ argument];
  if (operation >= results.length) fail('ENOSYS');
  memory.setU32(at, results[operation] >>> 0);
  const passes = [
    old === against,
    old !== against,
    old < against,
    old <= against,
    old > against,
    old >= against,
  ];
  if (comparison >= passes.length) fail('ENOSYS');
  return passes[comparison];
}

const futex: Handler = (context) => {
  const { kernel, process, call } = context;
  const { futexes } = kernel;
  const address = call.size(0);
  const count = Math.max(0, call.int(2));
  switch (call.int(1) & COMMAND) {
    case OP.WAIT:
    case OP.WAIT_BITSET:
      return wait(context);
    case OP.WAKE:
    case OP.WAKE_BITSET: {
      if (address % 4 !== 0) fail('EINVAL');
      const mask = (call.int(1) & COMMAND) === OP.WAKE ? EVERY_BIT : call.uint(5);
      if (mask === 0) fail('EINVAL');
      if (!process.memory.allows(address, 4, ACCESS.read)) fail('EFAULT');
      return futexes.wake(process, address, count, mask);
    }
    case OP.REQUEUE:
    case OP.CMP_REQUEUE: {
      const word = futexWord(process.memory, address);
      if ((call.int(1) & COMMAND) === OP.CMP_REQUEUE && word !== call.uint(5)) fail('EAGAIN');
      futexWord(process.memory, call.size(4));
      const from = futexes.key(process, address);
      const woken = futexes.wakeKey(from, count, EVERY_BIT);
      const moved = futexes.requeue(from, futexes.key(process, call.size(4)), Math.max(0, call.int(3)));
      return woken + moved;
    }
    case OP.WAKE_OP: {
      if (address % 4 !== 0 || call.size(4) % 4 !== 0) fail('EINVAL');
      const passes = operate(process.memory, call.size(4), call.int(5));
      const woken = futexes.wake(process, address, count);
      return passes ? woken + futexes.wake(process, call.size(4), Math.max(0, call.int(3))) : woken;
    }
    default:
      fail('ENOSYS');
  }
};

const setRobustList: Handler = ({ thread, call }) => {
  const HEAD_BYTES = 24;
  if (call.size(1) !== HEAD_BYTES) fail('EINVAL');
  thread.robustList = call.size(0);
  return 0;
};

const getRobustList: Handler = ({ kernel, thread, process, call }) => {
  const target = call.int(0) === 0 ? thread : kernel.processes.threads.get(call.int(0));
  if (target === undefined) fail('ESRCH');
  process.memory.setU64(call.size(1), BigInt(target.robustList));
  process.memory.setU64(call.size(2), 24n);
  return 0;
};

export const futexCalls: Readonly<Record<string, Handler>> = {
  futex,
  set_robust_list: setRobustList,
  get_robust_list: getRobustList,
};
