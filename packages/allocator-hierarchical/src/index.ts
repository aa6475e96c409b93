export {
  type HierarchicalAllocatorFactory,
  type HierarchicalAllocatorOptions,
  hierarchicalAllocator,
} from './factory.ts';
export { HierarchicalAllocator } from './hierarchical-allocator.ts';
