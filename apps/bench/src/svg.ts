/** Parts of drawings as SVG. */

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
export const escapeText = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => ENTITIES[character]!);

/** A coordinate with one digit. */
export const fixed = (value: number): string => `${Number(value.toFixed(1))}`;

export const TEXT_COLOUR = '#222222';
export const GRID_COLOUR = '#dddddd';

/** @param attributes more of them, each with a space before */
export const textAt = (x: number, y: number, content: string, attributes = ''): string =>
  `<text x="${fixed(x)}" y="${fixed(y)}" fill="${TEXT_COLOUR}"${attributes}>${escapeText(content)}</text>`;

/** A line with no title. */
export const lineAt = (x1: number, y1: number, x2: number, y2: number, attributes: string): string =>
  `<line x1="${fixed(x1)}" x2="${fixed(x2)}" y1="${fixed(y1)}" y2="${fixed(y2)}" ${attributes}/>`;

export const rectAt = (x: number, y: number, width: number, height: number, attributes: string): string =>
  `<rect x="${fixed(x)}" y="${fixed(y)}" width="${fixed(width)}" height="${fixed(height)}" ${attributes}/>`;

/** Where values are on a logarithmic scale from `low` to `high`, which is `length` long; those outside at its ends. */
export const logarithmic =
  (low: number, high: number, start: number, length: number): ((value: number) => number) =>
  (value) =>
    start + (length * Math.log(Math.min(high, Math.max(low, value)) / low)) / Math.log(high / low);

/** A drawing on white, with its title and a line that says how to read it. */
export function svgDocument(
  {
    width,
    height,
    title,
    legend,
  }: {
    readonly width: number;
    readonly height: number;
    readonly title: string;
    readonly legend: string;
  },
  parts: readonly string[],
): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="12" role="img">`,
    `<title>${escapeText(title)}</title>`,
    rectAt(0, 0, width, height, 'fill="#ffffff"'),
    textAt(8, 24, title, ' font-size="15" font-weight="bold"'),
    textAt(8, 44, legend, ' font-size="11"'),
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}
