export {
  BuddyAllocator,
  type BuddyOptions,
  type MagazineOptions,
} from './buddy-allocator.ts';
export { type BuddyAllocatorFactory, type BuddyAllocatorOptions, buddyAllocator } from './factory.ts';
