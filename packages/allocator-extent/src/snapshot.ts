import {
  ArmatureError,
  brokenInvariants,
  checkFrameSnapshot,
  type FrameAllocatorRecord,
  type FrameAllocatorSnapshot,
  type FrameRange,
  frameSnapshotData,
  isCount,
  isFrameAllocatorRecord,
} from '@armature/core';
import { RUN } from './layout.ts';

export const SNAPSHOT_TYPE = 'allocator-extent';
export const SNAPSHOT_VERSION = 1;

/** What a snapshot's `data` holds. */
export interface ExtentState extends FrameAllocatorRecord {
  /** Every run in order of its address: its length times four, and 1 for free, 2 for used, 3 for reserved. */
  readonly runs: readonly number[];
  /** Indices where free runs begin, in the order in which they will be handed out among runs of their size. */
  readonly freeRuns: readonly number[];
}

/**
 * Checks a snapshot whole.
 *
 * @throws ArmatureError `SNAPSHOT_INVALID`
 */
export function readSnapshot(snapshot: FrameAllocatorSnapshot, range: FrameRange): ExtentState {
  const data = frameSnapshotData(snapshot, SNAPSHOT_TYPE, SNAPSHOT_VERSION, range);
  if (!isExtentState(data)) {
    throw new ArmatureError('SNAPSHOT_INVALID', 'the snapshot is not the state of an extent allocator');
  }
  checkFrameSnapshot(findBroken(data, range));
  return data;
}

function findBroken({ runs, freeRuns, reservations }: ExtentState, { base, count }: FrameRange): string[] {
  const free = new Set<number>();
  const reserved = new Map<number, number>();
  let end = 0;
  let apart = true;
  let before = 0;
  for (const tag of runs) {
    const state = tag & 3;
    if (state === RUN.free) free.add(end);
    if (state === RUN.reserved) reserved.set(base + end, tag >>> 2);
    if (state === RUN.free && before === RUN.free) apart = false;
    before = state;
    end += tag >>> 2;
  }
  return brokenInvariants({
    runs: end === count && apart,
    'free-lists': freeRuns.length === free.size && freeRuns.every((start) => free.delete(start)),
    reservations:
      reservations.length === reserved.size &&
      reservations.every((each) => reserved.get(each.frame) === each.count && reserved.delete(each.frame)),
  });
}

function isExtentState(data: unknown): data is ExtentState {
  if (!isFrameAllocatorRecord(data)) return false;
  const { runs, freeRuns } = data;
  return Array.isArray(runs) && runs.every(isRun) && Array.isArray(freeRuns) && freeRuns.every(isCount);
}

function isRun(value: unknown): boolean {
  return isCount(value) && (value | 0) === value && (value & 3) !== 0 && value > 3;
}
