/** `armature-bench race`. */
import { type LinuxFiles, linuxFiles } from '../boot/machines.ts';
import { armature, type Engine, qemu } from '../emulators.ts';
import { PROGRAMS } from '../programs.ts';
import { markdownTable, writeReadmeSection } from '../readme.ts';
import { writeResult } from '../results-folder.ts';
import { renderTable } from '../table.ts';
import { COMPILER, compilerVersion } from './image.ts';
import { armatureMachine, bareMetalRow, type Progress, QEMU_MACHINE, raceGuests } from './measure.ts';
import { meansTable, raceConditions, raceTables } from './report.ts';
import { type RaceHost, type RaceResults, raceMeans, resultsText } from './results.ts';
import { BOOT_ROW, GROUP_TITLES, GUEST_ROWS, type RaceGroup } from './rows.ts';
import { raceSvg } from './svg.ts';

/** What the command is told. */
export interface RaceArguments {
  /** Names of rows; all when it is left out. */
  readonly rows?: readonly string[] | undefined;
  /** One group. */
  readonly only?: RaceGroup | undefined;
  readonly rounds: number;
  /** Rows run a fifth of their length. */
  readonly quick: boolean;
  readonly engine: Engine;
  readonly host: RaceHost;
  /** Kernel and RAM disk of `armature linux`, where they are given. */
  readonly files?: LinuxFiles | undefined;
}

/** Names of all rows, in order, with their groups. */
export const RACE_ROWS: readonly { readonly name: string; readonly group: RaceGroup }[] = [
  ...PROGRAMS.map(({ name }) => ({ name, group: 'a' as const })),
  ...GUEST_ROWS.filter(({ group }) => group === 'b'),
  BOOT_ROW,
  ...GUEST_ROWS.filter(({ group }) => group === 'c'),
];

export const isRaceGroup = (text: string): text is RaceGroup => Object.hasOwn(GROUP_TITLES, text);

/**
 * Runs the race.
 *
 * @throws Error when the compiler or the kernel is missing, or a row fails
 */
export async function race(args: RaceArguments, progress: Progress): Promise<RaceResults> {
  const { engine, host, rounds } = args;
  const scale = args.quick ? 0.2 : 1;
  const isChosen = ({ name, group }: { readonly name: string; readonly group: RaceGroup }): boolean =>
    (args.rows?.includes(name) ?? true) && (args.only ?? group) === group;
  const programs = PROGRAMS.filter(({ name }) => isChosen({ name, group: 'a' }));
  const guestRows = GUEST_ROWS.filter(isChosen);
  const boot = isChosen(BOOT_ROW);
  const inLinux = guestRows.length > 0 || boot;
  if (guestRows.some((row) => row.programs.length > 0) && compilerVersion() === undefined) {
    throw new Error(`${COMPILER} is not installed: it builds the programs that run in Linux`);
  }
  const files = inLinux ? (args.files ?? linuxFiles()) : undefined;
  const emulators = [...(host.qemu === null ? [] : [qemu()]), armature(engine)];
  const bareMetal = programs.map((program) => {
    progress(`${program.name}: ${program.description} ...`);
    return bareMetalRow(program, emulators, { rounds, scale });
  });
  const machines = [...(host.qemu === null ? [] : [QEMU_MACHINE]), armatureMachine(engine)];
  const guests = files && (await raceGuests(files, guestRows, machines, { rounds, scale, boot }, progress));
  const rows = [...bareMetal, ...(guests?.rows ?? [])];
  return {
    host,
    engine,
    rounds,
    ...(guests && { system: guests.system }),
    rows: RACE_ROWS.flatMap(({ name }) => rows.find((row) => row.name === name) ?? []),
    means: raceMeans(rows),
  };
}

/** The results for a terminal. */
export function raceText(results: RaceResults): string {
  const means = meansTable(results);
  const tables = [...raceTables(results), ...(means ? [means] : [])];
  const parts = tables.map(({ title, rows }) => `${title}\n\n${renderTable(rows)}`);
  return [raceConditions(results), ...parts].join('\n\n');
}

/** Writes results into this package: a section of the README, a drawing, and all samples as JSON. */
export function recordRace(results: RaceResults): void {
  const means = meansTable(results)!;
  const content = [
    raceConditions(results),
    '![Ratios of the race](results/race.svg)',
    ...[means, ...raceTables(results, true)].flatMap(({ title, rows }) => [`${title}:`, markdownTable(rows)]),
  ];
  writeReadmeSection('race-results', content.join('\n\n'));
  writeResult('race.json', resultsText(results));
  writeResult('race.svg', raceSvg(results, 'Armature and QEMU (TCG), the same images'));
}
