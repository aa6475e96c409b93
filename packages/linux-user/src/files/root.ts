import { fail } from '../errno.ts';
import type { FileStat } from './constants.ts';
import { DirectoryNode, type FileNode, type RegularNode } from './node.ts';
import { type DirectoryEntry, ENTRY_TYPE, OpenFile } from './open-file.ts';

/** The root directory: that of a tree, with trees mounted over names in it. */
export class RootDirectory extends DirectoryNode {
  private readonly base: DirectoryNode;
  private readonly mounts: ReadonlyMap<string, DirectoryNode>;

  constructor(base: DirectoryNode, mounts: Readonly<Record<string, DirectoryNode>>) {
    super();
    this.base = base;
    this.mounts = new Map(Object.entries(mounts));
  }

  stat(): FileStat {
    return this.base.stat();
  }

  override space() {
    return this.base.space();
  }

  lookup(name: string): FileNode | undefined {
    return this.mounts.get(name) ?? this.base.lookup(name);
  }

  list(): readonly DirectoryEntry[] {
    const others = this.base.list().filter(({ name }) => !this.mounts.has(name));
    const mounted = [...this.mounts].map(([name, node]) => ({
      name,
      inode: node.stat().inode,
      type: ENTRY_TYPE.directory,
    }));
    return [...mounted, ...others];
  }

  override createFile(name: string, mode: number): RegularNode {
    return this.base.createFile(this.free(name), mode);
  }

  override createDirectory(name: string, mode: number): void {
    this.base.createDirectory(this.free(name), mode);
  }

  override createSymlink(name: string, target: string): void {
    this.base.createSymlink(this.free(name), target);
  }

  override createLink(name: string, node: FileNode): void {
    this.base.createLink(this.free(name), node);
  }

  override remove(name: string): void {
    this.base.remove(this.free(name));
  }

  override removeDirectory(name: string): void {
    this.base.removeDirectory(this.free(name));
  }

  override rename(name: string, to: DirectoryNode, toName: string): void {
    const target = to instanceof RootDirectory ? to.base : to;
    if (to instanceof RootDirectory) to.free(toName);
    this.base.rename(this.free(name), target, toName);
  }

  override chmod(mode: number): void {
    this.base.chmod(mode);
  }

  override setTimes(accessed: bigint | undefined, modified: bigint | undefined): void {
    this.base.setTimes(accessed, modified);
  }

  isMount(name: string): boolean {
    return this.mounts.has(name);
  }

  /** The directory that entries are really in. */
  get underlying(): DirectoryNode {
    return this.base;
  }

  private free(name: string): string {
    if (this.mounts.has(name)) fail('EBUSY');
    return name;
  }
}

/** An open directory. Its entries are those of the moment they are first asked for. */
export class DirectoryFile extends OpenFile {
  /** Index of the next entry. */
  position = 0;
  private listed: readonly DirectoryEntry[] | undefined;
  private readonly parentInode: number;
  private readonly resolve: (path: string) => FileNode;

  /** @param resolve finds a canonical path's node anew: what led there may have changed since the last call */
  constructor(resolve: (path: string) => FileNode, parent: DirectoryNode, flags: number, path: string) {
    super(flags, path);
    this.resolve = resolve;
    this.parentInode = parent.stat().inode;
  }

  private get node(): DirectoryNode {
    const node = this.resolve(this.path);
    if (!(node instanceof DirectoryNode)) fail('ENOTDIR');
    return node;
  }

  stat(): FileStat {
    return this.node.stat();
  }

  override read(): number {
    fail('EISDIR');
  }

  override entries(): readonly DirectoryEntry[] {
    this.listed ??= [
      { name: '.', inode: this.node.stat().inode, type: ENTRY_TYPE.directory },
      { name: '..', inode: this.parentInode, type: ENTRY_TYPE.directory },
      ...this.node.list(),
    ];
    return this.listed;
  }

  override seek(offset: number, whence: number): number {
    if (whence !== 0 || offset < 0) fail('EINVAL');
    this.position = offset;
    if (offset === 0) this.listed = undefined;
    return offset;
  }

  override chmod(mode: number): void {
    this.node.chmod(mode);
  }

  override setTimes(accessed: bigint | undefined, modified: bigint | undefined): void {
    this.node.setTimes(accessed, modified);
  }

  override sync(): void {}
}

/** A description opened with O_PATH: it names a file and does nothing else. */
export class PathFile extends OpenFile {
  private readonly resolve: (path: string) => FileNode;

  constructor(resolve: (path: string) => FileNode, flags: number, path: string) {
    super(flags, path);
    this.resolve = resolve;
  }

  stat(): FileStat {
    return this.resolve(this.path).stat();
  }

  override read(): number {
    fail('EBADF');
  }

  override write(): number {
    fail('EBADF');
  }
}
