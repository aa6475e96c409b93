import { expect, it } from 'vitest';

it('exports exactly its public names', async () => {
  expect(Object.keys(await import('./index.ts')).sort()).toEqual([
    'phase3KernelImage',
    'phase3KernelLayout',
    'phase3KernelScenarios',
    'phase3KernelSource',
    'phase3KernelTestNames',
  ]);
});
