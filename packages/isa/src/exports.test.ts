import { expect, test } from 'vitest';

test('the package exports exactly its public names', async () => {
  expect(Object.keys(await import('./index.ts')).sort()).toEqual(
    [
      'AssemblyError',
      'FEATURES',
      'MNEMONICS',
      'assembler',
      'modifiers',
      'registers',
      'RelocationError',
      'assemble',
      'tryAssemble',
      'formatDiagnostic',
      'relocateImage',
      'disassemble',
      'systemRegisterEncoding',
      'systemRegisterName',
      'systemRegisters',
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
