/**
 * Where everything is in the shared buffer, in 32-bit words, and what the words mean.
 *
 * A child is 512 frames (2 MiB) from a multiple of 512 on; a tree is a power of two of children. The managed range
 * may begin and end inside a child: frames outside are busy for ever.
 *
 * Child word: bits 0-9 free frames; 10 `HUGE`, the child is used as a whole; 11 `CONTINUES`, as the continuation of
 * the run in the child before; 12 `RUNS`, it may hold runs of several frames, so the inside map counts; 13 `PINNED`,
 * it may hold reserved frames; 14-17 the hint, one more than the highest order that may be free in it as far as the
 * bits are concerned (10: the child was free, 0: nothing); 18 `MEASURED`, nothing was freed since the child's longest run
 * was noted; 19-31 the epoch, which each free moves on.
 * Longest word, one for each child: bits 0-9 an upper bound of the longest run of free frames inside it, 19-31 the
 * epoch at which it was found. It holds while the child is `MEASURED` and the epochs are the same.
 *
 * Tree word: 1 when a worker has reserved the tree, else 0.
 * Tree hint: bits 0-4 as a child's hint, up to the order of the tree plus one.
 * Local word, one for each worker: the tree that it has reserved, or -1.
 */
import { ArmatureError, checkFrameRange } from '@armature/core';

export const CHILD_ORDER = 9;
export const CHILD_FRAMES = 512;
export const CHILD_WORDS = 16;

export const FREE = 0x3ff;
export const HUGE = 1 << 10;
export const CONTINUES = 1 << 11;
export const RUNS = 1 << 12;
export const PINNED = 1 << 13;
export const HINT_SHIFT = 14;
export const HINT = 15 << HINT_SHIFT;
/** Hint of a child that is free. */
export const WHOLE = CHILD_ORDER + 1;
/** The longest run of free frames in the child is known. */
export const MEASURED = 1 << 18;
export const EPOCH = 1 << 19;
/** All bits of the epoch. */
export const EPOCHS = -1 << 19;

/** Fewer than 2^22 children hold all frames below 2^31. */
export const MOST_CHILDREN_ORDER = 22;

export const TREE_RESERVED = 1;

export const NO_TREE = -1;

/** Words between the blocks of two workers: two cache lines, which hosts fetch together, so they don't disturb each other. */
export const WORKER_WORDS = 32;
/** Offset in a worker's block of its counters, as 64-bit integers: allocations, frees, failures. */
export const WORKER_COUNTERS = 2;
/** Offset in a worker's block of the words that it alone uses: where its searches go on. */
export const WORKER_OWN = 8;

/** Single frames that a worker takes, checks or frees in one go, each a word: a page. */
export const BATCH_WORDS = 1024;

const MAGIC = 0x4146_7472;
const VERSION = 4;
const HEADER_WORDS = 32;
const LINE = 32;
export const MOST_TREE_ORDER = 5;
export const MAX_WORKERS = 64;

/** Words of the header. */
export const AT = {
  magic: 0,
  version: 1,
  base: 2,
  count: 3,
  workers: 4,
  treeOrder: 5,
  logWords: 6,
  lock: 7,
  logUsed: 8,
  reserved: 9,
} as const;

export interface TreeGeometry {
  /** First managed frame and number of managed frames. */
  readonly base: number;
  readonly count: number;
  readonly workers: number;
  /** Children of a tree, as a power of two. */
  readonly treeOrder: number;
  /** Words of the log of reservations. */
  readonly logWords: number;
}

export interface TreeLayout extends TreeGeometry {
  /** The multiple of 512 where the first child begins. */
  readonly origin: number;
  readonly childCount: number;
  readonly treeCount: number;
  /** Where each part begins, in words. */
  readonly workersAt: number;
  readonly treesAt: number;
  readonly hintsAt: number;
  readonly childrenAt: number;
  readonly longestAt: number;
  readonly logAt: number;
  readonly busyAt: number;
  readonly insideAt: number;
  /** Words that workers share. */
  readonly words: number;
  /** The same with each worker's batch. */
  readonly allWords: number;
}

/**
 * Children of a tree, as a power of two, when the user doesn't say: 8, and fewer where memory is too small to give
 * several trees to a worker. Larger trees break up more of their free children before another tree's turn comes.
 */
export function defaultTreeOrder(children: number, workers: number): number {
  let order = 3;
  while (order > 0 && children >> order < 4 * workers) order--;
  return order;
}

/** @throws ArmatureError `CONFIG_INVALID` */
export function checkGeometry({ base, count, workers, treeOrder, logWords }: TreeGeometry): void {
  checkFrameRange({ base, count });
  const whole = [workers, treeOrder, logWords].every(Number.isInteger);
  if (
    !whole ||
    workers < 1 ||
    workers > MAX_WORKERS ||
    treeOrder < 0 ||
    treeOrder > MOST_TREE_ORDER ||
    logWords < 0
  ) {
    throw new ArmatureError('CONFIG_INVALID', `no tree allocator for ${workers} workers has these options`, {
      context: { workers, treeOrder, logWords },
      hint: `Give 1 to ${MAX_WORKERS} workers, and trees of 1, 2, 4, 8, 16 or 32 children.`,
    });
  }
}

const pages = (words: number): number => Math.ceil(words / BATCH_WORDS) * BATCH_WORDS;
const lines = (words: number): number => Math.ceil(words / LINE) * LINE;

export function layoutOf(geometry: TreeGeometry): TreeLayout {
  const { base, count, workers, treeOrder, logWords } = geometry;
  const origin = base - (base & (CHILD_FRAMES - 1));
  const childCount = Math.ceil((base + count - origin) / CHILD_FRAMES);
  const treeCount = Math.ceil(childCount / (1 << treeOrder));
  const workersAt = HEADER_WORDS;
  const treesAt = workersAt + workers * WORKER_WORDS;
  const hintsAt = treesAt + lines(treeCount);
  const childrenAt = hintsAt + lines(treeCount);
  // Behind the last child comes a zero, and trees are looked at in fours.
  const logAt = childrenAt + lines(Math.max(childCount + 1, Math.ceil(treeCount / 4) * (4 << treeOrder)));
  const busyAt = logAt + lines(logWords);
  // Last, so that their pages stay untouched while there are only single and huge frames.
  const longestAt = busyAt + childCount * CHILD_WORDS;
  const insideAt = longestAt + lines(childCount);
  const words = insideAt + childCount * CHILD_WORDS;
  return {
    ...geometry,
    origin,
    childCount,
    treeCount,
    workersAt,
    treesAt,
    hintsAt,
    childrenAt,
    longestAt,
    logAt,
    busyAt,
    insideAt,
    words,
    allWords: pages(words) + workers * BATCH_WORDS,
  };
}

/** Where a worker's batch begins, in words: on a page of its own, which stays untouched until there are batches. */
export function batchAt({ words }: TreeLayout, worker: number): number {
  return pages(words) + worker * BATCH_WORDS;
}

/** The parts as arrays, for what is done while nobody uses the allocator. */
export interface TreeViews {
  readonly children: Int32Array;
  readonly trees: Int32Array;
  readonly hints: Int32Array;
  /** With {@link WORKER_WORDS} for each worker. */
  readonly locals: Int32Array;
  readonly busy: Int32Array;
  readonly inside: Int32Array;
}

export function viewsOf(words: Int32Array, layout: TreeLayout): TreeViews {
  const part = (at: number, length: number): Int32Array => words.subarray(at, at + length);
  return {
    children: part(layout.childrenAt, layout.childCount),
    trees: part(layout.treesAt, layout.treeCount),
    hints: part(layout.hintsAt, layout.treeCount),
    locals: part(layout.workersAt, layout.workers * WORKER_WORDS),
    busy: part(layout.busyAt, layout.childCount * CHILD_WORDS),
    inside: part(layout.insideAt, layout.childCount * CHILD_WORDS),
  };
}

/** Writes the header of new memory. */
export function writeHeader(words: Int32Array, geometry: TreeGeometry): void {
  words[AT.version] = VERSION;
  words[AT.base] = geometry.base;
  words[AT.count] = geometry.count | 0;
  words[AT.workers] = geometry.workers;
  words[AT.treeOrder] = geometry.treeOrder;
  words[AT.logWords] = geometry.logWords;
}

/** Says that the memory is ready for other workers. */
export function publishHeader(words: Int32Array): void {
  Atomics.store(words, AT.magic, MAGIC);
}

/**
 * Reads the header of memory that another worker made.
 *
 * @throws ArmatureError `CONFIG_INVALID` when it holds no tree allocator
 */
export function readHeader(words: Int32Array): TreeGeometry {
  if (
    words.length >= HEADER_WORDS &&
    Atomics.load(words, AT.magic) === MAGIC &&
    words[AT.version] === VERSION
  ) {
    const geometry = {
      base: words[AT.base]!,
      count: words[AT.count]! >>> 0,
      workers: words[AT.workers]!,
      treeOrder: words[AT.treeOrder]!,
      logWords: words[AT.logWords]!,
    };
    checkGeometry(geometry);
    if (layoutOf(geometry).allWords <= words.length) return geometry;
  }
  throw new ArmatureError('CONFIG_INVALID', 'the memory does not hold a tree allocator', {
    context: { byteLength: words.byteLength },
    hint: 'Give the `memory` of the worker that made the allocator, after its constructor has returned.',
  });
}
