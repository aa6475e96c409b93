import { ArmatureError, type FrameAllocatorSnapshot } from '@armature/core';
import { RUN } from './run-map.ts';

export const SNAPSHOT_TYPE = 'allocator-extent';
export const SNAPSHOT_VERSION = 1;

export interface Reservation {
  readonly frame: number;
  readonly count: number;
  readonly tag: string;
}

/** What a snapshot's `data` holds. */
export interface ExtentState {
  /** Every run in order of its address: its length times four, and 1 for free, 2 for used, 3 for reserved. */
  readonly runs: readonly number[];
  /** Indices where free runs begin, in the order in which they will be handed out among runs of their size. */
  readonly freeRuns: readonly number[];
  readonly reservations: readonly Reservation[];
  readonly allocations: number;
  readonly frees: number;
  readonly failures: number;
}

interface Range {
  readonly base: number;
  readonly count: number;
}

/**
 * Checks a snapshot whole.
 *
 * @throws ArmatureError `SNAPSHOT_INVALID`
 */
export function readSnapshot(snapshot: FrameAllocatorSnapshot, range: Range): ExtentState {
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
  if (!isExtentState(data)) {
    throw new ArmatureError('SNAPSHOT_INVALID', 'the snapshot is not the state of an extent allocator');
  }
  const broken = brokenInvariants(data, range);
  if (broken.length > 0) {
    throw new ArmatureError('SNAPSHOT_INVALID', `the snapshot breaks ${broken.join(', ')}`, {
      context: { broken },
    });
  }
  return data;
}

function brokenInvariants({ runs, freeRuns, reservations }: ExtentState, { base, count }: Range): string[] {
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
  const invariants: Record<string, boolean> = {
    runs: end === count && apart,
    'free-lists': freeRuns.length === free.size && freeRuns.every((start) => free.delete(start)),
    reservations:
      reservations.length === reserved.size &&
      reservations.every((each) => reserved.get(each.frame) === each.count && reserved.delete(each.frame)),
  };
  return Object.keys(invariants).filter((name) => !invariants[name]);
}

function isExtentState(data: unknown): data is ExtentState {
  if (typeof data !== 'object' || data === null) return false;
  const { runs, freeRuns, reservations, allocations, frees, failures } = data as Record<string, unknown>;
  return (
    Array.isArray(runs) &&
    runs.every(isRun) &&
    Array.isArray(freeRuns) &&
    freeRuns.every(isCount) &&
    Array.isArray(reservations) &&
    reservations.every(isReservation) &&
    [allocations, frees, failures].every(isCount)
  );
}

function isRun(value: unknown): boolean {
  return (
    isCount(value) &&
    ((value as number) | 0) === value &&
    ((value as number) & 3) !== 0 &&
    (value as number) > 3
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
