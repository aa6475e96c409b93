import { expect, test } from 'vitest';

test('the package exports exactly its public names', async () => {
  expect(Object.keys(await import('./index.ts')).sort()).toEqual([
    'checkRange',
    'checkWritable',
    'memoryDisk',
    'overlayDisk',
    'readOnlyDisk',
  ]);
  expect(Object.keys(await import('./node.ts')).sort()).toEqual(['createDiskFile', 'fileDisk']);
  expect(Object.keys(await import('./contract.ts')).sort()).toEqual(['diskContract']);
});
