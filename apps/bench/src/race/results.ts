/** What a race found. */
import { jsonText } from '../json.ts';
import { geometricMean, median, scatter } from '../statistics.ts';
import type { RaceGroup } from './rows.ts';

/** The runs of one row on one machine. */
export interface RowTimes {
  /** Median. */
  readonly seconds: number;
  /** Half the distance between the quartiles, as a share of the median. */
  readonly scatter: number;
  readonly samples: readonly number[];
}

export interface RaceRow {
  readonly name: string;
  readonly group: RaceGroup;
  readonly description: string;
  readonly armature: RowTimes;
  /** Undefined when Armature ran alone. */
  readonly qemu?: RowTimes;
  /** QEMU's median by Armature's: above 1, Armature is faster. */
  readonly ratio?: number;
}

/** Geometric means of ratios. */
export interface RaceMean {
  readonly groups: string;
  readonly rows: number;
  readonly ratio: number;
}

export interface RaceHost {
  readonly cpu: string;
  readonly cpus: number;
  readonly node: string;
  readonly qemu: string | null;
}

/** Everything measured; what `results/race.json` has. */
export interface RaceResults {
  readonly host: RaceHost;
  readonly engine: string;
  readonly rounds: number;
  /** The guest's system: absent when only bare-metal rows ran. */
  readonly system?: string;
  readonly rows: readonly RaceRow[];
  readonly means: readonly RaceMean[];
}

export function rowTimes(samples: readonly number[]): RowTimes {
  return { seconds: median(samples), scatter: scatter(samples), samples };
}

/** A row with its ratio. */
export function raceRow(
  row: Pick<RaceRow, 'name' | 'group' | 'description'>,
  armature: RowTimes,
  qemu?: RowTimes,
): RaceRow {
  const { name, group, description } = row;
  if (qemu === undefined) return { name, group, description, armature };
  return { name, group, description, armature, qemu, ratio: qemu.seconds / armature.seconds };
}

const MEANS: readonly (readonly RaceGroup[])[] = [['a'], ['b'], ['c'], ['a', 'b'], ['a', 'b', 'c']];

/** Geometric means of each group that has rows, and of groups together when all of them have. */
export function raceMeans(rows: readonly RaceRow[]): RaceMean[] {
  const ratios = (group: RaceGroup): number[] =>
    rows.filter((row) => row.group === group).flatMap(({ ratio }) => ratio ?? []);
  return MEANS.filter((groups) => groups.every((group) => ratios(group).length > 0)).map((groups) => {
    const all = groups.flatMap(ratios);
    return { groups: groups.join(' and '), rows: all.length, ratio: geometricMean(all) };
  });
}

/** As JSON, with times to a tenth of a millisecond. */
export const resultsText = (results: RaceResults): string =>
  jsonText(results, (number) => Number(number.toFixed(4)));
