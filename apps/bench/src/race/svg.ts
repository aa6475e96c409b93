/** The ratios of a race as a drawing: a bar for each row on a logarithmic scale, from the line at 1. */
import {
  escapeText,
  fixed,
  GRID_COLOUR,
  lineAt,
  logarithmic,
  rectAt,
  svgDocument,
  TEXT_COLOUR,
  textAt,
} from '../svg.ts';
import type { RaceResults, RaceRow } from './results.ts';
import { GROUP_TITLES, type RaceGroup } from './rows.ts';

const WIDTH = 760;
const LABEL_WIDTH = 150;
const VALUE_WIDTH = 60;
const ROW_HEIGHT = 22;
const BAR_HEIGHT = 14;
const GROUP_HEIGHT = 34;
const TOP = 56;
const BOTTOM = 46;
const PLOT = WIDTH - LABEL_WIDTH - VALUE_WIDTH;

const COLOURS = { faster: '#2a7f62', slower: '#b5533c', mean: '#333333' };

/** Ratios that have a line, where they are in the drawing's range. */
const TICKS = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50];

/** The least range of ticks that has all ratios, and always one above and one below 1. */
export function scaleOf(ratios: readonly number[]): { readonly low: number; readonly high: number } {
  const low = TICKS.findLast((tick) => tick <= Math.min(0.5, ...ratios)) ?? TICKS[0]!;
  const high = TICKS.find((tick) => tick >= Math.max(2, ...ratios)) ?? TICKS.at(-1)!;
  return { low, high };
}

/** The drawing, as SVG. Rows without a ratio are left out. */
export function raceSvg({ rows, means }: Pick<RaceResults, 'rows' | 'means'>, title: string): string {
  const drawn = rows.filter((row): row is RaceRow & { ratio: number } => row.ratio !== undefined);
  const { low, high } = scaleOf(drawn.map(({ ratio }) => ratio));
  const x = logarithmic(low, high, LABEL_WIDTH, PLOT);
  const bars: string[] = [];
  let y = TOP;
  for (const group of Object.keys(GROUP_TITLES) as RaceGroup[]) {
    const members = drawn.filter((row) => row.group === group);
    if (members.length === 0) continue;
    bars.push(textAt(8, y + GROUP_HEIGHT - 12, GROUP_TITLES[group], ' font-weight="bold"'));
    y += GROUP_HEIGHT;
    for (const { name, ratio, description } of members) {
      const [from, to] = ratio < 1 ? [x(ratio), x(1)] : [x(1), x(ratio)];
      const colour = ratio < 1 ? COLOURS.slower : COLOURS.faster;
      bars.push(
        `<g><title>${escapeText(description)}</title>`,
        textAt(LABEL_WIDTH - 8, y + 12, name, ' text-anchor="end"'),
        rectAt(from, y + 1, Math.max(1, to - from), BAR_HEIGHT, `fill="${colour}"`),
        textAt(WIDTH - 8, y + 12, ratio.toFixed(2), ' text-anchor="end"'),
        '</g>',
      );
      y += ROW_HEIGHT;
    }
    const mean = means.find(({ groups }) => groups === group);
    if (mean === undefined) continue;
    const [at, start] = [fixed(x(mean.ratio)), y - members.length * ROW_HEIGHT];
    bars.push(
      `<line x1="${at}" x2="${at}" y1="${start - 2}" y2="${y}" stroke="${COLOURS.mean}" stroke-width="1.5" stroke-dasharray="4 3"><title>geometric mean ${mean.ratio.toFixed(2)}</title></line>`,
    );
  }
  const end = y + 4;
  const grid = TICKS.filter((tick) => tick >= low && tick <= high).flatMap((tick) => [
    lineAt(
      x(tick),
      TOP,
      x(tick),
      end,
      tick === 1 ? `stroke="${TEXT_COLOUR}" stroke-width="1.5"` : `stroke="${GRID_COLOUR}"`,
    ),
    textAt(x(tick), end + 16, `${tick}`, ' text-anchor="middle"'),
  ]);
  const legend =
    'QEMU’s time / Armature’s, logarithmic: right of 1, Armature is faster; dashed, the group’s geometric mean';
  return svgDocument({ width: WIDTH, height: end + BOTTOM, title, legend }, [...grid, ...bars]);
}
