import { frameAllocatorFactory, type SizedFrameAllocatorFactory } from '@armature/core';
import { ExtentAllocator } from './extent-allocator.ts';

export interface ExtentAllocatorOptions {
  /** Frames to manage. Default 4096: 16 MiB. */
  readonly pages?: number;
}

export type ExtentAllocatorFactory = SizedFrameAllocatorFactory<ExtentAllocator>;

/**
 * The extent allocator as a machine's configuration names it.
 *
 * @throws ArmatureError `CONFIG_INVALID` when `pages` is not a positive whole number
 * @example
 * const allocator = extentAllocator().create({ base: 0x4_0000, count: 4096 });
 */
export function extentAllocator({ pages = 4096 }: ExtentAllocatorOptions = {}): ExtentAllocatorFactory {
  return frameAllocatorFactory('extent', pages, (range) => new ExtentAllocator(range));
}
