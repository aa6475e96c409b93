export type { HostFile, HostFiles, OpenMode } from './files.ts';
export type { SemihostingConsole } from './handles.ts';
export { ERRNO as SEMIHOSTING_ERRNO, OPERATION as SEMIHOSTING_OPERATION } from './operations.ts';
export { type SemihostingOptions, semihosting } from './part.ts';
export { type HeapInfo, Semihosting, type SemihostingConfig } from './semihosting.ts';
