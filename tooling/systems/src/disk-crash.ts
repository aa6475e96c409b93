/**
 * What a guest wrote and synchronised is on the disk when the emulator is killed in the next moment, and the file
 * system is whole, while another program of the guest goes on writing.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from './configuration.ts';
import { checkDisk, type DiskCheck, makeDisk, readFolder } from './disk-image.ts';
import { armature } from './emulators.ts';
import { digest, sequence } from './expected.ts';
import { Guest } from './guest.ts';
import type { LinuxFiles } from './kernels.ts';
import { PATIENCE } from './system.ts';

const DISK_MIB = 128;
const DISK = '/mnt';
/** What the files of all rounds are in. */
const FOLDER = 'kept';
const FILES_PER_ROUND = 8;

export interface CrashRound extends DiskCheck {
  readonly round: number;
  /** Files that were looked at: those of this round and of all before. */
  readonly files: number;
  readonly bytes: number;
  /** Milliseconds between the guest's word that all is on disk and the end of the emulator. */
  readonly killMs: number;
  readonly seconds: number;
}

export interface DiskResults {
  readonly rounds: readonly CrashRound[];
  /** What went wrong when the files were read again, in the guest. */
  readonly remount: readonly string[];
}

/** Of file `index` of a round: from eleven lines to 150 KB. */
function contents(round: number, index: number): string {
  const first = round * 100_000 + index;
  return sequence(first, first + 3 ** index * 10);
}

const name = (round: number, index: number): string => `${round}-${index}`;

/** Boots with a disk and waits for the shell. */
async function bootWith({ kernel, initrd }: LinuxFiles, engine: Engine, drive: string): Promise<Guest> {
  const files = ['--kernel', kernel, '--initrd', initrd];
  const guest = new Guest(
    armature(engine, ['linux', ...files, '--append', 'quiet', '--drive', drive, '--quiet']),
  );
  try {
    await guest.prompt(PATIENCE.boot);
    return guest;
  } catch (error) {
    await guest.stop();
    throw error;
  }
}

/** Types a command that must succeed. @throws Error when it does not */
async function succeed(guest: Guest, line: string): Promise<string> {
  const { output, status } = await guest.run(line, PATIENCE.command);
  if (status !== 0) throw new Error(`${line}: status ${status}: ${output}`);
  return output;
}

/** Writes, synchronises, and kills the emulator at the guest's word. Gives the milliseconds that took. */
async function crash(files: LinuxFiles, engine: Engine, disk: string, round: number): Promise<number> {
  const guest = await bootWith(files, engine, `file=${disk}`);
  try {
    await succeed(guest, `mount -t ext4 /dev/vda ${DISK} && mkdir -p ${DISK}/${FOLDER} ${DISK}/noise`);
    const noise = `i=0; while :; do dd if=/dev/urandom of=${DISK}/noise/$((i%5)) bs=7k count=$((i%40+1)); mv ${DISK}/noise/$((i%5)) ${DISK}/noise/m$((i%3)); usleep 20000; i=$((i+1)); done`;
    await succeed(guest, `(${noise}) >/dev/null 2>&1 &`);
    for (let index = 0; index < FILES_PER_ROUND; index++) {
      const lines = contents(round, index).split('\n');
      const target = `${DISK}/${FOLDER}/${name(round, index)}`;
      await succeed(guest, `seq ${lines[0]} ${lines.at(-2)} > ${target}`);
    }
    guest.type('sync; echo "<"synchronised">"\n');
    await guest.read(/<synchronised>/g, PATIENCE.command, 'the end of sync');
    const from = performance.now();
    process.kill(guest.pid, 'SIGKILL');
    await guest.end(PATIENCE.end);
    return performance.now() - from;
  } finally {
    await guest.stop();
  }
}

/** What is wrong with the files of rounds, and how much there was to look at. */
function compareFiles(
  found: ReadonlyMap<string, Uint8Array>,
  rounds: number,
): { failures: string[]; files: number; bytes: number } {
  const failures: string[] = [];
  let [files, bytes] = [0, 0];
  for (let round = 1; round <= rounds; round++) {
    for (let index = 0; index < FILES_PER_ROUND; index++) {
      const wanted = contents(round, index);
      const file = name(round, index);
      const is = found.get(file);
      files++;
      bytes += wanted.length;
      if (is === undefined) failures.push(`${file} is not there`);
      else if (digest('sha256', is) !== digest('sha256', wanted)) {
        failures.push(`${file} has ${is.length} bytes, other than the ${wanted.length} written`);
      }
    }
  }
  return { failures, files, bytes };
}

/** Writes files, unmounts, mounts and reads them in one boot; then in another, with the disk read-only. */
async function remount(files: LinuxFiles, engine: Engine, disk: string, rounds: number): Promise<string[]> {
  const failures: string[] = [];
  const check = async (guest: Guest, line: string, wanted: string): Promise<void> => {
    const output = await succeed(guest, line);
    if (output !== wanted) failures.push(`${line}: ${JSON.stringify(output)}, not ${JSON.stringify(wanted)}`);
  };
  const own = sequence(1, 250_000);
  const [sum, list] = [
    `${digest('sha256', own)}  -\n`,
    `cd ${DISK}/${FOLDER}; cat $(ls | sort -n) | sha256sum; cd`,
  ];
  const names = Array.from({ length: rounds }, (_, round) =>
    Array.from({ length: FILES_PER_ROUND }, (_, index) => [round + 1, index] as const),
  ).flat();
  const all = `${digest('sha256', names.map(([round, index]) => contents(round, index)).join(''))}  -\n`;
  const first = await bootWith(files, engine, `file=${disk}`);
  try {
    await succeed(first, `mount -t ext4 /dev/vda ${DISK}`);
    await succeed(first, `seq 1 250000 > ${DISK}/own; umount ${DISK} && mount -t ext4 /dev/vda ${DISK}`);
    await check(first, `sha256sum < ${DISK}/own`, sum);
    await check(first, list, all);
    await succeed(first, `rm -r ${DISK}/noise; umount ${DISK}`);
    first.type('poweroff\n');
    const { code, stderr } = await first.end(PATIENCE.end);
    if (code !== 0 || stderr !== '') failures.push(`poweroff ended with status ${code}: ${stderr}`);
  } finally {
    await first.stop();
  }
  const second = await bootWith(files, engine, `file=${disk},readonly=on`);
  try {
    await succeed(second, `mount -t ext4 -o ro /dev/vda ${DISK}`);
    await check(second, `sha256sum < ${DISK}/own`, sum);
    await check(second, list, all);
    await check(
      second,
      'cat /sys/block/vda/ro; dd if=/dev/zero of=/dev/vda count=1 2>/dev/null || echo refused',
      '1\nrefused\n',
    );
    second.type('poweroff\n');
    await second.end(PATIENCE.end);
  } finally {
    await second.stop();
  }
  return failures;
}

/**
 * Kills the emulator so many times, on one disk.
 *
 * @param progress told of every round
 * @throws GuestError when a guest does not do what it should
 */
export async function diskTest(
  files: LinuxFiles,
  engine: Engine,
  rounds: number,
  progress: (text: string) => void = () => {},
): Promise<DiskResults> {
  const folder = mkdtempSync(join(tmpdir(), 'armature-disk-'));
  const disk = join(folder, 'disk.img');
  const copy = join(folder, 'copy.img');
  try {
    makeDisk(disk, DISK_MIB);
    const done: CrashRound[] = [];
    for (let round = 1; round <= rounds; round++) {
      const from = performance.now();
      const killMs = Math.round(await crash(files, engine, disk, round));
      const check = checkDisk(disk, copy);
      const into = join(folder, 'files');
      mkdirSync(into);
      const { failures, files: count, bytes } = compareFiles(readFolder(copy, `/${FOLDER}`, into), round);
      rmSync(into, { recursive: true });
      const seconds = Math.round((performance.now() - from) / 100) / 10;
      const all = [...check.failures, ...failures];
      done.push({ round, files: count, bytes, killMs, seconds, ...check, failures: all });
      progress(
        `round ${round}: ${count} files, ${all.length === 0 ? 'whole' : all.join('; ')} (${seconds} s)`,
      );
    }
    const failures = await remount(files, engine, disk, rounds);
    const after = checkDisk(disk, copy);
    if (after.journalReplayed) failures.push('the journal was not empty after unmounting');
    return { rounds: done, remount: [...failures, ...after.failures] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Everything that went wrong. */
export function diskFailures({ rounds, remount }: DiskResults): string[] {
  return [
    ...rounds.flatMap(({ round, failures }) => failures.map((failure) => `round ${round}: ${failure}`)),
    ...remount.map((failure) => `mounted again: ${failure}`),
  ];
}
