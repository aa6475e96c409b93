import { expect, test } from 'vitest';

test('the package exports exactly this', async () => {
  expect(Object.keys(await import('./index.ts')).sort()).toEqual([
    'Interpreter',
    'REGION_EXITS',
    'cpu',
    'cpuEngineNames',
    'cpuModel',
    'cpuModelNames',
    'jitReport',
  ]);
});

test('its entry for Node exports exactly this', async () => {
  expect(Object.keys(await import('./node.ts'))).toEqual(['compileInBackground']);
});
