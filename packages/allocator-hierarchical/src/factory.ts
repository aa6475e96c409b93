import { ArmatureError, type FrameAllocatorFactory } from '@armature/core';
import { HierarchicalAllocator } from './hierarchical-allocator.ts';

export interface HierarchicalAllocatorOptions {
  /** Frames to manage. Default 4096: 16 MiB. */
  readonly pages?: number;
}

export interface HierarchicalAllocatorFactory extends FrameAllocatorFactory {
  readonly pages: number;
  create(range: { readonly base: number; readonly count: number }): HierarchicalAllocator;
}

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
  if (!Number.isInteger(pages) || pages < 1) {
    throw new ArmatureError('CONFIG_INVALID', `cannot manage ${pages} pages`, {
      context: { pages },
      hint: 'Give a whole number of pages, at least 1.',
    });
  }
  return { name: 'hierarchical', pages, create: (range) => new HierarchicalAllocator(range) };
}
