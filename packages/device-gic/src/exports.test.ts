import { expect, test } from 'vitest';

test('the package exports exactly its public names', async () => {
  expect(Object.keys(await import('./index.ts')).sort()).toEqual([
    'GICC',
    'GICC_CTLR',
    'GICD',
    'GICR',
    'GICR_WAKER',
    'GICV2_CPU_LIMIT',
    'GICV3_CPU_LIMIT',
    'GicV2',
    'GicV3',
    'ICC_CTLR',
    'REDISTRIBUTOR_SIZE',
    'V2M',
    'V2M_LABEL',
    'V2M_SIZE',
    'V2mFrame',
    'affinityOf',
    'gicV2',
    'gicV3',
  ]);
});
