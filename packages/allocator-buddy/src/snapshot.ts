import { ArmatureError, type FrameAllocatorSnapshot } from '@armature/core';
import type { Reservation } from './buddy-allocator.ts';

export const SNAPSHOT_TYPE = 'allocator-buddy';
export const SNAPSHOT_VERSION = 1;

/** What a snapshot's `data` holds. Indices count from the first managed frame. */
export interface BuddyState {
  /** What begins at each frame, as in `KIND`, one byte each. */
  readonly kinds: readonly number[];
  /** Free blocks by order, in the order in which they were freed. */
  readonly lists: readonly (readonly number[])[];
  /** Frames in each CPU's magazine, in the order in which they were freed. */
  readonly magazines: readonly (readonly number[])[];
  readonly cpu: number;
  readonly reservations: readonly Reservation[];
  readonly allocations: number;
  readonly frees: number;
  readonly failures: number;
}

/**
 * Checks the form of a snapshot; what its blocks say is checked by the allocator.
 *
 * @throws ArmatureError `SNAPSHOT_INVALID`
 */
export function readSnapshot(
  snapshot: FrameAllocatorSnapshot,
  range: { readonly base: number; readonly count: number },
): BuddyState {
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
  if (!isState(data, range.count)) {
    throw new ArmatureError('SNAPSHOT_INVALID', 'the snapshot is not the state of a buddy allocator');
  }
  return data;
}

function isState(data: unknown, count: number): data is BuddyState {
  if (typeof data !== 'object' || data === null) return false;
  const { kinds, lists, magazines, cpu, reservations, allocations, frees, failures } = data as Record<
    string,
    unknown
  >;
  return (
    Array.isArray(kinds) &&
    kinds.length === count &&
    kinds.every(
      (kind: unknown) => Number.isInteger(kind) && (kind as number) >= 0 && (kind as number) < 256,
    ) &&
    isLists(lists, count) &&
    isLists(magazines, count) &&
    Array.isArray(reservations) &&
    reservations.every(isReservation) &&
    [cpu, allocations, frees, failures].every(isCount)
  );
}

function isLists(value: unknown, count: number): boolean {
  return (
    Array.isArray(value) &&
    value.every(
      (list: unknown) =>
        Array.isArray(list) && list.every((index: unknown) => isCount(index) && (index as number) < count),
    )
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
