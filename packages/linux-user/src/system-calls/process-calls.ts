/** Beginning and ending of processes and threads, and what they are. */
import { ERRNO, Failure, fail } from '../errno.ts';
import { AT } from '../files/constants.ts';
import { callAt, execute } from '../process/execute.ts';
import type { Process } from '../process/process.ts';
import type { CloneOptions } from '../process/processes.ts';
import { kernelSignal } from '../process/signal-frame.ts';
import { SIGNAL } from '../signals.ts';
import { Wait } from '../wait.ts';
import type { Context, Handler } from './context.ts';

const CLONE = {
  VM: 0x100,
  FS: 0x200,
  FILES: 0x400,
  SIGHAND: 0x800,
  VFORK: 0x4000,
  THREAD: 0x1_0000,
  NEWNS: 0x2_0000,
  SETTLS: 0x8_0000,
  PARENT_SETTID: 0x10_0000,
  CHILD_CLEARTID: 0x20_0000,
  CHILD_SETTID: 0x100_0000,
  NAMESPACES: 0x7e02_0000,
} as const;

interface CloneRequest {
  readonly flags: number;
  readonly exitSignal: number;
  readonly stack: number;
  readonly threadPointer: bigint;
  readonly parentTid: number;
  readonly childTid: number;
}

function cloneWith(context: Context, request: CloneRequest): number | Wait {
  const { kernel, thread, call } = context;
  const waiting = call.state as Process | undefined;
  if (waiting !== undefined) return kernel.processes.waitForMemory(waiting) ?? waiting.pid;
  const { flags } = request;
  const has = (bit: number): boolean => (flags & bit) !== 0;
  if (has(CLONE.THREAD) && !has(CLONE.SIGHAND)) fail('EINVAL');
  if (has(CLONE.SIGHAND) && !has(CLONE.VM)) fail('EINVAL');
  if (has(CLONE.NAMESPACES)) fail('EPERM');
  if (request.exitSignal > 64) fail('EINVAL');
  const options: CloneOptions = {
    stack: request.stack,
    threadPointer: has(CLONE.SETTLS) ? request.threadPointer : undefined,
    sharesMemory: has(CLONE.VM),
    sharesFiles: has(CLONE.FILES),
    sharesSurroundings: has(CLONE.FS),
    sharesActions: has(CLONE.SIGHAND),
    waits: has(CLONE.VFORK),
    exitSignal: request.exitSignal,
    parentTidAt: has(CLONE.PARENT_SETTID) ? request.parentTid : undefined,
    childTidAt: has(CLONE.CHILD_SETTID) ? request.childTid : undefined,
    clearTidAt: has(CLONE.CHILD_CLEARTID) ? request.childTid : undefined,
  };
  if (has(CLONE.THREAD)) return kernel.processes.cloneThread(thread, options);
  const child = kernel.processes.fork(thread, options);
  if (!options.waits) return child.pid;
  call.state = child;
  return kernel.processes.waitForMemory(child) ?? child.pid;
}

const clone: Handler = (context) => {
  const { call } = context;
  return cloneWith(context, {
    flags: call.int(0) & ~0xff,
    exitSignal: call.int(0) & 0xff,
    stack: call.size(1),
    parentTid: call.size(2),
    threadPointer: call.bits(3),
    childTid: call.size(4),
  });
};

/** clone3: struct clone_args. */
const clone3: Handler = (context) => {
  const { process, call } = context;
  const at = call.size(0);
  const LEAST = 64;
  if (call.size(1) < LEAST) fail('EINVAL');
  const field = (index: number): number => process.memory.size(at + 8 * index);
  const flags = field(0);
  const PIDFD = 0x1000;
  if (flags > 0xffff_ffff || (flags & (PIDFD | 0xff)) !== 0) fail('EINVAL');
  const stack = field(5);
  const stackSize = field(6);
  if ((stack === 0) !== (stackSize === 0)) fail('EINVAL');
  return cloneWith(context, {
    flags: flags | 0,
    exitSignal: field(4),
    childTid: field(2),
    parentTid: field(3),
    stack: stack + stackSize,
    threadPointer: process.memory.u64(at + 56),
  });
};

const MOST_ARGUMENTS = 65_536;
const ARGUMENT_BYTES = 131_072;

/** A vector of strings that ends with a null pointer. */
function strings({ process }: Context, address: number): Uint8Array[] {
  const list: Uint8Array[] = [];
  if (address === 0) return list;
  let total = 0;
  for (let at = address; ; at += 8) {
    const pointer = process.memory.size(at);
    if (pointer === 0) return list;
    const text = process.memory.text(pointer, ARGUMENT_BYTES, 'E2BIG');
    total += text.length + 9;
    if (list.length >= MOST_ARGUMENTS || total > 2 ** 21) fail('E2BIG');
    list.push(text);
  }
}

function run(
  context: Context,
  directory: number,
  pathAt: number,
  argumentsAt: number,
  flags: number,
): undefined {
  const { kernel, thread, process, call } = context;
  const path = process.memory.path(call.size(pathAt));
  const args = strings(context, call.size(argumentsAt));
  const environment = strings(context, call.size(argumentsAt + 1));
  const isDescriptor = path === '' && (flags & AT.EMPTY_PATH) !== 0;
  const { files } = kernel.config;
  const place = isDescriptor
    ? files.find(process.descriptors.get(directory).path)
    : files.place(process, directory, path, (flags & AT.SYMLINK_NOFOLLOW) === 0);
  // What leads to a program by itself, not by its name: /proc/self/exe.
  const outside = process.program !== undefined && place.node === process.program;
  const request = callAt(place, path, args, environment);
  const space = process.space;
  try {
    execute(kernel, thread, outside ? { ...request, path: process.programPath, outside } : request);
  } catch (error) {
    if (!(error instanceof Failure) || process.space === space) throw error;
    // The old program is gone, and the new one cannot be: there is nothing to go back to.
    kernel.processes.kill(
      process,
      kernelSignal(error.errno === ERRNO.ENOMEM ? SIGNAL.SIGKILL : SIGNAL.SIGSEGV),
      thread,
    );
  }
  return undefined;
}

const exit: Handler = ({ kernel, thread, call }) => {
  kernel.processes.exitThread(thread, call.int(0));
  return undefined;
};

const exitGroup: Handler = ({ kernel, process, call }) => {
  kernel.processes.exit(process, call.int(0));
  return undefined;
};

const W = { NOHANG: 1, UNTRACED: 2, EXITED: 4, CONTINUED: 8, NOWAIT: 0x0100_0000 } as const;
const CONTINUED_STATUS = 0xffff;
const RUSAGE_BYTES = 144;

interface Finding {
  readonly child: Process;
  readonly status: number;
  readonly ended: boolean;
}

/** The first child among those asked for that has something to tell. @throws ECHILD */
function findChild(
  process: Process,
  wants: (child: Process) => boolean,
  options: number,
): Finding | undefined {
  const candidates = [...process.children].filter(wants);
  if (candidates.length === 0) fail('ECHILD');
  for (const child of candidates) {
    if (child.status !== undefined && (options & W.EXITED) !== 0)
      return { child, status: child.status, ended: true };
    const { news } = child;
    if (news === undefined) continue;
    const told = news === CONTINUED_STATUS ? W.CONTINUED : W.UNTRACED;
    if ((options & told) !== 0) return { child, status: news, ended: false };
  }
  return undefined;
}

/** Which children a pid argument of wait4 means. */
function selector(process: Process, pid: number): (child: Process) => boolean {
  if (pid > 0) return (child) => child.pid === pid;
  if (pid === -1) return () => true;
  const group = pid === 0 ? process.group : -pid;
  return (child) => child.group === group;
}

const wait4: Handler = ({ kernel, process, call }) => {
  const options = call.int(2);
  if ((options & ~(W.NOHANG | W.UNTRACED | W.CONTINUED | 0xe000_0000)) !== 0) fail('EINVAL');
  const found = findChild(process, selector(process, call.int(0)), options | W.EXITED);
  if (found === undefined) return options & W.NOHANG ? 0 : new Wait([process.childChanged]);
  const { child, status, ended } = found;
  if (call.size(1) !== 0) process.memory.setU32(call.size(1), status);
  if (call.size(3) !== 0) process.memory.clear(call.size(3), RUSAGE_BYTES);
  if (ended) kernel.processes.reap(child);
  else child.news = undefined;
  return child.pid;
};

const waitid: Handler = ({ kernel, process, call }) => {
  const P = { ALL: 0, PID: 1, PGID: 2 } as const;
  const options = call.int(3);
  if ((options & (W.EXITED | W.UNTRACED | W.CONTINUED)) === 0) fail('EINVAL');
  const id = call.int(1);
  const kind = call.int(0);
  if (kind !== P.ALL && kind !== P.PID && kind !== P.PGID) fail('EINVAL');
  const wants =
    kind === P.ALL
      ? () => true
      : kind === P.PID
        ? selector(process, id)
        : (child: Process) => child.group === (id || process.group);
  const found = findChild(process, wants, options);
  const info = new Uint8Array(128);
  if (found === undefined) {
    if ((options & W.NOHANG) === 0) return new Wait([process.childChanged]);
    if (call.size(2) !== 0) process.memory.write(call.size(2), info);
    return 0;
  }
  const { child, status, ended } = found;
  const view = new DataView(info.buffer);
  const signalled = (status & 0x7f) !== 0;
  const code = ended ? (signalled ? 2 : 1) : status === CONTINUED_STATUS ? 6 : 5;
  view.setInt32(0, SIGNAL.SIGCHLD, true);
  view.setInt32(8, code, true);
  view.setInt32(16, child.pid, true);
  view.setInt32(20, kernel.config.identity.uid, true);
  view.setInt32(24, ended && signalled ? status & 0x7f : code === 6 ? SIGNAL.SIGCONT : status >> 8, true);
  if (call.size(2) !== 0) process.memory.write(call.size(2), info);
  if (call.size(4) !== 0) process.memory.clear(call.size(4), RUSAGE_BYTES);
  if ((options & W.NOWAIT) === 0) {
    if (ended) kernel.processes.reap(child);
    else child.news = undefined;
  }
  return 0;
};

/** The process that a pid names, 0 being the caller. @throws ESRCH */
function named({ kernel, process }: Context, pid: number): Process {
  const found = pid === 0 ? process : kernel.processes.find(pid);
  return found === undefined || found.ended ? fail('ESRCH') : found;
}

const setpgid: Handler = (context) => {
  const { process, call, kernel } = context;
  const target = named(context, call.int(0));
  if (target !== process && target.parent !== process) fail('ESRCH');
  const group = call.int(1) === 0 ? target.pid : call.int(1);
  if (group < 0) fail('EINVAL');
  if (target.session !== process.session || target.pid === target.session) fail('EPERM');
  if (
    group !== target.pid &&
    !kernel.processes.inGroup(group).some(({ session }) => session === process.session)
  ) {
    fail('EPERM');
  }
  target.group = group;
  return 0;
};

const setsid: Handler = ({ kernel, process }) => {
  if (kernel.processes.inGroup(process.pid).length > 0) fail('EPERM');
  process.group = process.pid;
  process.session = process.pid;
  return process.pid;
};

const setTidAddress: Handler = ({ thread, call }) => {
  thread.clearOnExit = call.size(0);
  return thread.tid;
};

export const processCalls: Readonly<Record<string, Handler>> = {
  clone,
  clone3,
  execve: (context) => run(context, AT.FDCWD, 0, 1, 0),
  execveat: (context) => run(context, context.call.int(0), 1, 2, context.call.int(4)),
  exit,
  exit_group: exitGroup,
  wait4,
  waitid,
  getpid: ({ process }) => process.pid,
  getppid: ({ process }) => process.parent?.pid ?? 1,
  gettid: ({ thread }) => thread.tid,
  getpgid: (context) => named(context, context.call.int(0)).group,
  getsid: (context) => named(context, context.call.int(0)).session,
  setpgid,
  setsid,
  set_tid_address: setTidAddress,
  sched_yield: ({ kernel }) => {
    kernel.scheduler.yield();
    return 0;
  },
};
