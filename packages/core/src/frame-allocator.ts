/** What a frame is used for. */
export const FRAME_STATE = { free: 0, used: 1, reserved: 2 } as const;
export type FrameState = (typeof FRAME_STATE)[keyof typeof FRAME_STATE];

/** Why a free was refused. Zero is success; a refused free changes nothing. */
export const FREE_STATUS = {
  ok: 0,
  /** The frames are free already. */
  doubleFree: 1,
  /** The frames were never handed out, or not as this run. */
  notAllocated: 2,
  /** The run was handed out with another size. */
  wrongSize: 3,
  /** The start is not aligned for the order. */
  misaligned: 4,
  outOfRange: 5,
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
 * by 4096). A failure is a value; an operation on several frames happens whole or leaves no trace.
 * Nothing here allocates on the JavaScript heap except `snapshot`, `stats` and `reservations`.
 */
export interface FrameAllocator {
  readonly name: string;
  /** First managed frame and number of managed frames. */
  readonly base: number;
  readonly count: number;
  /** 2^order frames, naturally aligned. {@link NO_FRAME} when there are none. */
  alloc(order: number): number;
  free(frame: number, order: number): FreeStatus;
  /** `count` contiguous frames. {@link NO_FRAME} when no run fits the constraints. */
  allocRun(count: number, constraints?: RunConstraints): number;
  /** Exactly these frames; false when any of them is not free. */
  allocAt(frame: number, count: number): boolean;
  freeRun(frame: number, count: number): FreeStatus;
  /** Fills `out` with single frames; all of them or none. Returns how many it gave: `out.length` or 0. */
  allocBatch(out: Int32Array): number;
  /** Frees single frames; all of them or, at the first bad one, none. */
  freeBatch(frames: Int32Array): FreeStatus;
  /** Takes frames out of use for good, under a name; false when any of them is in use or out of range. */
  reserve(frame: number, count: number, tag: string): boolean;
  reservations(): readonly { readonly frame: number; readonly count: number; readonly tag: string }[];
  /** State of one frame; frames that are not managed are `reserved`. */
  state(frame: number): FrameState;
  /** Returns cached frames to the common pool. Allocators without caches do nothing. */
  drain(): void;
  stats(): FrameStatistics;
  /** Frees everything, keeps reservations. */
  reset(): void;
  snapshot(): FrameAllocatorSnapshot;
  /** @throws SNAPSHOT_INVALID when it is another allocator's, of another size, or inconsistent */
  restore(snapshot: FrameAllocatorSnapshot): void;
  /** Checks every invariant; the names of those that do not hold. */
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
  create(range: { readonly base: number; readonly count: number }): FrameAllocator;
}
