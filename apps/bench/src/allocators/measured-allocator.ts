import type { FrameAllocator } from '@armature/core';

/** What the bench needs of an allocator: less than the contract, so that a baseline is small. */
export type MeasuredAllocator = Pick<
  FrameAllocator,
  | 'base'
  | 'count'
  | 'alloc'
  | 'free'
  | 'allocRun'
  | 'freeRun'
  | 'allocBatch'
  | 'freeBatch'
  | 'state'
  | 'drain'
> &
  Partial<Pick<FrameAllocator, 'allocAt'>> & {
    /**
     * Puts the lowest `blocks` blocks of an order in use. For an allocator that is too slow to be filled block by block,
     * and would give these.
     */
    fill?(blocks: number, order: number): void;
  };

/** Frames that are managed. */
export interface FrameRange {
  readonly base: number;
  readonly count: number;
}

/** First frame in all measurements: 1 GiB. */
export const FIRST_FRAME = 0x4_0000;
