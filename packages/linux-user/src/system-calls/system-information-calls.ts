/** What the system is, and what a process may have of it. */
import { PAGE_SIZE } from '@armature/core';
import { fail } from '../errno.ts';
import { MOST_DESCRIPTORS } from '../files/descriptors.ts';
import type { OpenFile, Terminal } from '../files/open-file.ts';
import { textToBytes } from '../memory/user-memory.ts';
import { STACK_BYTES } from '../process/loader.ts';
import type { Context, Handler } from './context.ts';

const UNAME_FIELD = 65;

const uname: Handler = ({ kernel, process, call }) => {
  const texts = ['Linux', kernel.config.hostName, '6.1.0', '#1 SMP Armature', 'aarch64', '(none)'];
  const bytes = new Uint8Array(UNAME_FIELD * texts.length);
  for (const [index, text] of texts.entries()) {
    bytes.set(textToBytes(text).subarray(0, UNAME_FIELD - 1), UNAME_FIELD * index);
  }
  process.memory.write(call.size(0), bytes);
  return 0;
};

const sysinfo: Handler = ({ kernel, process, call }) => {
  const { frames } = kernel.config.memory;
  const bytes = new Uint8Array(112);
  const view = new DataView(bytes.buffer);
  view.setBigInt64(0, BigInt(Math.floor(kernel.config.clock.now() / 1e9)), true);
  view.setBigUint64(32, BigInt(frames.total * PAGE_SIZE), true);
  view.setBigUint64(40, BigInt((frames.total - frames.inUse) * PAGE_SIZE), true);
  view.setUint16(80, kernel.processes.all.size, true);
  view.setUint32(104, 1, true);
  process.memory.write(call.size(0), bytes);
  return 0;
};

const GRND_MASK = 7;
const MOST_RANDOM = 33_554_431;

const getrandom: Handler = ({ kernel, process, call }) => {
  if ((call.int(2) & ~GRND_MASK) !== 0) fail('EINVAL');
  const length = Math.min(call.size(1), MOST_RANDOM);
  for (let at = 0; at < length; at += 65_536) {
    const bytes = new Uint8Array(Math.min(65_536, length - at));
    kernel.config.random(bytes);
    process.memory.write(call.size(0) + at, bytes);
  }
  return length;
};

const RLIM_INFINITY = 0xffff_ffff_ffff_ffffn;
const RESOURCE = { STACK: 3, NPROC: 6, NOFILE: 7 } as const;
const RESOURCES = 16;

/** Soft and hard limit of a resource. */
function limitsOf({ kernel, process }: Context, resource: number): [bigint, bigint] {
  switch (resource) {
    case RESOURCE.STACK:
      return [BigInt(STACK_BYTES), RLIM_INFINITY];
    case RESOURCE.NPROC:
      return [BigInt(kernel.config.maxProcesses), BigInt(kernel.config.maxProcesses)];
    case RESOURCE.NOFILE:
      return [BigInt(process.descriptors.limit), BigInt(MOST_DESCRIPTORS)];
    default:
      return [RLIM_INFINITY, RLIM_INFINITY];
  }
}

const limits = (context: Context, resource: number, wanted: number, told: number): number => {
  const { process } = context;
  if (resource < 0 || resource >= RESOURCES) fail('EINVAL');
  const before = limitsOf(context, resource);
  if (wanted !== 0) {
    const soft = process.memory.u64(wanted);
    const hard = process.memory.u64(wanted + 8);
    if (soft > hard) fail('EINVAL');
    if (hard > before[1]) fail('EPERM');
    if (resource === RESOURCE.NOFILE) process.descriptors.limit = Number(soft);
  }
  if (told !== 0) process.memory.write(told, new Uint8Array(BigUint64Array.from(before).buffer));
  return 0;
};

const prlimit64: Handler = (context) => {
  const { process, call } = context;
  if (call.int(0) !== 0 && call.int(0) !== process.pid) fail('ESRCH');
  return limits(context, call.int(1), call.size(2), call.size(3));
};

const getrusage: Handler = ({ kernel, process, call }) => {
  const who = call.int(0);
  if (who < -1 || who > 1) fail('EINVAL');
  const bytes = new Uint8Array(144);
  const micros = BigInt(Math.floor((kernel.config.clock.now() - process.started) / 1000));
  const view = new DataView(bytes.buffer);
  if (who !== -1) {
    view.setBigInt64(0, micros / 1_000_000n, true);
    view.setBigInt64(8, micros % 1_000_000n, true);
  }
  view.setBigInt64(32, BigInt((process.space.residentPages * PAGE_SIZE) / 1024), true);
  process.memory.write(call.size(1), bytes);
  return 0;
};

const PR = {
  SET_PDEATHSIG: 1,
  GET_DUMPABLE: 3,
  SET_DUMPABLE: 4,
  SET_NAME: 15,
  GET_NAME: 16,
  SET_NO_NEW_PRIVS: 38,
  GET_NO_NEW_PRIVS: 39,
} as const;

const prctl: Handler = ({ process, call }) => {
  switch (call.int(0)) {
    case PR.SET_NAME: {
      const NAME_BYTES = 16;
      const bytes = process.memory.bytes(call.size(1), NAME_BYTES);
      const end = bytes.indexOf(0);
      process.name = new TextDecoder().decode(bytes.subarray(0, end < 0 ? NAME_BYTES - 1 : end));
      return 0;
    }
    case PR.GET_NAME: {
      const bytes = new Uint8Array(16);
      bytes.set(textToBytes(process.name).subarray(0, 15));
      process.memory.write(call.size(1), bytes);
      return 0;
    }
    case PR.GET_DUMPABLE:
      return 1;
    case PR.SET_DUMPABLE:
    case PR.SET_PDEATHSIG:
    case PR.SET_NO_NEW_PRIVS:
      return 0;
    case PR.GET_NO_NEW_PRIVS:
      return 0;
    default:
      fail('EINVAL');
  }
};

const IOCTL = {
  TCGETS: 0x5401,
  TCSETS: 0x5402,
  TCSETSW: 0x5403,
  TCSETSF: 0x5404,
  TCSBRK: 0x5409,
  TCFLSH: 0x540b,
  TIOCSCTTY: 0x540e,
  TIOCGPGRP: 0x540f,
  TIOCSPGRP: 0x5410,
  TIOCGWINSZ: 0x5413,
  TIOCSWINSZ: 0x5414,
  FIONREAD: 0x541b,
  FIONBIO: 0x5421,
  TIOCGSID: 0x5429,
  FIONCLEX: 0x5450,
  FIOCLEX: 0x5451,
} as const;
const TERMIOS_BYTES = 36;
const O_NONBLOCK = 0o4000;

const terminalOf = (file: OpenFile): Terminal => file.terminal ?? fail('ENOTTY');

const ioctl: Handler = ({ process, call }) => {
  const file = process.descriptors.get(call.int(0));
  const at = call.size(2);
  switch (call.uint(1)) {
    case IOCTL.TCGETS:
      process.memory.write(at, terminalOf(file).attributes);
      return 0;
    case IOCTL.TCSETS:
    case IOCTL.TCSETSW:
    case IOCTL.TCSETSF: {
      const terminal = terminalOf(file);
      terminal.attributes = process.memory.bytes(at, TERMIOS_BYTES);
      return 0;
    }
    case IOCTL.TCSBRK:
    case IOCTL.TCFLSH:
    case IOCTL.TIOCSCTTY:
    case IOCTL.TIOCSWINSZ:
      terminalOf(file);
      return 0;
    case IOCTL.TIOCGPGRP:
      process.memory.setU32(at, terminalOf(file).foreground);
      return 0;
    case IOCTL.TIOCSPGRP: {
      const terminal = terminalOf(file);
      terminal.foreground = process.memory.i32(at);
      return 0;
    }
    case IOCTL.TIOCGSID:
      terminalOf(file);
      process.memory.setU32(at, process.session);
      return 0;
    case IOCTL.TIOCGWINSZ: {
      const { rows, columns } = terminalOf(file);
      process.memory.write(at, new Uint8Array(Uint16Array.of(rows, columns, 0, 0).buffer));
      return 0;
    }
    case IOCTL.FIONREAD:
      process.memory.setU32(at, file.available);
      return 0;
    case IOCTL.FIONBIO:
      file.flags = process.memory.u32(at) === 0 ? file.flags & ~O_NONBLOCK : file.flags | O_NONBLOCK;
      return 0;
    case IOCTL.FIOCLEX:
    case IOCTL.FIONCLEX:
      process.descriptors.setCloseOnExec(call.int(0), call.uint(1) === IOCTL.FIOCLEX);
      return 0;
    default:
      fail('ENOTTY');
  }
};

/** Who a process is cannot be changed, but to who it is. */
const setIdentity: Handler = ({ kernel, call }) => {
  const { uid, gid } = kernel.config.identity;
  const allowed = (id: number): boolean => id === -1 || id === uid || id === gid;
  return uid === 0 || allowed(call.int(0)) ? 0 : fail('EPERM');
};

const threeIds =
  (which: 'uid' | 'gid'): Handler =>
  ({ kernel, process, call }) => {
    for (const index of [0, 1, 2]) process.memory.setU32(call.size(index), kernel.config.identity[which]);
    return 0;
  };

const affinity: Handler = ({ process, call }) => {
  if (call.size(1) < 8) fail('EINVAL');
  process.memory.setU64(call.size(2), 1n);
  return 8;
};

export const systemInformationCalls: Readonly<Record<string, Handler>> = {
  uname,
  sysinfo,
  getrandom,
  prlimit64,
  getrlimit: (context) => limits(context, context.call.int(0), 0, context.call.size(1)),
  setrlimit: (context) => limits(context, context.call.int(0), context.call.size(1), 0),
  getrusage,
  prctl,
  ioctl,
  getuid: ({ kernel }) => kernel.config.identity.uid,
  geteuid: ({ kernel }) => kernel.config.identity.uid,
  getgid: ({ kernel }) => kernel.config.identity.gid,
  getegid: ({ kernel }) => kernel.config.identity.gid,
  getresuid: threeIds('uid'),
  getresgid: threeIds('gid'),
  getgroups: () => 0,
  setgroups: ({ kernel }) => (kernel.config.identity.uid === 0 ? 0 : fail('EPERM')),
  setuid: setIdentity,
  setgid: setIdentity,
  setreuid: setIdentity,
  setregid: setIdentity,
  setresuid: setIdentity,
  setresgid: setIdentity,
  setfsuid: ({ kernel }) => kernel.config.identity.uid,
  setfsgid: ({ kernel }) => kernel.config.identity.gid,
  sched_getaffinity: affinity,
  sched_setaffinity: () => 0,
  sched_getscheduler: () => 0,
  sched_setscheduler: () => 0,
  sched_getparam: ({ process, call }) => {
    process.memory.setU32(call.size(1), 0);
    return 0;
  },
  sched_get_priority_max: ({ call }) => (call.int(0) === 1 || call.int(0) === 2 ? 99 : 0),
  sched_get_priority_min: ({ call }) => (call.int(0) === 1 || call.int(0) === 2 ? 1 : 0),
  getpriority: () => 20,
  setpriority: () => 0,
  getcpu: ({ process, call }) => {
    if (call.size(0) !== 0) process.memory.setU32(call.size(0), 0);
    if (call.size(1) !== 0) process.memory.setU32(call.size(1), 0);
    return 0;
  },
  personality: () => 0,
  sethostname: () => fail('EPERM'),
  reboot: () => fail('EPERM'),
};
