import { fail } from '../errno.ts';
import type { FileStat } from './constants.ts';
import type { DirectoryEntry, OpenFile } from './open-file.ts';

/**
 * What a path leads to. Trees of nodes are what a program sees as its file system: in memory, of the host, or made up
 * as they are read.
 */
export abstract class FileNode {
  abstract readonly kind: 'file' | 'directory' | 'symlink' | 'special';
  abstract stat(): FileStat;

  chmod(_mode: number): void {
    fail('EPERM');
  }

  chown(_uid: number, _gid: number): void {
    fail('EPERM');
  }

  /** Nanoseconds since 1970; undefined leaves a time as it is. */
  setTimes(_accessed: bigint | undefined, _modified: bigint | undefined): void {
    fail('EPERM');
  }
}

export abstract class RegularNode extends FileNode {
  readonly kind: 'file' | 'special' = 'file';
  /** @param path canonical, for the description */
  abstract open(flags: number, path: string): OpenFile;

  truncate(_size: number): void {
    fail('EINVAL');
  }
}

export abstract class SymlinkNode extends FileNode {
  readonly kind = 'symlink';
  abstract target(): string;
  /** The node itself, where the text is only a name: /proc/self/exe. */
  direct(): FileNode | undefined {
    return undefined;
  }
}

export abstract class DirectoryNode extends FileNode {
  readonly kind = 'directory';
  abstract lookup(name: string): FileNode | undefined;
  /** Without `.` and `..`. */
  abstract list(): readonly DirectoryEntry[];

  /** Makes a regular file, which is not there. */
  createFile(_name: string, _mode: number): RegularNode {
    fail('EROFS');
  }

  createDirectory(_name: string, _mode: number): void {
    fail('EROFS');
  }

  createSymlink(_name: string, _target: string): void {
    fail('EROFS');
  }

  createLink(_name: string, _node: FileNode): void {
    fail('EXDEV');
  }

  /** Removes what is no directory. */
  remove(_name: string): void {
    fail('EROFS');
  }

  removeDirectory(_name: string): void {
    fail('EROFS');
  }

  /** Moves an entry of this directory into one of the same tree, over what is there. */
  rename(_name: string, _to: DirectoryNode, _toName: string): void {
    fail('EXDEV');
  }

  /** Free and total blocks of 4096 bytes. */
  space(): { readonly total: number; readonly free: number; readonly type: number } {
    return { total: 0, free: 0, type: 0x0102_1994 };
  }
}
