/** Names: making, removing, moving and describing what paths lead to. */
import { fail } from '../errno.ts';
import { AT, S } from '../files/constants.ts';
import { DirectoryNode } from '../files/node.ts';
import { existing, type Place } from '../files/paths.ts';
import { RootDirectory } from '../files/root.ts';
import { textToBytes } from '../memory/user-memory.ts';
import { type Context, type Handler, readTimespec } from './context.ts';

/** A place named by a descriptor and a path argument. */
function placeAt(
  { kernel, process, call }: Context,
  directory: number,
  path: number,
  follow: boolean,
): Place {
  return kernel.config.files.place(
    process,
    call.int(directory),
    process.memory.path(call.size(path)),
    follow,
  );
}

const mkdirat: Handler = (context) => {
  const { kernel, process, call } = context;
  const place = placeAt(context, 0, 1, false);
  const mode = call.int(2) & 0o1777 & ~process.surroundings.umask;
  kernel.config.files.vacant(place).createDirectory(place.name, mode);
  return 0;
};

const mknodat: Handler = (context) => {
  const { kernel, process, call } = context;
  const place = placeAt(context, 0, 1, false);
  const type = call.int(2) & S.IFMT;
  const directory = kernel.config.files.vacant(place);
  if (place.mustBeDirectory) fail('ENOENT');
  if (type !== 0 && type !== S.IFREG) fail('EPERM');
  directory.createFile(place.name, call.int(2) & 0o7777 & ~process.surroundings.umask);
  return 0;
};

const unlinkat: Handler = (context) => {
  const { call } = context;
  const flags = call.int(2);
  if ((flags & ~AT.REMOVEDIR) !== 0) fail('EINVAL');
  const place = placeAt(context, 0, 1, false);
  const node = existing(place);
  const removesDirectory = (flags & AT.REMOVEDIR) !== 0;
  if (place.name === '') fail(removesDirectory ? 'EBUSY' : 'EISDIR');
  if (removesDirectory) {
    if (!(node instanceof DirectoryNode)) fail('ENOTDIR');
    place.parent.removeDirectory(place.name);
  } else {
    if (node instanceof DirectoryNode) fail('EISDIR');
    place.parent.remove(place.name);
  }
  return 0;
};

const symlinkat: Handler = ({ kernel, process, call }) => {
  const target = process.memory.path(call.size(0));
  if (target === '') fail('ENOENT');
  const place = kernel.config.files.place(process, call.int(1), process.memory.path(call.size(2)), false);
  const directory = kernel.config.files.vacant(place);
  if (place.mustBeDirectory) fail('ENOENT');
  directory.createSymlink(place.name, target);
  return 0;
};

const linkat: Handler = ({ kernel, process, call }) => {
  const flags = call.int(4);
  if ((flags & ~(AT.SYMLINK_FOLLOW | AT.EMPTY_PATH)) !== 0) fail('EINVAL');
  const { files } = kernel.config;
  const follow = (flags & AT.SYMLINK_FOLLOW) !== 0;
  const from = files.place(process, call.int(0), process.memory.path(call.size(1)), follow);
  const node = existing(from);
  if (node instanceof DirectoryNode) fail('EPERM');
  const to = files.place(process, call.int(2), process.memory.path(call.size(3)), false);
  const directory = files.vacant(to);
  if (to.mustBeDirectory) fail('ENOENT');
  const target = directory instanceof RootDirectory ? directory.underlying : directory;
  target.createLink(to.name, node);
  return 0;
};

const RENAME_NOREPLACE = 1;

const rename = ({ kernel, process, call }: Context, flags: number): number => {
  if ((flags & ~RENAME_NOREPLACE) !== 0) fail('EINVAL');
  const { files } = kernel.config;
  const from = files.place(process, call.int(0), process.memory.path(call.size(1)), false);
  const to = files.place(process, call.int(2), process.memory.path(call.size(3)), false);
  existing(from);
  if (flags & RENAME_NOREPLACE && to.node !== undefined) fail('EEXIST');
  files.rename(kernel.processes.all.values(), from, to);
  return 0;
};

const fchmodat: Handler = (context) => {
  existing(placeAt(context, 0, 1, true)).chmod(context.call.int(2) & 0o7777);
  return 0;
};

const fchmod: Handler = ({ process, call }) => {
  process.descriptors.get(call.int(0)).chmod(call.int(1) & 0o7777);
  return 0;
};

const fchownat: Handler = (context) => {
  const { kernel, process, call } = context;
  const path = process.memory.path(call.size(1));
  if (path === '' && (call.int(4) & AT.EMPTY_PATH) !== 0) {
    process.descriptors.get(call.int(0));
    return 0;
  }
  const follow = (call.int(4) & AT.SYMLINK_NOFOLLOW) === 0;
  const node = existing(kernel.config.files.place(process, call.int(0), path, follow));
  node.chown(call.uint(2), call.uint(3));
  return 0;
};

const fchown: Handler = ({ process, call }) => {
  process.descriptors.get(call.int(0));
  return 0;
};

const UTIME_NOW = 0x3fff_ffff;
const UTIME_OMIT = 0x3fff_fffe;

const utimensat: Handler = (context) => {
  const { kernel, process, call } = context;
  const time = (address: number): bigint | undefined => {
    if (address === 0) return kernel.now();
    const nanos = process.memory.size(address + 8);
    if (nanos === UTIME_NOW) return kernel.now();
    if (nanos === UTIME_OMIT) return undefined;
    const value = readTimespec(process.memory, address);
    return value === undefined
      ? fail('EINVAL')
      : process.memory.u64(address) * 1_000_000_000n + BigInt(nanos);
  };
  const times = call.size(2);
  const accessed = time(times);
  const modified = time(times === 0 ? 0 : times + 16);
  if (call.size(1) === 0) {
    process.descriptors.get(call.int(0)).setTimes(accessed, modified);
    return 0;
  }
  const path = process.memory.path(call.size(1));
  const follow = (call.int(3) & AT.SYMLINK_NOFOLLOW) === 0;
  existing(kernel.config.files.place(process, call.int(0), path, follow)).setTimes(accessed, modified);
  return 0;
};

const chdir: Handler = ({ kernel, process, call }) => {
  const { files } = kernel.config;
  files.changeDirectory(process, files.place(process, AT.FDCWD, process.memory.path(call.size(0)), true));
  return 0;
};

const fchdir: Handler = ({ kernel, process, call }) => {
  const { files } = kernel.config;
  files.changeDirectory(process, files.place(process, call.int(0), '.', true));
  return 0;
};

const getcwd: Handler = ({ process, call }) => {
  const text = textToBytes(`${process.surroundings.directory}\0`);
  if (text.length > call.size(1)) fail('ERANGE');
  process.memory.write(call.size(0), text);
  return text.length;
};

/** Extended attributes: there are none. */
const noAttributes: Handler = () => fail('EOPNOTSUPP');

export const directoryCalls: Readonly<Record<string, Handler>> = {
  mkdirat,
  mknodat,
  unlinkat,
  symlinkat,
  linkat,
  renameat: (context) => rename(context, 0),
  renameat2: (context) => rename(context, context.call.int(4)),
  fchmodat,
  fchmod,
  fchownat,
  fchown,
  utimensat,
  chdir,
  fchdir,
  getcwd,
  umask: ({ process, call }) => {
    const before = process.surroundings.umask;
    process.surroundings.umask = call.int(0) & 0o777;
    return before;
  },
  chroot: () => fail('EPERM'),
  mount: () => fail('EPERM'),
  umount2: () => fail('EPERM'),
  getxattr: noAttributes,
  lgetxattr: noAttributes,
  fgetxattr: noAttributes,
  setxattr: noAttributes,
  lsetxattr: noAttributes,
  fsetxattr: noAttributes,
  listxattr: noAttributes,
  llistxattr: noAttributes,
  flistxattr: noAttributes,
};
