/** Disks in files of the host, for Node. */
import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { ArmatureError } from '@armature/core';
import { checkRange, checkSize, checkWritable, type Disk } from './disk.ts';

/** The unit in which files are disks: the last sector of a file may be short. */
const SECTOR = 512;
/** Bytes looked at or zeroed at once. */
const BLOCK = 65536;

export interface FileDiskOptions {
  /** Open the file only for reading. Default false. */
  readonly readOnly?: boolean;
}

/**
 * A raw disk image in a file: byte n of the disk is byte n of the file. A file whose size is not a multiple of
 * 512 is rounded up, with zeros after its end. The file is not locked: two machines that write to it destroy it.
 *
 * @param path a regular file
 * @throws FILE_UNREADABLE when it cannot be opened
 * @example
 * const disk = fileDisk('debian.img');
 */
export function fileDisk(path: string, options: FileDiskOptions = {}): Disk {
  const { readOnly = false } = options;
  let file: number | undefined;
  try {
    file = openSync(path, readOnly ? 'r' : 'r+');
    const stat = fstatSync(file);
    if (!stat.isFile()) throw new Error('it is not a regular file');
    return new FileDisk(path, file, stat.size, readOnly);
  } catch (cause) {
    if (file !== undefined) closeSync(file);
    throw unreadable(path, readOnly ? 'read' : 'read and written', cause);
  }
}

/**
 * Makes a file for a disk of zeros. It takes no room on the host until it is written.
 *
 * @param size bytes, a multiple of 512
 * @throws CONFIG_INVALID for a size that is not; FILE_UNREADABLE when the file exists or cannot be made
 */
export function createDiskFile(path: string, size: number): void {
  checkSize(size);
  if (size % SECTOR !== 0) {
    throw new ArmatureError('CONFIG_INVALID', `a disk of ${size} bytes is not made of whole sectors`, {
      context: { size },
      hint: `Give a multiple of ${SECTOR} bytes.`,
    });
  }
  try {
    const file = openSync(path, 'wx');
    try {
      ftruncateSync(file, size);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw unreadable(path, 'made', cause);
  }
}

function unreadable(path: string, wanted: string, cause: unknown): ArmatureError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ArmatureError('FILE_UNREADABLE', `the disk ${path} cannot be ${wanted}: ${why}`, {
    context: { path },
    hint: 'Check the path and its permissions.',
    cause,
  });
}

class FileDisk implements Disk {
  readonly size: number;
  readonly readOnly: boolean;
  private readonly path: string;
  /** Bytes that the file has. */
  private length: number;
  private file: number | undefined;

  constructor(path: string, file: number, length: number, readOnly: boolean) {
    this.path = path;
    this.file = file;
    this.length = length;
    this.size = Math.ceil(length / SECTOR) * SECTOR;
    this.readOnly = readOnly;
  }

  read(offset: number, target: Uint8Array): void {
    checkRange(this, offset, target.length);
    const inFile = Math.max(0, Math.min(target.length, this.length - offset));
    let done = 0;
    while (done < inFile) {
      const bytes = this.attempt('read', offset, (file) =>
        readSync(file, target, done, inFile - done, offset + done),
      );
      if (bytes === 0) throw this.failure('read', offset, 'the file became shorter');
      done += bytes;
    }
    target.fill(0, inFile);
  }

  write(offset: number, bytes: Uint8Array): void {
    checkRange(this, offset, bytes.length);
    checkWritable(this);
    let done = 0;
    while (done < bytes.length) {
      const written = this.attempt('write', offset, (file) =>
        writeSync(file, bytes, done, bytes.length - done, offset + done),
      );
      if (written === 0) throw this.failure('write', offset, 'the host took no bytes');
      done += written;
      this.length = Math.max(this.length, offset + done);
    }
  }

  flush(): void {
    if (this.readOnly) return;
    this.attempt('flush', 0, fdatasyncSync);
  }

  /** Node cannot give back a file's blocks, so the bytes stay. */
  discard(offset: number, length: number): void {
    checkRange(this, offset, length);
    checkWritable(this);
  }

  /** Leaves alone what is zero already, so that holes stay holes. */
  writeZeroes(offset: number, length: number): void {
    checkRange(this, offset, length);
    checkWritable(this);
    const block = new Uint8Array(Math.min(BLOCK, length));
    const zeros = new Uint8Array(block.length);
    let done = 0;
    while (done < length) {
      const bytes = Math.min(block.length, length - done);
      const piece = block.subarray(0, bytes);
      this.read(offset + done, piece);
      if (!isZero(piece)) this.write(offset + done, zeros.subarray(0, bytes));
      done += bytes;
    }
  }

  close(): void {
    if (this.file === undefined) return;
    const { file } = this;
    this.file = undefined;
    closeSync(file);
  }

  private attempt<Result>(what: string, offset: number, action: (file: number) => Result): Result {
    if (this.file === undefined) throw this.failure(what, offset, 'it is closed');
    try {
      return action(this.file);
    } catch (cause) {
      throw this.failure(what, offset, cause);
    }
  }

  private failure(what: string, offset: number, cause: unknown): ArmatureError {
    const why = cause instanceof Error ? cause.message : String(cause);
    const system = (cause as NodeJS.ErrnoException).code;
    const isFull = system === 'ENOSPC' || system === 'EDQUOT' || system === 'EFBIG';
    return new ArmatureError(
      isFull ? 'DISK_FULL' : 'DISK_FAILED',
      `${what} of the disk ${this.path} failed: ${why}`,
      {
        context: { path: this.path, operation: what, offset, system },
        ...(isFull && { hint: 'Make room on the host.' }),
        ...(cause instanceof Error && { cause }),
      },
    );
  }
}

function isZero(bytes: Uint8Array): boolean {
  const words = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length >> 3);
  for (let index = 0; index < words.length; index++) if (!Object.is(words[index], 0)) return false;
  for (let index = words.length * 8; index < bytes.length; index++) if (bytes[index] !== 0) return false;
  return true;
}
