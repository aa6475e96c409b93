import { expect, test } from 'vitest';

test('the package exports exactly its public names', async () => {
  expect(Object.keys(await import('./index.ts')).sort()).toEqual(
    [
      'FEATURES',
      'decode',
      'decodeBitMasks',
      'decodeBitfieldMasks',
      'encodeBitMask',
      'extract',
      'fieldGetter',
      'fields',
      'rowById',
      'signExtend',
      'table',
      'toBigInt',
    ].sort(),
  );
});
