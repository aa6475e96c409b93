import { frameAllocatorFactory, type SizedFrameAllocatorFactory } from '@armature/core';
import { TreeAllocator, type TreeAllocatorOptions } from './tree-allocator.ts';

export interface TreeAllocatorFactoryOptions extends Omit<TreeAllocatorOptions, 'base' | 'count'> {
  /** Frames to manage. Default 4096: 16 MiB. */
  readonly pages?: number;
}

export type TreeAllocatorFactory = SizedFrameAllocatorFactory<TreeAllocator>;

/**
 * The tree allocator as a machine's configuration names it.
 *
 * @throws ArmatureError `CONFIG_INVALID` when `pages` is not a positive whole number
 * @example
 * const allocator = treeAllocator({ workers: 2 }).create({ base: 0x4_0000, count: 4096 });
 */
export function treeAllocator({
  pages = 4096,
  ...options
}: TreeAllocatorFactoryOptions = {}): TreeAllocatorFactory {
  return frameAllocatorFactory(
    'tree',
    pages,
    ({ base, count }) => new TreeAllocator({ ...options, base, count }),
  );
}
