/** Files in memory: /tmp, and everything when there is no directory of the host. */
import { fail } from '../errno.ts';
import { type FileStat, O, S } from './constants.ts';
import { DirectoryNode, type FileNode, RegularNode, SymlinkNode } from './node.ts';
import { type DirectoryEntry, ENTRY_TYPE, type OpenFile, SeekableFile } from './open-file.ts';

const PAGE = 4096;
const DEVICE = 0x18;
/** RAMFS_MAGIC would say less: statfs of a tmpfs. */
const TMPFS_MAGIC = 0x0102_1994;
const DIRECTORY_BYTES = 60;

export interface MemoryTreeOptions {
  /** Bytes that all files together may have. */
  readonly capacity: number;
  /** Nanoseconds since 1970. */
  readonly now: () => bigint;
  readonly owner: { readonly uid: number; readonly gid: number };
}

/** What the nodes of one tree share. */
class Volume {
  used = 0;
  private nextInode = 2;
  readonly options: MemoryTreeOptions;

  constructor(options: MemoryTreeOptions) {
    this.options = options;
  }

  inode(): number {
    return this.nextInode++;
  }

  /** Counts bytes. @throws ENOSPC */
  claim(bytes: number): void {
    if (this.used + bytes > this.options.capacity) fail('ENOSPC');
    this.used += bytes;
  }

  get space() {
    const total = Math.floor(this.options.capacity / PAGE);
    return { total, free: total - Math.ceil(this.used / PAGE), type: TMPFS_MAGIC };
  }
}

/** What every node in memory has. */
class Attributes {
  readonly inode: number;
  mode: number;
  uid: number;
  gid: number;
  links = 1;
  accessed: bigint;
  modified: bigint;
  changed: bigint;
  readonly volume: Volume;

  constructor(volume: Volume, mode: number) {
    const { now, owner } = volume.options;
    this.volume = volume;
    this.inode = volume.inode();
    this.mode = mode;
    this.uid = owner.uid;
    this.gid = owner.gid;
    this.accessed = now();
    this.modified = this.accessed;
    this.changed = this.accessed;
  }

  touch(): void {
    this.modified = this.volume.options.now();
    this.changed = this.modified;
  }

  stat(size: number): FileStat {
    const { inode, mode, links, uid, gid, accessed, modified, changed } = this;
    const blocks = Math.ceil(size / PAGE) * 8;
    return {
      device: DEVICE,
      inode,
      mode,
      links,
      uid,
      gid,
      rdev: 0,
      size,
      blockSize: PAGE,
      blocks,
      accessed,
      modified,
      changed,
    };
  }

  chmod(mode: number): void {
    this.mode = (this.mode & S.IFMT) | (mode & 0o7777);
    this.changed = this.volume.options.now();
  }

  chown(uid: number, gid: number): void {
    if (uid !== 0xffff_ffff) this.uid = uid;
    if (gid !== 0xffff_ffff) this.gid = gid;
    this.changed = this.volume.options.now();
  }

  setTimes(accessed: bigint | undefined, modified: bigint | undefined): void {
    if (accessed !== undefined) this.accessed = accessed;
    if (modified !== undefined) this.modified = modified;
    this.changed = this.volume.options.now();
  }
}

class MemoryFile extends RegularNode {
  readonly attributes: Attributes;
  size = 0;
  private bytes = new Uint8Array();
  private openings = 0;

  constructor(volume: Volume, mode: number) {
    super();
    this.attributes = new Attributes(volume, S.IFREG | mode);
  }

  stat(): FileStat {
    return this.attributes.stat(this.size);
  }

  open(flags: number, path: string): OpenFile {
    if (flags & O.TRUNC) this.truncate(0);
    this.openings++;
    return new OpenMemoryFile(this, flags, path);
  }

  readAt(into: Uint8Array, position: number): number {
    if (position >= this.size) return 0;
    const part = this.bytes.subarray(position, Math.min(position + into.length, this.size));
    into.set(part);
    return part.length;
  }

  writeAt(bytes: Uint8Array, position: number): number {
    if (bytes.length === 0) return 0;
    this.resize(Math.max(this.size, position + bytes.length));
    this.bytes.set(bytes, position);
    this.attributes.touch();
    return bytes.length;
  }

  override truncate(size: number): void {
    this.resize(size);
    this.attributes.touch();
  }

  override chmod(mode: number): void {
    this.attributes.chmod(mode);
  }

  override chown(uid: number, gid: number): void {
    this.attributes.chown(uid, gid);
  }

  override setTimes(accessed: bigint | undefined, modified: bigint | undefined): void {
    this.attributes.setTimes(accessed, modified);
  }

  unlinked(): void {
    this.attributes.links--;
    this.release();
  }

  closed(): void {
    this.openings--;
    this.release();
  }

  /** Frees the bytes of a file that has neither a name nor anyone who has it open. */
  private release(): void {
    if (this.attributes.links === 0 && this.openings === 0) this.resize(0);
  }

  private resize(size: number): void {
    const { volume } = this.attributes;
    if (size > this.size) volume.claim(size - this.size);
    else volume.used -= this.size - size;
    if (size > this.bytes.length) {
      const longer = new Uint8Array(
        Math.max(size, Math.min(this.bytes.length * 2, volume.options.capacity), 256),
      );
      longer.set(this.bytes.subarray(0, this.size));
      this.bytes = longer;
    } else if (size < this.size) {
      if (size === 0) this.bytes = new Uint8Array();
      else this.bytes.fill(0, size, this.size);
    }
    this.size = size;
  }
}

class OpenMemoryFile extends SeekableFile {
  private readonly node: MemoryFile;

  constructor(node: MemoryFile, flags: number, path: string) {
    super(flags, path);
    this.node = node;
  }

  protected get size(): number {
    return this.node.size;
  }

  override get mappingKey(): string {
    return `memory:${this.node.attributes.volume.options.capacity}:${this.node.attributes.inode}`;
  }

  stat(): FileStat {
    return this.node.stat();
  }

  override readAt(into: Uint8Array, position: number): number {
    return this.node.readAt(into, position);
  }

  override writeAt(bytes: Uint8Array, position: number): number {
    return this.node.writeAt(bytes, position);
  }

  override truncate(size: number): void {
    this.node.truncate(size);
  }

  override chmod(mode: number): void {
    this.node.chmod(mode);
  }

  override setTimes(accessed: bigint | undefined, modified: bigint | undefined): void {
    this.node.setTimes(accessed, modified);
  }

  override sync(): void {}

  protected override close(): void {
    this.node.closed();
  }
}

class MemorySymlink extends SymlinkNode {
  readonly attributes: Attributes;
  private readonly text: string;

  constructor(volume: Volume, text: string) {
    super();
    this.attributes = new Attributes(volume, S.IFLNK | 0o777);
    this.text = text;
  }

  target(): string {
    return this.text;
  }

  stat(): FileStat {
    return this.attributes.stat(new TextEncoder().encode(this.text).length);
  }

  override setTimes(accessed: bigint | undefined, modified: bigint | undefined): void {
    this.attributes.setTimes(accessed, modified);
  }

  override chown(uid: number, gid: number): void {
    this.attributes.chown(uid, gid);
  }
}

type MemoryNode = MemoryFile | MemorySymlink | MemoryDirectory;

class MemoryDirectory extends DirectoryNode {
  readonly attributes: Attributes;
  parent: MemoryDirectory | undefined;
  private readonly volume: Volume;
  private readonly children = new Map<string, MemoryNode>();

  constructor(volume: Volume, mode: number, parent: MemoryDirectory | undefined) {
    super();
    this.volume = volume;
    this.parent = parent;
    this.attributes = new Attributes(volume, S.IFDIR | mode);
    this.attributes.links = 2;
  }

  stat(): FileStat {
    return this.attributes.stat(DIRECTORY_BYTES);
  }

  override space() {
    return this.volume.space;
  }

  lookup(name: string): FileNode | undefined {
    return this.children.get(name);
  }

  list(): readonly DirectoryEntry[] {
    return [...this.children].map(([name, node]) => ({
      name,
      inode: node.attributes.inode,
      type: ENTRY_TYPE[
        node.kind === 'directory' ? 'directory' : node.kind === 'symlink' ? 'symlink' : 'regular'
      ],
    }));
  }

  override createFile(name: string, mode: number): RegularNode {
    return this.insert(name, new MemoryFile(this.volume, mode & 0o7777));
  }

  override createDirectory(name: string, mode: number): void {
    this.insert(name, new MemoryDirectory(this.volume, mode & 0o7777, this));
    this.attributes.links++;
  }

  override createSymlink(name: string, target: string): void {
    this.insert(name, new MemorySymlink(this.volume, target));
  }

  override createLink(name: string, node: FileNode): void {
    if (!(node instanceof MemoryFile) || node.attributes.volume !== this.volume) fail('EXDEV');
    this.insert(name, node);
    node.attributes.links++;
  }

  override remove(name: string): void {
    const node = this.children.get(name);
    if (node === undefined) fail('ENOENT');
    if (node instanceof MemoryDirectory) fail('EISDIR');
    this.children.delete(name);
    this.volume.used -= ENTRY_BYTES + name.length;
    if (node instanceof MemoryFile) node.unlinked();
    this.attributes.touch();
  }

  override removeDirectory(name: string): void {
    const node = this.children.get(name);
    if (node === undefined) fail('ENOENT');
    if (!(node instanceof MemoryDirectory)) fail('ENOTDIR');
    if (node.children.size > 0) fail('ENOTEMPTY');
    this.children.delete(name);
    this.volume.used -= ENTRY_BYTES + name.length;
    this.attributes.links--;
    this.attributes.touch();
  }

  override rename(name: string, to: DirectoryNode, toName: string): void {
    if (!(to instanceof MemoryDirectory) || to.volume !== this.volume) fail('EXDEV');
    const node = this.children.get(name);
    if (node === undefined) fail('ENOENT');
    const there = to.children.get(toName);
    if (there === node) return;
    if (node instanceof MemoryDirectory && to.isWithin(node)) fail('EINVAL');
    if (there !== undefined) {
      if (there instanceof MemoryDirectory) {
        if (!(node instanceof MemoryDirectory)) fail('EISDIR');
        to.removeDirectory(toName);
      } else {
        if (node instanceof MemoryDirectory) fail('ENOTDIR');
        to.remove(toName);
      }
    }
    this.children.delete(name);
    this.volume.used -= ENTRY_BYTES + name.length;
    to.insert(toName, node);
    if (node instanceof MemoryDirectory) {
      node.parent = to;
      this.attributes.links--;
      to.attributes.links++;
    }
    this.attributes.touch();
  }

  override chmod(mode: number): void {
    this.attributes.chmod(mode);
  }

  override chown(uid: number, gid: number): void {
    this.attributes.chown(uid, gid);
  }

  override setTimes(accessed: bigint | undefined, modified: bigint | undefined): void {
    this.attributes.setTimes(accessed, modified);
  }

  private isWithin(directory: MemoryDirectory): boolean {
    for (let each: MemoryDirectory | undefined = this; each !== undefined; each = each.parent) {
      if (each === directory) return true;
    }
    return false;
  }

  private insert<Node extends MemoryNode>(name: string, node: Node): Node {
    this.volume.claim(ENTRY_BYTES + name.length);
    this.children.set(name, node);
    this.attributes.touch();
    return node;
  }
}

/** What an entry of a directory counts as, beside its name. */
const ENTRY_BYTES = 64;

/** An empty tree in memory. */
export function memoryTree(options: MemoryTreeOptions, mode = 0o755): DirectoryNode {
  return new MemoryDirectory(new Volume(options), mode, undefined);
}
