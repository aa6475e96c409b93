import { type AccessSize, type ArmatureError, PhysicalMemory, unconnectedLine } from '@armature/core';
import { mmioDeviceContract } from '@armature/core/contract';
import { describe, expect, test } from 'vitest';
import { GUEST_RAM, GuestDriver } from '../src/contract.ts';
import {
  VIRTIO_MMIO_REGISTER as REGISTER,
  VIRTIO_FEATURE,
  VIRTIO_MMIO_SIZE,
  VIRTIO_STATUS,
  type VirtioCoreState,
  VirtioMmio,
  type VirtqueueState,
} from '../src/index.ts';
import { Echo } from './echo.ts';

const { ACKNOWLEDGE, DRIVER, FEATURES_OK, DRIVER_OK } = VIRTIO_STATUS;
const VERSION_1 = 1n << BigInt(VIRTIO_FEATURE.VERSION_1);

const newMemory = (): PhysicalMemory =>
  new PhysicalMemory(new WebAssembly.Memory({ initial: 2 }), [
    { name: 'ram', base: GUEST_RAM, size: 65536, kind: 'ram', hostOffset: 65536 },
  ]);

const queuesOf = (guest: GuestDriver): readonly VirtqueueState[] =>
  (guest.transport.snapshot().state.core!.state as VirtioCoreState).queues;

function codeOf(action: () => void): string | undefined {
  try {
    action();
  } catch (error) {
    return (error as ArmatureError).code;
  }
  return undefined;
}

const kinds: Record<string, () => VirtioMmio> = {
  'an empty slot': () => new VirtioMmio({ memory: newMemory() }),
  'an empty modern slot': () => new VirtioMmio({ memory: newMemory(), legacy: false }),
  'a legacy transport': () => new VirtioMmio({ memory: newMemory(), device: new Echo() }),
  'a modern transport': () => new VirtioMmio({ memory: newMemory(), device: new Echo(), legacy: false }),
};

describe.each(Object.entries(kinds))('%s', (_name, make) => {
  const cases = mmioDeviceContract(() => {
    const device = make();
    return { device, size: VIRTIO_MMIO_SIZE, component: device };
  });
  test.each(cases.map(({ name, run }) => [name, run] as const))('%s', (_case, run) => run());
});

describe('identity', () => {
  const identity = (transport: VirtioMmio): number[] =>
    [REGISTER.MagicValue, REGISTER.Version, REGISTER.DeviceID, REGISTER.VendorID].map((register) =>
      transport.read(register, 4),
    );

  test('of an empty slot, and of a device', () => {
    expect(identity(kinds['an empty slot']())).toEqual([0x74726976, 1, 0, 0x554d4551]);
    expect(identity(kinds['an empty modern slot']())).toEqual([0x74726976, 2, 0, 0x554d4551]);
    expect(identity(kinds['a legacy transport']())).toEqual([0x74726976, 1, 63, 0x554d4551]);
    expect(identity(kinds['a modern transport']())).toEqual([0x74726976, 2, 63, 0x554d4551]);
  });

  test('a slot takes one device', () => {
    const transport = kinds['an empty slot']();
    transport.attach(new Echo());
    expect(transport.device?.name).toBe('virtio-echo');
    expect(codeOf(() => transport.attach(new Echo()))).toBe('CONFIG_INVALID');
  });

  test('registers answer only whole, aligned words', () => {
    const transport = kinds['a modern transport']();
    for (const [offset, size] of [
      [0, 1],
      [0, 2],
      [1, 4],
      [2, 2],
    ] as [number, AccessSize][]) {
      expect(transport.read(offset, size)).toBe(0);
    }
    transport.write(REGISTER.Status, 1, ACKNOWLEDGE);
    expect(transport.read(REGISTER.Status, 4)).toBe(0);
  });

  test('there are no shared memory regions', () => {
    const transport = kinds['a modern transport']();
    transport.write(REGISTER.SHMSel, 4, 0);
    expect(transport.read(REGISTER.SHMLenLow, 4)).toBe(0xffff_ffff);
    expect(transport.read(REGISTER.SHMLenHigh, 4)).toBe(0xffff_ffff);
  });
});

describe('features', () => {
  const { ANY_LAYOUT, RING_INDIRECT_DESC, RING_EVENT_IDX } = VIRTIO_FEATURE;
  const set = (...bits: number[]): bigint => bits.reduce((all, bit) => all | (1n << BigInt(bit)), 0n);

  test('of version 1 are offered by modern transports alone', () => {
    expect(new GuestDriver(new Echo()).offered()).toBe(set(3, RING_INDIRECT_DESC, RING_EVENT_IDX, 32));
    const legacy = new GuestDriver(new Echo(), { legacy: true });
    expect(legacy.offered()).toBe(set(3, ANY_LAYOUT, RING_INDIRECT_DESC, RING_EVENT_IDX));
  });

  test('words beyond the second are zero', () => {
    const guest = new GuestDriver(new Echo());
    guest.write(REGISTER.DeviceFeaturesSel, 2);
    expect(guest.read(REGISTER.DeviceFeatures)).toBe(0);
  });

  test.each([
    ['one that was not offered', VERSION_1 | (1n << 4n)],
    ['one of a word that does not exist', VERSION_1 | (1n << 63n)],
    ['none of version 1', 1n << 3n],
  ])('FEATURES_OK stays clear for %s', (_name, accept) => {
    const guest = new GuestDriver(new Echo());
    expect(() => guest.start({ accept: () => accept })).toThrow(/were refused/);
    expect(guest.status).toBe(ACKNOWLEDGE | DRIVER);
    // A driver may think again.
    const fewer = (offered: bigint): bigint => offered & VERSION_1;
    guest.start({ accept: fewer });
    expect(guest.status).toBe(ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
  });

  test('are settled once FEATURES_OK is set', () => {
    const device = new Echo();
    const guest = new GuestDriver(device);
    guest.start({ accept: () => VERSION_1 });
    guest.write(REGISTER.DriverFeaturesSel, 0);
    guest.write(REGISTER.DriverFeatures, 1 << 3);
    guest.write(REGISTER.Status, guest.status);
    expect(device.host.hasFeature(3)).toBe(false);
    expect(device.host.hasFeature(32)).toBe(true);
  });

  test('a legacy driver has what was offered of those it wants', () => {
    const device = new Echo();
    const guest = new GuestDriver(device, { legacy: true });
    guest.start({ accept: () => 0xffff_ffffn });
    expect([3, 4, 28, 32].map((bit) => device.host.hasFeature(bit))).toEqual([true, false, true, false]);
  });
});

describe('status', () => {
  test('zero resets the device', () => {
    const device = new Echo();
    const guest = new GuestDriver(device);
    const [queue] = guest.start();
    queue.exchange([Uint8Array.of(1)], [1]);
    expect(guest.irq.level).toBe(true);
    const { resets } = device;
    guest.write(REGISTER.Status, 0);
    expect(device.resets).toBe(resets + 1);
    expect(guest.irq.level).toBe(false);
    expect(guest.read(REGISTER.InterruptStatus)).toBe(0);
    guest.write(REGISTER.QueueSel, 0);
    expect(guest.read(REGISTER.QueueReady)).toBe(0);
    expect(queue.exchange([Uint8Array.of(1)], [1])).toBeUndefined();
  });

  test('the driver cannot set DEVICE_NEEDS_RESET', () => {
    const guest = new GuestDriver(new Echo());
    guest.write(REGISTER.Status, 0xff);
    expect(guest.needsReset).toBe(false);
  });

  test('a modern device takes buffers only once the driver is ready, and then those that were there', () => {
    const device = new Echo();
    const guest = new GuestDriver(device);
    const [queue] = guest.start();
    guest.write(REGISTER.Status, ACKNOWLEDGE | DRIVER | FEATURES_OK);
    const head = queue.submit([Uint8Array.of(1)], [[guest.allocate(1), 1]]);
    queue.notify();
    expect(device.handled).toEqual([]);
    guest.write(REGISTER.Status, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
    expect(queue.collect()).toEqual([{ head, written: 1 }]);
  });

  test('a legacy device takes them before', () => {
    const guest = new GuestDriver(new Echo(), { legacy: true });
    const [queue] = guest.start();
    guest.write(REGISTER.Status, ACKNOWLEDGE | DRIVER);
    expect(queue.exchange([Uint8Array.of(1)], [1])?.written).toBe(1);
  });
});

describe('legacy registers', () => {
  test('the page size outlives the reset that drivers do after they stated it', () => {
    const guest = new GuestDriver(new Echo(), { legacy: true });
    guest.write(REGISTER.GuestPageSize, 65536);
    guest.write(REGISTER.Status, 0);
    guest.write(REGISTER.QueueSel, 1);
    guest.write(REGISTER.QueueNum, 8);
    guest.write(REGISTER.QueuePFN, GUEST_RAM / 65536);
    expect(guest.read(REGISTER.QueuePFN)).toBe(GUEST_RAM / 65536);
    expect(queuesOf(guest)[1]).toMatchObject({
      enabled: true,
      size: 8,
      descriptors: GUEST_RAM,
      driver: GUEST_RAM + 128,
      device: GUEST_RAM + 4096,
    });
  });

  test('the used ring is where QueueAlign puts it', () => {
    const guest = new GuestDriver(new Echo(), { legacy: true });
    guest.write(REGISTER.QueueNum, 64);
    guest.write(REGISTER.QueueAlign, 64);
    guest.write(REGISTER.QueuePFN, GUEST_RAM / 4096);
    // 1024 bytes of descriptors and 134 of available ring.
    expect(queuesOf(guest)[0]).toMatchObject({ device: GUEST_RAM + 1216 });
  });

  test('QueuePFN 0 stops the queue, and only that one', () => {
    const guest = new GuestDriver(new Echo(), { legacy: true });
    const queues = guest.start();
    guest.write(REGISTER.QueueSel, 0);
    guest.write(REGISTER.QueuePFN, 0);
    expect(guest.read(REGISTER.QueuePFN)).toBe(0);
    expect(queues[0].exchange([Uint8Array.of(1)], [1])).toBeUndefined();
    expect(queues[1].exchange([Uint8Array.of(1)], [1])?.written).toBe(1);
  });

  test.each([0, 3, 0xffff_ffff])('an alignment of %i and a page size of that make no trouble', (value) => {
    const guest = new GuestDriver(new Echo(), { legacy: true });
    guest.write(REGISTER.GuestPageSize, value);
    guest.write(REGISTER.QueueAlign, value);
    guest.write(REGISTER.QueuePFN, 0xffff_ffff);
    expect(guest.messages).toHaveLength(1);
    expect(guest.isContained()).toBe(true);
  });

  test('registers of the other interface do nothing', () => {
    const legacy = new GuestDriver(new Echo(), { legacy: true });
    legacy.write(REGISTER.QueueDescLow, GUEST_RAM);
    legacy.write(REGISTER.QueueReady, 1);
    expect(legacy.read(REGISTER.QueueReady)).toBe(0);
    expect(legacy.read(REGISTER.ConfigGeneration)).toBe(0);
    const modern = new GuestDriver(new Echo());
    modern.write(REGISTER.QueuePFN, GUEST_RAM / 4096);
    expect(modern.read(REGISTER.QueuePFN)).toBe(0);
    expect(modern.messages).toEqual([]);
  });
});

describe('queues', () => {
  test('those that the device lacks have no size', () => {
    const guest = new GuestDriver(new Echo());
    const sizes = [0, 1, 2, 0xffff_ffff].map((index) => {
      guest.write(REGISTER.QueueSel, index);
      return guest.read(REGISTER.QueueNumMax);
    });
    expect(sizes).toEqual([64, 8, 0, 0]);
    guest.write(REGISTER.QueueReady, 1);
    guest.write(REGISTER.QueueNotify, 5);
    expect(guest.read(REGISTER.QueueReady)).toBe(0);
  });

  test('an enabled queue stays where it is until it is stopped', () => {
    const guest = new GuestDriver(new Echo());
    const [queue] = guest.start();
    guest.write(REGISTER.QueueSel, 0);
    guest.write(REGISTER.QueueDescLow, 0);
    guest.write(REGISTER.QueueReady, 1);
    expect(queue.exchange([Uint8Array.of(1)], [1])?.written).toBe(1);
    guest.write(REGISTER.QueueReady, 0);
    expect(guest.read(REGISTER.QueueReady)).toBe(0);
    expect(queue.exchange([Uint8Array.of(1)], [1])).toBeUndefined();
  });
});

describe('configuration', () => {
  test('bytes, halves and words; all ones beyond its end', () => {
    const { transport } = new GuestDriver(new Echo());
    expect(transport.read(0x101, 1)).toBe(2);
    expect(transport.read(0x101, 2)).toBe(0x0302);
    expect(transport.read(0x100, 4)).toBe(0x0403_0201);
    expect(transport.read(0x102, 4)).toBe(0x0000_0403);
    expect(transport.read(0x104, 4)).toBe(0xffff_ffff);
    expect(transport.read(0x106, 1)).toBe(0xff);
    expect(transport.read(0x1fe, 2)).toBe(0xffff);
  });

  test('writes reach the device, inside the space', () => {
    const device = new Echo();
    const { transport } = new GuestDriver(device);
    transport.write(0x104, 2, 0xbeef);
    expect(transport.read(0x104, 2)).toBe(0xbeef);
    transport.write(0x104, 4, 0);
    transport.write(0x100, 1, 9);
    expect([...device.configuration]).toEqual([1, 2, 3, 4, 0xef, 0xbe]);
  });

  test('a change interrupts a driver that is ready, and counts', () => {
    const device = new Echo();
    const guest = new GuestDriver(device);
    device.host.configurationChanged();
    expect(guest.takeInterrupt()).toBe(0);
    guest.start();
    expect(guest.read(REGISTER.ConfigGeneration)).toBe(0);
    device.host.configurationChanged();
    expect(guest.read(REGISTER.ConfigGeneration)).toBe(1);
    expect(guest.takeInterrupt()).toBe(2);
  });
});

test('the interrupt is up while any cause is, and causes are acknowledged one by one', () => {
  const device = new Echo();
  const guest = new GuestDriver(device);
  const [queue] = guest.start();
  queue.exchange([Uint8Array.of(1)], [1]);
  device.host.configurationChanged();
  expect(guest.read(REGISTER.InterruptStatus)).toBe(3);
  guest.write(REGISTER.InterruptACK, 1);
  expect([guest.read(REGISTER.InterruptStatus), guest.irq.level]).toEqual([2, true]);
  guest.write(REGISTER.InterruptACK, 0xffff_ffff);
  expect([guest.read(REGISTER.InterruptStatus), guest.irq.level]).toEqual([0, false]);
});

describe('snapshots', () => {
  test('are refused when the slot has another device', () => {
    const empty = kinds['an empty slot']().snapshot();
    const echo = kinds['a legacy transport']().snapshot();
    expect(codeOf(() => kinds['a legacy transport']().restore(empty))).toBe('SNAPSHOT_INVALID');
    expect(codeOf(() => kinds['an empty slot']().restore(echo))).toBe('SNAPSHOT_INVALID');
    const other = new Echo([64]);
    const transport = new VirtioMmio({ memory: newMemory(), device: other });
    expect(codeOf(() => transport.restore(echo))).toBe('SNAPSHOT_INVALID');
  });

  test('are refused when a feature in them is not offered', () => {
    const modern = new GuestDriver(new Echo());
    modern.start();
    const { state, ...header } = modern.transport.snapshot();
    const legacy = new GuestDriver(new Echo(), { legacy: true });
    expect(codeOf(() => legacy.transport.restore({ ...header, state }))).toBe('SNAPSHOT_INVALID');
  });

  test('raise the interrupt that was up', () => {
    const original = new GuestDriver(new Echo());
    const [queue] = original.start();
    queue.exchange([Uint8Array.of(1)], [1]);
    const irq = unconnectedLine();
    const { memory } = original;
    const restored = new VirtioMmio({ memory, device: new Echo(), irq, legacy: false });
    restored.restore(structuredClone(original.transport.snapshot()));
    expect(irq.level).toBe(true);
    restored.write(REGISTER.InterruptACK, 4, 3);
    expect(irq.level).toBe(false);
  });
});
