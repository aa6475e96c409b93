import { ArmatureError, spi } from '@armature/core';
import { describe, expect, test } from 'vitest';
import { fakeCpu, fakeDevice, fakeExceptions } from '../../test/fakes.ts';
import { type FromJsonOptions, machineFromJSON, readMachineDocument } from './from-json.ts';
import { parseInterrupt, parseQuantity } from './quantities.ts';

const parts: FromJsonOptions['parts'] = {
  cpu: () => fakeCpu(),
  exceptions: () => fakeExceptions(),
  device: (options) => {
    const base = options.address('base');
    return fakeDevice(base === undefined ? {} : { base });
  },
};

async function failure(
  document: unknown,
): Promise<{ code: string; message: string; hint: string | undefined }> {
  try {
    await machineFromJSON(document, { parts });
  } catch (error) {
    if (error instanceof ArmatureError) return { code: error.code, message: error.message, hint: error.hint };
    throw error;
  }
  throw new Error('the machine was built');
}

test('a document builds a machine, and the machine gives the document', async () => {
  const document = {
    name: 'test board',
    nanosPerInstruction: 2,
    deviceWindow: { base: '0x1000_0000', size: '0x0001_0000' },
    parts: [
      { part: 'cpu' },
      { part: 'exceptions' },
      { part: 'ram', base: '0x4000_0000', size: '16MiB' },
      { part: 'ram', name: 'scratch', base: '0x6000_0000', size: '12KiB' },
      { part: 'rom', base: '0x0000_0000', size: '64KiB' },
      { part: 'wired-interrupts', spis: 8 },
      { part: 'device' },
      { part: 'device', base: '0x0900_0000' },
    ],
  };
  const machine = await machineFromJSON(document, { parts });
  expect(machine.toJSON()).toEqual(document);
  expect(machine.regions.map(({ part, base }) => [part, base])).toEqual([
    ['rom', 0],
    ['device-2', 0x0900_0000],
    ['device', 0x1000_0000],
    ['ram', 0x4000_0000],
    ['scratch', 0x6000_0000],
  ]);
  const again = await machineFromJSON(JSON.parse(JSON.stringify(machine.toJSON())), { parts });
  expect(again.regions).toEqual(machine.regions);
});

test('semihosting with its command line and heap', async () => {
  const semihosting = {
    part: 'semihosting',
    commandLine: 'program one two',
    heap: {
      heapBase: '0x40100000',
      heapLimit: '0x40800000',
      stackBase: '0xffffffffffff0000',
      stackLimit: '0x0',
    },
  };
  for (const written of [semihosting, { part: 'semihosting' }]) {
    const document = { parts: [{ part: 'ram', base: '0x4000_0000', size: '16MiB' }, written] };
    const machine = await machineFromJSON(document);
    expect(machine.toJSON().parts[1]).toEqual(written);
    expect(machine.find('semihosting')).toBeDefined();
  }
});

test('a CPU with its engine, the limits of the compiler and a seed', () => {
  const cpus: object[] = [
    { model: 'cortex-a72', engine: 'interpreter' },
    { model: 'max', engine: 'jit', jit: { threshold: 100, cacheSize: 2 ** 24, batch: 8, profile: true } },
    { model: 'cortex-a53', jit: { cacheSize: 2 ** 20 } },
    { model: 'cortex-a72', random: { seed: 7 } },
  ];
  for (const options of cpus) {
    const written = { part: 'cpu', ...options };
    const [part] = readMachineDocument({ parts: [written] }).parts;
    expect(part.toJSON?.()).toEqual(written);
  }
  const [part] = readMachineDocument({ parts: [{ part: 'cpu', jit: { cacheSize: '64MiB' } }] }).parts;
  expect(part.toJSON?.()).toMatchObject({ jit: { cacheSize: 2 ** 26 } });
});

describe('errors name the path', () => {
  const cases: [string, unknown, string, string][] = [
    ['no object', 7, 'CONFIG_INVALID', 'the document: expected an object, got 7'],
    ['no parts', {}, 'CONFIG_INVALID', 'parts: missing'],
    ['parts of another type', { parts: {} }, 'CONFIG_INVALID', 'parts: expected a list, got an object'],
    ['an unknown option', { parts: [], memory: 1 }, 'CONFIG_INVALID', 'memory: there is no such option'],
    ['a part that is none', { parts: ['ram'] }, 'CONFIG_INVALID', 'parts[0]: expected an object, got "ram"'],
    ['a part without name', { parts: [{}] }, 'CONFIG_INVALID', 'parts[0].part: missing'],
    [
      'an unknown part',
      { parts: [{ part: 'ram', size: 4096 }, { part: 'gpu' }] },
      'PART_UNKNOWN',
      'parts[1].part: there is no part "gpu"',
    ],
    [
      'a wrong base',
      { parts: [{ part: 'ram', base: 'here', size: 1 }] },
      'CONFIG_INVALID',
      'parts[0].base: expected an address such as "0x4000_0000", got "here"',
    ],
    ['no size', { parts: [{ part: 'ram' }] }, 'CONFIG_INVALID', 'parts[0].size: missing'],
    [
      'a misspelt option',
      { parts: [{ part: 'ram', size: '1M', bass: 0 }] },
      'CONFIG_INVALID',
      'parts[0].bass: there is no such option',
    ],
    [
      'an option that the part refuses',
      { parts: [{ part: 'wired-interrupts', spis: 5000 }] },
      'CONFIG_INVALID',
      'parts[0]: 5000 is not a number of SPIs',
    ],
    [
      'a wrong choice',
      { parts: [{ part: 'psci', conduit: 'svc' }] },
      'CONFIG_INVALID',
      'parts[0].conduit: expected one of hvc, smc, got "svc"',
    ],
    [
      'an incomplete heap',
      { parts: [{ part: 'semihosting', heap: { heapBase: 0 } }] },
      'CONFIG_INVALID',
      'parts[0].heap.heapLimit: missing',
    ],
    [
      'a heap of more than 64 bits',
      { parts: [{ part: 'semihosting', heap: { heapBase: '0x1_0000_0000_0000_0000' } }] },
      'CONFIG_INVALID',
      'parts[0].heap.heapBase: expected an address such as "0x4000_0000", got "0x1_0000_0000_0000_0000"',
    ],
    [
      'an unknown allocator',
      { parts: [{ part: 'memory', allocator: 'slab' }] },
      'PART_UNKNOWN',
      'parts[0]: there is no allocator "slab", only bitmap, hierarchical, buddy, tree, extent',
    ],
    [
      'a wrong window',
      { deviceWindow: { base: 0 }, parts: [] },
      'CONFIG_INVALID',
      'deviceWindow.size: missing',
    ],
    [
      'a wrong interrupt',
      { parts: [{ part: 'pl011', irq: 'sgi 1' }] },
      'CONFIG_INVALID',
      'parts[0].irq: expected an interrupt such as "spi 1", or "auto", got "sgi 1"',
    ],
  ];
  test.each(cases)('%s', async (_, document, code, message) => {
    expect(await failure(document)).toMatchObject({ code, message });
  });

  test.each([
    [{ engine: 'fastest' }, 'parts[0].engine: expected one of auto, interpreter, jit, got "fastest"'],
    [{ jit: { cache: 1 } }, 'parts[0].jit.cache: there is no such option'],
    [{ jit: { threshold: -1 } }, 'parts[0].jit.threshold: expected a whole number, got -1'],
    [{ jit: { cacheSize: 4096 } }, 'parts[0]: jit.cacheSize is 4096, not 1048576 to 1099511627776 bytes'],
  ])('a CPU with %j', (options, message) => {
    expect(() => readMachineDocument({ parts: [{ part: 'cpu', ...options }] })).toThrow(message);
  });

  test('an unknown part is answered with the known ones', async () => {
    const { hint } = await failure({ parts: [{ part: 'gpu' }] });
    expect(hint).toMatch(/^The parts are cpu, device, exceptions, .*wired-interrupts\.$/);
  });
});

test('quantities', () => {
  const cases: [unknown, number | undefined][] = [
    [4096, 4096],
    ['4096', 4096],
    ['0x4000_0000', 0x4000_0000],
    ['512M', 512 * 2 ** 20],
    ['512MiB', 512 * 2 ** 20],
    ['2 GB', 2 * 2 ** 30],
    ['16k', 16384],
    ['0x10K', 16384],
    [-1, undefined],
    [1.5, undefined],
    ['', undefined],
    ['M', undefined],
    ['12Q', undefined],
    ['0x', undefined],
    ['1__0', undefined],
    ['99999999999999999999', undefined],
    [null, undefined],
    [true, undefined],
  ];
  for (const [written, number] of cases) expect(parseQuantity(written), String(written)).toBe(number);
});

test('interrupts', () => {
  expect(parseInterrupt('spi 1')).toEqual(spi(1));
  expect(parseInterrupt('PPI:11')).toEqual({ type: 'ppi', number: 11 });
  expect(parseInterrupt({ type: 'spi', number: 33 })).toEqual(spi(33));
  for (const wrong of ['spi', 'spi -1', 1, null, { type: 'sgi', number: 0 }, { type: 'spi', number: 0.5 }]) {
    expect(parseInterrupt(wrong)).toBeUndefined();
  }
});
