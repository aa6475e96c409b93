import { describe, expect, test } from 'vitest';
import { compareRows } from './simd-oracle/compare.ts';
import { runOnInterpreter } from './simd-oracle/interpreter.ts';
import { missingTools } from './simd-oracle/qemu.ts';
import { digest, RECORDED_SETS, recordedCases, recordedDigests } from './simd-oracle/recorded.ts';

const digests = recordedDigests();

describe.each(RECORDED_SETS)('SIMD instructions: $name', ({ name, rows, options }) => {
  test('every row is recorded', () => {
    expect(Object.keys(digests[name])).toEqual(rows);
  });

  test('give what QEMU gave', async () => {
    const wrong: string[] = [];
    for (const row of rows) {
      const results = await runOnInterpreter(recordedCases(row, options));
      if (digest(results) !== digests[name][row]) wrong.push(row);
    }
    expect(wrong).toEqual([]);
  });

  const missing = missingTools();
  const seed = Number(process.env['ARMATURE_ORACLE_SEED'] ?? 7);
  test.skipIf(missing !== undefined)(`give what QEMU gives, seed ${seed} ${missing ?? ''}`, async () => {
    const comparisons = await compareRows(rows, 16, seed, options);
    expect(comparisons.filter(({ differences }) => differences > 0).map(({ first }) => first)).toEqual([]);
  });
});
