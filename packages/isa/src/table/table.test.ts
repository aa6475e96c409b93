import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decode } from '../decode.ts';
import { FEATURES, type Row } from '../types.ts';
import { table } from './index.ts';

/** A small deterministic generator, so that a failure repeats. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state ^ (state >>> 15)) | 0;
  };
}

test('every row has a 32-character pattern, a feature, a title and a group with a file of its own', () => {
  const files = new Set(readdirSync(import.meta.dirname));
  for (const row of table) {
    expect(row.pattern, row.id).toMatch(/^[01\-a-zA-Z]{32}$/);
    expect(row.title, row.id).not.toBe('');
    expect(FEATURES, row.id).toContain(row.feature);
    expect(files.has(`${row.group}.ts`), `${row.id}: ${row.group}.ts`).toBe(true);
    expect(row.value & ~row.mask, row.id).toBe(0);
  }
});

test('ids are unique', () => {
  const ids = table.map((row) => row.id);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
});

test('two rows overlap only when one is strictly more specific, or a constraint tells them apart', () => {
  const ambiguous: string[] = [];
  for (const [index, a] of table.entries()) {
    for (const b of table.slice(index + 1)) {
      const common = a.mask & b.mask;
      if (((a.value ^ b.value) & common) !== 0) continue;
      if ((common === a.mask) !== (common === b.mask)) continue;
      if (a.constraint || b.constraint) continue;
      ambiguous.push(`${a.id} and ${b.id}`);
    }
  }
  expect(ambiguous).toEqual([]);
});

test('every row is reachable: some word decodes to it', () => {
  const next = random(1);
  const unreachable = (row: Row): boolean => {
    for (let attempt = 0; attempt < 2000; attempt++) {
      if (decode((next() & ~row.mask) | row.value) === row) return false;
    }
    return true;
  };
  expect(table.filter(unreachable).map((row) => row.id)).toEqual([]);
});

test('register fields are 5 bits, and defaults name fields and fit them', () => {
  for (const row of table) {
    for (const name of ['Rd', 'Rn', 'Rm', 'Ra', 'Rt', 'Rt2', 'Rs']) {
      const width = row.fields.get(name)?.width;
      if (width !== undefined && width !== 5 && !(name === 'Rm' && width === 4)) {
        throw new Error(`${row.id}: ${name} is ${width} bits`);
      }
    }
    for (const [name, value] of Object.entries(row.defaults ?? {})) {
      expect(row.fields.get(name), `${row.id}: ${name}`).toBeDefined();
      if (typeof value === 'string') expect(row.fields.get(value), `${row.id}: ${value}`).toBeDefined();
      else expect(value).toBeLessThan(2 ** (row.fields.get(name)?.width ?? 0));
    }
  }
});
