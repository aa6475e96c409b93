/** A race's results as tables. */
import type { RaceResults, RaceRow, RowTimes } from './results.ts';
import { GROUP_TITLES, type RaceGroup } from './rows.ts';

const seconds = (times: RowTimes | undefined): string => times?.seconds.toFixed(2) ?? '-';
const percent = (times: RowTimes | undefined): string =>
  times === undefined ? '-' : `${(100 * times.scatter).toFixed(0)} %`;
const ratio = (value: number | undefined): string => value?.toFixed(2) ?? '-';

/** A table with its title; the first row is the head. */
export interface RaceTable {
  readonly title: string;
  readonly rows: string[][];
}

function tableRow(row: RaceRow, described: boolean): string[] {
  return [
    described ? `\`${row.name}\`: ${row.description}` : row.name,
    seconds(row.qemu),
    seconds(row.armature),
    ratio(row.ratio),
    `${percent(row.qemu)} / ${percent(row.armature)}`,
  ];
}

const HEAD = ['row', 'QEMU, s', 'Armature, s', 'ratio', 'scatter'];

/**
 * A table per group that has rows.
 *
 * @param described whether rows say what they do
 */
export function raceTables({ rows }: Pick<RaceResults, 'rows'>, described = false): RaceTable[] {
  return (Object.keys(GROUP_TITLES) as RaceGroup[]).flatMap((group) => {
    const found = rows.filter((row) => row.group === group);
    if (found.length === 0) return [];
    return [
      {
        title: `Group ${group}, ${GROUP_TITLES[group]}`,
        rows: [HEAD, ...found.map((row) => tableRow(row, described))],
      },
    ];
  });
}

/** Geometric means, as a table; undefined when Armature ran alone. */
export function meansTable({ means }: Pick<RaceResults, 'means'>): RaceTable | undefined {
  if (means.length === 0) return undefined;
  const rows = means.map((mean) => [mean.groups, `${mean.rows}`, ratio(mean.ratio)]);
  return { title: 'Geometric means of the ratios', rows: [['groups', 'rows', 'ratio'], ...rows] };
}

/** What a race was run on, in a line. */
export function raceConditions({ host, engine, rounds, system }: RaceResults): string {
  const machine = `${host.cpu}, ${host.cpus} CPUs; Node ${host.node}${host.qemu ? `; ${host.qemu}` : ''}`;
  const guest = system === undefined ? '' : `${system}; `;
  return `${machine}. ${guest}Armature’s engine: ${engine}. Medians of ${rounds} rounds.`;
}
