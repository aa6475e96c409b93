/** How SYS_OPEN opens a file: the modes of C's fopen. */
export interface OpenMode {
  readonly read: boolean;
  readonly write: boolean;
  /** `w`: the file is made, or emptied. */
  readonly truncate: boolean;
  /** `a`: the file is made if need be, and writes go to its end. */
  readonly append: boolean;
}

/** A file of the host. Results below zero are an {@link ERRNO}, negated. */
export interface HostFile {
  /** Reads at a position; the number of bytes, 0 at the end. */
  read(position: number, into: Uint8Array): number;
  /** Writes at a position; the number of bytes. */
  write(position: number, bytes: Uint8Array): number;
  /** Length in bytes. */
  length(): number;
  close(): void;
}

/**
 * The files a guest may use. The implementation decides which paths exist: it is what keeps a guest inside the
 * directory it was given. No method throws.
 */
export interface HostFiles {
  /** The open file, or a negated {@link ERRNO}. */
  open(path: string, mode: OpenMode): HostFile | number;
  /** 0, or a negated {@link ERRNO}. */
  remove(path: string): number;
  /** 0, or a negated {@link ERRNO}. */
  rename(from: string, to: string): number;
}

/** The mode with a number of SYS_OPEN, 0 to 11: r, r+, w, w+, a, a+, each with and without `b`. */
export function openMode(number: number): OpenMode {
  const kind = number >> 2;
  const update = (number & 2) !== 0;
  return {
    read: kind === 0 || update,
    write: kind !== 0 || update,
    truncate: kind === 1,
    append: kind === 2,
  };
}
