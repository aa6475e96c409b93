import { expect, test } from 'vitest';

test('the package exports exactly this', async () => {
  expect(Object.keys(await import('./index.ts')).sort()).toEqual([
    'EXCEPTION_CLASS',
    'SYNDROME_IL',
    'VECTOR',
    'VECTOR_BASE',
    'aarch64Exceptions',
    'buildSyndrome',
    'createExceptionModel',
    'describeSyndrome',
    'exceptionClassName',
    'exceptionClassOf',
    'faultStatusName',
    'issOf',
  ]);
});
