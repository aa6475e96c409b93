/** Files of the host, for Node: a directory that a program sees as its root. */
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  futimesSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  statfsSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { ArmatureError } from '@armature/core';
import { ERRNO, type ErrnoName, Failure, fail } from './errno.ts';
import { type FileStat, O, S } from './files/constants.ts';
import { DirectoryNode, type FileNode, RegularNode, SymlinkNode } from './files/node.ts';
import { type DirectoryEntry, ENTRY_TYPE, type OpenFile, SeekableFile } from './files/open-file.ts';

export interface HostDirectoryOptions {
  /** Programs change nothing. Default false. */
  readonly readOnly?: boolean;
}

/**
 * A directory of the host as the root of a program's files. Paths are resolved one component at a time, symbolic
 * links against this root, and files are opened without following any: nothing outside is in reach. Only regular
 * files, directories and symbolic links can be opened.
 *
 * Names are UTF-8; others cannot be reached. What moves directories in it while a program runs must be trusted.
 *
 * @throws ArmatureError `FILE_UNREADABLE` when the path is no directory
 */
export function hostDirectory(path: string, options: HostDirectoryOptions = {}): DirectoryNode {
  let real: string;
  try {
    real = realpathSync(path);
    if (!lstatSync(real).isDirectory()) throw new Error('it is not a directory');
  } catch (cause) {
    const reason =
      (cause as { code?: string }).code === 'ENOENT'
        ? 'there is no such directory'
        : (cause as Error).message;
    throw new ArmatureError('FILE_UNREADABLE', `cannot use ${path} as a root: ${reason}`, {
      context: { path },
      hint: 'Name a directory that exists.',
      cause,
    });
  }
  return new HostDirectory(real, options.readOnly ?? false);
}

/** Calls the host, and fails the system call in hand as the host failed. */
function host<Result>(action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    if (error instanceof Failure) throw error;
    const { code = '' } = error as { code?: string };
    throw new Failure(ERRNO[code as ErrnoName] ?? ERRNO.EIO);
  }
}

type Stats = ReturnType<typeof lstatSync> & { atimeNs: bigint };

function statOf(path: string): FileStat {
  return fileStat(host(() => lstatSync(path, { bigint: true })) as unknown as Stats);
}

function fileStat(stats: unknown): FileStat {
  const { dev, ino, mode, nlink, uid, gid, rdev, size, blksize, blocks, atimeNs, mtimeNs, ctimeNs } =
    stats as Readonly<Record<string, bigint>>;
  return {
    device: Number(dev),
    inode: Number(ino),
    mode: Number(mode),
    links: Number(nlink),
    uid: Number(uid),
    gid: Number(gid),
    rdev: Number(rdev),
    size: Number(size),
    blockSize: Number(blksize),
    blocks: Number(blocks),
    accessed: atimeNs,
    modified: mtimeNs,
    changed: ctimeNs,
  };
}

const seconds = (nanos: bigint): number => Number(nanos) / 1e9;

/** Changes times; those that are left out stay. */
function setTimes(
  stat: FileStat,
  accessed: bigint | undefined,
  modified: bigint | undefined,
  action: (accessed: number, modified: number) => void,
): void {
  host(() => action(seconds(accessed ?? stat.accessed), seconds(modified ?? stat.modified)));
}

class HostFile extends RegularNode {
  override readonly kind: 'file' | 'special';
  private readonly path: string;
  private readonly readOnly: boolean;

  constructor(path: string, readOnly: boolean, isRegular: boolean) {
    super();
    this.path = path;
    this.readOnly = readOnly;
    this.kind = isRegular ? 'file' : 'special';
  }

  stat(): FileStat {
    return statOf(this.path);
  }

  open(flags: number, path: string): OpenFile {
    if (this.kind === 'special') fail('EACCES');
    const writes = (flags & O.ACCMODE) !== O.RDONLY || (flags & O.TRUNC) !== 0;
    if (writes && this.readOnly) fail('EROFS');
    return new OpenHostFile(openRegular(this.path, flags), flags, path);
  }

  override truncate(size: number): void {
    if (this.kind === 'special') fail('EINVAL');
    if (this.readOnly) fail('EROFS');
    const descriptor = openRegular(this.path, O.WRONLY);
    try {
      host(() => ftruncateSync(descriptor, size));
    } finally {
      closeSync(descriptor);
    }
  }

  override chmod(mode: number): void {
    if (this.readOnly) fail('EROFS');
    changeMode(this.path, mode);
  }

  override chown(): void {
    if (this.readOnly) fail('EROFS');
  }

  override setTimes(accessed: bigint | undefined, modified: bigint | undefined): void {
    if (this.readOnly) fail('EROFS');
    setTimes(this.stat(), accessed, modified, (a, m) => lutimesSync(this.path, a, m));
  }

  /** Names the file a second time. */
  linkTo(path: string): void {
    host(() => linkSync(this.path, path));
  }
}

/** chmod of what was found not to be a symbolic link. */
function changeMode(path: string, mode: number): void {
  host(() => chmodSync(path, mode & 0o7777));
}

/** Opens a file without following a link, nor waiting for one that is a pipe. @throws EACCES for other kinds */
function openRegular(path: string, flags: number): number {
  const access = flags & O.ACCMODE;
  const mode =
    access === O.WRONLY ? constants.O_WRONLY : access === O.RDWR ? constants.O_RDWR : constants.O_RDONLY;
  const truncate = flags & O.TRUNC ? constants.O_TRUNC : 0;
  const safe = constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
  const descriptor = host(() => openSync(path, mode | truncate | safe));
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  fail('EACCES');
}

class OpenHostFile extends SeekableFile {
  private readonly descriptor: number;

  constructor(descriptor: number, flags: number, path: string) {
    super(flags, path);
    this.descriptor = descriptor;
  }

  protected get size(): number {
    return host(() => fstatSync(this.descriptor)).size;
  }

  override get mappingKey(): string {
    const { device, inode } = this.stat();
    return `host:${device}:${inode}`;
  }

  stat(): FileStat {
    return fileStat(host(() => fstatSync(this.descriptor, { bigint: true })));
  }

  override readAt(into: Uint8Array, position: number): number {
    return host(() => readSync(this.descriptor, into, 0, into.length, position));
  }

  override writeAt(bytes: Uint8Array, position: number): number {
    return host(() => writeSync(this.descriptor, bytes, 0, bytes.length, position));
  }

  override truncate(size: number): void {
    host(() => ftruncateSync(this.descriptor, size));
  }

  override chmod(mode: number): void {
    host(() => fchmodSync(this.descriptor, mode & 0o7777));
  }

  override setTimes(accessed: bigint | undefined, modified: bigint | undefined): void {
    setTimes(this.stat(), accessed, modified, (a, m) => futimesSync(this.descriptor, a, m));
  }

  override sync(): void {
    host(() => fsyncSync(this.descriptor));
  }

  protected override close(): void {
    closeSync(this.descriptor);
  }
}

class HostSymlink extends SymlinkNode {
  private readonly path: string;
  private readonly readOnly: boolean;

  constructor(path: string, readOnly: boolean) {
    super();
    this.path = path;
    this.readOnly = readOnly;
  }

  target(): string {
    return host(() => readlinkSync(this.path));
  }

  stat(): FileStat {
    return statOf(this.path);
  }

  override chown(): void {
    if (this.readOnly) fail('EROFS');
  }

  override setTimes(accessed: bigint | undefined, modified: bigint | undefined): void {
    if (this.readOnly) fail('EROFS');
    setTimes(this.stat(), accessed, modified, (a, m) => lutimesSync(this.path, a, m));
  }
}

/** A directory of the host. It lives for one system call: its path was found free of symbolic links just before. */
class HostDirectory extends DirectoryNode {
  private readonly path: string;
  private readonly readOnly: boolean;

  constructor(path: string, readOnly: boolean) {
    super();
    this.path = path;
    this.readOnly = readOnly;
  }

  stat(): FileStat {
    return statOf(this.path);
  }

  lookup(name: string): FileNode | undefined {
    const path = this.inside(name);
    let mode: number;
    try {
      mode = lstatSync(path).mode;
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') return undefined;
      return host(() => {
        throw error;
      });
    }
    switch (mode & S.IFMT) {
      case S.IFDIR:
        return new HostDirectory(path, this.readOnly);
      case S.IFLNK:
        return new HostSymlink(path, this.readOnly);
      default:
        return new HostFile(path, this.readOnly, (mode & S.IFMT) === S.IFREG);
    }
  }

  list(): readonly DirectoryEntry[] {
    return host(() => readdirSync(this.path, { withFileTypes: true })).map((entry) => ({
      name: entry.name,
      inode: inodeOf(join(this.path, entry.name)),
      type: entry.isDirectory()
        ? ENTRY_TYPE.directory
        : entry.isSymbolicLink()
          ? ENTRY_TYPE.symlink
          : entry.isFIFO()
            ? ENTRY_TYPE.fifo
            : entry.isSocket()
              ? ENTRY_TYPE.socket
              : entry.isCharacterDevice()
                ? ENTRY_TYPE.character
                : ENTRY_TYPE.regular,
    }));
  }

  override createFile(name: string, mode: number): RegularNode {
    const path = this.writable(name);
    const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;
    const descriptor = host(() => openSync(path, flags, 0o600));
    host(() => fchmodSync(descriptor, mode & 0o7777));
    closeSync(descriptor);
    return new CreatedFile(path);
  }

  override createDirectory(name: string, mode: number): void {
    const path = this.writable(name);
    host(() => mkdirSync(path));
    changeMode(path, mode & 0o1777);
  }

  override createSymlink(name: string, target: string): void {
    const path = this.writable(name);
    host(() => symlinkSync(target, path));
  }

  override createLink(name: string, node: FileNode): void {
    const path = this.writable(name);
    if (!(node instanceof HostFile)) fail('EXDEV');
    node.linkTo(path);
  }

  override remove(name: string): void {
    const path = this.writable(name);
    if (this.lookup(name) instanceof DirectoryNode) fail('EISDIR');
    host(() => unlinkSync(path));
  }

  override removeDirectory(name: string): void {
    const path = this.writable(name);
    host(() => rmdirSync(path));
  }

  override rename(name: string, to: DirectoryNode, toName: string): void {
    if (!(to instanceof HostDirectory)) fail('EXDEV');
    const from = this.writable(name);
    const target = to.writable(toName);
    host(() => renameSync(from, target));
  }

  override chmod(mode: number): void {
    if (this.readOnly) fail('EROFS');
    changeMode(this.path, mode);
  }

  override chown(): void {
    if (this.readOnly) fail('EROFS');
  }

  override setTimes(accessed: bigint | undefined, modified: bigint | undefined): void {
    if (this.readOnly) fail('EROFS');
    setTimes(this.stat(), accessed, modified, (a, m) => lutimesSync(this.path, a, m));
  }

  override space() {
    const { blocks, bavail, bsize, type } = host(() => statfsSync(this.path));
    const scale = bsize / 4096;
    return { total: Math.floor(blocks * scale), free: Math.floor(bavail * scale), type };
  }

  private writable(name: string): string {
    if (this.readOnly) fail('EROFS');
    return this.inside(name);
  }

  /** The path of an entry. Names come from a walk, which takes them apart at slashes. */
  private inside(name: string): string {
    if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0'))
      fail('EINVAL');
    return join(this.path, name);
  }
}

/** A file that was made by this call: its mode may not allow what the call asked for, and that is no matter. */
class CreatedFile extends HostFile {
  private readonly created: string;

  constructor(path: string) {
    super(path, false, true);
    this.created = path;
  }

  override open(flags: number, path: string): OpenFile {
    try {
      return super.open(flags, path);
    } catch (error) {
      if (!(error instanceof Failure) || error.errno !== ERRNO.EACCES) throw error;
      const { mode } = this.stat();
      changeMode(this.created, mode | 0o600);
      const opened = super.open(flags, path);
      opened.chmod(mode & 0o7777);
      return opened;
    }
  }
}

function inodeOf(path: string): number {
  try {
    return lstatSync(path).ino;
  } catch {
    return 1;
  }
}
