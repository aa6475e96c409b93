import { rowById } from '@armature/isa';
import { beforeAll, describe, expect, test } from 'vitest';
import { armatureDriver } from '../src/armature.ts';
import { compareAll, describeMismatch } from '../src/compare.ts';
import type { OracleDriver } from '../src/driver.ts';
import { comparedRows, loadVectors, recordedCount, rowsOf, vectorFiles } from '../src/vectors.ts';

/** Mismatches printed in full; the rest are counted. */
const SHOWN = 3;

describe('what QEMU did, our CPU does', () => {
  let ours: OracleDriver;
  beforeAll(async () => {
    ours = await armatureDriver();
  });

  test.each(vectorFiles())('%s', (file) => {
    const { configuration, rows, cases, records, results } = loadVectors(file);
    const places = rows.flatMap(({ id, count }) =>
      Array.from({ length: count }, (_, index) => ({ row: id, configuration, index })),
    );
    const mismatches = compareAll(results, ours.run(configuration, records), cases, (at) => places[at]!);
    const shown = mismatches.slice(0, SHOWN).map((mismatch) => {
      const command = `npm run oracle -- recorded --rows '^${mismatch.row}$' --index ${mismatch.index}`;
      return describeMismatch(mismatch, command);
    });
    expect(mismatches.length, `${mismatches.length} of ${cases.length} differ\n${shown.join('\n')}`).toBe(0);
  });
});

describe('the recording', () => {
  test.each(['usual', 'strict'] as const)('has cases of every implemented row, %s', (configuration) => {
    const recorded = vectorFiles()
      .filter((file) => file.endsWith(`.${configuration}.br`))
      .flatMap((file) => loadVectors(file).rows);
    expect(recorded.map(({ id }) => id).sort()).toEqual(
      rowsOf(configuration, comparedRows())
        .map(({ id }) => id)
        .sort(),
    );
    for (const { id, count } of recorded) {
      expect(count, id).toBeGreaterThanOrEqual(recordedCount(rowById(id)!, configuration));
    }
  });
});
