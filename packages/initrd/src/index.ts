export { type ArchiveEntry, writeArchive } from './archive.ts';
