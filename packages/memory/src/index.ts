export { FRAME_MAP_CHARACTERS, type FrameMapOptions, frameMap } from './frame-map.ts';
export {
  KERNEL_DATA,
  type MapOptions,
  MemoryManager,
  type MemoryManagerConfig,
} from './memory-manager.ts';
export { type MemoryManagerOptions, memoryManager } from './part.ts';
export type { Allocation, AllocationOptions } from './physical-pages.ts';
export type { MemoryFailure, MemoryFailureReason, MemoryResult } from './results.ts';
export type { ManagerState } from './snapshot.ts';
export type { MemoryStatistics } from './statistics.ts';
export type { ResolvedFault } from './virtual-pages.ts';
