import { ArmatureError, type FrameAllocatorFactory } from '@armature/core';
import { BitmapAllocator } from './bitmap-allocator.ts';

export interface BitmapAllocatorOptions {
  /** Frames to manage. Default 4096: 16 MiB. */
  readonly pages?: number;
}

export interface BitmapAllocatorFactory extends FrameAllocatorFactory {
  readonly pages: number;
  create(range: { readonly base: number; readonly count: number }): BitmapAllocator;
}

/**
 * The bitmap allocator as a machine's configuration names it.
 *
 * @throws ArmatureError `CONFIG_INVALID` when `pages` is not a positive whole number
 * @example
 * const allocator = bitmapAllocator().create({ base: 0x4_0000, count: 4096 });
 */
export function bitmapAllocator({ pages = 4096 }: BitmapAllocatorOptions = {}): BitmapAllocatorFactory {
  if (!Number.isInteger(pages) || pages < 1) {
    throw new ArmatureError('CONFIG_INVALID', `cannot manage ${pages} pages`, {
      context: { pages },
      hint: 'Give a whole number of pages, at least 1.',
    });
  }
  return { name: 'bitmap', pages, create: (range) => new BitmapAllocator(range) };
}
