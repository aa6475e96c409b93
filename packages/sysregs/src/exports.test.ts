import { expect, test } from 'vitest';

test('the package exports exactly this', async () => {
  expect(Object.keys(await import('./index.ts')).sort()).toEqual([
    'NO_STORAGE',
    'PRIVATE_SLOT_COUNT',
    'checkAccess',
    'createSystemRegisters',
    'readRegister',
    'writeRegister',
  ]);
});
