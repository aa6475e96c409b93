import { type PartContext, PhysicalMemory } from '@armature/core';
import { expect, test } from 'vitest';
import { fwCfg } from './part.ts';

const memory = new PhysicalMemory(new WebAssembly.Memory({ initial: 1 }), []);

function context(traced: string[] = []): PartContext {
  return {
    name: 'fw-cfg',
    memory,
    cpuStates: [{}, {}],
    regions: { registers: { name: 'registers', base: 0x0902_0000, size: 0x18, kind: 'mmio' } },
    interrupts: {},
    trace: (topic: string, message: () => string) => traced.push(`${topic}: ${message()}`),
  } as unknown as PartContext;
}

function read(component: { devices?: Record<string, unknown> }, key: number, count: number): string {
  const device = component.devices!['registers'] as {
    read(offset: number, size: 1): number;
    write(offset: number, size: 2, value: number): void;
  };
  device.write(8, 2, (key << 8) & 0xff00);
  return String.fromCharCode(...Array.from({ length: count }, () => device.read(0, 1)));
}

test('asks for its registers', () => {
  expect(fwCfg().regions).toEqual([{ name: 'registers', size: 0x18, kind: 'mmio' }]);
  expect(fwCfg({ base: 0x0902_0000n }).regions![0]!.base).toBe(0x0902_0000);
});

test('holds what the options give, and what others add', async () => {
  const component = await fwCfg({
    files: { 'etc/bytes': Uint8Array.of(0x41), 'etc/text': 'hello', 'etc/w': { bytes: 'w', writable: true } },
    kernel: new TextEncoder().encode('kernel'),
    initrd: new TextEncoder().encode('initrd'),
    commandLine: 'quiet',
  }).create(context());
  expect(read(component, 0x05, 2)).toBe('\x02\0');
  expect(read(component, 0x20, 1)).toBe('A');
  expect(read(component, 0x21, 5)).toBe('hello');
  expect(read(component, 0x11, 6)).toBe('kernel');
  expect(read(component, 0x12, 6)).toBe('initrd');
  expect(read(component, 0x15, 6)).toBe('quiet\0');
  component.capabilities!['firmware-configuration'].setFile('etc/a', new TextEncoder().encode('later'));
  expect(read(component, 0x20, 5)).toBe('later');
  const snapshot = component.snapshot!();
  component.reset!();
  component.restore!(snapshot);
});

test('mistakes show before the machine is built', () => {
  expect(() => fwCfg({ files: { 'a b': '' } })).toThrowError(/is not a name/);
  expect(() => fwCfg({ uuid: new Uint8Array(3) })).toThrowError(/UUID of 3 bytes/);
});

test('failed transfers are traced', async () => {
  const traced: string[] = [];
  const component = await fwCfg().create(context(traced));
  component.devices!['registers']!.write(0x14, 4, 0x0000_0040);
  expect(traced).toEqual(['fw-cfg: no DMA descriptor at 0x40000000']);
});

test('its device tree is the one of QEMU’s virt', async () => {
  expect((await fwCfg().create(context())).deviceTree).toEqual([
    {
      name: 'fw-cfg@9020000',
      label: 'fw-cfg',
      properties: {
        compatible: { strings: ['qemu,fw-cfg-mmio'] },
        reg: { cells: [0, 0x0902_0000, 0, 0x18] },
        'dma-coherent': { empty: true },
      },
    },
  ]);
});

test('its configuration has what is text', () => {
  const part = fwCfg({
    base: 0x0902_0000n,
    files: { 'etc/text': 'hello', 'etc/bytes': Uint8Array.of(1) },
    kernel: Uint8Array.of(1),
    commandLine: 'quiet',
  });
  expect(JSON.parse(JSON.stringify(part))).toEqual({
    part: 'fw-cfg',
    base: 0x0902_0000,
    files: { 'etc/text': 'hello' },
    commandLine: 'quiet',
  });
  expect(fwCfg().toJSON!()).toEqual({ part: 'fw-cfg' });
});
