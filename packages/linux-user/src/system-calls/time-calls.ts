import { ACCESS } from '@armature/core';
import { ERRNO, fail } from '../errno.ts';
import { CODE, SIGNAL } from '../signals.ts';
import { Wait } from '../wait.ts';
import { type Context, type Handler, readTimespec, timespecBytes } from './context.ts';

const CLOCK = {
  REALTIME: 0,
  MONOTONIC: 1,
  PROCESS_CPUTIME: 2,
  THREAD_CPUTIME: 3,
  MONOTONIC_RAW: 4,
  REALTIME_COARSE: 5,
  MONOTONIC_COARSE: 6,
  BOOTTIME: 7,
} as const;
const TIMER_ABSTIME = 1;

/** Time of a clock, nanoseconds. @throws EINVAL */
function timeOf({ kernel, process }: Context, clock: number): bigint {
  const now = kernel.config.clock.now();
  switch (clock) {
    case CLOCK.REALTIME:
    case CLOCK.REALTIME_COARSE:
      return kernel.now();
    case CLOCK.MONOTONIC:
    case CLOCK.MONOTONIC_RAW:
    case CLOCK.MONOTONIC_COARSE:
    case CLOCK.BOOTTIME:
      return BigInt(Math.floor(now));
    case CLOCK.PROCESS_CPUTIME:
    case CLOCK.THREAD_CPUTIME:
      return BigInt(Math.floor(now - process.started));
    default:
      // Clocks of processes: ~pid << 3 | kind.
      if (clock < 0) return BigInt(Math.floor(now - process.started));
      fail('EINVAL');
  }
}

const clockGetTime: Handler = (context) => {
  const { process, call } = context;
  process.memory.write(call.size(1), timespecBytes(timeOf(context, call.int(0))));
  return 0;
};

const clockGetResolution: Handler = (context) => {
  const { process, call } = context;
  timeOf(context, call.int(0));
  if (call.size(1) !== 0) process.memory.write(call.size(1), timespecBytes(1n));
  return 0;
};

const getTimeOfDay: Handler = ({ kernel, process, call }) => {
  if (call.size(0) !== 0) process.memory.write(call.size(0), timespecBytes(kernel.now(), 'microseconds'));
  if (call.size(1) !== 0) process.memory.setU64(call.size(1), 0n);
  return 0;
};

interface SleepState {
  readonly deadline: number;
  readonly remainingAt: number;
}

/** Sleeps until a time of the machine's clock. Broken off, it tells what was left, where it is asked to. */
function sleep({ kernel, process, call }: Context, deadline: number, remainingAt: number): number | Wait {
  call.state ??= { deadline, remainingAt } satisfies SleepState;
  const at = (call.state as SleepState).deadline;
  const left = at - kernel.config.clock.now();
  if (left <= 0 || call.timedOut) return 0;
  const remaining = (call.state as SleepState).remainingAt;
  const broken = (): number | undefined => {
    const rest = Math.max(0, Math.ceil(at - kernel.config.clock.now()));
    const told = remaining === 0 || process.memory.allows(remaining, 16, ACCESS.write);
    if (told && remaining !== 0) process.memory.write(remaining, timespecBytes(BigInt(rest)));
    return told ? undefined : -ERRNO.EFAULT;
  };
  return new Wait([], { deadline: at, onSignal: 'interrupt', broken });
}

const nanosleep: Handler = (context) => {
  const { kernel, process, call } = context;
  if (call.state !== undefined) return sleep(context, 0, 0);
  const time = readTimespec(process.memory, call.size(0));
  if (time === undefined) fail('EINVAL');
  return sleep(context, kernel.config.clock.now() + time, call.size(1));
};

const clockNanosleep: Handler = (context) => {
  const { kernel, process, call } = context;
  if (call.state !== undefined) return sleep(context, 0, 0);
  const clock = call.int(0);
  timeOf(context, clock);
  const time = readTimespec(process.memory, call.size(2));
  if (time === undefined) fail('EINVAL');
  const absolute = (call.int(1) & TIMER_ABSTIME) !== 0;
  const now = kernel.config.clock.now();
  if (!absolute) return sleep(context, now + time, call.size(3));
  return sleep(context, now + (time - Number(timeOf(context, clock))), 0);
};

const ITIMER_REAL = 0;

/** struct itimerval of a process's timer. */
function timerBytes({ kernel, process }: Context): Uint8Array {
  const bytes = new Uint8Array(32);
  const { timer } = process;
  if (timer === undefined) return bytes;
  bytes.set(timespecBytes(BigInt(Math.round(timer.interval)), 'microseconds'));
  const left = Math.max(1000, timer.at - kernel.config.clock.now());
  bytes.set(timespecBytes(BigInt(Math.round(left)), 'microseconds'), 16);
  return bytes;
}

function startTimer({ kernel, process }: Context, delay: number, interval: number): void {
  process.timer?.cancel();
  process.timer = undefined;
  if (delay === 0) return;
  const { clock } = kernel.config;
  const at = clock.now() + delay;
  const cancel = clock.schedule(at, () => {
    process.timer = undefined;
    kernel.send(process, { signal: SIGNAL.SIGALRM, code: CODE.SI_KERNEL });
    if (interval > 0) startTimer({ kernel, process } as Context, interval, interval);
  });
  process.timer = { at, interval, cancel };
}

function readTimeval({ process }: Context, address: number): number {
  const seconds = process.memory.long(address);
  const micros = process.memory.long(address + 8);
  if (seconds < 0 || micros < 0 || micros >= 1e6) fail('EINVAL');
  return Math.min(seconds, 2 ** 32) * 1e9 + micros * 1000;
}

const setTimer: Handler = (context) => {
  const { process, call } = context;
  if (call.int(0) !== ITIMER_REAL) fail('EINVAL');
  const before = timerBytes(context);
  const interval = call.size(1) === 0 ? 0 : readTimeval(context, call.size(1));
  const delay = call.size(1) === 0 ? 0 : readTimeval(context, call.size(1) + 16);
  if (call.size(2) !== 0) process.memory.write(call.size(2), before);
  // A timer that fires without end at once would leave no time for the program.
  startTimer(context, delay, interval === 0 ? 0 : Math.max(interval, 10_000));
  return 0;
};

const getTimer: Handler = (context) => {
  const { process, call } = context;
  if (call.int(0) < 0 || call.int(0) > 2) fail('EINVAL');
  process.memory.write(call.size(1), call.int(0) === ITIMER_REAL ? timerBytes(context) : new Uint8Array(32));
  return 0;
};

const CLOCK_TICK = 10_000_000;

const times: Handler = ({ kernel, process, call }) => {
  const now = kernel.config.clock.now();
  if (call.size(0) !== 0) {
    const ticks = BigInt(Math.floor((now - process.started) / CLOCK_TICK));
    process.memory.write(call.size(0), new Uint8Array(BigInt64Array.from([ticks, 0n, 0n, 0n]).buffer));
  }
  return Math.floor(now / CLOCK_TICK);
};

export const timeCalls: Readonly<Record<string, Handler>> = {
  clock_gettime: clockGetTime,
  clock_getres: clockGetResolution,
  clock_settime: () => fail('EPERM'),
  clock_nanosleep: clockNanosleep,
  nanosleep,
  gettimeofday: getTimeOfDay,
  settimeofday: () => fail('EPERM'),
  setitimer: setTimer,
  getitimer: getTimer,
  times,
};
