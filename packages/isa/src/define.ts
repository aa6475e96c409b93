import type { Field, GroupOptions, Legend, Row, RowSource } from './types.ts';

/**
 * Letters with one meaning across the table. `z` (`sf`) is 1 for a 64-bit operation; `w` (`w32`) is its opposite,
 * 1 for a 32-bit destination, as in LDRSB and LDRSH.
 */
const COMMON_LEGEND: Legend = {
  z: 'sf',
  w: 'w32',
  d: 'Rd',
  n: 'Rn',
  m: 'Rm',
  a: 'Ra',
  t: 'Rt',
  u: 'Rt2',
  s: 'Rs',
  c: 'cond',
  Q: 'Q',
};

/**
 * Completes the rows of one encoding group: strips the spaces of patterns, names fields and computes masks.
 *
 * @throws Error when a pattern is not 32 characters, uses an unnamed letter or splits a field.
 */
export function defineGroup(group: string, options: GroupOptions, sources: readonly RowSource[]): Row[] {
  return sources.map((source) => defineRow(group, options, source));
}

function defineRow(group: string, options: GroupOptions, source: RowSource): Row {
  const pattern = source.pattern.replaceAll(' ', '');
  if (pattern.length !== 32) {
    throw new Error(`${source.id}: pattern has ${pattern.length} characters instead of 32`);
  }
  const legend: Legend = { ...COMMON_LEGEND, ...options.legend, ...source.legend };
  const fields = new Map<string, Field>();
  let mask = 0;
  let value = 0;
  let fixedBits = 0;
  for (let index = 0; index < 32; ) {
    const letter = pattern[index] as string;
    let end = index + 1;
    if (letter === '0' || letter === '1') {
      const bit = 31 - index;
      mask |= 1 << bit;
      if (letter === '1') value |= 1 << bit;
      fixedBits++;
    } else if (letter !== '-') {
      while (end < 32 && pattern[end] === letter) end++;
      const name = legend[letter];
      if (name === undefined) throw new Error(`${source.id}: letter ${letter} names no field`);
      if (fields.has(name)) throw new Error(`${source.id}: field ${name} is split`);
      fields.set(name, { name, lo: 32 - end, width: end - index });
    }
    index = end;
  }
  return {
    id: source.id,
    title: source.title,
    pattern,
    group,
    feature: source.feature ?? options.feature ?? 'base',
    status: source.status ?? options.status ?? 'done',
    mask,
    value,
    fixedBits,
    fields,
    ...(source.constraint && { constraint: source.constraint }),
    ...(source.defaults && { defaults: source.defaults }),
    asm: source.asm ?? '',
    aliases: source.aliases ?? [],
  };
}
