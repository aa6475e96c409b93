export { BitmapAllocator } from './bitmap-allocator.ts';
export { type BitmapAllocatorFactory, type BitmapAllocatorOptions, bitmapAllocator } from './factory.ts';
export type { LayoutOptions } from './layout.ts';
