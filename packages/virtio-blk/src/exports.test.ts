import { expect, test } from 'vitest';

test('the package exports exactly its public names', async () => {
  expect(Object.keys(await import('./index.ts')).sort()).toEqual([
    'BLOCK_FEATURE',
    'BLOCK_STATUS',
    'VirtioBlk',
    'virtioBlock',
  ]);
});
