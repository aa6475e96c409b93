import { expect, test } from 'vitest';

test('the package exports exactly its public names', async () => {
  expect(Object.keys(await import('./index.ts')).sort()).toEqual([
    'VirtioRng',
    'hostEntropy',
    'seededEntropy',
    'virtioRng',
  ]);
});
