/** What the allocators are to reach, beside what was measured. */
import { geometricMean } from '../statistics.ts';
import { sizeText } from './measure.ts';
import type { AllocatorResults, CellResult, FragmentationRow } from './results.ts';

export interface Goal {
  readonly subject: string;
  /** For instance `>= 0.60`. */
  readonly goal: string;
  readonly value: string;
  /** Undefined where there is no goal, and the value stands beside another. */
  readonly met: boolean | undefined;
}

/** A digit more where a value that misses a goal would look like it. */
function valueText(value: number, goal: number, met: boolean, digits: number): string {
  const text = value.toFixed(digits);
  return !met && text === goal.toFixed(digits) ? value.toFixed(digits + 1) : text;
}

function atLeast(subject: string, value: number | undefined, goal: number, digits = 2): Goal[] {
  if (value === undefined) return [];
  const met = value >= goal;
  return [{ subject, goal: `≥ ${goal.toFixed(digits)}`, value: valueText(value, goal, met, digits), met }];
}

function atMost(subject: string, value: number | undefined, goal: number, unit = '', digits = 2): Goal[] {
  if (value === undefined) return [];
  const met = value <= goal;
  const text = valueText(value, goal, met, digits);
  return [{ subject, goal: `≤ ${goal.toFixed(digits)}${unit}`, value: `${text}${unit}`, met }];
}

const mean = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : geometricMean(values);

/** Which of the goals can be told from what was measured, with the values. */
export function goalsOf(results: AllocatorResults): Goal[] {
  return [
    ...comparedWithC(results),
    ...comparedWithFirstFit(results),
    ...searches(results),
    ...results.metadata
      .filter(({ allocator }) => ['bitmap', 'hierarchical', 'tree'].includes(allocator))
      .flatMap(({ allocator, singles }) =>
        atMost(`${allocator}: metadata in use for each GiB of single frames`, singles / 1024, 40, ' KiB', 1),
      ),
    ...fragmentation(results),
  ];
}

function comparedWithC({ cells, workers }: AllocatorResults): Goal[] {
  const sizes = [...new Set(cells.map(({ frames }) => frames))];
  const largest = Math.max(...sizes);
  const churn = (allocator: string, frames: number, order: number): number | undefined =>
    mean(
      cells
        .filter(
          (cell) =>
            cell.workload === 'churn' &&
            cell.allocator === allocator &&
            cell.frames === frames &&
            cell.order === order,
        )
        .flatMap(({ ratio }) => ratio ?? []),
    );
  return [
    ...sizes.flatMap((frames) =>
      atLeast(`hierarchical to C, ${sizeText(frames)}, order 0`, churn('hierarchical', frames, 0), 0.6),
    ),
    ...atLeast(`hierarchical to C, ${sizeText(largest)}, order 9`, churn('hierarchical', largest, 9), 0.65),
    ...sizes.flatMap((frames) =>
      atLeast(
        `buddy with magazines to C, ${sizeText(frames)}, order 0`,
        churn('buddy-magazine', frames, 0),
        0.45,
      ),
    ),
    ...workers
      .filter(({ order }) => order === 0)
      .flatMap(({ workers: count, frames, ratio }) =>
        atLeast(`shared tree to lock-free C11, ${sizeText(frames)}, order 0, workers: ${count}`, ratio, 1),
      ),
  ];
}

function comparedWithFirstFit({ cells }: AllocatorResults): Goal[] {
  const found = cells.filter(
    ({ workload, order, occupancy, frames }) =>
      workload === 'churn' && order === 0 && occupancy === 0.5 && frames >= 2 ** 20,
  );
  const rate = (name: string): number | undefined =>
    found.find(({ allocator }) => allocator === name)?.ours.median;
  const ours = rate('hierarchical');
  const times = (name: string): number | undefined => {
    const other = rate(name);
    return ours === undefined || other === undefined ? undefined : ours / other;
  };
  const subject = (what: string): string => `hierarchical to ${what}, 4 GiB, order 0, 50 %`;
  /** Beside the goal, which does not say how such a bitmap is searched. */
  const beside = (what: string, value: number | undefined): Goal[] =>
    value === undefined
      ? []
      : [{ subject: subject(what), goal: 'none', value: value.toFixed(value < 10 ? 2 : 0), met: undefined }];
  return [
    ...atLeast(subject('the naive bitmap (first fit, bit by bit)'), times('naive'), 500, 0),
    ...beside('a bitmap that passes full words (first fit, from the first word)', times('naive-words')),
    ...beside('our default bitmap (first fit, from the lowest free word)', times('bitmap')),
  ];
}

const FIRST_FIT = ['bitmap', 'naive', 'naive-words'];

function searches({ cells }: AllocatorResults): Goal[] {
  const found = cells.filter(
    ({ workload, allocator }) => workload === 'fail' && !FIRST_FIT.includes(allocator),
  );
  if (found.length === 0) return [];
  const slowest = found.reduce((worst: CellResult, cell) =>
    cell.ours.median > worst.ours.median ? cell : worst,
  );
  const subject = `slowest failed search, but for the first-fit bitmaps: ${slowest.allocator}, order ${slowest.order}`;
  return atMost(subject, slowest.ours.median, 1000, ' ns', 0);
}

/** How far an allocator is from the best one: 0.1 is ten per cent worse. */
function distances(rows: readonly FragmentationRow[]): Map<string, number> {
  const of = (workload: string, occupancy: number): FragmentationRow[] =>
    rows.filter((row) => row.workload === workload && row.occupancy === occupancy);
  const uniform = of('uniform', 0.5);
  const traces = [of('lifetimes', 0.7), of('lifetimes', 0.9)];
  if (uniform.length === 0 || traces.some((trace) => trace.length === 0)) return new Map();
  const bestHuge = Math.max(...uniform.map(lastHuge));
  return new Map(
    uniform.map((row) => {
      const behind = traces.map((trace) => {
        const best = Math.min(...trace.map(unusable));
        const own = trace.find(({ allocator }) => allocator === row.allocator);
        return own === undefined ? Number.POSITIVE_INFINITY : unusable(own) / Math.max(best, 1e-9) - 1;
      });
      return [row.allocator, Math.max(1 - lastHuge(row) / bestHuge, ...behind)];
    }),
  );
}

const lastHuge = ({ series }: FragmentationRow): number => series.huge.at(-1)!;
const unusable = ({ mean: { unusable: all } }: FragmentationRow): number => all.at(-1)!;

function fragmentation({ fragmentation: rows }: AllocatorResults): Goal[] {
  const [nearest] = [...distances(rows)].sort(([, a], [, b]) => a - b);
  if (nearest === undefined) return [];
  const [name, distance] = nearest;
  const row = (workload: string, occupancy: number): FragmentationRow =>
    rows.find(
      (each) => each.allocator === name && each.workload === workload && each.occupancy === occupancy,
    )!;
  const behind: Goal = {
    subject: `${name}: behind the best of each workload, at most`,
    goal: '≤ 10 %',
    value: `${(100 * Math.max(0, distance)).toFixed(0)} %`,
    met: distance <= 0.1,
  };
  return [
    behind,
    ...atLeast(`${name}: uniform, free memory in huge frames`, lastHuge(row('uniform', 0.5)), 0.95, 3),
    ...atMost(`${name}: lifetimes 70 %, unusable at order 9`, unusable(row('lifetimes', 0.7)), 0.12, '', 3),
    ...atMost(`${name}: lifetimes 90 %, unusable at order 9`, unusable(row('lifetimes', 0.9)), 0.3, '', 3),
  ];
}
