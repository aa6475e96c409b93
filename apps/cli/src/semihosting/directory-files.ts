import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { ArmatureError } from '@armature/core';
import { type HostFile, type HostFiles, type OpenMode, SEMIHOSTING_ERRNO } from '@armature/semihosting';

const { EACCES, EINVAL, EIO, EISDIR, ENOENT } = SEMIHOSTING_ERRNO;

/**
 * The files under one directory. Absolute paths, `..` and symbolic links that lead out of it are refused, as is
 * everything but regular files: a pipe or a device could make the host wait without end.
 */
export class DirectoryFiles implements HostFiles {
  private readonly root: string;

  /** @throws FILE_UNREADABLE when it is not a directory */
  constructor(root: string) {
    try {
      this.root = realpathSync(root);
      if (statSync(this.root).isDirectory()) return;
    } catch (cause) {
      throw unusable(root, cause);
    }
    throw unusable(root);
  }

  open(path: string, mode: OpenMode): HostFile | number {
    return attempt(() => {
      const place = this.locate(path);
      if (typeof place === 'number') return place;
      const info = lstatSync(place, { throwIfNoEntry: false });
      if (info?.isDirectory()) return -EISDIR;
      if (info !== undefined && !info.isFile()) return -EACCES;
      const { O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } = constants;
      const access = mode.read ? (mode.write ? O_RDWR : O_RDONLY) : O_WRONLY;
      const create = mode.truncate || mode.append ? O_CREAT : 0;
      const flags = access | create | (mode.truncate ? O_TRUNC : 0) | O_NOFOLLOW | O_NONBLOCK;
      return hostFile(openSync(place, flags, 0o666));
    });
  }

  remove(path: string): number {
    return attempt(() => {
      const place = this.locate(path, false);
      if (typeof place === 'number') return place;
      unlinkSync(place);
      return 0;
    });
  }

  rename(from: string, to: string): number {
    return attempt(() => {
      const source = this.locate(from, false);
      const target = this.locate(to, false);
      if (typeof source === 'number') return source;
      if (typeof target === 'number') return target;
      renameSync(source, target);
      return 0;
    });
  }

  /** The real path of a guest's path, which need not exist yet; a negated error number outside the directory. */
  private locate(path: string, follow = true): string | number {
    if (path === '') return -ENOENT;
    if (path.includes('\0')) return -EINVAL;
    if (isAbsolute(path) || path.split(/[/\\]/).includes('..')) return -EACCES;
    const folder = realpathSync(dirname(join(this.root, path)));
    if (!this.holds(folder)) return -EACCES;
    const place = join(folder, basename(path));
    const info = follow ? lstatSync(place, { throwIfNoEntry: false }) : undefined;
    if (info?.isSymbolicLink() !== true) return this.holds(place) ? place : -EACCES;
    const target = realpathSync(place);
    return this.holds(target) ? target : -EACCES;
  }

  private holds(place: string): boolean {
    const way = relative(this.root, place);
    return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  }
}

function hostFile(descriptor: number): HostFile {
  return {
    read: (position, into) => attempt(() => readSync(descriptor, into, 0, into.length, position)),
    write: (position, bytes) => attempt(() => writeSync(descriptor, bytes, 0, bytes.length, position)),
    length: () => attempt(() => fstatSync(descriptor).size),
    close: () => {
      attempt(() => {
        closeSync(descriptor);
        return 0;
      });
    },
  };
}

/** What the host refuses is an error number for the guest. */
function attempt<Result>(action: () => Result): Result | number {
  try {
    return action();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    return -((SEMIHOSTING_ERRNO as Readonly<Record<string, number>>)[code] ?? EIO);
  }
}

function unusable(path: string, cause?: unknown): ArmatureError {
  return new ArmatureError('FILE_UNREADABLE', `${path} is not a directory`, {
    context: { path },
    hint: 'Name the directory whose files the guest may use.',
    ...(cause !== undefined && { cause }),
  });
}
