import { expect, test } from 'vitest';

test('the package exports exactly its public names', async () => {
  expect(Object.keys(await import('./index.ts')).sort()).toEqual([
    'CfiFlash',
    'FLASH_COMMAND',
    'FLASH_STATUS',
    'flash',
    'memoryBacking',
  ]);
  expect(Object.keys(await import('./node.ts')).sort()).toEqual(['fileBacking']);
});
