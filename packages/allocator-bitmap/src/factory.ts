import { frameAllocatorFactory, type SizedFrameAllocatorFactory } from '@armature/core';
import { BitmapAllocator } from './bitmap-allocator.ts';

export interface BitmapAllocatorOptions {
  /** Frames to manage. Default 4096: 16 MiB. */
  readonly pages?: number;
}

export type BitmapAllocatorFactory = SizedFrameAllocatorFactory<BitmapAllocator>;

/**
 * The bitmap allocator as a machine's configuration names it.
 *
 * @throws ArmatureError `CONFIG_INVALID` when `pages` is not a positive whole number
 * @example
 * const allocator = bitmapAllocator().create({ base: 0x4_0000, count: 4096 });
 */
export function bitmapAllocator({ pages = 4096 }: BitmapAllocatorOptions = {}): BitmapAllocatorFactory {
  return frameAllocatorFactory('bitmap', pages, (range) => new BitmapAllocator(range));
}
