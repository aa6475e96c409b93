/** Columns of a line of JSON. */
const LINE = 110;

/**
 * As JSON, with lists of numbers in lines instead of a line per number.
 *
 * @param rounded each number as it is written
 */
export function jsonText(value: unknown, rounded: (number: number) => number): string {
  const text = JSON.stringify(
    value,
    (_, each: unknown) => (typeof each === 'number' ? rounded(each) : each),
    2,
  );
  const lines = text.replaceAll(
    /^( *)("\w+": )\[\s+([-+\d.e,\s]+?)\s+\](,?)$/gm,
    (_, indent, name, list, comma) => numberList(indent, name, list.split(/,\s+/), comma),
  );
  return `${lines}\n`;
}

function numberList(indent: string, name: string, numbers: readonly string[], comma: string): string {
  const whole = `${indent}${name}[${numbers.join(', ')}]${comma}`;
  if (whole.length <= LINE) return whole;
  const lines: string[] = [];
  for (const [index, number] of numbers.entries()) {
    const item = index < numbers.length - 1 ? `${number},` : number;
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + item.length <= LINE)
      lines[lines.length - 1] = `${last} ${item}`;
    else lines.push(`${indent}  ${item}`);
  }
  return `${indent}${name}[\n${lines.join('\n')}\n${indent}]${comma}`;
}
