export { type TreeAllocatorFactory, type TreeAllocatorFactoryOptions, treeAllocator } from './factory.ts';
export type { Reservation } from './reservation-log.ts';
export { TreeAllocator, type TreeAllocatorOptions } from './tree-allocator.ts';
