import { fail } from '../errno.ts';
import type { Wait, WaitQueue } from '../wait.ts';
import { type FileStat, O, POLL, SEEK } from './constants.ts';

/** Largest file offset: what a double holds exactly. */
export const MOST_BYTES = Number.MAX_SAFE_INTEGER;

/**
 * An open file description: what descriptors refer to, also of several processes. What a kind of file does not do
 * fails as it does in Linux.
 */
export abstract class OpenFile {
  /** O_APPEND, O_NONBLOCK and the access mode. */
  flags: number;
  /** Canonical path in the program's view, for directories and /proc. */
  path: string;
  private users = 0;

  constructor(flags: number, path: string) {
    this.flags = flags & ~(O.CREAT | O.EXCL | O.NOCTTY | O.TRUNC | O.CLOEXEC);
    this.path = path;
  }

  get readable(): boolean {
    return (this.flags & O.ACCMODE) !== O.WRONLY && (this.flags & O.PATH) === 0;
  }

  get writable(): boolean {
    return (this.flags & O.ACCMODE) !== O.RDONLY && (this.flags & O.PATH) === 0;
  }

  get blocks(): boolean {
    return (this.flags & O.NONBLOCK) === 0;
  }

  abstract stat(): FileStat;

  /** Reads at the position; 0 at the end. */
  read(_into: Uint8Array): number | Wait {
    fail('EINVAL');
  }

  write(_bytes: Uint8Array): number | Wait {
    fail('EINVAL');
  }

  readAt(_into: Uint8Array, _position: number): number {
    fail('ESPIPE');
  }

  writeAt(_bytes: Uint8Array, _position: number): number {
    fail('ESPIPE');
  }

  seek(_offset: number, _whence: number): number {
    fail('ESPIPE');
  }

  truncate(_size: number): void {
    fail('EINVAL');
  }

  chmod(_mode: number): void {
    fail('EINVAL');
  }

  setTimes(_accessed: bigint | undefined, _modified: bigint | undefined): void {
    fail('EINVAL');
  }

  sync(): void {
    fail('EINVAL');
  }

  /** What poll finds: bits of {@link POLL}. */
  poll(): number {
    return POLL.IN | POLL.OUT | POLL.RDNORM | POLL.WRNORM;
  }

  /** Woken when {@link OpenFile.poll} may answer something else. */
  get queues(): readonly WaitQueue[] {
    return [];
  }

  /** The terminal behind it, when it is one. */
  get terminal(): Terminal | undefined {
    return undefined;
  }

  /** A name that all open descriptions of one file share; undefined when it cannot be mapped. */
  get mappingKey(): string | undefined {
    return undefined;
  }

  /** Names and kinds, for a directory. */
  entries(): readonly DirectoryEntry[] {
    fail('ENOTDIR');
  }

  /** Bytes that can be read at once: FIONREAD. */
  get available(): number {
    return fail('ENOTTY');
  }

  retain(): this {
    this.users++;
    return this;
  }

  release(): void {
    if (--this.users === 0) this.close();
  }

  protected close(): void {}
}

/** d_type of a directory entry. */
export const ENTRY_TYPE = {
  fifo: 1,
  character: 2,
  directory: 4,
  regular: 8,
  symlink: 10,
  socket: 12,
} as const;

export interface DirectoryEntry {
  readonly name: string;
  readonly inode: number;
  /** One of {@link ENTRY_TYPE}. */
  readonly type: number;
}

/** What terminal ioctls reach. */
export interface Terminal {
  /** struct termios of the kernel: 36 bytes. */
  attributes: Uint8Array;
  readonly rows: number;
  readonly columns: number;
  /** Process group in the foreground. */
  foreground: number;
}

/** An open file with a position, over something that reads and writes at positions. */
export abstract class SeekableFile extends OpenFile {
  position = 0;

  protected abstract get size(): number;

  override read(into: Uint8Array): number {
    const count = this.readAt(into, this.position);
    this.position += count;
    return count;
  }

  override write(bytes: Uint8Array): number {
    if (this.flags & O.APPEND) this.position = this.size;
    const count = this.writeAt(bytes, this.position);
    this.position += count;
    return count;
  }

  override seek(offset: number, whence: number): number {
    const { size } = this;
    let target: number;
    switch (whence) {
      case SEEK.SET:
        target = offset;
        break;
      case SEEK.CUR:
        target = this.position + offset;
        break;
      case SEEK.END:
        target = size + offset;
        break;
      case SEEK.DATA:
      case SEEK.HOLE:
        if (offset < 0 || offset >= size) fail('ENXIO');
        target = whence === SEEK.DATA ? offset : size;
        break;
      default:
        fail('EINVAL');
    }
    if (target < 0 || target > MOST_BYTES) fail('EINVAL');
    this.position = target;
    return target;
  }
}
