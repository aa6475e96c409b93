/** /proc, as far as programs read it: made up when it is read. */
import { PAGE_SIZE } from '@armature/core';
import { fail } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { PROT } from '../memory/areas.ts';
import { textToBytes } from '../memory/user-memory.ts';
import type { Process } from '../process/process.ts';
import { type FileStat, O, S } from './constants.ts';
import { entryType } from './devices.ts';
import { DirectoryNode, type FileNode, RegularNode, SymlinkNode } from './node.ts';
import { type DirectoryEntry, type OpenFile, SeekableFile } from './open-file.ts';
import { anonymousStat } from './pipe.ts';

const PROC_MAGIC = 0x9fa0;
const CLOCK_TICKS = 100;

/** A file whose contents are those of the moment it was opened. */
class TextNode extends RegularNode {
  private readonly text: () => string | Uint8Array;

  constructor(text: () => string | Uint8Array) {
    super();
    this.text = text;
  }

  stat(): FileStat {
    return { ...anonymousStat(4, S.IFREG | 0o444), device: 5 };
  }

  open(flags: number, path: string): OpenFile {
    if ((flags & O.ACCMODE) !== O.RDONLY) fail('EACCES');
    const text = this.text();
    return new OpenText(typeof text === 'string' ? textToBytes(text) : text, this, flags, path);
  }
}

class OpenText extends SeekableFile {
  private readonly bytes: Uint8Array;
  private readonly node: TextNode;

  constructor(bytes: Uint8Array, node: TextNode, flags: number, path: string) {
    super(flags, path);
    this.bytes = bytes;
    this.node = node;
  }

  protected get size(): number {
    return this.bytes.length;
  }

  stat(): FileStat {
    return this.node.stat();
  }

  override readAt(into: Uint8Array, position: number): number {
    const part = this.bytes.subarray(position, position + into.length);
    into.set(part);
    return part.length;
  }
}

/** A symbolic link that leads to a file by itself, not by its text. */
class MagicLink extends SymlinkNode {
  private readonly text: () => string;
  private readonly node: () => FileNode | undefined;

  constructor(text: () => string, node: () => FileNode | undefined = () => undefined) {
    super();
    this.text = text;
    this.node = node;
  }

  target(): string {
    return this.text();
  }

  override direct(): FileNode | undefined {
    return this.node();
  }

  stat(): FileStat {
    return { ...anonymousStat(5, S.IFLNK | 0o777), device: 5 };
  }
}

/** A directory whose entries are made up. */
class MadeUpDirectory extends DirectoryNode {
  private readonly names: () => Iterable<string>;
  private readonly make: (name: string) => FileNode | undefined;

  constructor(names: () => Iterable<string>, make: (name: string) => FileNode | undefined) {
    super();
    this.names = names;
    this.make = make;
  }

  stat(): FileStat {
    return { ...anonymousStat(6, S.IFDIR | 0o555), device: 5, links: 2 };
  }

  override space() {
    return { total: 0, free: 0, type: PROC_MAGIC };
  }

  lookup(name: string): FileNode | undefined {
    return this.make(name);
  }

  list(): readonly DirectoryEntry[] {
    return [...this.names()].flatMap((name) => {
      const node = this.lookup(name);
      return node === undefined ? [] : [{ name, inode: node.stat().inode, type: entryType(node) }];
    });
  }
}

function directory(children: Readonly<Record<string, () => FileNode>>): DirectoryNode {
  return new MadeUpDirectory(
    () => Object.keys(children),
    (name) => (Object.hasOwn(children, name) ? children[name]() : undefined),
  );
}

/** Opens a file that is open already: the same description, as /dev/stdin and its kind have it. */
class ReopenedNode extends RegularNode {
  override readonly kind = 'special';
  readonly file: OpenFile;

  constructor(file: OpenFile) {
    super();
    this.file = file;
  }

  stat(): FileStat {
    return this.file.stat();
  }

  open(): OpenFile {
    return this.file;
  }
}

/** The tree at /proc. */
export function procTree(kernel: () => Kernel): DirectoryNode {
  const current = (): Process => {
    const process = kernel().scheduler.current?.process;
    if (process === undefined) fail('ENOENT');
    return process;
  };
  const fixed: Readonly<Record<string, () => FileNode>> = {
    self: () => new MagicLink(() => String(current().pid)),
    'thread-self': () => new MagicLink(() => `${current().pid}/task/${kernel().scheduler.current!.tid}`),
    meminfo: () => new TextNode(() => memoryInfo(kernel())),
    uptime: () => new TextNode(() => `${(kernel().config.clock.now() / 1e9).toFixed(2)} 0.00\n`),
    loadavg: () => new TextNode(() => `0.00 0.00 0.00 1/${kernel().processes.all.size} ${current().pid}\n`),
    version: () => new TextNode(() => 'Linux version 6.1.0-armature (armature) #1\n'),
    cpuinfo: () => new TextNode(() => 'processor\t: 0\nBogoMIPS\t: 125.00\nCPU architecture: 8\n\n'),
    mounts: () => new MagicLink(() => 'self/mounts'),
    filesystems: () => new TextNode(() => 'nodev\tproc\nnodev\ttmpfs\n'),
    stat: () => new TextNode(() => 'cpu  0 0 0 0 0 0 0 0 0 0\n'),
  };
  return new MadeUpDirectory(
    () => [...Object.keys(fixed), ...[...kernel().processes.all.keys()].map(String)],
    (name) => {
      if (Object.hasOwn(fixed, name)) return fixed[name]();
      const process = /^[1-9][0-9]*$/.test(name) ? kernel().processes.find(Number(name)) : undefined;
      return process && processDirectory(kernel(), process);
    },
  );
}

function processDirectory(kernel: Kernel, process: Process): DirectoryNode {
  const { files } = kernel.config;
  const nodeAt = (path: string): FileNode | undefined => {
    try {
      return files.find(path).node;
    } catch {
      return undefined;
    }
  };
  return directory({
    exe: () =>
      new MagicLink(
        () => process.programPath,
        () => process.program ?? nodeAt(process.programPath),
      ),
    cwd: () =>
      new MagicLink(
        () => process.surroundings.directory,
        () => nodeAt(process.surroundings.directory),
      ),
    root: () => new MagicLink(() => '/'),
    cmdline: () => new TextNode(() => joinArguments(process.commandLine)),
    comm: () => new TextNode(() => `${process.name}\n`),
    environ: () => new TextNode(() => ''),
    maps: () => new TextNode(() => mapsText(process)),
    mounts: () => new TextNode(() => 'none / tmpfs rw 0 0\nproc /proc proc rw 0 0\n'),
    stat: () => new TextNode(() => statText(kernel, process)),
    statm: () =>
      new TextNode(() => `${process.space.areas.pages} ${process.space.residentPages} 0 0 0 0 0\n`),
    status: () => new TextNode(() => statusText(process)),
    fd: () =>
      new MadeUpDirectory(
        () => process.descriptors.used.map(String),
        (name) => {
          const file = /^[0-9]+$/.test(name) ? process.descriptors.find(Number(name)) : undefined;
          return (
            file &&
            new MagicLink(
              () => file.path,
              () => nodeOf(file, nodeAt),
            )
          );
        },
      ),
    task: () =>
      directory(
        Object.fromEntries(
          [...process.threads].map(({ tid }) => [String(tid), () => processDirectory(kernel, process)]),
        ),
      ),
  });
}

/** What an open file is a description of: by its path where that leads to it, else the description itself. */
function nodeOf(file: OpenFile, nodeAt: (path: string) => FileNode | undefined): FileNode {
  const node = file.path.startsWith('/') ? nodeAt(file.path) : undefined;
  if (node !== undefined && node.kind !== 'special') return node;
  return new ReopenedNode(file);
}

function joinArguments(values: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(values.reduce((sum, { length }) => sum + length + 1, 0));
  let at = 0;
  for (const value of values) {
    bytes.set(value, at);
    at += value.length + 1;
  }
  return bytes;
}

function mapsText(process: Process): string {
  const hex = (page: number): string => (page * PAGE_SIZE).toString(16).padStart(8, '0');
  const heap = Math.floor(process.space.heapStart / PAGE_SIZE);
  return process.space.areas.all
    .map(({ start, end, rights, shared, object, objectPage, name }) => {
      const letters =
        (rights & PROT.read ? 'r' : '-') +
        (rights & PROT.write ? 'w' : '-') +
        (rights & PROT.execute ? 'x' : '-') +
        (shared ? 's' : 'p');
      const offset = (object === undefined ? 0 : objectPage * PAGE_SIZE).toString(16).padStart(8, '0');
      const label = name !== '' ? name : start === heap ? '[heap]' : '';
      const line = `${hex(start)}-${hex(end)} ${letters} ${offset} 00:00 0`;
      return label === '' ? `${line} \n` : `${line.padEnd(73)}${label}\n`;
    })
    .join('');
}

function stateLetter(process: Process): string {
  if (process.ended) return 'Z';
  if (process.stopped) return 'T';
  return [...process.threads].some(({ state }) => state === 'runnable') ? 'R' : 'S';
}

function statText(kernel: Kernel, process: Process): string {
  const { pid, name, parent, group, session, threads, space, started } = process;
  const fields = new Array<number | string>(52).fill(0);
  fields[0] = pid;
  fields[1] = `(${name})`;
  fields[2] = stateLetter(process);
  fields[3] = parent?.pid ?? 0;
  fields[4] = group;
  fields[5] = session;
  fields[17] = 20;
  fields[19] = threads.size;
  fields[21] = Math.floor((started / 1e9) * CLOCK_TICKS);
  fields[22] = space.areas.pages * PAGE_SIZE;
  fields[23] = space.residentPages;
  fields[37] = kernel.config.identity.uid === 0 ? 17 : 0;
  return `${fields.join(' ')}\n`;
}

function statusText(process: Process): string {
  const { pid, name, parent, threads, space } = process;
  const kilobytes = (pages: number): string => `${(pages * PAGE_SIZE) / 1024} kB`;
  return [
    `Name:\t${name}`,
    `State:\t${stateLetter(process)}`,
    `Tgid:\t${pid}`,
    `Pid:\t${pid}`,
    `PPid:\t${parent?.pid ?? 0}`,
    `VmSize:\t${kilobytes(space.areas.pages)}`,
    `VmRSS:\t${kilobytes(space.residentPages)}`,
    `Threads:\t${threads.size}`,
    '',
  ].join('\n');
}

function memoryInfo({ config }: Kernel): string {
  const { frames } = config.memory;
  const line = (name: string, pages: number): string =>
    `${`${name}:`.padEnd(16)}${String((pages * PAGE_SIZE) / 1024).padStart(8)} kB\n`;
  const free = frames.total - frames.inUse;
  return line('MemTotal', frames.total) + line('MemFree', free) + line('MemAvailable', free);
}
