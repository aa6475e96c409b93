import { readFileSync } from 'node:fs';
import { table } from '@armature/isa';
import { describe, expect, test } from 'vitest';
import { COVERAGE_PAGE, coverageOf, coveragePage } from './oracle/src/coverage.ts';
import { EXEMPTIONS } from './oracle/src/exemptions.ts';
import { FAMILIES } from './oracle/src/families.ts';

/** The least of each implemented row. */
const CASES_IN_LONG_RUN = 50_000;
const CASES_IN_CI = 2000;

const coverage = coverageOf();

test('docs/instruction-coverage.md is up to date: npm run oracle -- coverage writes it', () => {
  expect(readFileSync(COVERAGE_PAGE, 'utf8')).toBe(coveragePage(coverage));
});

describe('every implemented row', () => {
  const implemented = coverage.filter(({ row }) => row.status === 'done');
  const ids = (rows: typeof implemented): string[] => rows.map(({ row }) => row.id);

  test('is compared with QEMU', () => {
    expect(ids(implemented.filter(({ suite }) => suite === undefined))).toEqual([]);
  });

  test('has cases in npm test and in .ci/run', () => {
    expect(ids(implemented.filter(({ recorded, live }) => recorded + live < CASES_IN_CI))).toEqual([]);
    expect(ids(implemented.filter(({ recorded }) => recorded === 0))).toEqual([]);
  });

  test('has agreed with QEMU in a long run', () => {
    const lacking = implemented.filter(
      ({ long }) => long === undefined || long.cases < CASES_IN_LONG_RUN || long.different > 0,
    );
    expect(ids(lacking)).toEqual([]);
  });
});

test('every exemption is about some row, and none about most', () => {
  for (const { reason, rows } of EXEMPTIONS) {
    expect(rows.length, reason).toBeGreaterThan(0);
    expect(rows.length, reason).toBeLessThan(table.length / 4);
  }
});

test('rows that are not implemented have a reason, and families without rows have none', () => {
  const features = new Set(coverage.filter(({ row }) => row.status === 'todo').map(({ row }) => row.feature));
  for (const feature of features) {
    expect(FAMILIES.some(({ rowsOf }) => rowsOf !== undefined && feature.startsWith(rowsOf))).toBe(true);
  }
  const known = new Set<string>(table.map(({ feature }) => feature));
  for (const { name, rowsOf } of FAMILIES) {
    if (rowsOf !== undefined) continue;
    expect(name.split(', ').filter((feature) => known.has(feature))).toEqual([]);
  }
});
