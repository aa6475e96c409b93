/** A small Linux-compatible kernel on the memory manager: runs static AArch64 Linux programs. */
export { ERRNO, type ErrnoName, Failure } from './errno.ts';
export type { ProgramConsole } from './files/console.ts';
export type { FileStat } from './files/constants.ts';
export { type MemoryTreeOptions, memoryTree } from './files/memory-tree.ts';
export { DirectoryNode, FileNode, RegularNode, SymlinkNode } from './files/node.ts';
export { type DirectoryEntry, OpenFile } from './files/open-file.ts';
export type { Ending } from './kernel.ts';
export {
  HOST_SIGNALS,
  LinuxUser,
  type LinuxUserOptions,
  type LinuxUserStatistics,
  type ProgramStart,
} from './linux-user.ts';
export { linuxUser } from './part.ts';
export { signalName } from './signals.ts';
export { implementedCalls } from './system-calls/table.ts';
