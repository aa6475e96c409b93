import {
  ArmatureError,
  type FrameAllocatorRecord,
  type FrameAllocatorSnapshot,
  type FrameRange,
  frameSnapshotData,
  isFrameAllocatorRecord,
  isWordList,
} from '@armature/core';
import { wordsFor } from './bits.ts';

export const SNAPSHOT_TYPE = 'allocator-bitmap';
export const SNAPSHOT_VERSION = 1;

/** What a snapshot's `data` holds. */
export interface BitmapState extends FrameAllocatorRecord {
  /** Bitmap words as signed 32-bit integers. */
  readonly busy: readonly number[];
  readonly inside: readonly number[];
}

/**
 * Checks the form of a snapshot; what its bitmaps say is checked by the allocator.
 *
 * @throws ArmatureError `SNAPSHOT_INVALID`
 */
export function readSnapshot(snapshot: FrameAllocatorSnapshot, range: FrameRange): BitmapState {
  const data = frameSnapshotData(snapshot, SNAPSHOT_TYPE, SNAPSHOT_VERSION, range);
  if (!isBitmapState(data, wordsFor(range.count))) {
    throw new ArmatureError('SNAPSHOT_INVALID', 'the snapshot is not the state of a bitmap allocator');
  }
  return data;
}

function isBitmapState(data: unknown, words: number): data is BitmapState {
  return isFrameAllocatorRecord(data) && isWordList(data['busy'], words) && isWordList(data['inside'], words);
}
