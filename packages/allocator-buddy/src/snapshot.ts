import {
  ArmatureError,
  type FrameAllocatorRecord,
  type FrameAllocatorSnapshot,
  type FrameRange,
  frameSnapshotData,
  isCount,
  isFrameAllocatorRecord,
} from '@armature/core';

export const SNAPSHOT_TYPE = 'allocator-buddy';
export const SNAPSHOT_VERSION = 1;

/** What a snapshot's `data` holds. Indices count from the first managed frame. */
export interface BuddyState extends FrameAllocatorRecord {
  /** What begins at each frame, as in `KIND`, one byte each. */
  readonly kinds: readonly number[];
  /** Free blocks by order, in the order in which they were freed. */
  readonly lists: readonly (readonly number[])[];
  /** Frames in each CPU's magazine, in the order in which they were freed. */
  readonly magazines: readonly (readonly number[])[];
  readonly cpu: number;
}

/**
 * Checks the form of a snapshot; what its blocks say is checked by the allocator.
 *
 * @throws ArmatureError `SNAPSHOT_INVALID`
 */
export function readSnapshot(snapshot: FrameAllocatorSnapshot, range: FrameRange): BuddyState {
  const data = frameSnapshotData(snapshot, SNAPSHOT_TYPE, SNAPSHOT_VERSION, range);
  if (!isState(data, range.count)) {
    throw new ArmatureError('SNAPSHOT_INVALID', 'the snapshot is not the state of a buddy allocator');
  }
  return data;
}

function isState(data: unknown, count: number): data is BuddyState {
  if (!isFrameAllocatorRecord(data)) return false;
  const { kinds, lists, magazines, cpu } = data;
  return (
    Array.isArray(kinds) &&
    kinds.length === count &&
    kinds.every((kind: unknown) => isCount(kind) && kind < 256) &&
    isLists(lists, count) &&
    isLists(magazines, count) &&
    isCount(cpu)
  );
}

function isLists(value: unknown, count: number): boolean {
  return (
    Array.isArray(value) &&
    value.every(
      (list: unknown) =>
        Array.isArray(list) && list.every((index: unknown) => isCount(index) && index < count),
    )
  );
}
