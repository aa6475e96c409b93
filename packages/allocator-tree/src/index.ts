export { type TreeAllocatorFactory, type TreeAllocatorFactoryOptions, treeAllocator } from './factory.ts';
export { TreeAllocator, type TreeAllocatorOptions } from './tree-allocator.ts';
