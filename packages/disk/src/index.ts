export { checkRange, checkWritable, type Disk, type DiskErrorCode } from './disk.ts';
export { memoryDisk, type SparseDisk } from './memory.ts';
export { type OverlayDisk, type OverlayOptions, type OverlayState, overlayDisk } from './overlay.ts';
export { readOnlyDisk } from './read-only.ts';
