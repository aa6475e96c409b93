/** The devices of /dev. */
import { fail } from '../errno.ts';
import { type FileStat, makeDevice, O, S } from './constants.ts';
import { DirectoryNode, type FileNode, RegularNode, SymlinkNode } from './node.ts';
import { type DirectoryEntry, ENTRY_TYPE, OpenFile } from './open-file.ts';
import { anonymousStat } from './pipe.ts';

/** Reads and writes of a device that never waits. */
interface DeviceBehaviour {
  read(into: Uint8Array): number;
  write(bytes: Uint8Array): number;
}

class OpenDevice extends OpenFile {
  private readonly behaviour: DeviceBehaviour;
  private readonly node: DeviceNode;

  constructor(node: DeviceNode, behaviour: DeviceBehaviour, flags: number, path: string) {
    super(flags, path);
    this.node = node;
    this.behaviour = behaviour;
  }

  stat(): FileStat {
    return this.node.stat();
  }

  override read(into: Uint8Array): number {
    return this.behaviour.read(into);
  }

  override write(bytes: Uint8Array): number {
    return this.behaviour.write(bytes);
  }

  override readAt(into: Uint8Array): number {
    return this.behaviour.read(into);
  }

  override writeAt(bytes: Uint8Array): number {
    return this.behaviour.write(bytes);
  }

  override seek(): number {
    return 0;
  }

  override truncate(): void {
    fail('EINVAL');
  }
}

class DeviceNode extends RegularNode {
  override readonly kind = 'special';
  private readonly rdev: number;
  private readonly inode: number;
  private readonly behaviour: DeviceBehaviour;

  constructor(rdev: number, inode: number, behaviour: DeviceBehaviour) {
    super();
    this.rdev = rdev;
    this.inode = inode;
    this.behaviour = behaviour;
  }

  stat(): FileStat {
    return { ...anonymousStat(this.inode, S.IFCHR | 0o666), device: 6, rdev: this.rdev };
  }

  open(flags: number, path: string): OpenFile {
    return new OpenDevice(this, this.behaviour, flags, path);
  }

  override truncate(): void {}
}

/** A node whose open description is made by someone else. */
class OpenedNode extends RegularNode {
  override readonly kind = 'special';
  private readonly make: (flags: number) => OpenFile;

  constructor(make: (flags: number) => OpenFile) {
    super();
    this.make = make;
  }

  stat(): FileStat {
    return this.make(O.RDWR).stat();
  }

  open(flags: number): OpenFile {
    return this.make(flags);
  }
}

class FixedSymlink extends SymlinkNode {
  private readonly text: string;

  constructor(text: string) {
    super();
    this.text = text;
  }

  target(): string {
    return this.text;
  }

  stat(): FileStat {
    return { ...anonymousStat(90, S.IFLNK | 0o777), size: this.text.length };
  }
}

/** A directory whose entries do not change. */
export class FixedDirectory extends DirectoryNode {
  private readonly children: ReadonlyMap<string, FileNode>;

  constructor(children: Readonly<Record<string, FileNode>>) {
    super();
    this.children = new Map(Object.entries(children));
  }

  stat(): FileStat {
    return { ...anonymousStat(80, S.IFDIR | 0o755), device: 6, links: 2 };
  }

  lookup(name: string): FileNode | undefined {
    return this.children.get(name);
  }

  list(): readonly DirectoryEntry[] {
    return [...this.children].map(([name, node]) => ({
      name,
      inode: node.stat().inode,
      type: entryType(node),
    }));
  }
}

/** d_type of a node. */
export function entryType(node: FileNode): number {
  switch (node.stat().mode & S.IFMT) {
    case S.IFDIR:
      return ENTRY_TYPE.directory;
    case S.IFLNK:
      return ENTRY_TYPE.symlink;
    case S.IFCHR:
      return ENTRY_TYPE.character;
    case S.IFIFO:
      return ENTRY_TYPE.fifo;
    default:
      return ENTRY_TYPE.regular;
  }
}

/**
 * The tree at /dev.
 *
 * @param random fills bytes
 * @param terminal opens /dev/tty, or fails
 */
export function deviceTree(
  random: (into: Uint8Array) => void,
  terminal: (flags: number) => OpenFile,
): DirectoryNode {
  const zeros = (into: Uint8Array): number => {
    into.fill(0);
    return into.length;
  };
  const noise = (into: Uint8Array): number => {
    random(into);
    return into.length;
  };
  const drop = (bytes: Uint8Array): number => bytes.length;
  const full = (): number => fail('ENOSPC');
  return new FixedDirectory({
    null: new DeviceNode(makeDevice(1, 3), 4, { read: () => 0, write: drop }),
    zero: new DeviceNode(makeDevice(1, 5), 5, { read: zeros, write: drop }),
    full: new DeviceNode(makeDevice(1, 7), 6, { read: zeros, write: full }),
    random: new DeviceNode(makeDevice(1, 8), 7, { read: noise, write: drop }),
    urandom: new DeviceNode(makeDevice(1, 9), 8, { read: noise, write: drop }),
    tty: new OpenedNode(terminal),
    fd: new FixedSymlink('/proc/self/fd'),
    stdin: new FixedSymlink('/proc/self/fd/0'),
    stdout: new FixedSymlink('/proc/self/fd/1'),
    stderr: new FixedSymlink('/proc/self/fd/2'),
  });
}
