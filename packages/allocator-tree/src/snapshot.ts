import { ArmatureError, type FrameAllocatorSnapshot } from '@armature/core';
import { CHILD_WORDS, type TreeLayout } from './layout.ts';
import { areCursors, type Cursors } from './placement.ts';
import type { Reservation } from './reservation-log.ts';

export const SNAPSHOT_TYPE = 'allocator-tree';
export const SNAPSHOT_VERSION = 2;

/** What a snapshot's `data` holds. Words are signed 32-bit integers. */
export interface TreeState {
  readonly workers: number;
  readonly treeOrder: number;
  readonly children: readonly number[];
  readonly trees: readonly number[];
  readonly hints: readonly number[];
  readonly locals: readonly number[];
  readonly busy: readonly number[];
  readonly inside: readonly number[];
  readonly cursors: Cursors;
  readonly reservations: readonly Reservation[];
  readonly allocations: number;
  readonly frees: number;
  readonly failures: number;
}

/**
 * Checks the form of a snapshot; what its words say is checked by the allocator.
 *
 * @throws ArmatureError `SNAPSHOT_INVALID`
 */
export function readSnapshot(snapshot: FrameAllocatorSnapshot, layout: TreeLayout): TreeState {
  const { base, count, workers, treeOrder } = layout;
  const expected = { type: SNAPSHOT_TYPE, version: SNAPSHOT_VERSION, base, count };
  for (const [field, value] of Object.entries(expected)) {
    const found = snapshot[field as keyof typeof expected];
    if (found !== value) {
      throw new ArmatureError('SNAPSHOT_INVALID', `the snapshot's ${field} is ${found}, not ${value}`, {
        context: { field, expected: value, found },
        hint: 'Restore a snapshot into an allocator of the same kind, base and count.',
      });
    }
  }
  const { data } = snapshot;
  if (!isTreeState(data, layout)) {
    throw new ArmatureError('SNAPSHOT_INVALID', 'the snapshot is not the state of such a tree allocator', {
      context: { workers, treeOrder },
      hint: 'Restore a snapshot into an allocator with as many workers and trees of the same size.',
    });
  }
  return data;
}

function isTreeState(data: unknown, layout: TreeLayout): data is TreeState {
  if (typeof data !== 'object' || data === null) return false;
  const state = data as Record<string, unknown>;
  return (
    state['workers'] === layout.workers &&
    state['treeOrder'] === layout.treeOrder &&
    isWords(state['children'], layout.childCount) &&
    isWords(state['trees'], layout.treeCount) &&
    isWords(state['hints'], layout.treeCount) &&
    isWords(state['locals'], layout.workers) &&
    isWords(state['busy'], layout.childCount * CHILD_WORDS) &&
    isWords(state['inside'], layout.childCount * CHILD_WORDS) &&
    areCursors(state['cursors'], layout) &&
    Array.isArray(state['reservations']) &&
    state['reservations'].every(isReservation) &&
    [state['allocations'], state['frees'], state['failures']].every(isCount)
  );
}

function isWords(value: unknown, length: number): boolean {
  return (
    Array.isArray(value) &&
    value.length === length &&
    value.every((word: unknown) => typeof word === 'number' && (word | 0) === word)
  );
}

function isReservation(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { frame, count, tag } = value as Record<string, unknown>;
  return isCount(frame) && isCount(count) && typeof tag === 'string';
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
