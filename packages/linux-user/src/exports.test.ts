import { expect, test } from 'vitest';

test('the package exports exactly its public names', async () => {
  expect(Object.keys(await import('./index.ts')).sort()).toEqual([
    'DirectoryNode',
    'ERRNO',
    'Failure',
    'FileNode',
    'HOST_SIGNALS',
    'LinuxUser',
    'OpenFile',
    'RegularNode',
    'SymlinkNode',
    'implementedCalls',
    'linuxUser',
    'memoryTree',
    'signalName',
  ]);
  expect(Object.keys(await import('./node.ts')).sort()).toEqual(['hostDirectory']);
});
