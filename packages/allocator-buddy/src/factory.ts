import { ArmatureError, type FrameAllocatorFactory } from '@armature/core';
import { BuddyAllocator, type BuddyOptions } from './buddy-allocator.ts';

export interface BuddyAllocatorOptions extends BuddyOptions {
  /** Frames to manage. Default 4096: 16 MiB. */
  readonly pages?: number;
}

export interface BuddyAllocatorFactory extends FrameAllocatorFactory {
  readonly pages: number;
  create(range: { readonly base: number; readonly count: number }): BuddyAllocator;
}

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
  if (!Number.isInteger(pages) || pages < 1) {
    throw new ArmatureError('CONFIG_INVALID', `cannot manage ${pages} pages`, {
      context: { pages },
      hint: 'Give a whole number of pages, at least 1.',
    });
  }
  return { name: 'buddy', pages, create: (range) => new BuddyAllocator({ ...range, ...options }) };
}
