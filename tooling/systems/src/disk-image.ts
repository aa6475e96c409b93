/** Disk images with ext4, made, checked and read by the host's tools. */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';

/** Debian: e2fsprogs. Its tools are in a folder that not every user's PATH has. */
const PATHS = ['/usr/sbin', '/sbin'];
const ENVIRONMENT = { ...process.env, PATH: [process.env['PATH'], ...PATHS].join(':') };
export const DISK_TOOLS = ['mkfs.ext4', 'e2fsck', 'debugfs'] as const;

const TIMEOUT_MS = 120_000;

interface Ran {
  readonly status: number;
  readonly output: string;
}

function run(tool: (typeof DISK_TOOLS)[number], args: readonly string[]): Ran {
  const result = spawnSync(tool, args, { encoding: 'utf8', env: ENVIRONMENT, timeout: TIMEOUT_MS });
  if (result.error !== undefined) throw new Error(`${tool}: ${result.error.message}`);
  if (result.status === null) throw new Error(`${tool} ended by ${result.signal}`);
  return { status: result.status, output: `${result.stdout}${result.stderr}` };
}

/** A tool that is not installed here, if there is one. */
export function missingDiskTool(): string | undefined {
  return DISK_TOOLS.find(
    (tool) => spawnSync(tool, ['-V'], { env: ENVIRONMENT, stdio: 'ignore' }).error !== undefined,
  );
}

/** Makes an empty ext4, with checksums of metadata and of the journal. */
export function makeDisk(file: string, mebibytes: number): void {
  closeSync(openSync(file, 'w'));
  truncateSync(file, mebibytes * 2 ** 20);
  const { status, output } = run('mkfs.ext4', ['-q', '-F', '-O', 'metadata_csum', file]);
  if (status !== 0) throw new Error(`mkfs.ext4: ${output}`);
}

/** What e2fsck said about a file system. */
export interface DiskCheck {
  /** The journal had what the file system had not. */
  readonly journalReplayed: boolean;
  /** What is wrong beyond what a journal mends. */
  readonly failures: readonly string[];
}

/** What e2fsck says of a sound file system that was not unmounted, with its journal or without. */
const ORDINARY = [
  /^e2fsck [\d.]+ /,
  /^Pass \d/,
  /recovering journal$/,
  /^Clearing orphaned inode /,
  // Both are counted anew at every mount: the kernel does not keep them in the journal.
  /^Free (blocks|inodes) count wrong \(\d+, counted=\d+\)\.$/,
  /^Fix\? yes$/,
  /FILE SYSTEM WAS MODIFIED/,
  /: \d+\/\d+ files .* blocks$/,
  /^$/,
];

/**
 * Checks a disk as it was left: with its journal replayed on a copy, nothing is to mend, and a second look finds
 * nothing.
 *
 * @param copy where the copy goes; it is sound afterwards
 */
export function checkDisk(file: string, copy: string): DiskCheck {
  copyFileSync(file, copy);
  const first = run('e2fsck', ['-fy', copy]);
  const second = run('e2fsck', ['-fn', copy]);
  const strange = first.output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => !ORDINARY.some((pattern) => pattern.test(line)));
  return {
    journalReplayed: first.output.includes('recovering journal'),
    failures: [
      // 1: errors were corrected, of which a replayed journal is one.
      ...(first.status > 1 ? [`e2fsck -fy gave status ${first.status}`] : []),
      ...strange.map((line) => `e2fsck -fy: ${line}`),
      ...(second.status === 0 ? [] : [`e2fsck -fn gave status ${second.status}: ${second.output}`]),
    ],
  };
}

/** Copies a folder of a disk into a folder of the host, and gives its files by path in it. */
export function readFolder(file: string, folder: string, into: string): ReadonlyMap<string, Uint8Array> {
  const { output } = run('debugfs', ['-R', `rdump ${folder} ${into}`, file]);
  const files = new Map<string, Uint8Array>();
  const root = join(into, folder);
  if (statSync(root, { throwIfNoEntry: false }) === undefined) throw new Error(`debugfs: ${output}`);
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(root.length + 1), readFileSync(path));
  }
  return files;
}
