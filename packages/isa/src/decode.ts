import { table } from './table/index.ts';
import type { Feature, FieldGetter, Row } from './types.ts';

/**
 * Two-level buckets: bits 31:21 select a list of candidate rows, and a long list is split again by bits 15:10.
 * Lists are built when first needed and hold the most specific row first.
 */
interface Level {
  readonly rows: readonly Row[];
  readonly split: (readonly Row[] | undefined)[] | undefined;
}

const FIRST_LEVEL_SHIFT = 21;
const SECOND_LEVEL_SHIFT = 10;
const SECOND_LEVEL_MASK = 0x3f;
const SPLIT_ABOVE = 6;

const bySpecificity: readonly Row[] = [...table].sort((a, b) => b.fixedBits - a.fixedBits);
const levels: (Level | undefined)[] = new Array(1 << (32 - FIRST_LEVEL_SHIFT)).fill(undefined);

const compatible = (rows: readonly Row[], bits: number, known: number): Row[] =>
  rows.filter((row) => ((bits ^ row.value) & row.mask & known) === 0);

function candidates(word: number): readonly Row[] {
  const first = word >>> FIRST_LEVEL_SHIFT;
  let level = levels[first];
  if (level === undefined) {
    const known = -1 << FIRST_LEVEL_SHIFT;
    const rows = compatible(bySpecificity, word, known);
    level = {
      rows,
      split: rows.length > SPLIT_ABOVE ? new Array(SECOND_LEVEL_MASK + 1).fill(undefined) : undefined,
    };
    levels[first] = level;
  }
  if (level.split === undefined) return level.rows;
  const second = (word >>> SECOND_LEVEL_SHIFT) & SECOND_LEVEL_MASK;
  let rows = level.split[second];
  if (rows === undefined) {
    rows = compatible(level.rows, word, SECOND_LEVEL_MASK << SECOND_LEVEL_SHIFT);
    level.split[second] = rows;
  }
  return rows;
}

/**
 * Finds the table row of an instruction word.
 *
 * @param word the 32-bit instruction, signed or unsigned.
 * @param features the features present; rows of others are passed over, so that a hint of an absent feature
 * decodes as `HINT_hints`. All features when omitted.
 * @returns undefined when the word is unallocated. UNPREDICTABLE encodings decode normally.
 * @example decode(0x91004020)?.id // 'ADD_addsub_imm'
 */
export function decode(word: number, features?: ReadonlySet<Feature>): Row | undefined {
  for (const row of candidates(word)) {
    if ((word & row.mask) !== row.value) continue;
    if (features !== undefined && !features.has(row.feature)) continue;
    if (row.constraint?.reserved(fieldGetter(row, word))) continue;
    return row;
  }
  return undefined;
}

/**
 * Reads one field of a word as an unsigned number.
 *
 * @throws Error when the row has no such field: a mistake in the caller, not in the guest.
 */
export function extract(row: Row, word: number, name: string): number {
  const field = row.fields.get(name);
  if (field === undefined) throw new Error(`${row.id} has no field ${name}`);
  return (word >>> field.lo) & (-1 >>> (32 - field.width));
}

/** All fields of a word by name, as unsigned numbers. */
export function fields(row: Row, word: number): Record<string, number> {
  const result: Record<string, number> = {};
  for (const field of row.fields.values()) {
    result[field.name] = (word >>> field.lo) & (-1 >>> (32 - field.width));
  }
  return result;
}

/** A reader of the fields of one word, the form constraints and aliases take. */
export function fieldGetter(row: Row, word: number): FieldGetter {
  return (name) => extract(row, word, name);
}

/** The row with the given id, or undefined. */
export function rowById(id: string): Row | undefined {
  return rowsById.get(id);
}

const rowsById: ReadonlyMap<string, Row> = new Map(table.map((row) => [row.id, row]));
