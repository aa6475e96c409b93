/** What the race runs in Linux. */
import { cutScript, SCRIPT_COMMANDS } from './script.ts';

export type RaceGroup = 'a' | 'b' | 'c';

export const GROUP_TITLES: Readonly<Record<RaceGroup, string>> = {
  a: 'bare metal',
  b: 'programs in Linux',
  c: 'systems',
};

/** A row that the guest's first process runs: shell code, of an amount that is fixed in the RAM disk. */
export interface GuestRow {
  readonly name: string;
  readonly group: 'b' | 'c';
  readonly description: string;
  /** How much of it is timed, in the row's own unit. */
  readonly amount: number;
  /** How much of it is enough to compare results. */
  readonly check: number;
  /** Programs of `programs/race` that it needs. */
  readonly programs: readonly string[];
  /** What is done before the time is taken. */
  prepare?(amount: number): string;
  /** What is timed. */
  work(amount: number): string;
  /** Prints what must be the same on both machines; what the work printed, when it is left out. */
  result?(amount: number): string;
}

/** Linux's boot is a row as well; it has no shell code. */
export const BOOT_ROW = {
  name: 'boot',
  group: 'c',
  description: 'from the start of the process to the first line of the first process, a shell',
} as const;

/** Where the RAM disk has what the race brings. */
export const RACE_FOLDER = '/race';

/** A program that takes how often it does its work, and prints a digest. */
const program = (
  group: 'b' | 'c',
  name: string,
  amount: number,
  description: string,
  check = 1,
): GuestRow => ({
  name,
  group,
  description,
  amount,
  check,
  programs: [name],
  work: (count) => `${RACE_FOLDER}/${name} ${count}`,
});

/** Text in memory, as many MiB as asked for. */
const DATA = '/tmp/data';
const makeData = (size: number): string =>
  `[ "$(cat ${DATA}.size)" = ${size} ] || { ${RACE_FOLDER}/text ${size} > ${DATA} && echo ${size} > ${DATA}.size; }`;

const DISK = '/dev/vda';
const BLOCK_KIB = 64;
const blocks = (size: number): number => (size * 1024) / BLOCK_KIB;
const writeDisk = (size: number): string =>
  `dd if=${DATA} of=${DISK} bs=${BLOCK_KIB}k count=${blocks(size)} conv=fsync`;
const DROP_CACHES = 'echo 3 > /proc/sys/vm/drop_caches';

/** The disk is written or read this often, to take long enough. */
const DISK_PASSES = 4;
const repeatedly = (work: string): string => Array(DISK_PASSES).fill(work).join(' && ');

/** The script with all commands. */
export const SCRIPT = `${RACE_FOLDER}/script.sh`;

const DIRECTORIES = ['/tmp/tree', '/mnt/copy', '/mnt/archive.tar'];

/** Rows in the order in which the guest runs them. */
export const GUEST_ROWS: readonly GuestRow[] = [
  program('b', 'sort', 17, 'quicksort, heap sort and radix sort of 200,000 integers'),
  program('b', 'string-search', 190, 'Horspool, Knuth-Morris-Pratt and memmem in 512 KiB of text'),
  program('b', 'hash-table', 100, '200,000 insertions, look-ups and deletions; open addressing'),
  program('b', 'crc32', 220, 'of 1 MiB, by tables, by bytes and by words'),
  program('b', 'sha256', 70, 'of 256 KiB, in plain C'),
  program('b', 'lz', 40, 'compression and decompression of 256 KiB of text'),
  program('b', 'matrix-float', 46, 'product in single precision, order 128'),
  program('b', 'matrix-double', 45, 'product in double precision, order 128'),
  program('b', 'n-body', 50, '16 bodies that attract each other, in double precision'),
  program('b', 'simd', 900, 'NEON intrinsics on pictures; memcpy, strlen, memchr of the C library'),
  program('b', 'bytecode', 26, 'a stack machine: sieve, Collatz sequences, Fibonacci'),
  program('b', 'regex', 85, 'a matcher that follows all threads, on lines of a log'),
  program('b', 'compiler', 26, 'tokens, tree, constant folding, code; and the code runs'),
  program('b', 'b-tree', 42, 'a database’s, in pages of 4 KiB: insert, look up, scan, delete'),
  program('c', 'fork-exec', 1000, 'a process started and waited for, 1,000 times', 4),
  program('c', 'pipes', 6_000, 'two processes that send each other a word, 6,000 times', 10),
  program('c', 'page-faults', 7, 'mmap, a touch of each of 2,048 pages, munmap; 7 times'),
  {
    name: 'dd-write',
    group: 'c',
    description: '32 MiB to a virtio disk, four times, each with fsync',
    amount: 32,
    check: 1,
    programs: ['text'],
    prepare: makeData,
    work: (size) => repeatedly(writeDisk(size)),
    result: (size) => `dd if=${DISK} bs=${BLOCK_KIB}k count=${blocks(size)} | cmp - ${DATA} && crc32 ${DATA}`,
  },
  {
    name: 'dd-read',
    group: 'c',
    description: '32 MiB from a virtio disk, four times, each with cold caches',
    amount: 32,
    check: 1,
    programs: ['text'],
    prepare: (size) => `${makeData(size)} && ${writeDisk(size)}`,
    work: (size) =>
      repeatedly(
        `${DROP_CACHES} && dd if=${DISK} of=/tmp/read bs=${BLOCK_KIB}k count=${blocks(size)} && rm /tmp/read`,
      ),
    result: (size) => `dd if=${DISK} bs=${BLOCK_KIB}k count=${blocks(size)} | crc32 -`,
  },
  {
    name: 'tar',
    group: 'c',
    description: '640 files into an archive in a file system on a virtio disk, and out of it',
    amount: 40,
    check: 1,
    programs: ['files'],
    prepare: (count) =>
      `mke2fs ${DISK} && mount ${DISK} /mnt && rm -rf ${DIRECTORIES.join(' ')} && ` +
      `mkdir /tmp/tree /mnt/copy && ${RACE_FOLDER}/files /tmp/tree ${count}`,
    work: () =>
      'tar cf /mnt/archive.tar -C /tmp/tree . && sync && tar xf /mnt/archive.tar -C /mnt/copy && sync',
    result: () => 'cd /mnt/copy && find . -type f | sort | xargs cat | md5sum && cd / && umount /mnt',
  },
  {
    name: 'gzip',
    group: 'c',
    description: '50 MiB of text, with busybox’s',
    amount: 50,
    check: 1,
    programs: ['text'],
    prepare: makeData,
    work: () => `gzip -c < ${DATA} > ${DATA}.gz`,
    result: () => `crc32 ${DATA}.gz && rm ${DATA}.gz`,
  },
  {
    name: 'shell',
    group: 'c',
    description: 'a script of 10,000 commands: built-ins, functions, and 50 with programs',
    amount: SCRIPT_COMMANDS,
    check: 300,
    programs: [],
    prepare: (commands) => cutScript(SCRIPT, commands, '/tmp/script.sh'),
    work: () => 'sh /tmp/script.sh',
  },
];
