import { ArmatureError, checkSnapshot, type Snapshot } from '@armature/core';
import { checkRange, checkSize, checkWritable, type Disk } from './disk.ts';
import { Overlay, type OverlayDisk } from './overlay.ts';

const SNAPSHOT_TYPE = 'memory-disk';
const SNAPSHOT_VERSION = 1;
/** Chunks in which a disk of zeros takes memory as it is written. */
const SPARSE_GRANULARITY = 65536;

/** A disk of zeros that takes memory as it is written. */
export type SparseDisk = Omit<OverlayDisk, 'commit'>;

/**
 * A disk in memory that keeps its contents in the bytes given, or an empty one of a size, which takes memory only
 * for what is written.
 *
 * @param contents bytes, or how many
 * @throws CONFIG_INVALID when the size is not a whole number
 * @example
 * const disk = memoryDisk(MiB(64));
 */
export function memoryDisk(contents: number): SparseDisk;
export function memoryDisk(contents: Uint8Array): Disk;
export function memoryDisk(contents: number | Uint8Array): Disk;
export function memoryDisk(contents: number | Uint8Array): Disk {
  if (typeof contents !== 'number') return new BytesDisk(contents);
  checkSize(contents);
  return new Overlay(new ZeroDisk(contents), SPARSE_GRANULARITY, true);
}

class BytesDisk implements Disk {
  readonly size: number;
  readonly readOnly = false;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.size = bytes.length;
  }

  read(offset: number, target: Uint8Array): void {
    checkRange(this, offset, target.length);
    target.set(this.bytes.subarray(offset, offset + target.length));
  }

  write(offset: number, bytes: Uint8Array): void {
    checkRange(this, offset, bytes.length);
    this.bytes.set(bytes, offset);
  }

  flush(): void {}

  discard(offset: number, length: number): void {
    checkRange(this, offset, length);
  }

  writeZeroes(offset: number, length: number): void {
    checkRange(this, offset, length);
    this.bytes.fill(0, offset, offset + length);
  }

  close(): void {}

  snapshot(): Snapshot<Uint8Array> {
    return { type: SNAPSHOT_TYPE, version: SNAPSHOT_VERSION, state: this.bytes.slice() };
  }

  restore(snapshot: Snapshot): void {
    checkSnapshot(snapshot, SNAPSHOT_TYPE, SNAPSHOT_VERSION);
    const bytes = snapshot.state as Uint8Array;
    if (bytes.length !== this.size) {
      throw new ArmatureError(
        'SNAPSHOT_INVALID',
        `the disk had ${bytes.length} bytes, and has ${this.size}`,
        {
          context: { size: bytes.length },
        },
      );
    }
    this.bytes.set(bytes);
  }
}

/** Zeros, for an overlay to lie over. */
class ZeroDisk implements Disk {
  readonly size: number;
  readonly readOnly = true;

  constructor(size: number) {
    this.size = size;
  }

  read(offset: number, target: Uint8Array): void {
    checkRange(this, offset, target.length);
    target.fill(0);
  }

  write(): void {
    checkWritable(this);
  }

  flush(): void {}

  discard(): void {
    checkWritable(this);
  }

  writeZeroes(): void {
    checkWritable(this);
  }

  close(): void {}
}
