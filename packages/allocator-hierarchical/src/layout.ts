/**
 * What is known of each huge frame (512 frames, 16 words of bits), and where it is, in words from the beginning of one
 * memory that TypeScript and WebAssembly share:
 *
 * - from 0: one bit a frame, set when it is free;
 * - from `summaries`: one number for each huge frame, so that the path of a single frame reads and writes one:
 *   - bits 0 to 15, the mask: which of its words are not 0;
 *   - bits 16 to 25, the count: its free frames, 0 to 512;
 *   - bit 26: it is in the stale list;
 *   - bits 27 to 30, the best order: that of its largest free block, 9 when all of it is free;
 *   - bit 31: its tag is not 0, so that it may hold more than single frames;
 * - from `tags`: one number for each huge frame that says which frames continue the run of the frame before them:
 *   {@link TAG_SINGLES} and the others;
 * - from `sets`: sets of huge frames as bitmaps, and from `tops` one summary bit for each of their words. The sets 1 to 8
 *   hold those that are partly free by best order, each in all sets up to its own; 9 those that are free; 10 to 17 those
 *   that are partly free by fullness, in classes of 64 free frames; 18 is for a huge frame of which the first frame is
 *   being taken;
 * - from `state`: the few numbers of {@link STATE};
 * - from `marks`: the words of marks of `marked-words.ts`, which grow with the memory.
 *
 * Summaries and tags have one entry more than there are huge frames; the last one is always 0. A huge frame of which the
 * last frame was taken singly stays in set 10 until the next huge frame is chosen there.
 */
export const HUGE_ORDER = 9;
export const HUGE_FRAMES = 512;
/** Words of bits of a huge frame. */
export const WORDS = 16;
/** Frames of one word of a set of huge frames: 64 MiB. */
export const ORIGIN_ALIGN = 32 * HUGE_FRAMES;
/** The set of free huge frames. */
export const WHOLE = 9;
export const FIRST_CLASS = 10;
export const SETS = 19;
export const IS_STALE = 1 << 26;
/** Huge frames in the stale list. */
export const STALE = 4;

/** Tag of a huge frame in which every used frame is a run of its own. */
export const TAG_SINGLES = 0;
/** Of one that is covered by one run, which begins there. */
export const TAG_WHOLE = 1;
/** Of one that is covered by one run, which began before. */
export const TAG_WHOLE_INSIDE = 2;
/** Added when the last frame begins a run that goes on in the next huge frame. */
export const TAG_CROSSED = 0x2000_0000;
/** Added when some frames are reserved. */
export const TAG_RESERVED = 0x4000_0000;
/** A tag without what is added. From {@link ONLY_WORD} on it says where the words with marks are: see `marked-words.ts`. */
export const KIND = 0x1fff_ffff;
/** Kind of a huge frame with marks in one of its words, plus that word's number. */
export const ONLY_WORD = 16;
/** From here on the kind of a huge frame with a chunk of words. */
export const FIRST_KIND = 32;

/** Sizes of chunks of words with marks, and the one with room for all words. */
export const CHUNK_SIZES = 3;
export const ALL_WORDS = CHUNK_SIZES - 1;
/** The place of the first chunk, an even number: after the only words of huge frames. */
export const firstChunkOf = ({ hugeFrames }: Pick<Layout, 'hugeFrames'>): number =>
  Math.max(FIRST_KIND / 2, (hugeFrames + 1) & -2);

/** Numbers beside the tables. */
export const STATE = {
  /** The huge frame that gives single frames; `hugeFrames` stands for none. */
  current: 0,
  /** Bit `set` is set when the set has members; that of 9 says nothing. */
  occupied: 1,
  /** Which entry of the stale list is replaced next. */
  nextStale: 2,
  /** Huge frames of which the best order may be too high, or -1. */
  stale: 3,
  /** Spare chunks of each size: the kind of the first, or 0. Each has the next one in the place of its mask. */
  spare: 3 + STALE,
  /** Words from `marks` on that are or were in use, 0 before the first mark, and those that there are in memory. */
  marksMade: 3 + STALE + CHUNK_SIZES,
  marksRoom: 4 + STALE + CHUNK_SIZES,
  length: 5 + STALE + CHUNK_SIZES,
} as const;

export interface Layout {
  /** Absolute frame of index 0, a multiple of {@link ORIGIN_ALIGN}. */
  readonly origin: number;
  /** Indices of the managed frames. */
  readonly first: number;
  readonly end: number;
  readonly hugeFrames: number;
  readonly summaries: number;
  readonly tags: number;
  readonly sets: number;
  readonly tops: number;
  readonly state: number;
  /** Words of one set, and of its summary. */
  readonly setWords: number;
  readonly setTops: number;
  readonly marks: number;
}

/** Where everything is for the indices `first` to `end` from an absolute frame on. */
export function layoutOf(origin: number, first: number, end: number): Layout {
  const hugeFrames = Math.ceil(end / HUGE_FRAMES);
  const setWords = (hugeFrames + 31) >>> 5;
  const setTops = (setWords + 31) >>> 5;
  const summaries = hugeFrames * WORDS;
  const tags = summaries + hugeFrames + 1;
  const sets = tags + hugeFrames + 1;
  const tops = sets + SETS * setWords;
  const state = tops + SETS * setTops;
  const marks = state + STATE.length;
  return { origin, first, end, hugeFrames, summaries, tags, sets, tops, state, setWords, setTops, marks };
}
