import { ArmatureError, type FrameAllocatorSnapshot } from '@armature/core';
import type { Reservation } from './bitmap-allocator.ts';
import { wordsFor } from './bits.ts';

export const SNAPSHOT_TYPE = 'allocator-bitmap';
export const SNAPSHOT_VERSION = 1;

/** What a snapshot's `data` holds. */
export interface BitmapState {
  /** Bitmap words as signed 32-bit integers. */
  readonly busy: readonly number[];
  readonly inside: readonly number[];
  readonly reservations: readonly Reservation[];
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
  range: { readonly base: number; readonly count: number },
): BitmapState {
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
  if (!isBitmapState(data, wordsFor(range.count))) {
    throw new ArmatureError('SNAPSHOT_INVALID', 'the snapshot is not the state of a bitmap allocator');
  }
  return data;
}

function isBitmapState(data: unknown, words: number): data is BitmapState {
  if (typeof data !== 'object' || data === null) return false;
  const { busy, inside, reservations, allocations, frees, failures } = data as Record<string, unknown>;
  return (
    isWords(busy, words) &&
    isWords(inside, words) &&
    Array.isArray(reservations) &&
    reservations.every(isReservation) &&
    [allocations, frees, failures].every(isCount)
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
