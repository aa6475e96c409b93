import { ArmatureError, type FrameAllocatorSnapshot } from '@armature/core';
import type { Reservation } from './reservations.ts';

export const SNAPSHOT_TYPE = 'allocator-hierarchical';
export const SNAPSHOT_VERSION = 1;

/** What a snapshot's `data` holds. Words are signed 32-bit integers; bit 0 of word 0 is the first managed frame. */
export interface HierarchicalState {
  /** Frames that are used or reserved. */
  readonly busy: readonly number[];
  /** Frames that continue the run of the frame before them. */
  readonly inside: readonly number[];
  readonly reservations: readonly Reservation[];
  /** What decides where the next frames come from; see `FreeMap.position`. */
  readonly position: {
    readonly current: number;
    readonly stale: number[];
    readonly best: number[];
    readonly next: number;
  };
  readonly allocations: number;
  readonly frees: number;
  readonly failures: number;
}

/**
 * Checks the form of a snapshot; what its bitmaps say is checked by the allocator.
 *
 * @throws ArmatureError `SNAPSHOT_INVALID`
 */
export function readSnapshot(
  snapshot: FrameAllocatorSnapshot,
  range: { readonly base: number; readonly count: number; readonly words: number },
): HierarchicalState {
  const expected = { type: SNAPSHOT_TYPE, version: SNAPSHOT_VERSION, base: range.base, count: range.count };
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
  if (!isState(data, range.words)) {
    throw new ArmatureError('SNAPSHOT_INVALID', 'the snapshot is not the state of a hierarchical allocator');
  }
  return data;
}

function isState(data: unknown, words: number): data is HierarchicalState {
  if (!isRecord(data)) return false;
  const { busy, inside, reservations, position, allocations, frees, failures } = data;
  return (
    isWords(busy, words) &&
    isWords(inside, words) &&
    Array.isArray(reservations) &&
    reservations.every(isReservation) &&
    isRecord(position) &&
    isCount(position['current']) &&
    isCount(position['next']) &&
    Array.isArray(position['stale']) &&
    position['stale'].every((huge: unknown) => huge === -1 || isCount(huge)) &&
    Array.isArray(position['best']) &&
    position['best'].every(isCount) &&
    [allocations, frees, failures].every(isCount)
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isWords(value: unknown, length: number): boolean {
  return (
    Array.isArray(value) &&
    value.length === length &&
    value.every((word: unknown) => typeof word === 'number' && (word | 0) === word)
  );
}

function isReservation(value: unknown): boolean {
  if (!isRecord(value)) return false;
  return isCount(value['frame']) && isCount(value['count']) && typeof value['tag'] === 'string';
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
