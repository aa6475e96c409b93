import { ArmatureError, type Snapshot } from '@armature/core';

/**
 * A disk: bytes that stay. Offsets and lengths are bytes and need no alignment. Everything is done when the call
 * returns, and durable after {@link Disk.flush}.
 *
 * Errors have a code: DISK_RANGE for bytes outside the disk, DISK_READ_ONLY, DISK_FULL when the host has no room
 * for what is written, DISK_FAILED for everything else that goes wrong underneath.
 */
export interface Disk {
  /** Bytes. */
  readonly size: number;
  readonly readOnly: boolean;
  /** Fills `target`. @throws DISK_RANGE, DISK_FAILED */
  read(offset: number, target: Uint8Array): void;
  /** @throws DISK_RANGE, DISK_READ_ONLY, DISK_FULL, DISK_FAILED */
  write(offset: number, bytes: Uint8Array): void;
  /** Returns when everything written is durable. @throws DISK_FULL, DISK_FAILED */
  flush(): void;
  /**
   * Says that bytes are no longer needed; what they read as afterwards is not defined.
   *
   * @throws DISK_RANGE, DISK_READ_ONLY, DISK_FAILED
   */
  discard(offset: number, length: number): void;
  /** Makes bytes zero without taking room for them where that is possible. @throws as {@link Disk.write} */
  writeZeroes(offset: number, length: number): void;
  /** Lets go of what the disk holds on the host; it is not used any more. Closing it again does nothing. */
  close(): void;
  /** The contents, or what changed, of disks that keep it in memory: a machine's snapshots have it. */
  snapshot?(): Snapshot;
  /** @throws SNAPSHOT_INVALID */
  restore?(snapshot: Snapshot): void;
}

/** Codes of the errors that disks throw. */
export type DiskErrorCode = 'DISK_FAILED' | 'DISK_FULL' | 'DISK_RANGE' | 'DISK_READ_ONLY';

/** Checks that a range lies in a disk. @throws DISK_RANGE */
export function checkRange(disk: Pick<Disk, 'size'>, offset: number, length: number): void {
  const isWhole = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
  if (isWhole && offset >= 0 && length >= 0 && offset + length <= disk.size) return;
  throw new ArmatureError(
    'DISK_RANGE',
    `${length} bytes at ${offset} are not on a disk of ${disk.size} bytes`,
    {
      context: { offset, length, size: disk.size },
    },
  );
}

/** Checks that a disk can be written. @throws DISK_READ_ONLY */
export function checkWritable(disk: Pick<Disk, 'readOnly'>): void {
  if (disk.readOnly) throw new ArmatureError('DISK_READ_ONLY', 'the disk is read-only');
}

/** Checks a disk's size. @throws CONFIG_INVALID */
export function checkSize(size: number): void {
  if (Number.isSafeInteger(size) && size >= 0) return;
  throw new ArmatureError('CONFIG_INVALID', `a disk cannot have ${size} bytes`, {
    context: { size },
    hint: 'Give a whole number of bytes.',
  });
}
