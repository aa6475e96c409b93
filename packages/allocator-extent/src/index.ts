export { ExtentAllocator } from './extent-allocator.ts';
export { type ExtentAllocatorFactory, type ExtentAllocatorOptions, extentAllocator } from './factory.ts';
