/** What the bench of the allocators found, as tables. */
import { median } from '../statistics.ts';
import { goalsOf } from './goals.ts';
import { sizeText } from './measure.ts';
import type { AllocatorResults, CellResult, Compared, FragmentationRow } from './results.ts';
import { SUBJECTS } from './subjects.ts';

/** A table with its title, and what its figures are; the first row is the head. */
export interface AllocatorTable {
  readonly title: string;
  readonly note?: string;
  readonly rows: readonly (readonly string[])[];
}

/** Three digits, and no exponent. */
export function figure(value: number): string {
  if (value >= 100) return value.toFixed(0);
  if (value >= 10) return value.toFixed(1);
  return value >= 1 ? value.toFixed(2) : `${Number(value.toPrecision(2))}`;
}

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

/** Names in the order of the list of subjects. */
const NAMES = SUBJECTS.map(({ name }) => name);

const besideC = ({ ours, ratio }: Compared): string =>
  ratio === undefined ? figure(ours.median) : `${figure(ours.median)} (${ratio.toFixed(2)})`;

/** The middle of how much samples scatter, ours and C's. */
function scatterText(cells: readonly Compared[]): string {
  const inC = cells.flatMap((cell) => cell.inC?.scatter ?? []);
  const ours = percent(median(cells.map((cell) => cell.ours.scatter)));
  return inC.length === 0 ? ours : `${ours} / ${percent(median(inC))}`;
}

/** A row for each allocator, a column for each cell. */
function cellTable(
  title: string,
  note: string,
  cells: readonly CellResult[],
  columnOf: (cell: CellResult) => string,
): AllocatorTable[] {
  const columns = [...new Set(cells.map(columnOf))];
  const rows = NAMES.flatMap((name) => {
    const own = cells.filter(({ allocator }) => allocator === name);
    if (own.length === 0) return [];
    const values = columns.map((column) => {
      const cell = own.find((each) => columnOf(each) === column);
      return cell === undefined ? '-' : besideC(cell);
    });
    return [[name, ...values, scatterText(own)]];
  });
  return rows.length === 0 ? [] : [{ title, note, rows: [['allocator', ...columns, 'scatter'], ...rows] }];
}

const RATES =
  'Million operations a second, each allocation and each free one; in brackets, how many times C’s.';

function cellTables({ cells }: AllocatorResults): AllocatorTable[] {
  const of = (...workloads: string[]): CellResult[] =>
    cells.filter(({ workload }) => workloads.includes(workload));
  const sizes = [...new Set(of('churn').map(({ frames }) => frames))];
  return [
    ...sizes.flatMap((size) =>
      cellTable(
        `Churn, ${sizeText(size)}`,
        RATES,
        of('churn').filter(({ frames }) => frames === size),
        ({ order, occupancy }) => `order ${order}, ${percent(occupancy)}`,
      ),
    ),
    ...cellTable(
      'In bulk, repeated, and for devices',
      RATES,
      of('bulk', 'repeat', 'dma'),
      ({ workload, frames, order }) =>
        `${workload} ${sizeText(frames)}${workload === 'repeat' ? `, order ${order}` : ''}`,
    ),
    ...cellTable(
      'Failed searches',
      'Nanoseconds of a search that finds nothing; in brackets, how many times as fast as C’s.',
      of('fail'),
      ({ frames, order }) => `${sizeText(frames)}, order ${order}`,
    ),
  ];
}

function workersTable({ workers }: AllocatorResults): AllocatorTable[] {
  if (workers.length === 0) return [];
  const rows = workers.map((result) => [
    `${sizeText(result.frames)}, order ${result.order}, workers: ${result.workers}`,
    figure(result.ours.median),
    result.inC === undefined ? '-' : figure(result.inC.median),
    result.ratio?.toFixed(2) ?? '-',
    scatterText([result]),
  ]);
  return [
    {
      title: 'Threads on one tree allocator',
      note: 'Million operations a second of all together, 50 % in use; beside it C11, lock-free, with as many threads.',
      rows: [['cell', 'ours', 'C11', 'ratio', 'scatter'], ...rows],
    },
  ];
}

function metadataTable({ metadata }: AllocatorResults): AllocatorTable[] {
  if (metadata.length === 0) return [];
  const kibibytes = (bytes: number): string => figure(bytes / 1024);
  const rows = metadata.map(({ allocator, made, singles, runs }) => [
    allocator,
    ...[made, singles, runs].map(kibibytes),
  ]);
  return [
    {
      title: 'Metadata',
      note: 'KiB for each GiB: what is reserved, what is in use once all frames were handed out singly and half of them freed, and once runs were handed out as well.',
      rows: [['allocator', 'made', 'singles', 'runs'], ...rows],
    },
  ];
}

const TITLES: Readonly<Record<FragmentationRow['workload'], string>> = {
  uniform: 'Uniform rounds',
  lifetimes: 'Lifetimes of processes',
  guest: 'A guest’s trace',
};

const TITLE_NOTES: Readonly<Record<FragmentationRow['workload'], string>> = {
  uniform: 'Single frames in use at random; in each of 100 rounds a tenth is freed and allocated again.',
  lifetimes: 'Means of the second half of the trace.',
  guest: 'Recorded on this emulator, replayed in as much memory as makes its most that share.',
};

export const fragmentationTitle = ({
  workload,
  frames,
  occupancy,
}: Pick<FragmentationRow, 'workload' | 'frames' | 'occupancy'>): string =>
  `${TITLES[workload]}, ${workload === 'guest' ? `${frames} frames` : sizeText(frames)}, ${percent(occupancy)} in use`;

/** Rows of the same workload and share, in the order in which they were measured. */
export function fragmentationGroups(rows: readonly FragmentationRow[]): FragmentationRow[][] {
  const groups = new Map<string, FragmentationRow[]>();
  for (const row of rows) {
    const key = `${row.workload} ${row.occupancy}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}

function fragmentationTable(group: readonly FragmentationRow[]): AllocatorTable {
  const [first] = group;
  const share = (value: number): string => value.toFixed(3);
  const rows = group.map(({ allocator, mean, series, lifetimes, guest }) => [
    allocator,
    ...mean.unusable.map(share),
    share(series.huge.at(-1)!),
    figure(mean.freeHugeFrames),
    figure(mean.largestRun),
    ...(lifetimes === undefined
      ? []
      : [percent(lifetimes.hugeFrames / Math.max(1, lifetimes.hugeAttempts)), `${lifetimes.failures}`]),
    ...(guest === undefined ? [] : [figure(guest.rate)]),
  ]);
  const head = [
    'allocator',
    ...['order 1', 'order 3', 'order 6', 'order 9'],
    'huge at the end',
    'huge frames',
    'longest run',
    ...(first!.lifetimes === undefined ? [] : ['huge had', 'failed']),
    ...(first!.guest === undefined ? [] : ['M events/s']),
  ];
  return {
    title: fragmentationTitle(first!),
    note: [
      TITLE_NOTES[first!.workload],
      'The unusable free space index of four orders (0: all free memory serves, 1: none does), the share of free memory in',
      'huge frames at the end, free huge frames, and the longest free run in frames; all from the states of the frames.',
      ...(first!.lifetimes === undefined
        ? []
        : [
            'Huge had: attempts to get a huge frame that did; failed: other blocks of several frames not to be had.',
          ]),
    ].join(' '),
    rows: [head, ...rows],
  };
}

/** The title of {@link goalsTable}. */
export const GOALS = 'Goals';

/** The goals that can be told from what was measured. */
export function goalsTable(results: AllocatorResults): AllocatorTable[] {
  const goals = goalsOf(results);
  if (goals.length === 0) return [];
  const rows = goals.map(({ subject, goal, value, met }) => [
    subject,
    goal,
    value,
    met === undefined ? '' : met ? 'met' : 'not met',
  ]);
  return [{ title: GOALS, rows: [['what', 'goal', 'measured', ''], ...rows] }];
}

/** All tables of what was measured, the goals last. */
export function allocatorTables(results: AllocatorResults): AllocatorTable[] {
  return [
    ...cellTables(results),
    ...workersTable(results),
    ...metadataTable(results),
    ...fragmentationGroups(results.fragmentation).map(fragmentationTable),
    ...goalsTable(results),
  ];
}

/** What was measured on, in a line. */
export function allocatorConditions({ host, compiler, rounds, quick }: AllocatorResults): string {
  const machine = `${host.cpu}, ${host.cpus} CPUs; Node ${host.node}; ${compiler ?? 'no gcc, so nothing beside it in C'}`;
  return `${machine}. Medians of ${rounds} ${rounds === 1 ? 'round' : 'rounds'}${quick ? ', quick' : ''}.`;
}
