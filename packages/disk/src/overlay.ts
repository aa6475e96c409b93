import { ArmatureError, checkSnapshot, type Snapshot } from '@armature/core';
import { ChunkMap, ZERO } from './chunks.ts';
import { checkRange, checkWritable, type Disk } from './disk.ts';

const SNAPSHOT_TYPE = 'overlay-disk';
const SNAPSHOT_VERSION = 1;
const DEFAULT_GRANULARITY = 4096;
const GRANULARITY_LIMIT = 2 ** 24;

export interface OverlayOptions {
  /** Bytes that are copied at least when one is written: a power of two from 512 to 16 MiB. Default 4096. */
  readonly granularity?: number;
}

/** A disk over another, which it does not change. */
export interface OverlayDisk extends Disk {
  /** Bytes of memory that the changes take. */
  readonly changedBytes: number;
  /** Forgets the changes. */
  revert(): void;
  /**
   * Writes the changes to the disk beneath, flushes it and forgets them. After an error they are all still here.
   *
   * @throws DISK_READ_ONLY, DISK_FULL, DISK_FAILED
   */
  commit(): void;
  /** The changes. */
  snapshot(): Snapshot<OverlayState>;
  /** @throws SNAPSHOT_INVALID */
  restore(snapshot: Snapshot): void;
}

/** The state in a snapshot; its type is `overlay-disk`, its version 1. */
export interface OverlayState {
  readonly size: number;
  readonly granularity: number;
  /** Changed chunks by number; null is one of zeros. */
  readonly chunks: readonly (readonly [index: number, bytes: Uint8Array | null])[];
}

/**
 * A copy-on-write disk: reads what lies beneath until it is written, and keeps what is written in memory.
 *
 * @throws CONFIG_INVALID for a granularity that is not a power of two from 512 to 16 MiB
 * @example
 * const disk = overlayDisk(fileDisk('debian.img', { readOnly: true }));
 */
export function overlayDisk(base: Disk, options: OverlayOptions = {}): OverlayDisk {
  const { granularity = DEFAULT_GRANULARITY } = options;
  if (!(granularity >= 512 && granularity <= GRANULARITY_LIMIT && Number.isInteger(Math.log2(granularity)))) {
    throw new ArmatureError('CONFIG_INVALID', `an overlay cannot have a granularity of ${granularity}`, {
      context: { granularity },
      hint: 'Give a power of two from 512 to 16 MiB.',
    });
  }
  return new Overlay(base, granularity);
}

/** Implements {@link overlayDisk}, and disks of zeros that take memory as they are written. */
export class Overlay implements OverlayDisk {
  readonly size: number;
  readonly readOnly = false;
  private readonly base: Disk;
  /** The disk beneath is all zeros, so that zeros need not be kept. */
  private readonly isEmpty: boolean;
  private readonly changes: ChunkMap;

  constructor(base: Disk, granularity: number, isEmpty = false) {
    this.base = base;
    this.size = base.size;
    this.isEmpty = isEmpty;
    this.changes = new ChunkMap(granularity);
  }

  get changedBytes(): number {
    return this.changes.bytes;
  }

  read(offset: number, target: Uint8Array): void {
    checkRange(this, offset, target.length);
    // Neighbouring chunks that were not changed are one read of the disk beneath.
    let pending = 0;
    const readBase = (end: number): void => {
      if (pending > 0) this.base.read(offset + end - pending, target.subarray(end - pending, end));
      pending = 0;
    };
    this.changes.split(offset, target.length, (index, start, bytes, done) => {
      const chunk = this.changes.get(index);
      if (chunk === undefined) {
        pending += bytes;
        return;
      }
      readBase(done);
      if (chunk === ZERO) target.fill(0, done, done + bytes);
      else target.set(chunk.subarray(start, start + bytes), done);
    });
    readBase(target.length);
  }

  write(offset: number, bytes: Uint8Array): void {
    checkRange(this, offset, bytes.length);
    this.changes.split(offset, bytes.length, (index, start, length, done) => {
      this.writable(index, start, length).set(bytes.subarray(done, done + length), start);
    });
  }

  flush(): void {}

  discard(offset: number, length: number): void {
    this.writeZeroes(offset, length);
  }

  writeZeroes(offset: number, length: number): void {
    checkRange(this, offset, length);
    this.changes.split(offset, length, (index, start, bytes) => {
      const chunk = this.changes.get(index);
      if (chunk === ZERO || (chunk === undefined && this.isEmpty)) return;
      if (bytes < this.extent(index)) this.writable(index, start, bytes).fill(0, start, start + bytes);
      else if (this.isEmpty) this.changes.delete(index);
      else this.changes.set(index, ZERO);
    });
  }

  close(): void {
    this.base.close();
  }

  revert(): void {
    this.changes.clear();
  }

  commit(): void {
    checkWritable(this.base);
    const { granularity } = this.changes;
    for (const [index, chunk] of this.changes.entries()) {
      const extent = this.extent(index);
      if (chunk === ZERO) this.base.writeZeroes(index * granularity, extent);
      else this.base.write(index * granularity, chunk.subarray(0, extent));
    }
    this.base.flush();
    this.changes.clear();
  }

  snapshot(): Snapshot<OverlayState> {
    return {
      type: SNAPSHOT_TYPE,
      version: SNAPSHOT_VERSION,
      state: {
        size: this.size,
        granularity: this.changes.granularity,
        chunks: this.changes
          .entries()
          .map(([index, chunk]) => [index, chunk === ZERO ? null : chunk.slice()] as const),
      },
    };
  }

  restore(snapshot: Snapshot): void {
    checkSnapshot(snapshot, SNAPSHOT_TYPE, SNAPSHOT_VERSION);
    const { size, granularity, chunks } = snapshot.state as OverlayState;
    const count = Math.ceil(this.size / this.changes.granularity);
    const fits =
      size === this.size &&
      granularity === this.changes.granularity &&
      chunks.every(
        ([index, bytes]) =>
          Number.isInteger(index) &&
          index >= 0 &&
          index < count &&
          (bytes === null || bytes.length === granularity),
      );
    if (!fits) {
      throw new ArmatureError('SNAPSHOT_INVALID', 'the snapshot is of an overlay of another size', {
        context: { size, granularity },
        hint: 'Restore it over a disk of the same size, with the same granularity.',
      });
    }
    this.changes.clear();
    for (const [index, bytes] of chunks) this.changes.set(index, bytes?.slice() ?? ZERO);
  }

  /** Bytes of a chunk that are on the disk: the last may be short. */
  private extent(index: number): number {
    const { granularity } = this.changes;
    return Math.min(granularity, this.size - index * granularity);
  }

  /** A chunk's own bytes, to be written from `start`; copied from beneath unless all of them will be. */
  private writable(index: number, start: number, length: number): Uint8Array {
    const known = this.changes.get(index);
    if (known !== undefined && known !== ZERO) return known;
    const { granularity } = this.changes;
    const chunk = allocate(granularity);
    const extent = this.extent(index);
    if (known === undefined && !(start === 0 && length === extent)) {
      this.base.read(index * granularity, chunk.subarray(0, extent));
    }
    this.changes.set(index, chunk);
    return chunk;
  }
}

function allocate(bytes: number): Uint8Array {
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    throw new ArmatureError('DISK_FULL', 'the host has no memory for what is written to the disk', { cause });
  }
}
