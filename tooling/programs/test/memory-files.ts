import { type HostFile, type HostFiles, type OpenMode, SEMIHOSTING_ERRNO } from '@armature/semihosting';

/** Files that exist in a map: enough of a disk for programs. */
export class MemoryFiles implements HostFiles {
  private readonly contents = new Map<string, Uint8Array>();

  open(path: string, mode: OpenMode): HostFile | number {
    const made = mode.truncate || mode.append;
    if (!made && !this.contents.has(path)) return -SEMIHOSTING_ERRNO.ENOENT;
    if (mode.truncate || !this.contents.has(path)) this.contents.set(path, new Uint8Array());
    let bytes = this.contents.get(path)!;
    return {
      read: (position, into) => {
        const part = bytes.subarray(position, position + into.length);
        into.set(part);
        return part.length;
      },
      write: (position, part) => {
        const end = position + part.length;
        if (end > bytes.length) {
          const longer = new Uint8Array(end);
          longer.set(bytes);
          bytes = longer;
          this.contents.set(path, bytes);
        }
        bytes.set(part, position);
        return part.length;
      },
      length: () => bytes.length,
      close: () => {},
    };
  }

  remove(path: string): number {
    return this.contents.delete(path) ? 0 : -SEMIHOSTING_ERRNO.ENOENT;
  }

  rename(from: string, to: string): number {
    const bytes = this.contents.get(from);
    if (bytes === undefined) return -SEMIHOSTING_ERRNO.ENOENT;
    this.contents.delete(from);
    this.contents.set(to, bytes);
    return 0;
  }
}
