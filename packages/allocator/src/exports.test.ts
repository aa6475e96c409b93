import { expect, test } from 'vitest';

test('the public names', async () => {
  expect(Object.keys(await import('./index.ts')).sort()).toEqual(['measureFragmentation']);
});

test('the public names of the contract', async () => {
  expect(Object.keys(await import('./contract.ts')).sort()).toEqual([
    'frameAllocatorContract',
    'runFrameAllocatorContract',
    'runFrameAllocatorModel',
  ]);
});
