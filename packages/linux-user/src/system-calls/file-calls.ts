/** Descriptors and what they refer to. */
import { fail } from '../errno.ts';
import { AT, O, S } from '../files/constants.ts';
import { RegularNode, SymlinkNode } from '../files/node.ts';
import { existing } from '../files/paths.ts';
import { PipeEnd } from '../files/pipe.ts';
import { DirectoryFile } from '../files/root.ts';
import { statBytes, statfsBytes, statxBytes } from '../files/stat-bytes.ts';
import { PATH_MAX, textToBytes } from '../memory/user-memory.ts';
import type { Context, Handler } from './context.ts';

const F = {
  DUPFD: 0,
  GETFD: 1,
  SETFD: 2,
  GETFL: 3,
  SETFL: 4,
  GETLK: 5,
  SETLK: 6,
  SETLKW: 7,
  SETOWN: 8,
  GETOWN: 9,
  DUPFD_CLOEXEC: 1030,
  SETPIPE_SZ: 1031,
  GETPIPE_SZ: 1032,
} as const;
const FD_CLOEXEC = 1;
const CHANGEABLE = O.APPEND | O.NONBLOCK | O.DIRECT;

const openat: Handler = ({ kernel, process, call }) => {
  const flags = call.int(2);
  const file = kernel.config.files.open(
    process,
    call.int(0),
    process.memory.path(call.size(1)),
    flags,
    call.int(3),
  );
  file.retain();
  try {
    return process.descriptors.add(file, (flags & O.CLOEXEC) !== 0);
  } finally {
    file.release();
  }
};

/** openat2: struct open_how, whose restrictions the root imposes anyway. */
const openat2: Handler = ({ kernel, process, call }) => {
  if (call.size(3) < 24) fail('EINVAL');
  const flags = process.memory.size(call.size(2));
  const mode = process.memory.size(call.size(2) + 8);
  if (process.memory.u64(call.size(2) + 16) !== 0n || flags > 0x7fff_ffff) fail('EINVAL');
  const path = process.memory.path(call.size(1));
  return process.descriptors.add(
    kernel.config.files.open(process, call.int(0), path, flags, mode),
    (flags & O.CLOEXEC) !== 0,
  );
};

const close: Handler = ({ process, call }) => {
  process.descriptors.close(call.int(0));
  return 0;
};

const closeRange: Handler = ({ process, call }) => {
  const CLOEXEC = 4;
  const first = call.uint(0);
  const last = call.uint(1);
  if (first > last) fail('EINVAL');
  for (const descriptor of process.descriptors.used) {
    if (descriptor < first || descriptor > last) continue;
    if (call.int(2) & CLOEXEC) process.descriptors.setCloseOnExec(descriptor, true);
    else process.descriptors.close(descriptor);
  }
  return 0;
};

const dup: Handler = ({ process, call }) =>
  process.descriptors.add(process.descriptors.get(call.int(0)), false);

const dup3: Handler = ({ process, call }) => {
  const from = call.int(0);
  const to = call.int(1);
  const flags = call.int(2);
  if (from === to || (flags & ~O.CLOEXEC) !== 0) fail('EINVAL');
  process.descriptors.replace(to, process.descriptors.get(from), (flags & O.CLOEXEC) !== 0);
  return to;
};

const fcntl: Handler = ({ process, call }) => {
  const { descriptors } = process;
  const descriptor = call.int(0);
  const file = descriptors.get(descriptor);
  const argument = call.int(2);
  switch (call.int(1)) {
    case F.DUPFD:
    case F.DUPFD_CLOEXEC:
      if (argument < 0 || argument >= descriptors.limit) fail('EINVAL');
      return descriptors.add(file, call.int(1) === F.DUPFD_CLOEXEC, argument);
    case F.GETFD:
      return descriptors.closeOnExec(descriptor) ? FD_CLOEXEC : 0;
    case F.SETFD:
      descriptors.setCloseOnExec(descriptor, (argument & FD_CLOEXEC) !== 0);
      return 0;
    case F.GETFL:
      return file.flags;
    case F.SETFL:
      file.flags = (file.flags & ~CHANGEABLE) | (argument & CHANGEABLE);
      return 0;
    case F.GETLK: {
      // No other process is outside this kernel: nobody holds a lock that matters.
      const F_UNLCK = 2;
      process.memory.write(call.size(2), Uint8Array.of(F_UNLCK, 0));
      return 0;
    }
    case F.SETLK:
    case F.SETLKW:
      process.memory.u16(call.size(2));
      return 0;
    case F.SETOWN:
      return 0;
    case F.GETOWN:
      return 0;
    case F.GETPIPE_SZ:
    case F.SETPIPE_SZ:
      return file instanceof PipeEnd ? 65_536 : fail('EBADF');
    default:
      fail('EINVAL');
  }
};

const pipe2: Handler = ({ kernel, process, call }) => {
  const flags = call.int(1);
  if ((flags & ~(O.CLOEXEC | O.NONBLOCK | O.DIRECT)) !== 0) fail('EINVAL');
  const closeOnExec = (flags & O.CLOEXEC) !== 0;
  const pipe = kernel.config.files.createPipe();
  const ends = [new PipeEnd(pipe, undefined, flags).retain(), new PipeEnd(undefined, pipe, flags).retain()];
  const made: number[] = [];
  try {
    for (const end of ends) made.push(process.descriptors.add(end, closeOnExec));
    process.memory.write(call.size(0), new Uint8Array(Int32Array.from(made).buffer));
    return 0;
  } catch (error) {
    for (const descriptor of made) process.descriptors.close(descriptor);
    throw error;
  } finally {
    for (const end of ends) end.release();
  }
};

/** A connected pair of stream sockets, as far as reading and writing goes. */
const socketpair: Handler = ({ kernel, process, call }) => {
  const AF_UNIX = 1;
  const type = call.int(1) & 0xf;
  if (call.int(0) !== AF_UNIX) fail('EAFNOSUPPORT');
  if (type !== 1 && type !== 5) fail('EOPNOTSUPP');
  const flags = call.int(1) & (O.NONBLOCK | O.CLOEXEC);
  const [there, back] = [kernel.config.files.createPipe(), kernel.config.files.createPipe()];
  const ends = [
    new PipeEnd(back, there, flags, S.IFSOCK).retain(),
    new PipeEnd(there, back, flags, S.IFSOCK).retain(),
  ];
  const made: number[] = [];
  try {
    for (const end of ends) made.push(process.descriptors.add(end, (flags & O.CLOEXEC) !== 0));
    process.memory.write(call.size(3), new Uint8Array(Int32Array.from(made).buffer));
    return 0;
  } catch (error) {
    for (const descriptor of made) process.descriptors.close(descriptor);
    throw error;
  } finally {
    for (const end of ends) end.release();
  }
};

const fstat: Handler = ({ process, call }) => {
  process.memory.write(call.size(1), statBytes(process.descriptors.get(call.int(0)).stat()));
  return 0;
};

const newfstatat: Handler = ({ kernel, process, call }) => {
  const flags = call.int(3);
  if ((flags & ~(AT.SYMLINK_NOFOLLOW | AT.EMPTY_PATH | 0x800)) !== 0) fail('EINVAL');
  const path = process.memory.path(call.size(1));
  process.memory.write(call.size(2), statBytes(kernel.config.files.stat(process, call.int(0), path, flags)));
  return 0;
};

const statx: Handler = ({ kernel, process, call }) => {
  const flags = call.int(2);
  if ((flags & ~0x7900) !== 0) fail('EINVAL');
  const path = process.memory.path(call.size(1));
  process.memory.write(call.size(4), statxBytes(kernel.config.files.stat(process, call.int(0), path, flags)));
  return 0;
};

const statfs: Handler = ({ kernel, process, call }) => {
  const place = kernel.config.files.place(process, AT.FDCWD, process.memory.path(call.size(0)), true);
  existing(place);
  process.memory.write(call.size(1), statfsBytes(place.parent.space()));
  return 0;
};

const fstatfs: Handler = ({ kernel, process, call }) => {
  process.descriptors.get(call.int(0));
  process.memory.write(call.size(1), statfsBytes(kernel.config.files.root.space()));
  return 0;
};

const getdents64: Handler = ({ process, call }) => {
  const file = process.descriptors.get(call.int(0));
  const entries = file.entries();
  if (!(file instanceof DirectoryFile)) fail('ENOTDIR');
  const limit = Math.min(call.size(2), 65_536);
  const bytes = new Uint8Array(limit);
  const view = new DataView(bytes.buffer);
  let at = 0;
  let position = file.position;
  for (; position < entries.length; position++) {
    const { name, inode, type } = entries[position];
    const text = textToBytes(name);
    const size = Math.ceil((19 + text.length + 1) / 8) * 8;
    if (at + size > limit) break;
    view.setBigUint64(at, BigInt(inode), true);
    view.setBigInt64(at + 8, BigInt(position + 1), true);
    view.setUint16(at + 16, size, true);
    view.setUint8(at + 18, type);
    bytes.set(text, at + 19);
    at += size;
  }
  if (at === 0 && file.position < entries.length) fail('EINVAL');
  process.memory.write(call.size(1), bytes.subarray(0, at));
  file.position = position;
  return at;
};

const truncate: Handler = ({ kernel, process, call }) => {
  const size = call.long(1);
  if (size < 0) fail('EINVAL');
  const node = existing(
    kernel.config.files.place(process, AT.FDCWD, process.memory.path(call.size(0)), true),
  );
  if (node.kind === 'directory') fail('EISDIR');
  if (!(node instanceof RegularNode)) fail('EINVAL');
  node.truncate(size);
  return 0;
};

const ftruncate: Handler = ({ process, call }) => {
  const size = call.long(1);
  const file = process.descriptors.get(call.int(0));
  if (size < 0 || !file.writable) fail('EINVAL');
  file.truncate(size);
  return 0;
};

const fallocate: Handler = ({ process, call }) => {
  const KEEP_SIZE = 1;
  const file = process.descriptors.get(call.int(0));
  const end = call.long(2) + call.long(3);
  if (call.long(2) < 0 || call.long(3) <= 0) fail('EINVAL');
  if (!file.writable) fail('EBADF');
  if (call.int(1) !== 0 && call.int(1) !== KEEP_SIZE) fail('EOPNOTSUPP');
  if (call.int(1) === 0 && file.stat().size < end) file.truncate(end);
  return 0;
};

const readlinkat: Handler = ({ kernel, process, call }) => {
  const size = call.int(3);
  if (size <= 0) fail('EINVAL');
  const place = kernel.config.files.place(process, call.int(0), process.memory.path(call.size(1)), false);
  const node = existing(place);
  if (!(node instanceof SymlinkNode)) fail('EINVAL');
  const text = textToBytes(node.target()).subarray(0, Math.min(size, PATH_MAX));
  process.memory.write(call.size(2), text);
  return text.length;
};

/** The rights of the program are those of the host's files; what may not be written is found out by writing. */
const faccessat =
  (flagsAt: number | undefined): Handler =>
  ({ kernel, process, call }) => {
    const X_OK = 1;
    const mode = call.int(2);
    if ((mode & ~7) !== 0) fail('EINVAL');
    const flags = flagsAt === undefined ? 0 : call.int(flagsAt);
    const stat = kernel.config.files.stat(process, call.int(0), process.memory.path(call.size(1)), flags);
    const { uid } = kernel.config.identity;
    if (mode & X_OK && (stat.mode & 0o111) === 0) fail('EACCES');
    if (uid === 0) return 0;
    const shift = stat.uid === uid ? 6 : stat.gid === kernel.config.identity.gid ? 3 : 0;
    if ((mode & ~(stat.mode >> shift)) !== 0) fail('EACCES');
    return 0;
  };

const sync = (context: Context): number => {
  const file = context.process.descriptors.get(context.call.int(0));
  context.kernel.config.memory.findSharedFile(file.mappingKey)?.writeBack();
  file.sync();
  return 0;
};

const flock: Handler = ({ process, call }) => {
  process.descriptors.get(call.int(0));
  const operation = call.int(1) & ~4;
  if (operation !== 1 && operation !== 2 && operation !== 8) fail('EINVAL');
  return 0;
};

export const fileCalls: Readonly<Record<string, Handler>> = {
  openat,
  openat2,
  close,
  close_range: closeRange,
  dup,
  dup3,
  fcntl,
  pipe2,
  socketpair,
  fstat,
  newfstatat,
  statx,
  statfs,
  fstatfs,
  getdents64,
  truncate,
  ftruncate,
  fallocate,
  readlinkat,
  faccessat: faccessat(undefined),
  faccessat2: faccessat(3),
  fsync: sync,
  fdatasync: sync,
  syncfs: ({ process, call }) => {
    process.descriptors.get(call.int(0));
    return 0;
  },
  sync: () => 0,
  flock,
  fadvise64: ({ process, call }) => {
    process.descriptors.get(call.int(0));
    return 0;
  },
  readahead: ({ process, call }) => {
    process.descriptors.get(call.int(0));
    return 0;
  },
};
