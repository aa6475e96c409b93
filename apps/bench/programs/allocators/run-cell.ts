/** Prints what one cell measures: `run-cell ALLOCATOR MODE FRAMES ORDER OCCUPANCY MILLISECONDS`. */
import { bitmapAllocator } from '@armature/allocator-bitmap';
import { buddyAllocator } from '@armature/allocator-buddy';
import { extentAllocator } from '@armature/allocator-extent';
import { hierarchicalAllocator } from '@armature/allocator-hierarchical';
import { treeAllocator } from '@armature/allocator-tree';
import type { FrameAllocatorFactory } from '@armature/core';
import { type Cell, measure } from './cell.ts';

const FACTORIES: Readonly<Record<string, () => FrameAllocatorFactory>> = {
  bitmap: bitmapAllocator,
  hierarchical: hierarchicalAllocator,
  buddy: buddyAllocator,
  'buddy-magazine': () => buddyAllocator({ magazines: {} }),
  'buddy-ordered': () => buddyAllocator({ placement: 'address' }),
  tree: () => treeAllocator(),
  // As for several workers, with one at work.
  'tree-shared': () => treeAllocator({ workers: 2 }),
  extent: () => extentAllocator(),
};

const [name = '', mode = '', frames, order, occupancy, time] = process.argv.slice(2);
const factory = FACTORIES[name]?.();
if (factory === undefined)
  throw new Error(`no allocator ${name}; there are ${Object.keys(FACTORIES).join(', ')}`);
const cell: Cell = {
  mode: mode as Cell['mode'],
  frames: Number(frames),
  order: Number(order),
  occupancy: Number(occupancy),
  time: Number(time),
};
console.log(measure(factory.create({ base: 0x4_0000, count: cell.frames }), cell));
