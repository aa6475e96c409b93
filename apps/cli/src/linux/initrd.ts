/** The initial RAM disk of `armature linux`: busybox as init and shell, and the modules of the board's devices. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type ArchiveEntry, writeArchive } from '@armature/initrd';

/** Drivers of virtio devices, and the file system that disks have. */
const WANTED_MODULES = ['virtio_mmio', 'virtio_pci', 'virtio_blk', 'virtio_console', 'virtio_rng', 'ext4'];

const DIRECTORIES = [
  'bin',
  'dev',
  'etc',
  'lib',
  'lib/modules',
  'mnt',
  'proc',
  'root',
  'run',
  'sbin',
  'sys',
  'tmp',
];

const INITTAB = `::sysinit:/etc/start
ttyAMA0::respawn:-/bin/sh
::ctrlaltdel:/sbin/reboot
::shutdown:/bin/umount -a -r
`;

const START = `#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sys /sys
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox --install -s /bin
mkdir -p /dev/pts /dev/shm
mount -t devpts pts /dev/pts
mount -t tmpfs tmp /tmp
for module in $(cat /lib/modules/order); do insmod /lib/modules/$module; done
hostname armature
`;

const PROFILE = `export HOME=/root PATH=/sbin:/bin PS1='# '
cd /root
if [ ! -e /run/greeted ]; then
  touch /run/greeted
  echo "$(uname -sr), $(nproc) CPU(s), $(free -m | awk '/Mem/ { print $2 }') MiB. Type poweroff to end."
fi
`;

/**
 * Makes the RAM disk, gzip-compressed.
 *
 * @param busybox a static busybox for arm64
 * @param modules folder of the kernel's modules: lib/modules/VERSION
 */
export function makeInitrd(busybox: Uint8Array, modules: string): Uint8Array {
  const text = (contents: string): { file: Uint8Array } => ({ file: new TextEncoder().encode(contents) });
  const chosen = withDependencies(WANTED_MODULES, findModules(modules));
  const entries: ArchiveEntry[] = [
    ...DIRECTORIES.map((path) => ({ path, contents: { directory: true as const } })),
    { path: 'bin/busybox', contents: { file: busybox } },
    ...['init', 'sbin/init', 'sbin/poweroff', 'sbin/reboot', 'sbin/halt', 'bin/sh'].map((path) => ({
      path,
      contents: { link: '/bin/busybox' },
    })),
    { path: 'etc/inittab', contents: text(INITTAB), mode: 0o644 },
    { path: 'etc/start', contents: text(START) },
    { path: 'etc/profile', contents: text(PROFILE), mode: 0o644 },
    { path: 'etc/passwd', contents: text('root::0:0:root:/root:/bin/sh\n'), mode: 0o644 },
    { path: 'etc/group', contents: text('root:x:0:\n'), mode: 0o644 },
    {
      path: 'lib/modules/order',
      contents: text(chosen.map(({ file }) => `${basename(file)}\n`).join('')),
      mode: 0o644,
    },
    ...chosen.map(({ file, bytes }) => ({
      path: `lib/modules/${basename(file)}`,
      contents: { file: bytes },
      mode: 0o644,
    })),
  ];
  return gzipSync(writeArchive(entries));
}

interface Module {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** Modules by name; `-` and `_` are one. */
function findModules(folder: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && entry.name.endsWith('.ko')) {
      found.set(moduleName(entry.name.slice(0, -'.ko'.length)), join(entry.parentPath, entry.name));
    }
  }
  return found;
}

const moduleName = (name: string): string => name.replaceAll('-', '_');

/** The modules with those they depend on, each after those. What the kernel has built in is not among the files. */
function withDependencies(names: readonly string[], files: ReadonlyMap<string, string>): Module[] {
  const modules = new Map<string, Module>();
  const visit = (name: string): void => {
    const file = files.get(moduleName(name));
    if (file === undefined || modules.has(file)) return;
    const bytes = readFileSync(file);
    for (const needed of information(bytes, 'depends').filter(Boolean)) visit(needed);
    // A soft dependency is looked up by an alias: CRCs that file systems compute.
    for (const needed of information(bytes, 'softdep').flatMap(softDependencies)) visit(needed);
    modules.set(file, { file, bytes });
  };
  for (const name of names) visit(name);
  return [...modules.values()];
}

/** Values of a module's .modinfo section: lists with commas. */
function information(bytes: Buffer, key: string): string[] {
  const match = new RegExp(`(?:^|\\0)${key}=([^\\0]*)\\0`).exec(bytes.toString('latin1'));
  return match === null ? [] : match[1].split(',');
}

function softDependencies(text: string): string[] {
  const [, names = ''] = /pre:\s*([^:]*?)(?:\s+post:|$)/.exec(text) ?? [];
  return names
    .split(/\s+/)
    .filter(Boolean)
    .map((name) => name.replace(/^crypto-/, ''))
    .map((name) => (name === 'crc32c' ? 'crc32c_generic' : name));
}
