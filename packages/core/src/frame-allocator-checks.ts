/** What frame allocators check alike: their range, what they are asked for, and snapshots that they are given. */
import { ArmatureError } from './errors.ts';
import type {
  FrameAllocator,
  FrameAllocatorFactory,
  FrameAllocatorSnapshot,
  FrameRange,
  FrameReservation,
} from './frame-allocator.ts';

/** Highest frame number plus one: batches hold frames in 32-bit integers. */
const FRAME_LIMIT = 0x8000_0000;

/** What the data of every allocator's snapshot holds beside its own. */
export interface FrameAllocatorRecord {
  readonly reservations: readonly FrameReservation[];
  readonly allocations: number;
  readonly frees: number;
  readonly failures: number;
}

/** A factory that knows how many frames it will be asked for. */
export interface SizedFrameAllocatorFactory<Allocator extends FrameAllocator> extends FrameAllocatorFactory {
  readonly pages: number;
  create(range: FrameRange): Allocator;
}

/**
 * A factory of allocators, as a machine's configuration names them.
 *
 * @param pages frames to manage
 * @throws ArmatureError `CONFIG_INVALID` when `pages` is not a positive whole number
 */
export function frameAllocatorFactory<Allocator extends FrameAllocator>(
  name: string,
  pages: number,
  create: (range: FrameRange) => Allocator,
): SizedFrameAllocatorFactory<Allocator> {
  if (!Number.isInteger(pages) || pages < 1) {
    throw new ArmatureError('CONFIG_INVALID', `cannot manage ${pages} pages`, {
      context: { pages },
      hint: 'Give a whole number of pages, at least 1.',
    });
  }
  return { name, pages, create };
}

/**
 * Checks the range of a new allocator.
 *
 * @param most frames that it can manage, a power of two; default: all there can be
 * @throws ArmatureError `CONFIG_INVALID` when the range is empty, has more than `most` frames or passes frame 2^31
 */
export function checkFrameRange({ base, count }: FrameRange, most = FRAME_LIMIT): void {
  const whole = Number.isInteger(base) && Number.isInteger(count);
  if (whole && base >= 0 && count >= 1 && count <= most && base + count <= FRAME_LIMIT) return;
  const frames = most < FRAME_LIMIT ? `1 to 2^${Math.log2(most)} frames` : 'at least one frame';
  throw new ArmatureError('CONFIG_INVALID', `cannot manage ${count} frames from frame ${base}`, {
    context: { base, count },
    hint: `Give whole numbers: a base of at least 0 and ${frames}, all below frame 2^31.`,
  });
}

/** Whether this is an order: 0 to 30. */
export function isFrameOrder(order: number): boolean {
  return Number.isInteger(order) && order >= 0 && order <= 30;
}

/** Whether these are frames of a range that has `limit` of them, counted from its first. */
export function isFrameSpan(index: number, count: number, limit: number): boolean {
  return (
    Number.isInteger(index) && Number.isInteger(count) && index >= 0 && count > 0 && index + count <= limit
  );
}

/**
 * Whether a request for a run of frames makes sense; `RunConstraints` says what its numbers are.
 *
 * @param limit frames that the allocator manages
 * @param boundary 0 for none
 */
export function isRunRequest(
  count: number,
  limit: number,
  align: number,
  low: number,
  high: number,
  boundary: number,
): boolean {
  return (
    Number.isInteger(count) &&
    count > 0 &&
    count <= limit &&
    isPowerOfTwo(align) &&
    (boundary === 0 || (isPowerOfTwo(boundary) && count <= boundary)) &&
    Number.isInteger(low) &&
    Number.isInteger(high)
  );
}

/** Whether this is a power of two up to 2^30. */
export function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(value) && value > 0 && value <= 0x4000_0000 && (value & (value - 1)) === 0;
}

/** Names of the invariants that do not hold. */
export function brokenInvariants(invariants: Readonly<Record<string, boolean>>): string[] {
  return Object.keys(invariants).filter((name) => !invariants[name]);
}

/**
 * Checks whose snapshot it is, and gives its data. What the data says is for the allocator to check.
 *
 * @throws ArmatureError `SNAPSHOT_INVALID` when it is of another type, version or range
 */
export function frameSnapshotData(
  snapshot: FrameAllocatorSnapshot,
  type: string,
  version: number,
  { base, count }: FrameRange,
): unknown {
  const expected = { type, version, base, count };
  for (const [field, value] of Object.entries(expected)) {
    const found = snapshot[field as keyof typeof expected];
    if (found !== value) {
      throw new ArmatureError('SNAPSHOT_INVALID', `the snapshot's ${field} is ${found}, not ${value}`, {
        context: { field, expected: value, found },
        hint: 'Restore a snapshot into an allocator of the same kind, base and count.',
      });
    }
  }
  return snapshot.data;
}

/** @throws ArmatureError `SNAPSHOT_INVALID` with the names of invariants that a snapshot breaks, when there are any */
export function checkFrameSnapshot(broken: readonly string[]): void {
  if (broken.length === 0) return;
  throw new ArmatureError('SNAPSHOT_INVALID', `the snapshot breaks ${broken.join(', ')}`, {
    context: { broken },
  });
}

/** Whether the data of a snapshot is an object with what every allocator's has. */
export function isFrameAllocatorRecord(
  data: unknown,
): data is FrameAllocatorRecord & Readonly<Record<string, unknown>> {
  if (typeof data !== 'object' || data === null) return false;
  const { reservations, allocations, frees, failures } = data as Record<string, unknown>;
  return (
    Array.isArray(reservations) &&
    reservations.every(isFrameReservation) &&
    [allocations, frees, failures].every(isCount)
  );
}

function isFrameReservation(value: unknown): value is FrameReservation {
  if (typeof value !== 'object' || value === null) return false;
  const { frame, count, tag } = value as Record<string, unknown>;
  return isCount(frame) && isCount(count) && typeof tag === 'string';
}

/** Whether a value of a snapshot is a list of this many signed 32-bit integers. */
export function isWordList(value: unknown, length: number): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.length === length &&
    value.every((word: unknown) => typeof word === 'number' && (word | 0) === word)
  );
}

/** Whether a value of a snapshot is a whole number from 0. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
