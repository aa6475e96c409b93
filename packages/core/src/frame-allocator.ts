/** What a frame is used for. */
export const FRAME_STATE = { free: 0, used: 1, reserved: 2 } as const;
export type FrameState = (typeof FRAME_STATE)[keyof typeof FRAME_STATE];

/**
 * Why a free was refused. Zero is success; a refused free changes nothing. Where several reasons hold, the one given is
 * `outOfRange`, then `misaligned`, then what is true of the first frame: `reserved`, `doubleFree`, `notAllocated`,
 * `wrongSize`.
 */
export const FREE_STATUS = {
  ok: 0,
  /** The first frame is free: freed already, or never handed out. */
  doubleFree: 1,
  /** The first frame is used, but no run begins there. */
  notAllocated: 2,
  /** The run was handed out with another size. */
  wrongSize: 3,
  /** The start is not aligned for the order. Only `free` gives it; `freeRun` has no order. */
  misaligned: 4,
  /** Some of the frames are not managed, or the frame, order or count makes no sense. */
  outOfRange: 5,
  /** The first frame is reserved. */
  reserved: 6,
} as const;
export type FreeStatus = (typeof FREE_STATUS)[keyof typeof FREE_STATUS];

/** Returned where a frame is expected and there is none. */
export const NO_FRAME = -1;

export interface RunConstraints {
  /** Alignment of the first frame, in frames, a power of two. Default 1. */
  readonly align?: number;
  /** Lowest frame allowed. Default: the first managed frame. */
  readonly low?: number;
  /** One past the highest frame allowed. Default: the end of the managed frames. */
  readonly high?: number;
  /** The run does not cross a multiple of this many frames, a power of two. Default: no boundary. */
  readonly boundary?: number;
}

/** The frames that an allocator manages, as absolute frame numbers. */
export interface FrameRange {
  readonly base: number;
  readonly count: number;
}

/** Frames that are out of use for good, and why. */
export interface FrameReservation {
  readonly frame: number;
  readonly count: number;
  readonly tag: string;
}

export interface FrameStatistics {
  readonly total: number;
  readonly free: number;
  readonly used: number;
  readonly reserved: number;
  /** Successful allocations and frees since the last reset, and allocations that failed. */
  readonly allocations: number;
  readonly frees: number;
  readonly failures: number;
}

/**
 * A physical allocator of page frames. Frames are integers: absolute frame numbers (physical address divided
 * by 4096), below 2^31.
 *
 * - A failure is a value, for any argument, also one that makes no sense: nothing but construction and `restore`
 *   throws. An operation on several frames happens whole or leaves no trace.
 * - What was handed out is freed as it was handed out: the same first frame and number of frames. A run of 2^order
 *   frames that is aligned may be freed by order or by count, whichever call gave it.
 * - The same calls give the same frames, also after `reset` and `restore`.
 * - Nothing allocates on the JavaScript heap except `snapshot`, `restore`, `reset`, `reserve`, `stats`, `reservations`
 *   and `validate`; room for growing tables may be made now and then, never for each call.
 *
 * The suite of `@armature/allocator` checks all of it but the last.
 */
export interface FrameAllocator {
  readonly name: string;
  /** First managed frame and number of managed frames. */
  readonly base: number;
  readonly count: number;
  /**
   * 2^order frames, naturally aligned: the first frame is a multiple of 2^order as an absolute number. Orders are 0 to
   * 30. {@link NO_FRAME} when there are none.
   */
  alloc(order: number): number;
  free(frame: number, order: number): FreeStatus;
  /** `count` contiguous frames. {@link NO_FRAME} when no run fits the constraints. */
  allocRun(count: number, constraints?: RunConstraints): number;
  /** Exactly these frames, as one run; false when any of them is not free. */
  allocAt(frame: number, count: number): boolean;
  freeRun(frame: number, count: number): FreeStatus;
  /**
   * Fills `out` with single frames, each a run of its own; all of them or none, in which case `out` may hold anything.
   * Returns how many it gave: `out.length` or 0. `stats` counts each frame, or one failure.
   */
  allocBatch(out: Int32Array): number;
  /** Frees single frames; all of them or, when one is bad or comes twice, none. Gives the status of the first bad one. */
  freeBatch(frames: Int32Array): FreeStatus;
  /**
   * Takes free frames out of use for good, under a name; false when any of them is used, reserved or not managed. It is
   * no allocation to `stats`.
   */
  reserve(frame: number, count: number, tag: string): boolean;
  reservations(): readonly FrameReservation[];
  /** State of one frame; frames that are not managed are `reserved`. */
  state(frame: number): FrameState;
  /**
   * Returns cached frames to the common pool; no state or count changes. After it a run is found whenever there is one.
   * Allocators without caches do nothing.
   */
  drain(): void;
  stats(): FrameStatistics;
  /** Frees everything, keeps reservations, clears the counts of `stats`. */
  reset(): void;
  /** A plain object that shares nothing with the allocator and survives `structuredClone`. */
  snapshot(): FrameAllocatorSnapshot;
  /**
   * Goes on as the allocator did of which the snapshot was taken.
   *
   * @throws SNAPSHOT_INVALID when it is another allocator's, of another range, or inconsistent; nothing has changed then
   */
  restore(snapshot: FrameAllocatorSnapshot): void;
  /** Checks every invariant; the names of those that do not hold. Linear in the managed frames or slower. */
  validate(): readonly string[];
}

export interface FrameAllocatorSnapshot {
  readonly type: string;
  readonly version: number;
  readonly base: number;
  readonly count: number;
  readonly data: unknown;
}

/** Makes an allocator for a range of frames: what a machine's configuration names. */
export interface FrameAllocatorFactory {
  readonly name: string;
  /** Frames to manage, when the factory was given a size; else the machine decides. */
  readonly pages?: number;
  create(range: FrameRange): FrameAllocator;
}
