import type { HostFile, OpenMode } from './files.ts';
import { ERRNO } from './operations.ts';

/** The host's end of the console. */
export interface SemihostingConsole {
  /** Takes what the guest writes. */
  write(bytes: Uint8Array, stream: 'stdout' | 'stderr'): void;
  /** Fills `into` with at least one byte of input, waiting for it; 0 at the end of input. */
  read(into: Uint8Array): number;
}

/** Something that SYS_OPEN opened. Results below zero are an {@link ERRNO}, negated. */
export interface Handle {
  readonly interactive: boolean;
  read(into: Uint8Array): number;
  write(bytes: Uint8Array): number;
  seek(position: number): number;
  length(): number;
  close(): void;
}

export function fileHandle(file: HostFile, mode: OpenMode): Handle {
  let position = 0;
  return {
    interactive: false,
    read(into) {
      if (!mode.read) return -ERRNO.EBADF;
      const count = file.read(position, into);
      if (count > 0) position += count;
      return count;
    },
    write(bytes) {
      if (!mode.write) return -ERRNO.EBADF;
      if (mode.append) {
        const end = file.length();
        if (end < 0) return end;
        position = end;
      }
      const count = file.write(position, bytes);
      if (count > 0) position += count;
      return count;
    },
    seek(to) {
      position = to;
      return 0;
    },
    length: () => file.length(),
    close: () => file.close(),
  };
}

/** `:tt`: input when opened for reading, else standard output or (append modes) standard error. */
export function consoleHandle(console: SemihostingConsole, mode: OpenMode): Handle {
  const input = !mode.truncate && !mode.append;
  return {
    interactive: true,
    read: (into) => (input ? console.read(into) : -ERRNO.EBADF),
    write(bytes) {
      if (input) return -ERRNO.EBADF;
      console.write(bytes, mode.append ? 'stderr' : 'stdout');
      return bytes.length;
    },
    seek: () => -ERRNO.ESPIPE,
    length: () => -ERRNO.ESPIPE,
    close: () => {},
  };
}

/** A file whose contents never change: `:semihosting-features`. */
export function constantHandle(contents: Uint8Array): Handle {
  const file: HostFile = {
    read(position, into) {
      const part = contents.subarray(position, position + into.length);
      into.set(part);
      return part.length;
    },
    write: () => -ERRNO.EBADF,
    length: () => contents.length,
    close: () => {},
  };
  return fileHandle(file, { read: true, write: false, truncate: false, append: false });
}
