import { frameAllocatorFactory, type SizedFrameAllocatorFactory } from '@armature/core';
import { BuddyAllocator, type BuddyOptions } from './buddy-allocator.ts';

export interface BuddyAllocatorOptions extends BuddyOptions {
  /** Frames to manage. Default 4096: 16 MiB. */
  readonly pages?: number;
}

export type BuddyAllocatorFactory = SizedFrameAllocatorFactory<BuddyAllocator>;

/**
 * The buddy allocator as a machine's configuration names it.
 *
 * @throws ArmatureError `CONFIG_INVALID` when `pages` is not a positive whole number; `create` also when the magazines
 * make no sense
 * @example
 * const allocator = buddyAllocator({ magazines: {} }).create({ base: 0x4_0000, count: 4096 });
 */
export function buddyAllocator({
  pages = 4096,
  ...options
}: BuddyAllocatorOptions = {}): BuddyAllocatorFactory {
  return frameAllocatorFactory('buddy', pages, (range) => new BuddyAllocator({ ...range, ...options }));
}
