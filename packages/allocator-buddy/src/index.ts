export {
  BuddyAllocator,
  type BuddyOptions,
  type MagazineOptions,
  type Reservation,
} from './buddy-allocator.ts';
export { type BuddyAllocatorFactory, type BuddyAllocatorOptions, buddyAllocator } from './factory.ts';
