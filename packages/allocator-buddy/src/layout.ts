/**
 * Where everything of one allocator is, in bytes from the beginning of one memory that TypeScript and WebAssembly share:
 *
 * - the words of {@link STATE};
 * - the free blocks of each order, in one of two ways:
 *   - `lifo`: nodes of two words, next and previous, in rings. The first 32 nodes are the heads of the orders, which have
 *     no previous one; node 32 + index is that of the block at an index;
 *   - `address`: words of bits, a bit for each block of each order, and a bit of `summary` for each word that is not 0.
 *     Beside them tables of one word an order: where its words begin, the number of the block at index 0, its free blocks,
 *     and a word of the summary below which the order has none;
 * - `magazineSizes`: frames in the magazine of each CPU but the one that is used; `slots`: the magazines' frames;
 * - `kinds`: one byte a frame, what begins there (`KIND`).
 *
 * An index is a frame's number from `base`; blocks of 2^order frames are aligned by absolute frame.
 */
import { ArmatureError } from '@armature/core';

/** Words beside the tables: where they are. */
export const STATE = {
  /** Bit `order` is set when there is a free block of the order. */
  available: 0,
  /** Of the magazine that is used: its frames, and the address of its slots. */
  magazineSize: 4,
  magazineSlots: 8,
} as const;
const STATE_BYTES = 16;

/** What begins at a frame; 0 to 30 is a free block of that order. */
export const KIND = {
  /** Added to the order: a used block. */
  used: 0x20,
  /** The frame belongs to what begins before it. */
  inside: 0x40,
  /** A used run that is no block: of another number of frames, or not aligned. */
  run: 0x41,
  reserved: 0x42,
  /** A single frame in a magazine. */
  cached: 0x43,
} as const;

/** Orders are 0 to 30. */
export const ORDERS = 31;
export const LAST_ORDER = ORDERS - 1;
/** Heads of rings, or entries of a table: one for each order, and one to spare. */
export const HEADS = 32;

export type Placement = 'lifo' | 'address';

/** What a layout is made for. `capacity`: most frames in a magazine, 0 when there are none. */
export interface Shape {
  readonly base: number;
  readonly count: number;
  readonly placement: Placement;
  readonly cpus: number;
  readonly capacity: number;
}

export interface Layout extends Shape {
  /** The highest order of which a block fits into the managed frames. */
  readonly topOrder: number;
  readonly nodes: number;
  readonly starts: number;
  readonly firstBlocks: number;
  readonly freeBlocks: number;
  readonly lowest: number;
  readonly bits: number;
  readonly summary: number;
  readonly magazineSizes: number;
  readonly slots: number;
  readonly kinds: number;
  /** Bytes of everything. */
  readonly length: number;
}

const LARGEST_MEMORY = 2 ** 32;

/** Words of bits of an order: whole words of the summary, so that a search never leaves the order. */
export function wordsOf(order: number, { base, count }: Shape): number {
  const blocks = ((base + count - 1) >>> order) - (base >>> order) + 1;
  return Math.ceil(blocks / 1024) * 32;
}

/** @throws ArmatureError `CONFIG_INVALID` when it would take more than 4 GiB: 477 million frames with rings */
export function layoutOf(shape: Shape): Layout {
  const { count, placement, cpus, capacity } = shape;
  let length = STATE_BYTES;
  const part = (bytes: number): number => {
    length += bytes;
    return length - bytes;
  };
  const ordered = placement === 'address';
  const table = (): number => part(ordered ? HEADS * 4 : 0);
  const words = ordered ? Array.from({ length: ORDERS }, (_, order) => wordsOf(order, shape)) : [];
  const wordCount = words.reduce((sum, each) => sum + each, 0);
  const layout = {
    ...shape,
    topOrder: Math.min(LAST_ORDER, 31 - Math.clz32(count)),
    nodes: part(ordered ? 0 : (HEADS + count) * 8),
    starts: table(),
    firstBlocks: table(),
    freeBlocks: table(),
    lowest: table(),
    bits: part(wordCount * 4),
    summary: part(wordCount / 8),
    magazineSizes: part(capacity > 0 ? cpus * 4 : 0),
    slots: part(cpus * capacity * 4),
    kinds: part(count),
    length,
  };
  if (length > LARGEST_MEMORY) {
    throw new ArmatureError('CONFIG_INVALID', `a buddy allocator cannot manage ${count} frames`, {
      context: { count, bytes: length },
      hint: "Its lists would take more than 4 GiB: use placement: 'address', or manage at most 477,000,000 frames.",
    });
  }
  return { ...layout, length };
}
