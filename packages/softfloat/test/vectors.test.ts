import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { differences } from './check.ts';
import { OPERATIONS } from './operations.ts';
import { CASE_BYTES } from './oracle.ts';
import { unpackVectors, VECTORS } from './vectors.ts';

const { cases, results, count } = unpackVectors(readFileSync(VECTORS));

test('the recorded vectors cover every operation', () => {
  const seen = new Set<number>();
  for (let index = 0; index < count; index += 1) seen.add(cases.getUint32(index * CASE_BYTES, true));
  expect(OPERATIONS.filter((_, index) => !seen.has(index)).map(({ name }) => name)).toEqual([]);
});

test(`${count} recorded results of QEMU`, () => {
  expect(differences(cases, results)).toEqual([]);
});
