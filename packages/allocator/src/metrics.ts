/** How broken up the free memory of an allocator is, from the state of its frames alone. */
import { FRAME_STATE, type FrameAllocator } from '@armature/core';

export interface FragmentationOptions {
  /** Highest order to measure. Default 10: 4 MiB of 4 KiB frames. */
  readonly maxOrder?: number;
  /** Order of a huge frame. Default 9: 2 MiB of 4 KiB frames, one level-2 block. */
  readonly hugeOrder?: number;
}

export interface Fragmentation {
  /** Frames that are free. */
  readonly freeFrames: number;
  /** Maximal runs of free frames. */
  readonly freeRuns: number;
  /** Frames of the longest run. */
  readonly largestFreeRun: number;
  /** Naturally aligned blocks of the huge order that are free. */
  readonly freeHugeFrames: number;
  /** By order: naturally aligned blocks of 2^order frames that are free. Lower orders include the higher ones. */
  readonly freeBlocks: readonly number[];
  /**
   * By order: the share of free frames, 0 to 1, that no naturally aligned free block of the order covers. 0 means
   * that all free memory can be handed out at that order, 1 that none can. 0 when nothing is free.
   */
  readonly unusableFreeSpace: readonly number[];
}

/**
 * Measures fragmentation. Reads every frame's state once; changes nothing.
 *
 * The unusable free space index is Gorman's and Whitcroft's ("The What, The Why and the Where To of
 * Anti-Fragmentation", 2006).
 *
 * @example
 * measureFragmentation(allocator).unusableFreeSpace[9]; // how much of the free memory cannot back 2 MiB blocks
 */
export function measureFragmentation(
  allocator: Pick<FrameAllocator, 'base' | 'count' | 'state'>,
  { maxOrder = 10, hugeOrder = 9 }: FragmentationOptions = {},
): Fragmentation {
  const freeBlocks: number[] = new Array(Math.max(maxOrder, hugeOrder) + 1).fill(0);
  let freeFrames = 0;
  let freeRuns = 0;
  let largestFreeRun = 0;
  const end = allocator.base + allocator.count;
  for (let frame = allocator.base; frame < end; frame++) {
    if (allocator.state(frame) !== FRAME_STATE.free) continue;
    const start = frame;
    while (frame < end && allocator.state(frame) === FRAME_STATE.free) frame++;
    freeRuns++;
    freeFrames += frame - start;
    largestFreeRun = Math.max(largestFreeRun, frame - start);
    for (let order = 0; order < freeBlocks.length; order++) {
      const blocks = Math.floor(frame / 2 ** order) - Math.ceil(start / 2 ** order);
      if (blocks > 0) freeBlocks[order]! += blocks;
    }
  }
  return {
    freeFrames,
    freeRuns,
    largestFreeRun,
    freeHugeFrames: freeBlocks[hugeOrder]!,
    freeBlocks: freeBlocks.slice(0, maxOrder + 1),
    unusableFreeSpace: freeBlocks
      .slice(0, maxOrder + 1)
      .map((blocks, order) => (freeFrames === 0 ? 0 : (freeFrames - blocks * 2 ** order) / freeFrames)),
  };
}
