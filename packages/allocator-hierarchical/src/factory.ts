import { frameAllocatorFactory, type SizedFrameAllocatorFactory } from '@armature/core';
import { HierarchicalAllocator } from './hierarchical-allocator.ts';

export interface HierarchicalAllocatorOptions {
  /** Frames to manage. Default 4096: 16 MiB. */
  readonly pages?: number;
}

export type HierarchicalAllocatorFactory = SizedFrameAllocatorFactory<HierarchicalAllocator>;

/**
 * The hierarchical allocator as a machine's configuration names it.
 *
 * @throws ArmatureError `CONFIG_INVALID` when `pages` is not a positive whole number
 * @example
 * const allocator = hierarchicalAllocator().create({ base: 0x4_0000, count: 4096 });
 */
export function hierarchicalAllocator({
  pages = 4096,
}: HierarchicalAllocatorOptions = {}): HierarchicalAllocatorFactory {
  return frameAllocatorFactory('hierarchical', pages, (range) => new HierarchicalAllocator(range));
}
