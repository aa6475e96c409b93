import { describe, expect, test } from 'vitest';
import { compareRows } from './simd-oracle/compare.ts';
import { missingTools } from './simd-oracle/qemu.ts';

const ROWS = [
  'CFINV_pstate',
  'AXFLAG_pstate',
  'XAFLAG_pstate',
  'RMIF_rmif',
  'SETF8_setf',
  'SETF16_setf',
  'SB_barriers',
  'BTI_hints',
  'DGH_hints',
  'ESB_hints',
];

describe.skipIf(missingTools() !== undefined)('flag manipulation and hints, against QEMU', () => {
  test('agree', async () => {
    const comparisons = await compareRows(ROWS, 200, 1);
    expect(comparisons.filter(({ differences }) => differences > 0).map(({ first }) => first)).toEqual([]);
  });
});
