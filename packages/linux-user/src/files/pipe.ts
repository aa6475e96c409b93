import { ERRNO, Failure } from '../errno.ts';
import { Wait, WaitQueue } from '../wait.ts';
import { type FileStat, O, POLL, S } from './constants.ts';
import { OpenFile } from './open-file.ts';

/** Bytes that a pipe holds, and the largest write that is not mixed with others. */
export const PIPE_BYTES = 65_536;
const PIPE_BUF = 4096;

/** What both ends of a pipe share. */
export class Pipe {
  readonly inode: number;
  /** Woken when there is more to read, or will never be. */
  readonly forReaders = new WaitQueue();
  readonly forWriters = new WaitQueue();
  readers = 0;
  writers = 0;
  private buffer = new Uint8Array();
  private start = 0;
  length = 0;

  private readonly onClose: () => void;

  /** @param onClose called when nobody has either end */
  constructor(inode: number, onClose: () => void = () => {}) {
    this.inode = inode;
    this.onClose = onClose;
  }

  /** An end was closed. */
  ended(): void {
    if (this.readers === 0) this.forWriters.wakeAll();
    if (this.writers === 0) this.forReaders.wakeAll();
    if (this.readers === 0 && this.writers === 0) this.onClose();
  }

  get free(): number {
    return PIPE_BYTES - this.length;
  }

  read(into: Uint8Array): number {
    const count = Math.min(into.length, this.length);
    const first = Math.min(count, this.buffer.length - this.start);
    into.set(this.buffer.subarray(this.start, this.start + first));
    into.set(this.buffer.subarray(0, count - first), first);
    this.start = (this.start + count) % Math.max(1, this.buffer.length);
    this.length -= count;
    if (count > 0) this.forWriters.wakeAll();
    return count;
  }

  write(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.free);
    if (this.length + count > this.buffer.length) this.grow(this.length + count);
    const end = (this.start + this.length) % this.buffer.length;
    const first = Math.min(count, this.buffer.length - end);
    this.buffer.set(bytes.subarray(0, first), end);
    this.buffer.set(bytes.subarray(first, count), 0);
    this.length += count;
    if (count > 0) this.forReaders.wakeAll();
    return count;
  }

  private grow(wanted: number): void {
    let size = Math.max(PIPE_BUF, this.buffer.length);
    while (size < wanted) size *= 2;
    const longer = new Uint8Array(size);
    const { length } = this;
    const first = Math.min(length, this.buffer.length - this.start);
    longer.set(this.buffer.subarray(this.start, this.start + first));
    longer.set(this.buffer.subarray(0, length - first), first);
    this.buffer = longer;
    this.start = 0;
  }
}

/** One end of a pipe; both ends of it in a socket pair. */
export class PipeEnd extends OpenFile {
  private readonly from: Pipe | undefined;
  private readonly to: Pipe | undefined;
  private readonly type: number;

  /**
   * @param from what it reads; undefined for the writing end
   * @param to what it writes
   */
  constructor(from: Pipe | undefined, to: Pipe | undefined, flags: number, type: number = S.IFIFO) {
    const mode = from === undefined ? O.WRONLY : to === undefined ? O.RDONLY : O.RDWR;
    const name = type === S.IFIFO ? 'pipe' : 'socket';
    super((flags & O.NONBLOCK) | mode, `${name}:[${(from ?? to)!.inode}]`);
    this.from = from;
    this.to = to;
    this.type = type;
    if (from !== undefined) from.readers++;
    if (to !== undefined) to.writers++;
  }

  stat(): FileStat {
    return anonymousStat((this.from ?? this.to)!.inode, this.type | 0o600);
  }

  override read(into: Uint8Array): number | Wait {
    const { from } = this;
    if (from === undefined) throw new Failure(ERRNO.EBADF);
    if (from.length > 0 || into.length === 0) return from.read(into);
    if (from.writers === 0) return 0;
    if (!this.blocks) throw new Failure(ERRNO.EAGAIN);
    return new Wait([from.forReaders]);
  }

  override write(bytes: Uint8Array): number | Wait {
    const { to } = this;
    if (to === undefined) throw new Failure(ERRNO.EBADF);
    if (to.readers === 0) throw new Failure(ERRNO.EPIPE);
    if (bytes.length === 0) return 0;
    const whole = bytes.length <= PIPE_BUF;
    if (to.free === 0 || (whole && to.free < bytes.length)) {
      if (!this.blocks) throw new Failure(ERRNO.EAGAIN);
      return new Wait([to.forWriters]);
    }
    return to.write(bytes);
  }

  override poll(): number {
    const { from, to } = this;
    let mask = 0;
    if (from !== undefined) {
      if (from.length > 0) mask |= POLL.IN | POLL.RDNORM;
      if (from.writers === 0) mask |= POLL.HUP;
    }
    if (to !== undefined) {
      if (to.readers === 0) mask |= POLL.ERR;
      else if (to.free >= PIPE_BUF) mask |= POLL.OUT | POLL.WRNORM;
    }
    return mask;
  }

  override get queues(): readonly WaitQueue[] {
    const { from, to } = this;
    return [...(from ? [from.forReaders] : []), ...(to ? [to.forWriters] : [])];
  }

  override get available(): number {
    return this.from?.length ?? 0;
  }

  protected override close(): void {
    const { from, to } = this;
    if (from !== undefined) {
      from.readers--;
      from.ended();
    }
    if (to !== undefined) {
      to.writers--;
      to.ended();
    }
  }
}

/** stat of what has no name. */
export function anonymousStat(inode: number, mode: number): FileStat {
  return {
    device: 0xd,
    inode,
    mode,
    links: 1,
    uid: 0,
    gid: 0,
    rdev: 0,
    size: 0,
    blockSize: 4096,
    blocks: 0,
    accessed: 0n,
    modified: 0n,
    changed: 0n,
  };
}
