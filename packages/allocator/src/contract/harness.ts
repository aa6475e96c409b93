import {
  ArmatureError,
  FRAME_STATE,
  FREE_STATUS,
  type FrameAllocator,
  type FrameState,
  isArmatureError,
  NO_FRAME,
} from '@armature/core';

/** A range of frames to manage. */
export interface FrameRange {
  readonly base: number;
  readonly count: number;
}

/** Makes a fresh allocator: all frames of the range free, counters zero. */
export type MakeFrameAllocator = (range: FrameRange) => FrameAllocator;

/** One case as written: `make` gives the allocators under test. */
export interface CaseDefinition {
  readonly name: string;
  readonly run: (make: MakeFrameAllocator) => void;
}

/** Where the cases begin unless a case is about the range: RAM of the virt board, 1 MiB. */
export const RANGE: FrameRange = { base: 0x4_0000, count: 256 };

/** Throws what a failed case reports. */
export function fail(message: string, context: Readonly<Record<string, unknown>> = {}): never {
  throw new ArmatureError('ALLOCATOR_MISBEHAVED', message, { context });
}

export function check(
  condition: boolean,
  message: string,
  context?: Readonly<Record<string, unknown>>,
): void {
  if (!condition) fail(message, context);
}

/** Checks equality of plain data. */
export function same(found: unknown, expected: unknown, what: string): void {
  const [left, right] = [JSON.stringify(found), JSON.stringify(expected)];
  check(left === right, `${what}: expected ${right}, got ${left}`, { expected, found });
}

export function statusName(status: number): string {
  return Object.entries(FREE_STATUS).find(([, value]) => value === status)?.[0] ?? `status ${status}`;
}

/** Checks that a free was refused for one of the reasons, and that nothing changed. */
export function refused(
  allocator: FrameAllocator,
  run: () => number,
  reasons: readonly (keyof typeof FREE_STATUS)[],
  what: string,
): void {
  const before = visibleState(allocator);
  const status = run();
  check(
    reasons.some((reason) => FREE_STATUS[reason] === status),
    `${what}: expected ${reasons.join(' or ')}, got ${statusName(status)}`,
    { status },
  );
  same(visibleState(allocator), before, `${what}, after which nothing may have changed`);
}

/** Checks that an operation fails with `failure` and changes neither frames nor their number. */
export function leavesNoTrace<Result>(
  allocator: FrameAllocator,
  run: () => Result,
  failure: Result,
  what: string,
): void {
  const before = visibleState(allocator);
  same(run(), failure, what);
  same(visibleState(allocator), before, `${what}, after which nothing may have changed`);
}

/** All that a refused operation must leave as it was. The failure counter may move. */
export function visibleState(allocator: FrameAllocator): unknown {
  const { failures: _, ...counts } = allocator.stats();
  return { states: statesOf(allocator).join(''), counts, reservations: sortedReservations(allocator) };
}

export function statesOf(allocator: FrameAllocator): FrameState[] {
  return Array.from({ length: allocator.count }, (_, index) => allocator.state(allocator.base + index));
}

export function sortedReservations(allocator: FrameAllocator): unknown {
  return allocator
    .reservations()
    .map(({ frame, count, tag }) => ({ frame, count, tag }))
    .sort((a, b) => a.frame - b.frame);
}

/** Checks that the frames are inside the range and in the state. */
export function inState(
  allocator: FrameAllocator,
  frame: number,
  count: number,
  state: keyof typeof FRAME_STATE,
): void {
  for (let at = frame; at < frame + count; at++) {
    check(
      at >= allocator.base && at < allocator.base + allocator.count,
      `frame ${at} is outside the managed frames`,
      { frame: at },
    );
    same(allocator.state(at), FRAME_STATE[state], `the state of frame ${at}, which is ${state}`);
  }
}

/** Allocates or fails the case. */
export function mustAlloc(allocator: FrameAllocator, order: number): number {
  const frame = allocator.alloc(order);
  check(frame !== NO_FRAME, `alloc(${order}) found nothing although there is room`, { order });
  inState(allocator, frame, 2 ** order, 'used');
  return frame;
}

/** Allocates a run or fails the case. */
export function mustAllocRun(allocator: FrameAllocator, count: number): number {
  const frame = allocator.allocRun(count);
  check(frame !== NO_FRAME, `allocRun(${count}) found nothing although there is room`, { count });
  inState(allocator, frame, count, 'used');
  return frame;
}

export function mustBeOk(status: number, what: string): void {
  check(status === FREE_STATUS.ok, `${what}: expected ok, got ${statusName(status)}`, { status });
}

/** Checks the invariants that hold at all times: `validate()` and the sums of the statistics. */
export function checkConsistent(allocator: FrameAllocator): void {
  same(allocator.validate(), [], 'validate()');
  const { total, free, used, reserved } = allocator.stats();
  const states = statesOf(allocator);
  const counted = (state: FrameState): number => states.filter((each) => each === state).length;
  same(
    { total, free, used, reserved },
    {
      total: allocator.count,
      free: counted(FRAME_STATE.free),
      used: counted(FRAME_STATE.used),
      reserved: counted(FRAME_STATE.reserved),
    },
    'stats() against the states of the frames',
  );
}

/** Checks that `run` throws `SNAPSHOT_INVALID`. */
export function throwsSnapshotInvalid(run: () => void, what: string): void {
  try {
    run();
  } catch (error) {
    if (isArmatureError(error) && error.code === 'SNAPSHOT_INVALID') return;
    throw error;
  }
  fail(`${what} was restored instead of refused with SNAPSHOT_INVALID`);
}

/** A 32-bit xorshift generator: the same seed gives the same sequence. */
export function random(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}
