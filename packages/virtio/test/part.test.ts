import {
  type ArmatureError,
  type InterruptController,
  type IrqLine,
  manualClock,
  type PartContext,
  PhysicalMemory,
  spi,
  unconnectedLine,
} from '@armature/core';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { VIRTIO_MMIO_REGISTER, type VirtioMmioBusOptions, virtioMmioBus, virtioPart } from '../src/index.ts';
import { Echo } from './echo.ts';

const controller: InterruptController = {
  lines: { spi: 96, ppi: 16 },
  line: unconnectedLine,
  deviceTreeCells: ({ number }) => [0, number, 4],
};

function context(options: VirtioMmioBusOptions): PartContext<'interrupt-controller'> & { lines: IrqLine[] } {
  const part = virtioMmioBus(options);
  const lines = part.interrupts!.map(() => unconnectedLine());
  return {
    name: 'virtio-mmio',
    clock: manualClock(),
    memory: new PhysicalMemory(new WebAssembly.Memory({ initial: 1 }), []),
    regions: { transports: part.regions![0] },
    interrupts: Object.fromEntries(
      part.interrupts!.map(({ name, spec }, index) => [name, { line: lines[index], spec }]),
    ),
    use: () => controller,
    find: () => undefined,
    trace: () => {},
    lines,
  } as unknown as PartContext<'interrupt-controller'> & { lines: IrqLine[] };
}

async function makeBus(options: VirtioMmioBusOptions = {}) {
  const component = await virtioMmioBus(options).create(context(options));
  return {
    component,
    bus: component.capabilities!['virtio-mmio'],
    registers: component.devices!['transports'],
  };
}

const codeOf = (action: () => unknown): string | undefined => {
  try {
    action();
  } catch (error) {
    return (error as ArmatureError).code;
  }
  return undefined;
};

describe('virtioMmioBus()', () => {
  test('has the addresses and interrupts of QEMU’s virt', () => {
    const part = virtioMmioBus();
    expect(part.regions).toEqual([{ name: 'transports', base: 0x0a00_0000, size: 32 * 0x200, kind: 'mmio' }]);
    expect(part.interrupts).toHaveLength(32);
    expect(part.interrupts![0]).toEqual({ name: 'slot0', spec: spi(16) });
    expect(part.interrupts![31]).toEqual({ name: 'slot31', spec: spi(47) });
  });

  test('its device tree is the one of QEMU’s virt', async () => {
    const { component } = await makeBus();
    expect(component.deviceTree).toHaveLength(32);
    expect(component.deviceTree![31]).toEqual({
      name: 'virtio_mmio@a003e00',
      properties: {
        compatible: { strings: ['virtio,mmio'] },
        reg: { cells: [0, 0x0a00_3e00, 0, 0x200] },
        interrupts: { cells: [0, 47, 1] },
        'dma-coherent': { empty: true },
      },
    });
  });

  test('gives slots from the highest down, or the one that is asked for', async () => {
    const { bus, registers } = await makeBus({ slots: 4 });
    const ids = (): number[] =>
      [0, 1, 2, 3].map((slot) => registers.read(0x200 * slot + VIRTIO_MMIO_REGISTER.DeviceID, 4));
    expect(ids()).toEqual([0, 0, 0, 0]);
    expect(bus.attach(new Echo())).toBe(3);
    expect(bus.attach(new Echo(), 1)).toBe(1);
    expect(bus.attach(new Echo())).toBe(2);
    expect(ids()).toEqual([0, 63, 63, 63]);
    expect(codeOf(() => bus.attach(new Echo(), 1))).toBe('CONFIG_INVALID');
    expect(codeOf(() => bus.attach(new Echo(), 4))).toBe('CONFIG_INVALID');
    expect(codeOf(() => bus.attach(new Echo(), -1))).toBe('CONFIG_INVALID');
    expect(bus.attach(new Echo())).toBe(0);
    expect(codeOf(() => bus.attach(new Echo()))).toBe('CONFIG_INVALID');
  });

  test('each slot has its registers and its interrupt', async () => {
    const place = context({ slots: 2, legacy: false });
    const component = await virtioMmioBus({ slots: 2, legacy: false }).create(place);
    const device = new Echo();
    component.capabilities!['virtio-mmio'].attach(device);
    const registers = component.devices!['transports'];
    expect(registers.read(0x204, 4)).toBe(2);
    registers.write(0x200 + VIRTIO_MMIO_REGISTER.Status, 4, 4);
    device.host.configurationChanged();
    expect(place.lines.map(({ level }) => level)).toEqual([false, true]);
    component.reset!();
    expect(place.lines.map(({ level }) => level)).toEqual([false, false]);
  });

  test('its snapshot has every slot, and fits only the same devices', async () => {
    const { component, bus } = await makeBus({ slots: 2 });
    bus.attach(new Echo());
    const snapshot = structuredClone(component.snapshot!());
    component.restore!(snapshot);
    expect(component.snapshot!()).toEqual(snapshot);
    const empty = await makeBus({ slots: 2 });
    expect(codeOf(() => empty.component.restore!(snapshot))).toBe('SNAPSHOT_INVALID');
    const longer = await makeBus({ slots: 3 });
    expect(codeOf(() => longer.component.restore!(snapshot))).toBe('SNAPSHOT_INVALID');
    expect(codeOf(() => component.restore!({ ...snapshot, version: 2 }))).toBe('SNAPSHOT_INVALID');
  });

  test('its configuration is what was given', () => {
    expect(virtioMmioBus().toJSON!()).toEqual({ part: 'virtio-mmio' });
    const part = virtioMmioBus({ slots: 4, base: 0x1000n, firstInterrupt: spi(3), legacy: false });
    expect(JSON.parse(JSON.stringify(part))).toEqual({
      part: 'virtio-mmio',
      slots: 4,
      base: 0x1000,
      firstInterrupt: { type: 'spi', number: 3 },
      legacy: false,
    });
  });

  test.each([0, 1.5, 513, Number.NaN])('%d slots are refused', (slots) => {
    expect(codeOf(() => virtioMmioBus({ slots }))).toBe('CONFIG_INVALID');
  });
});

describe('virtioPart()', () => {
  test('puts its device into a slot', async () => {
    const { bus, registers } = await makeBus({ slots: 2 });
    const part = virtioPart({
      name: 'virtio-echo',
      slot: 0,
      options: { loud: true },
      create: () => ({ device: new Echo() }),
    });
    expect(part.requires).toEqual(['virtio-mmio']);
    const component = await part.create({ use: () => bus } as unknown as PartContext<'virtio-mmio'>);
    expect(component).toEqual({});
    expect(registers.read(VIRTIO_MMIO_REGISTER.DeviceID, 4)).toBe(63);
    expect(part.toJSON!()).toEqual({ part: 'virtio-echo', loud: true, slot: 0 });
    expectTypeOf(part.requires).toEqualTypeOf<readonly 'virtio-mmio'[]>();
  });
});
