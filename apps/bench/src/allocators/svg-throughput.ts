/** Throughput of churn as a drawing: each allocator beside the same algorithm in C. */
import {
  escapeText,
  GRID_COLOUR,
  lineAt,
  logarithmic,
  rectAt,
  svgDocument,
  TEXT_COLOUR,
  textAt,
} from '../svg.ts';
import { sizeText } from './measure.ts';
import { figure } from './report.ts';
import type { AllocatorResults, CellResult } from './results.ts';
import { SUBJECTS } from './subjects.ts';

const PANEL = { width: 480, label: 118, right: 20, head: 30, foot: 26, gap: 18 };
const [TOP, LANE, ROW_GAP, DOT] = [56, 8, 7, 3];
const COLUMNS = 2;
const COLOURS = { ours: '#2a7f62', inC: '#5b6b8c', link: '#b9c2c0' };

/** Powers of ten around all values. */
export function decades(values: readonly number[]): number[] {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  return Array.from({ length: high - low + 1 }, (_, at) => 10 ** (low + at));
}

interface Panel {
  readonly title: string;
  readonly cells: readonly CellResult[];
}

function panelsOf({ cells }: Pick<AllocatorResults, 'cells'>): Panel[] {
  const churn = cells.filter(({ workload }) => workload === 'churn');
  const orders = [...new Set(churn.map(({ order }) => order))];
  const sizes = [...new Set(churn.map(({ frames }) => frames))];
  return orders
    .flatMap((order) =>
      sizes.map((frames) => ({
        title: `${sizeText(frames)}, order ${order}`,
        cells: churn.filter((cell) => cell.order === order && cell.frames === frames),
      })),
    )
    .filter((panel) => panel.cells.length > 0);
}

function lane(
  { allocator, occupancy, ours, inC, ratio }: CellResult,
  y: number,
  x: (value: number) => number,
) {
  const rates = `${figure(ours.median)} M/s${inC === undefined ? '' : `, C ${figure(inC.median)} M/s, ratio ${ratio!.toFixed(2)}`}`;
  return [
    `<g><title>${escapeText(`${allocator}, ${Math.round(100 * occupancy)} %: ${rates}`)}</title>`,
    ...(inC === undefined
      ? []
      : [
          lineAt(x(ours.median), y, x(inC.median), y, `stroke="${COLOURS.link}" stroke-width="2"`),
          `<circle cx="${x(inC.median).toFixed(1)}" cy="${y}" r="${DOT}" fill="#ffffff" stroke="${COLOURS.inC}" stroke-width="1.5"/>`,
        ]),
    `<circle cx="${x(ours.median).toFixed(1)}" cy="${y}" r="${DOT}" fill="${COLOURS.ours}"/>`,
    '</g>',
  ];
}

/** A panel with its upper left corner at 0, and its height. */
function drawPanel({ title, cells }: Panel, ticks: readonly number[]): { parts: string[]; height: number } {
  const plot = PANEL.width - PANEL.label - PANEL.right;
  const x = logarithmic(ticks[0]!, ticks.at(-1)!, PANEL.label, plot);
  const rows: string[] = [];
  let y = PANEL.head;
  for (const { name } of SUBJECTS) {
    const own = cells.filter(({ allocator }) => allocator === name);
    if (own.length === 0) continue;
    const height = own.length * LANE + ROW_GAP;
    rows.push(
      textAt(PANEL.label - 8, y + height / 2 + 4, name, ' text-anchor="end"'),
      ...own.flatMap((cell, at) => lane(cell, y + ROW_GAP / 2 + (at + 0.5) * LANE, x)),
      lineAt(PANEL.label, y + height, PANEL.label + plot, y + height, `stroke="${GRID_COLOUR}"`),
    );
    y += height;
  }
  const grid = ticks.flatMap((tick) => [
    lineAt(x(tick), PANEL.head, x(tick), y, `stroke="${GRID_COLOUR}"`),
    textAt(x(tick), y + 14, `${tick}`, ' text-anchor="middle" font-size="10"'),
  ]);
  const parts = [
    textAt(PANEL.label, PANEL.head - 10, title, ' font-weight="bold"'),
    ...grid,
    rectAt(PANEL.label, PANEL.head, plot, y - PANEL.head, `fill="none" stroke="${TEXT_COLOUR}"`),
    ...rows,
  ];
  return { parts, height: y + PANEL.foot };
}

/** The drawing, as SVG; undefined where no churn was measured. */
export function throughputSvg(results: Pick<AllocatorResults, 'cells'>): string | undefined {
  const panels = panelsOf(results);
  if (panels.length === 0) return undefined;
  const rates = panels.flatMap(({ cells }) =>
    cells.flatMap(({ ours, inC }) => [ours.median, ...(inC === undefined ? [] : [inC.median])]),
  );
  const ticks = decades(rates);
  const parts: string[] = [];
  let y = TOP;
  for (let first = 0; first < panels.length; first += COLUMNS) {
    const drawn = panels.slice(first, first + COLUMNS).map((panel) => drawPanel(panel, ticks));
    for (const [column, panel] of drawn.entries()) {
      const x = column * (PANEL.width + PANEL.gap);
      parts.push(`<g transform="translate(${x} ${y})">`, ...panel.parts, '</g>');
    }
    y += Math.max(...drawn.map(({ height }) => height));
  }
  const columns = Math.min(COLUMNS, panels.length);
  const shares = [...new Set(panels.flatMap(({ cells }) => cells.map(({ occupancy }) => occupancy)))];
  const lanes = shares.map((share) => `${Math.round(100 * share)} %`).join(', ');
  return svgDocument(
    {
      width: columns * PANEL.width + (columns - 1) * PANEL.gap,
      height: y,
      title: 'Churn: million operations a second, logarithmic',
      legend: `Filled: ours; hollow: the same algorithm in C. Each allocator’s lines: ${lanes} in use.`,
    },
    parts,
  );
}
