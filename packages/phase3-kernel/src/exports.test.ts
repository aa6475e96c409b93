import { expect, it } from 'vitest';

it('exports exactly its public names', async () => {
  expect(Object.keys(await import('./index.ts')).sort()).toEqual([
    'PAGE_PROBE_ARGUMENTS',
    'PAGE_PROBE_RESULTS',
    'phase3KernelImage',
    'phase3KernelLayout',
    'phase3KernelScenarios',
    'phase3KernelSource',
    'phase3KernelTestNames',
    'phase3PageProbe',
  ]);
});
