import {
  ArmatureError,
  type FrameAllocatorRecord,
  type FrameAllocatorSnapshot,
  type FrameRange,
  frameSnapshotData,
  isCount,
  isFrameAllocatorRecord,
  isWordList,
} from '@armature/core';

export const SNAPSHOT_TYPE = 'allocator-hierarchical';
export const SNAPSHOT_VERSION = 1;

/** What a snapshot's `data` holds. Words are signed 32-bit integers; bit 0 of word 0 is the first managed frame. */
export interface HierarchicalState extends FrameAllocatorRecord {
  /** Frames that are used or reserved. */
  readonly busy: readonly number[];
  /** Frames that continue the run of the frame before them. */
  readonly inside: readonly number[];
  /** What decides where the next frames come from; see `FreeMap.position`. */
  readonly position: {
    readonly current: number;
    readonly stale: number[];
    readonly best: number[];
    readonly next: number;
  };
}

/**
 * Checks the form of a snapshot; what its bitmaps say is checked by the allocator.
 *
 * @throws ArmatureError `SNAPSHOT_INVALID`
 */
export function readSnapshot(
  snapshot: FrameAllocatorSnapshot,
  range: FrameRange & { readonly words: number },
): HierarchicalState {
  const data = frameSnapshotData(snapshot, SNAPSHOT_TYPE, SNAPSHOT_VERSION, range);
  if (!isState(data, range.words)) {
    throw new ArmatureError('SNAPSHOT_INVALID', 'the snapshot is not the state of a hierarchical allocator');
  }
  return data;
}

function isState(data: unknown, words: number): data is HierarchicalState {
  return (
    isFrameAllocatorRecord(data) &&
    isWordList(data['busy'], words) &&
    isWordList(data['inside'], words) &&
    isPosition(data['position'])
  );
}

function isPosition(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { current, stale, best, next } = value as Record<string, unknown>;
  return (
    isCount(current) &&
    isCount(next) &&
    Array.isArray(stale) &&
    stale.every((huge: unknown) => huge === -1 || isCount(huge)) &&
    Array.isArray(best) &&
    best.every(isCount)
  );
}
