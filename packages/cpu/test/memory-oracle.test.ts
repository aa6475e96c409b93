import { describe, expect, test } from 'vitest';
import { compareRows } from './memory-oracle/compare.ts';
import { memoryRows } from './memory-oracle/generate.ts';
import { missingTools } from './simd-oracle/qemu.ts';

/** Of each row; `memory-oracle/cli.ts` runs as many as one likes. */
const CASES = 32;

describe.skipIf(missingTools() !== undefined)('loads, stores and atomics, against QEMU', () => {
  test('agree in registers, memory and faults', async () => {
    const comparisons = await compareRows(memoryRows(), CASES, 1);
    expect(comparisons.length).toBeGreaterThanOrEqual(120);
    expect(
      comparisons.filter(({ differences }) => differences > 0).map(({ row, first }) => [row, first]),
    ).toEqual([]);
  });
});
