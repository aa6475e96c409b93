import { expect, test } from 'vitest';

test('the package exports exactly this', async () => {
  expect(Object.keys(await import('./index.ts')).sort()).toEqual([
    'FAULT_STATUS',
    'createTableBuilder',
    'createTranslation',
    'decodeDescriptor',
    'describeMemoryType',
    'printTables',
    'translationRegisters',
    'vmsav8',
    'walk',
  ]);
});
