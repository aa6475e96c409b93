import {
  ArmatureError,
  type FrameAllocatorRecord,
  type FrameAllocatorSnapshot,
  frameSnapshotData,
  isFrameAllocatorRecord,
  isWordList,
} from '@armature/core';
import { CHILD_WORDS, type TreeLayout } from './layout.ts';
import { areCursors, type Cursors } from './placement.ts';

export const SNAPSHOT_TYPE = 'allocator-tree';
export const SNAPSHOT_VERSION = 3;

/** What a snapshot's `data` holds. Words are signed 32-bit integers. */
export interface TreeState extends FrameAllocatorRecord {
  readonly workers: number;
  readonly treeOrder: number;
  readonly children: readonly number[];
  readonly trees: readonly number[];
  readonly hints: readonly number[];
  readonly locals: readonly number[];
  readonly busy: readonly number[];
  readonly inside: readonly number[];
  readonly cursors: Cursors;
}

/**
 * Checks the form of a snapshot; what its words say is checked by the allocator.
 *
 * @throws ArmatureError `SNAPSHOT_INVALID`
 */
export function readSnapshot(snapshot: FrameAllocatorSnapshot, layout: TreeLayout): TreeState {
  const { workers, treeOrder } = layout;
  const data = frameSnapshotData(snapshot, SNAPSHOT_TYPE, SNAPSHOT_VERSION, layout);
  if (!isTreeState(data, layout)) {
    throw new ArmatureError('SNAPSHOT_INVALID', 'the snapshot is not the state of such a tree allocator', {
      context: { workers, treeOrder },
      hint: 'Restore a snapshot into an allocator with as many workers and trees of the same size.',
    });
  }
  return data;
}

function isTreeState(data: unknown, layout: TreeLayout): data is TreeState {
  if (!isFrameAllocatorRecord(data)) return false;
  const state: Readonly<Record<string, unknown>> = data;
  return (
    state['workers'] === layout.workers &&
    state['treeOrder'] === layout.treeOrder &&
    isWordList(state['children'], layout.childCount) &&
    isWordList(state['trees'], layout.treeCount) &&
    isWordList(state['hints'], layout.treeCount) &&
    isWordList(state['locals'], layout.workers) &&
    isWordList(state['busy'], layout.childCount * CHILD_WORDS) &&
    isWordList(state['inside'], layout.childCount * CHILD_WORDS) &&
    areCursors(state['cursors'], layout)
  );
}
