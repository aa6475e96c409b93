/** Fragmentation over time, and frame maps, as drawings. */
import { escapeText, fixed, GRID_COLOUR, lineAt, rectAt, svgDocument, TEXT_COLOUR, textAt } from '../svg.ts';
import { fragmentationGroups, fragmentationTitle } from './report.ts';
import type { AllocatorResults, FragmentationRow } from './results.ts';

/** A colour of its own for each allocator: those that are told apart in black and white differ in dashes as well. */
const STROKES: Readonly<Record<string, readonly [colour: string, dashes: string]>> = {
  bitmap: ['#1b6ca8', ''],
  hierarchical: ['#c44536', ''],
  buddy: ['#2a7f62', ''],
  'buddy-magazine': ['#2a7f62', '2 3'],
  'buddy-ordered': ['#8a5a00', ''],
  tree: ['#7b3fa0', ''],
  'tree-shared': ['#7b3fa0', '2 3'],
  extent: ['#444444', ''],
  naive: ['#1b6ca8', '2 3'],
  'naive-words': ['#1b6ca8', '6 3'],
};

const strokeOf = (allocator: string): string => {
  const [colour, dashes] = STROKES[allocator] ?? [TEXT_COLOUR, ''];
  return `stroke="${colour}"${dashes === '' ? '' : ` stroke-dasharray="${dashes}"`}`;
};

const PLOT = { width: 400, height: 180, left: 44, head: 34, foot: 38, gap: 20 };
const [TOP, COLUMNS, LEGEND] = [56, 2, 24];
const PANEL_WIDTH = PLOT.left + PLOT.width + PLOT.gap;
const PANEL_HEIGHT = PLOT.head + PLOT.height + PLOT.foot;

/** Where the panel of this number has its upper left corner. */
const cornerOf = (index: number, width: number, height: number): string =>
  `translate(${(index % COLUMNS) * width} ${TOP + Math.floor(index / COLUMNS) * height})`;

/** The least of 0.1, 0.2, 0.5 and 1 that no value is above. */
function topOf(values: readonly number[]): number {
  const most = Math.max(...values);
  return [0.1, 0.2, 0.5].find((top) => most <= top) ?? 1;
}

function plotPanel(group: readonly FragmentationRow[]): string[] {
  const [first] = group;
  // Rounds of single frames are about huge frames left; the others about what can be had.
  const [quantity, valuesOf] =
    first!.workload === 'uniform'
      ? (['share of free memory in huge frames', (row: FragmentationRow) => row.series.huge] as const)
      : (['unusable free space index, order 9', (row: FragmentationRow) => row.series.unusable] as const);
  const top = first!.workload === 'uniform' ? 1 : topOf(group.flatMap(valuesOf));
  const x = (at: number): number => PLOT.left + at * PLOT.width;
  const y = (value: number): number => PLOT.head + PLOT.height * (1 - Math.min(1, value / top));
  const levels = Array.from({ length: 6 }, (_, at) => (top * at) / 5);
  return [
    textAt(PLOT.left, 12, fragmentationTitle(first!), ' font-weight="bold"'),
    textAt(PLOT.left, 28, quantity, ' font-size="11"'),
    ...levels.flatMap((level) => [
      lineAt(PLOT.left, y(level), PLOT.left + PLOT.width, y(level), `stroke="${GRID_COLOUR}"`),
      textAt(PLOT.left - 6, y(level) + 4, `${Number(level.toFixed(2))}`, ' text-anchor="end" font-size="10"'),
    ]),
    textAt(PLOT.left, PLOT.head + PLOT.height + 15, 'begin', ' font-size="10"'),
    textAt(
      PLOT.left + PLOT.width,
      PLOT.head + PLOT.height + 15,
      'end of the workload',
      ' text-anchor="end" font-size="10"',
    ),
    ...group.map((row) => {
      const values = valuesOf(row);
      const points = row.series.at.map((at, index) => `${fixed(x(at))},${fixed(y(values[index]!))}`);
      return `<polyline points="${points.join(' ')}" fill="none" stroke-width="1.6" ${strokeOf(row.allocator)}><title>${escapeText(row.allocator)}</title></polyline>`;
    }),
    rectAt(PLOT.left, PLOT.head, PLOT.width, PLOT.height, `fill="none" stroke="${TEXT_COLOUR}"`),
  ];
}

function legendOf(names: readonly string[], y: number): string[] {
  let x = 8;
  return names.flatMap((name) => {
    const at = x;
    x += 44 + 7 * name.length;
    return [
      lineAt(at, y, at + 22, y, `stroke-width="2.5" ${strokeOf(name)}`),
      textAt(at + 27, y + 4, name, ' font-size="11"'),
    ];
  });
}

/** How fragmentation went, as SVG; undefined where it was not measured. */
export function fragmentationSvg({
  fragmentation,
}: Pick<AllocatorResults, 'fragmentation'>): string | undefined {
  const groups = fragmentationGroups(fragmentation);
  if (groups.length === 0) return undefined;
  const names = [...new Set(fragmentation.map(({ allocator }) => allocator))];
  const bottom = TOP + Math.ceil(groups.length / COLUMNS) * PANEL_HEIGHT;
  const panels = groups.flatMap((group, index) => [
    `<g transform="${cornerOf(index, PANEL_WIDTH, PANEL_HEIGHT)}">`,
    ...plotPanel(group),
    '</g>',
  ]);
  return svgDocument(
    {
      width: Math.max(
        COLUMNS * PANEL_WIDTH,
        names.reduce((sum, name) => sum + 44 + 7 * name.length, 8),
      ),
      height: bottom + LEGEND,
      title: 'Fragmentation over time',
      legend:
        'From the states of all frames. Huge frames: more is better. Unusable free space: less is better.',
    },
    [...panels, ...legendOf(names, bottom + 4)],
  );
}

/** Columns of a map, its scale, and room for its name. */
const MAP = { columns: 32, scale: 5, head: 20, gap: 16 };
const MAPS_IN_ROW = 4;

/** Free, and full by eighths. */
const SHADES = [
  '#ffffff',
  '#dcebf5',
  '#b9d7eb',
  '#94c1e0',
  '#6ea9d2',
  '#4a8fc1',
  '#2f74a8',
  '#1d598a',
  '#0f3f68',
];

/**
 * A picture of memory: a square for each huge frame, from the lowest in rows, the fuller the darker.
 *
 * @param map a digit for each huge frame, `0` free to `8` full
 */
export function mapPaths(map: string): string[] {
  const paths = SHADES.map(() => '');
  for (let at = 0; at < map.length; ) {
    const column = at % MAP.columns;
    let length = 1;
    while (column + length < MAP.columns && map[at + length] === map[at]) length++;
    paths[Number(map[at])] += `M${column} ${Math.floor(at / MAP.columns)}h${length}`;
    at += length;
  }
  return paths.flatMap((path, level) =>
    path === '' || level === 0 ? [] : [`<path d="${path}" stroke="${SHADES[level]}"/>`],
  );
}

/** The least that is a picture: a trace of a small guest has a handful of huge frames. */
const LEAST_MAP = 16;

/** Frame maps at the end of workloads, as SVG; undefined where there are none. */
export function framesSvg({ fragmentation }: Pick<AllocatorResults, 'fragmentation'>): string | undefined {
  const groups = fragmentationGroups(fragmentation.filter(({ map }) => map.length >= LEAST_MAP));
  if (groups.length === 0) return undefined;
  const width = MAP.columns * MAP.scale;
  const parts: string[] = [];
  let y = TOP + 8;
  for (const group of groups) {
    const rows = Math.ceil(group[0]!.map.length / MAP.columns);
    const height = MAP.head + rows * MAP.scale + MAP.gap;
    parts.push(textAt(8, y + 12, fragmentationTitle(group[0]!), ' font-weight="bold"'));
    y += 18;
    for (const [index, { allocator, map }] of group.entries()) {
      const left = 8 + (index % MAPS_IN_ROW) * (width + MAP.gap);
      const top = y + Math.floor(index / MAPS_IN_ROW) * height;
      parts.push(
        textAt(left, top + 14, allocator, ' font-size="11"'),
        `<g transform="translate(${left} ${top + MAP.head}) scale(${MAP.scale}) translate(0 .5)">`,
        ...mapPaths(map),
        '</g>',
        rectAt(
          left,
          top + MAP.head,
          width,
          rows * MAP.scale,
          `fill="none" stroke="${TEXT_COLOUR}" stroke-width="0.7"`,
        ),
      );
    }
    y += Math.ceil(group.length / MAPS_IN_ROW) * height + 8;
  }
  return svgDocument(
    {
      width: Math.max(16 + MAPS_IN_ROW * (width + MAP.gap), 620),
      height: y,
      title: 'Memory at the end, a square for each huge frame',
      legend: 'White: free; the fuller, the darker. Rows of 64 MiB, the lowest address above.',
    },
    parts,
  );
}
