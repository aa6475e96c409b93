import { ArmatureError, type FrameAllocatorFactory } from '@armature/core';
import { ExtentAllocator } from './extent-allocator.ts';

export interface ExtentAllocatorOptions {
  /** Frames to manage. Default 4096: 16 MiB. */
  readonly pages?: number;
}

export interface ExtentAllocatorFactory extends FrameAllocatorFactory {
  readonly pages: number;
  create(range: { readonly base: number; readonly count: number }): ExtentAllocator;
}

/**
 * The extent allocator as a machine's configuration names it.
 *
 * @throws ArmatureError `CONFIG_INVALID` when `pages` is not a positive whole number
 * @example
 * const allocator = extentAllocator().create({ base: 0x4_0000, count: 4096 });
 */
export function extentAllocator({ pages = 4096 }: ExtentAllocatorOptions = {}): ExtentAllocatorFactory {
  if (!Number.isInteger(pages) || pages < 1) {
    throw new ArmatureError('CONFIG_INVALID', `cannot manage ${pages} pages`, {
      context: { pages },
      hint: 'Give a whole number of pages, at least 1.',
    });
  }
  return { name: 'extent', pages, create: (range) => new ExtentAllocator(range) };
}
