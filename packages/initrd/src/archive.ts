/**
 * Archives that Linux unpacks as its first root file system: cpio in the "new ASCII" format. Libraries for it read
 * the format, or write older ones; what an initial RAM disk needs is the page below.
 *
 * @spec Linux, Documentation/driver-api/early-userspace/buffer-format.rst
 */

export interface ArchiveEntry {
  /** Path without a leading slash. */
  readonly path: string;
  readonly contents: { readonly directory: true } | { readonly link: string } | { readonly file: Uint8Array };
  /** Permission bits. Default 0755. */
  readonly mode?: number;
}

const MAGIC = '070701';
const TYPE = { directory: 0o040000, file: 0o100000, link: 0o120000 } as const;
const TRAILER = 'TRAILER!!!';

/**
 * Writes an archive. Directories must come before what is in them; of two entries with one path, the later one stays.
 *
 * Linux also takes several archives one after the other, each compressed or not: a RAM disk grows by appending.
 *
 * @example
 * const disk = writeArchive([
 *   { path: 'bin', contents: { directory: true } },
 *   { path: 'bin/tool', contents: { file: program } },
 *   { path: 'init', contents: { link: '/bin/tool' } },
 * ]);
 */
export function writeArchive(entries: readonly ArchiveEntry[]): Uint8Array {
  const chunks: Uint8Array[] = [];
  const text = new TextEncoder();
  let length = 0;
  const push = (bytes: Uint8Array): void => {
    chunks.push(bytes);
    length += bytes.length;
    const padding = -length & 3;
    if (padding > 0) {
      chunks.push(new Uint8Array(padding));
      length += padding;
    }
  };
  const add = (inode: number, path: string, mode: number, data: Uint8Array): void => {
    const name = text.encode(`${path}\0`);
    const fields = [inode, mode, 0, 0, 1, 0, data.length, 0, 0, 0, 0, name.length, 0];
    const header = MAGIC + fields.map((field) => field.toString(16).padStart(8, '0')).join('');
    const start = new Uint8Array(header.length + name.length);
    start.set(text.encode(header));
    start.set(name, header.length);
    push(start);
    push(data);
  };
  entries.forEach(({ path, contents, mode = 0o755 }, index) => {
    if ('directory' in contents) add(index + 1, path, TYPE.directory | mode, new Uint8Array());
    else if ('link' in contents) add(index + 1, path, TYPE.link | 0o777, text.encode(contents.link));
    else add(index + 1, path, TYPE.file | mode, contents.file);
  });
  add(0, TRAILER, 0, new Uint8Array());
  const archive = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    archive.set(chunk, at);
    at += chunk.length;
  }
  return archive;
}
