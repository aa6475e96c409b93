import { fail } from '../errno.ts';
import type { Process } from '../process/process.ts';
import { AT, type FileStat, O } from './constants.ts';
import { DirectoryNode, type FileNode, RegularNode, SymlinkNode } from './node.ts';
import type { OpenFile } from './open-file.ts';
import { directoryAt, existing, type Place, walk } from './paths.ts';
import { Pipe } from './pipe.ts';
import { DirectoryFile, PathFile, RootDirectory } from './root.ts';

/** Pipes that all programs together may have: each may hold 64 KiB. */
const MOST_PIPES = 1024;

/** The tree that programs see, and what system calls do with paths in it. */
export class FileSystem {
  readonly root: RootDirectory;
  private pipes = 0;
  private nextInode = 1;

  constructor(root: RootDirectory) {
    this.root = root;
  }

  /** Resolves a path as an `*at` call gives it. */
  place(process: Process, directory: number, path: string, follow: boolean): Place {
    return walk(this.root, this.base(process, directory, path), path, { follow });
  }

  /** The node that a path leads to; with an empty path and AT_EMPTY_PATH, that of the descriptor. */
  stat(process: Process, directory: number, path: string, flags: number): FileStat {
    if (path === '' && (flags & AT.EMPTY_PATH) !== 0) {
      if (directory === AT.FDCWD) return this.place(process, directory, '.', true).node!.stat();
      return process.descriptors.get(directory).stat();
    }
    return existing(this.place(process, directory, path, (flags & AT.SYMLINK_NOFOLLOW) === 0)).stat();
  }

  open(process: Process, directory: number, path: string, flags: number, mode: number): OpenFile {
    if ((flags & O.ACCMODE) === 3) fail('EINVAL');
    const exclusive = (flags & O.CREAT) !== 0 && (flags & O.EXCL) !== 0;
    const follow = (flags & O.NOFOLLOW) === 0 && !exclusive;
    const place = this.place(process, directory, path, follow);
    if (place.node === undefined) return this.create(process, place, flags, mode);
    if (exclusive) fail('EEXIST');
    return this.openNode(place, flags);
  }

  /** Opens what is at a place. */
  openNode(place: Place, flags: number): OpenFile {
    const node = existing(place);
    if (flags & O.PATH) {
      if ((flags & O.DIRECTORY) !== 0 && !(node instanceof DirectoryNode)) fail('ENOTDIR');
      if (!(node instanceof DirectoryNode)) return new PathFile(this.exact, flags, place.path);
    }
    if (node instanceof SymlinkNode) fail('ELOOP');
    if (node instanceof DirectoryNode) {
      if ((flags & O.ACCMODE) !== O.RDONLY || (flags & O.CREAT) !== 0) fail('EISDIR');
      return new DirectoryFile(this.exact, place.parent, flags, place.path);
    }
    if (flags & O.DIRECTORY) fail('ENOTDIR');
    if (!(node instanceof RegularNode)) fail('ENXIO');
    return node.open(flags, place.path);
  }

  private create(process: Process, place: Place, flags: number, mode: number): OpenFile {
    if ((flags & O.CREAT) === 0) fail('ENOENT');
    if (place.mustBeDirectory) fail('EISDIR');
    const made = place.parent.createFile(place.name, mode & 0o7777 & ~process.surroundings.umask);
    return made.open(flags & ~O.TRUNC, place.path);
  }

  /** The directory that a relative path begins at, as a canonical path. */
  private base(process: Process, directory: number, path: string): string {
    if (path.startsWith('/')) return '/';
    if (directory === AT.FDCWD) return process.surroundings.directory;
    const file = process.descriptors.get(directory);
    if (!(file instanceof DirectoryFile)) fail('ENOTDIR');
    return file.path;
  }

  changeDirectory(process: Process, place: Place): void {
    directoryAt(place);
    process.surroundings.directory = place.path;
  }

  /** Names that an entry may be made under. @throws EEXIST */
  vacant(place: Place): DirectoryNode {
    if (place.node !== undefined || place.name === '') fail('EEXIST');
    return place.parent;
  }

  rename(processes: Iterable<Process>, from: Place, to: Place): void {
    const node = existing(from);
    if (from.name === '' || to.name === '') fail('EBUSY');
    const directory = node instanceof DirectoryNode;
    if (!directory && (from.mustBeDirectory || to.mustBeDirectory)) fail('ENOTDIR');
    if (directory && (to.path === from.path || to.path.startsWith(`${from.path}/`))) {
      if (to.path === from.path) return;
      fail('EINVAL');
    }
    const target = to.parent instanceof RootDirectory && !(from.parent instanceof RootDirectory);
    from.parent.rename(from.name, target ? this.underRoot(to) : to.parent, to.name);
    if (directory) follow(processes, from.path, to.path);
  }

  /** The tree's own directory for an entry of the root, where no mount is in the way. */
  private underRoot(place: Place): DirectoryNode {
    if (this.root.isMount(place.name)) fail('EBUSY');
    return this.root.underlying;
  }

  createPipe(): Pipe {
    if (this.pipes >= MOST_PIPES) fail('ENFILE');
    this.pipes++;
    return new Pipe(this.nextInode++, () => {
      this.pipes--;
    });
  }

  /** The node at a canonical path, which no symbolic link is part of. @throws ENOENT */
  private readonly exact = (path: string): FileNode => {
    const place = walk(this.root, '/', path, { follow: false });
    if (place.node === undefined || place.path !== path) fail('ENOENT');
    return place.node;
  };

  /** Any node at a path from the root, for the kernel itself. */
  find(path: string): Place {
    return walk(this.root, '/', path, { follow: true });
  }
}

/** A directory was renamed: those who are in it, or have it open, stay in it. */
function follow(processes: Iterable<Process>, from: string, to: string): void {
  const moved = (path: string): string =>
    path === from || path.startsWith(`${from}/`) ? to + path.slice(from.length) : path;
  for (const { surroundings, descriptors } of processes) {
    surroundings.directory = moved(surroundings.directory);
    for (const file of descriptors.files) file.path = moved(file.path);
  }
}

/** The executable file at a place. @throws EACCES */
export function executableAt(place: Place): { node: FileNode; file: OpenFile } {
  const node = existing(place);
  if (!(node instanceof RegularNode) || node.kind !== 'file') fail('EACCES');
  if ((node.stat().mode & 0o111) === 0) fail('EACCES');
  return { node, file: node.open(O.RDONLY, place.path) };
}
