import { expect, test } from 'vitest';

test('the package exports exactly its public names', async () => {
  expect(Object.keys(await import('./index.ts')).sort()).toEqual([
    'OptionReader',
    'VIRT_MAP',
    'allocatorByName',
    'allocatorNames',
    'applyBoot',
    'boot',
    'buildMachine',
    'checkPlausibleCode',
    'chooseInDeviceTree',
    'createMachine',
    'decompressImage',
    'detectImage',
    'elfPhysicalEntry',
    'elfSymbols',
    'formatRange',
    'machineFromJSON',
    'parseElf',
    'parseInterrupt',
    'parseLinuxImage',
    'parseQuantity',
    'planBoot',
    'ram',
    'readMachineDocument',
    'requireQuantity',
    'rom',
    'standardParts',
    'virt',
    'wiredInterrupts',
  ]);
});
