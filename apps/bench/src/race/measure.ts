/** Runs the rows on the machines by turns. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  armatureBoot,
  type BootProgram,
  type GuestOptions,
  type LinuxFiles,
  qemuBoot,
} from '../boot/machines.ts';
import type { Emulator, Engine } from '../emulators.ts';
import type { BenchProgram } from '../programs.ts';
import { measureProgram } from '../speed.ts';
import { median } from '../statistics.ts';
import { atExit } from './at-exit.ts';
import { INIT, makeGuest } from './image.ts';
import type { GuestTimes } from './markers.ts';
import { type RaceRow, type RowTimes, raceRow, rowTimes } from './results.ts';
import { BOOT_ROW, type GuestRow } from './rows.ts';
import { runGuest } from './run.ts';

export type Progress = (text: string) => void;

/** A machine that the guest runs on. */
export interface RaceMachine {
  readonly name: 'QEMU' | 'Armature';
  /** The program that runs a guest on it. */
  start(files: LinuxFiles, options: GuestOptions): BootProgram;
}

export const QEMU_MACHINE: RaceMachine = { name: 'QEMU', start: qemuBoot };

export const armatureMachine = (engine: Engine): RaceMachine => ({
  name: 'Armature',
  start: (files, options) => armatureBoot(files, { ...options, engine }),
});

/** Size of the guest's disk, bytes. It is a sparse file. */
const DISK_SIZE = 128 * 2 ** 20;

/** Runs something with a folder that is gone afterwards. */
async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'armature-race-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const keep = atExit(remove);
  try {
    return await work(folder);
  } finally {
    keep();
    remove();
  }
}

/**
 * One run of a guest, with a disk of its own.
 *
 * @param names rows that it must have run
 * @param timeout longest time for a row, in milliseconds
 */
export function runOn(
  machine: RaceMachine,
  files: LinuxFiles,
  names: readonly string[],
  timeout?: number,
): Promise<GuestTimes> {
  return inFolder((folder) => {
    const disk = join(folder, 'disk.img');
    writeFileSync(disk, '');
    truncateSync(disk, DISK_SIZE);
    return runGuest(machine.start(files, { append: `rdinit=${INIT}`, disk }), names, timeout);
  });
}

/**
 * Compares what guests printed.
 *
 * @throws Error that names every row whose results differ, with the results
 */
export function compareResults(
  guests: readonly { readonly machine: string; readonly times: GuestTimes }[],
): void {
  const [first, ...others] = guests;
  const differences = others.flatMap(({ machine, times }) =>
    [...first!.times.rows].flatMap(([name, { result }]) => {
      const other = times.rows.get(name)?.result;
      return other === result ? [] : [`${name}: ${first!.machine} '${result}', ${machine} '${other}'`];
    }),
  );
  const system = others.find(({ times }) => times.system !== first!.times.system);
  if (system !== undefined) {
    throw new Error(`not the same system: ${first!.times.system}, ${system.times.system}`);
  }
  if (differences.length > 0) throw new Error(`results differ:\n${differences.join('\n')}`);
}

/** What guests ran. */
export interface GuestRace {
  readonly system: string;
  readonly rows: readonly RaceRow[];
}

/**
 * Runs rows in Linux, on each machine by turns: little of them once, for their results, and then all of them. One
 * machine alone has nothing to compare, and starts with all of them.
 *
 * @param base kernel and RAM disk that `armature linux` boots
 * @param machines QEMU, if it takes part, and Armature
 * @param options.scale multiplies how much of each row is timed
 * @param options.boot whether Linux's boot is a row
 * @throws Error when a row fails, takes too long, or has not the same result everywhere
 */
export function raceGuests(
  base: LinuxFiles,
  rows: readonly GuestRow[],
  machines: readonly RaceMachine[],
  options: { readonly rounds: number; readonly scale: number; readonly boot: boolean },
  progress: Progress,
): Promise<GuestRace> {
  const names = rows.map(({ name }) => name);
  return inFolder(async (folder) => {
    progress('compiling the programs, and making the RAM disk ...');
    const guest = makeGuest(base, rows, options.scale, folder);
    if (machines.length > 1) {
      const checked = [];
      for (const machine of machines) {
        progress(`${machine.name}: results ...`);
        checked.push({ machine: machine.name, times: await runOn(machine, guest.check, names) });
      }
      compareResults(checked);
    }
    const runs: GuestTimes[][] = [];
    for (let round = 0; round < options.rounds; round++) {
      const turn = [];
      for (const machine of machines) {
        const times = await runOn(machine, guest.race, names);
        turn.push({ machine: machine.name, times });
        const seconds = [...times.rows.values()].reduce((sum, row) => sum + row.seconds, times.boot);
        progress(`round ${round + 1}, ${machine.name}: ${seconds.toFixed(1)} s`);
      }
      compareResults(turn);
      runs.push(turn.map(({ times }) => times));
    }
    return {
      system: runs[0]![0]!.system,
      rows: [
        ...(options.boot ? [guestRow(BOOT_ROW, machines, runs, ({ boot }) => boot)] : []),
        ...rows.map((row) => guestRow(row, machines, runs, (times) => times.rows.get(row.name)!.seconds)),
      ],
    };
  });
}

function guestRow(
  row: Pick<RaceRow, 'name' | 'group' | 'description'>,
  machines: readonly RaceMachine[],
  runs: readonly (readonly GuestTimes[])[],
  secondsOf: (times: GuestTimes) => number,
): RaceRow {
  const of = (name: RaceMachine['name']): RowTimes | undefined => {
    const index = machines.findIndex((machine) => machine.name === name);
    return index < 0 ? undefined : rowTimes(runs.map((turn) => secondsOf(turn[index]!)));
  };
  return raceRow(row, of('Armature')!, of('QEMU'));
}

/**
 * A bare-metal program as a row: what a long run takes more than a short one, so that no start-up is in it.
 *
 * @throws Error when long runs did not take longer
 */
export function bareMetalRow(
  program: BenchProgram,
  emulators: readonly Emulator[],
  options: { readonly rounds: number; readonly scale: number },
): RaceRow {
  const { speeds } = measureProgram(program, emulators, options);
  const of = (name: string): RowTimes | undefined => {
    const speed = speeds.find(({ emulator }) => emulator === name);
    if (speed === undefined) return undefined;
    const { samples } = speed;
    const seconds = median(samples.map(({ long }) => long)) - median(samples.map(({ short }) => short));
    if (seconds <= 0) throw new Error(`${program.name}: long runs on ${name} took no longer than short ones`);
    return { seconds, scatter: speed.scatter, samples: samples.map(({ short, long }) => long - short) };
  };
  const { name, description } = program;
  return raceRow({ name, description, group: 'a' }, of('Armature')!, of('QEMU'));
}
