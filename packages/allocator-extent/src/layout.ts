/**
 * Where everything of one allocator is, in bytes from the beginning of one memory that TypeScript and WebAssembly share:
 *
 * - the words of {@link STATE}, and for each level a word with a bit for each of its lists that has runs;
 * - `heads`: of each list, two words: the nodes after it and before it;
 * - `records`: of each frame, and of one before all and one behind, three words: its tag, and where a free run begins, the
 *   nodes after it and before it. Those two frames count as reserved, so that every run has neighbours;
 * - `counters`: for each group of 32 frames, the one behind included, a byte: how many runs begin there;
 * - `groups`: a bit for each counter that is not 0; `words`: a bit for each word of those that is not 0.
 *
 * A list is a ring that begins and ends at its head. A node is named by the address of the record before its own, so that
 * the tag before it is at a constant offset too: {@link NODE}.
 *
 * An index is a frame's number from `base`.
 */
import type { FrameRange } from '@armature/core';

export const STATE = {
  /** Bit `level` is set when a list of the level has runs. */
  levels: 0,
  /** Frames that were given by the last call that gives several. */
  given: 4,
} as const;
/** Enough for the node of the first list not to be below 0. */
const STATE_BYTES = 16;

/** Offsets from a node to the words of it and of the record before. */
export const NODE = { tagBefore: 0, tag: 12, next: 16, previous: 20 } as const;
export const RECORD_BYTES = 12;
const HEAD_BYTES = 8;

/** Lists of a level. */
export const CLASSES = 32;
/** A group of frames, as a shift. */
export const GROUP = 5;

/** State of a run. */
export const RUN = { free: 1, used: 2, reserved: 3 } as const;
export type RunState = (typeof RUN)[keyof typeof RUN];

/**
 * The tag of the first frame of a run has its length and its state, that of the last frame of a longer free run its length;
 * both say that the run is free. All others are 0.
 */
export const TAG = {
  /** Left of this: the length. */
  shift: 3,
  /** The run is free. */
  free: 4,
  /** Mask of the state. */
  state: 3,
} as const;

/** What the tag of the first frame of a run has beside the length. */
export const mark = (state: RunState): number => (state === RUN.free ? TAG.free | state : state);

/** The tag of a used frame that is a run of its own. */
export const USED_SINGLE = (1 << TAG.shift) | RUN.used;

export interface Layout extends FrameRange {
  /** Levels that there can be. */
  readonly levels: number;
  readonly classes: number;
  readonly heads: number;
  readonly records: number;
  readonly counters: number;
  readonly groups: number;
  readonly words: number;
  /** Bytes of everything. */
  readonly length: number;
}

/** It never takes 4 GiB: the most frames that an extent allocator manages, 2^28, take 3.01 GiB. */
export function layoutOf({ base, count }: FrameRange): Layout {
  let length = STATE_BYTES;
  const part = (bytes: number): number => {
    length += bytes;
    return length - bytes;
  };
  const levels = 32 - Math.clz32(count);
  const counters = Math.ceil((count + 1) / (1 << GROUP));
  const groups = Math.ceil(counters / 32);
  const layout = {
    base,
    count,
    levels,
    classes: part(levels * 4),
    heads: part(levels * CLASSES * HEAD_BYTES),
    records: part((count + 2) * RECORD_BYTES),
    counters: part(Math.ceil(counters / 4) * 4),
    groups: part(groups * 4),
    words: part(Math.ceil(groups / 32) * 4),
  };
  return { ...layout, length };
}

/** The node of a list. */
export const headNode = ({ heads }: Layout, list: number): number => heads + list * HEAD_BYTES - NODE.next;
