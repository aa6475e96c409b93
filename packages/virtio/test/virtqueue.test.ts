import { type ArmatureError, manualClock, PhysicalMemory } from '@armature/core';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  GUEST_RAM,
  GUEST_RAM_BYTES,
  GUEST_ROM,
  GuestDriver,
  type GuestQueue,
  writeDescriptor,
} from '../src/contract.ts';
import {
  type QueueHost,
  VIRTIO_MMIO_REGISTER as REGISTER,
  type VirtioCoreState,
  Virtqueue,
} from '../src/index.ts';
import { Echo } from './echo.ts';

const NEXT = 1;
const WRITE = 2;
const INDIRECT = 4;
const EVENT_IDX = 1n << 29n;

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const counting = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index & 0xff);

function begin(options: { legacy?: boolean; accept?: (offered: bigint) => bigint; size?: number } = {}) {
  const device = new Echo();
  const clock = manualClock();
  const guest = new GuestDriver(device, { legacy: options.legacy ?? false, clock });
  const [queue] = guest.start({
    ...(options.accept && { accept: options.accept }),
    ...(options.size && { queueSizes: [options.size, 8] }),
  });
  return { device, guest, queue, clock };
}

const withoutEvents = (offered: bigint): bigint => offered & ~EVENT_IDX;

describe.each([
  ['modern', false],
  ['legacy', true],
])('on a %s transport', (_name, legacy) => {
  test('a buffer comes back with what was written to it', () => {
    const { queue, guest } = begin({ legacy });
    const answer = queue.exchange([bytes(1, 2, 3)], [8]);
    expect(answer?.written).toBe(3);
    expect([...answer!.bytes]).toEqual([1, 2, 3, 0, 0, 0, 0, 0]);
    expect(guest.irq.level).toBe(true);
    expect(guest.takeInterrupt()).toBe(1);
    expect(guest.irq.level).toBe(false);
  });

  test('how bytes are split among descriptors does not show', () => {
    const { queue } = begin({ legacy });
    const sent = counting(300);
    for (const indirect of [false, true]) {
      const pieces = [sent.subarray(0, 1), sent.subarray(1, 18), sent.subarray(18, 299), sent.subarray(299)];
      const answer = queue.exchange(pieces, [7, 1, 200, 92], { indirect });
      expect(answer?.written).toBe(300);
      expect(answer?.bytes).toEqual(sent);
    }
  });

  test('indexes go round, many times', () => {
    const { queue, guest } = begin({ legacy, size: 4 });
    const [address, answer] = [guest.allocate(16), guest.allocate(16)];
    guest.memory.write(address, bytes(9));
    queue.describe(0, address, 1, NEXT, 1);
    queue.describe(1, answer, 1, WRITE);
    for (let count = 0; count < 70_000; count++) {
      queue.offer(0);
      queue.notify();
      const used = queue.collect();
      if (used.length !== 1 || used[0].written !== 1) throw new Error(`buffer ${count}: ${used.length}`);
    }
    expect(guest.memory.readU32(queue.used) >>> 16).toBe(70_000 - 65536);
  });
});

test('several buffers are served at one notification, in order', () => {
  const { queue, guest, device } = begin();
  const heads = [1, 2, 3].map((value) => queue.submit([bytes(value)], [[guest.allocate(4), 4]]));
  expect(queue.collect()).toEqual([]);
  queue.notify();
  expect(queue.collect()).toEqual(heads.map((head) => ({ head, written: 1 })));
  expect(device.handled).toEqual([0]);
});

test('a buffer without readable or without writable bytes is a buffer', () => {
  const { queue } = begin();
  expect(queue.exchange([], [4])?.written).toBe(0);
  expect(queue.exchange([bytes(1)], [])?.written).toBe(0);
});

test('direct descriptors may end in an indirect one, whose WRITE flag means nothing', () => {
  const { queue, guest } = begin();
  const [text, table, answer] = [guest.allocate(16), guest.allocate(48), guest.allocate(16)];
  guest.memory.write(text, bytes(5, 6, 7, 8));
  queue.describe(3, text, 2, NEXT, 9);
  queue.describe(9, table, 48, INDIRECT | WRITE);
  writeDescriptor(guest.memory, table, text + 2, 2, NEXT, 2);
  writeDescriptor(guest.memory, table + 32, answer, 16, WRITE, 0);
  queue.offer(3);
  queue.notify();
  expect(queue.collect()).toEqual([{ head: 3, written: 4 }]);
  expect([...guest.memory.read(answer, 4)]).toEqual([5, 6, 7, 8]);
});

test('engines hear of everything that the device writes', () => {
  const { queue, guest } = begin();
  const answer = guest.allocate(64);
  queue.submit(
    [counting(64)],
    [
      [answer, 30],
      [answer + 30, 34],
    ],
  );
  const heard: [number, number][] = [];
  guest.memory.onHostWrite((base, size) => heard.push([base, size]));
  queue.notify();
  // The pieces are one run of memory.
  expect(heard).toContainEqual([answer, 64]);
  expect(heard).toContainEqual([queue.used + 4, 8]);
  expect(heard).toContainEqual([queue.used + 2, 2]);
});

describe('interrupts', () => {
  test('not while the driver does not want them', () => {
    const { queue, guest } = begin({ accept: withoutEvents });
    guest.memory.writeU8(queue.available, 1);
    queue.exchange([bytes(1)], [1]);
    expect(guest.takeInterrupt()).toBe(0);
    guest.memory.writeU8(queue.available, 0);
    queue.exchange([bytes(1)], [1]);
    expect(guest.takeInterrupt()).toBe(1);
  });

  test('by event index: when the buffer that the driver named was used', () => {
    const { queue, guest } = begin();
    const name = (event: number): void =>
      guest.memory.write(queue.usedEvent, bytes(event & 0xff, event >> 8));
    name(0);
    queue.exchange([bytes(1)], [1]);
    expect(guest.takeInterrupt()).toBe(1);
    name(3);
    const seen = [2, 3, 4, 5].map(() => {
      queue.exchange([bytes(1)], [1]);
      return guest.takeInterrupt();
    });
    expect(seen).toEqual([0, 0, 1, 0]);
    // One notification, several buffers: the one that was named is among them.
    name(6);
    for (let count = 0; count < 3; count++) queue.submit([bytes(1)], [[guest.allocate(1), 1]]);
    queue.notify();
    expect(guest.takeInterrupt()).toBe(1);
  });

  test('a notification without buffers raises none', () => {
    const { queue, guest, device } = begin();
    queue.notify();
    expect(device.handled).toEqual([0]);
    expect(guest.takeInterrupt()).toBe(0);
  });
});

describe('what the device asks of the driver', () => {
  const flags = (guest: GuestDriver, queue: GuestQueue): number => guest.memory.readU32(queue.used) & 0xffff;
  const event = (guest: GuestDriver, queue: GuestQueue): number =>
    guest.memory.readU8(queue.availableEvent) | (guest.memory.readU8(queue.availableEvent + 1) << 8);

  test('a flag, without event indexes', () => {
    const { queue, guest, device } = begin({ accept: withoutEvents });
    const own = device.host.queues[0];
    own.setNotifications(false);
    expect(flags(guest, queue)).toBe(1);
    queue.exchange([bytes(1)], [1]);
    expect(flags(guest, queue)).toBe(1);
    own.setNotifications(true);
    expect(flags(guest, queue)).toBe(0);
  });

  test('the next buffer, with event indexes', () => {
    const { queue, guest, device } = begin();
    queue.exchange([bytes(1)], [1]);
    queue.exchange([bytes(1)], [1]);
    expect(event(guest, queue)).toBe(2);
    device.host.queues[0].setNotifications(false);
    expect(event(guest, queue)).toBe(1);
    expect(flags(guest, queue)).toBe(0);
  });
});

test('a driver cannot keep the device busy: the rest waits until the guest ran', () => {
  const { device, queue, guest, clock } = begin({ size: 2 });
  let served = 0;
  // Every buffer that is served makes the next one available, as if another CPU did.
  device.handle = (own) =>
    own.serve(() => {
      served++;
      guest.memory.writeU8(queue.available + 2, served + 1);
      return 0;
    });
  queue.describe(0, guest.allocate(16), 16, 0);
  queue.offer(0);
  queue.notify();
  expect(served).toBe(2);
  clock.advanceTo(clock.now() + 1000);
  expect(served).toBe(4);
  const state = guest.transport.snapshot().state.core!.state as VirtioCoreState;
  expect(state.deferred).toEqual([0]);
  guest.write(REGISTER.Status, 0);
  clock.advanceTo(clock.now() + 1000);
  expect(served).toBe(4);
});

test('nor by large buffers', () => {
  const { device, queue, guest, clock } = begin();
  let served = 0;
  device.handle = (own) =>
    own.serve(() => {
      served++;
      return 0;
    });
  // 200 MiB by naming the same memory again and again.
  const table = guest.allocate(16 * 200);
  for (let index = 0; index < 200; index++) {
    writeDescriptor(
      guest.memory,
      table + 16 * index,
      GUEST_RAM,
      GUEST_RAM_BYTES,
      WRITE | (index < 199 ? NEXT : 0),
      index + 1,
    );
  }
  queue.describe(0, table, 16 * 200, INDIRECT);
  for (let count = 0; count < 5; count++) queue.offer(0);
  queue.notify();
  expect(served).toBe(2);
  clock.advanceTo(clock.now() + 1000);
  expect(served).toBe(4);
  clock.advanceTo(clock.now() + 1000);
  expect(queue.collect()).toHaveLength(5);
});

test('buffers that came back before the device failed are told of', () => {
  for (const legacy of [false, true]) {
    const { queue, guest } = begin({ legacy });
    const head = queue.submit([bytes(1)], [[guest.allocate(1), 1]]);
    queue.offer(queue.size);
    queue.notify();
    expect(queue.collect()).toEqual([{ head, written: 1 }]);
    expect(guest.takeInterrupt()).toBe(legacy ? 1 : 3);
  }
});

test('descriptors and readable bytes may be in ROM', () => {
  const device = new Echo();
  const guest = new GuestDriver(device);
  const [queue] = guest.start({ queueSizes: [0, 8] });
  guest.memory.write(GUEST_ROM + 2048, bytes(0x11));
  writeDescriptor(guest.memory, GUEST_ROM, GUEST_ROM + 2048, 1, NEXT, 1);
  writeDescriptor(guest.memory, GUEST_ROM + 16, GUEST_RAM + 65536, 1, WRITE, 0);
  guest.write(REGISTER.QueueSel, 0);
  guest.write(REGISTER.QueueDescLow, GUEST_ROM);
  guest.write(REGISTER.QueueDriverLow, queue.available);
  guest.write(REGISTER.QueueDeviceLow, queue.used);
  guest.write(REGISTER.QueueReady, 1);
  queue.offer(0);
  queue.notify();
  expect(queue.collect()).toEqual([{ head: 0, written: 1 }]);
  expect(guest.memory.readU8(GUEST_RAM + 65536)).toBe(0x11);
});

describe('alone', () => {
  const PAGE = 4096;
  let memory: PhysicalMemory;
  let host: QueueHost & { failures: string[] };

  beforeEach(() => {
    const machine = new WebAssembly.Memory({ initial: 2 });
    memory = new PhysicalMemory(machine, [
      { name: 'first', base: PAGE, size: PAGE, kind: 'ram', hostOffset: 5 * PAGE },
      { name: 'second', base: 2 * PAGE, size: PAGE, kind: 'ram', hostOffset: PAGE },
    ]);
    const failures: string[] = [];
    host = {
      memory,
      failures,
      usesEventIndex: false,
      isRunning: true,
      interrupt: () => {},
      fail: (reason) => failures.push(reason),
      defer: () => {},
    };
  });

  test('a buffer may continue from one region of memory into the next', () => {
    const queue = new Virtqueue(0, 4, host);
    expect(queue.enable({ size: 4, descriptors: PAGE, driver: PAGE + 64, device: PAGE + 128 })).toBe(true);
    writeDescriptor(memory, PAGE, 2 * PAGE - 3, 6, WRITE, 0);
    memory.writeU32(PAGE + 64, 1 << 16);
    const chain = queue.pop()!;
    expect(chain.segments).toBe(2);
    expect(chain.write(0, bytes(1, 2, 3, 4, 5, 6))).toBe(6);
    expect([...memory.read(2 * PAGE - 3, 3), ...memory.read(2 * PAGE, 3)]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(chain.write(5, bytes(9, 9, 9))).toBe(1);
    expect(chain.write(6, bytes(9))).toBe(0);
    expect(host.failures).toEqual([]);
  });

  test('its snapshot is refused when it does not fit', () => {
    const queue = new Virtqueue(0, 4, host);
    queue.enable({ size: 4, descriptors: PAGE, driver: PAGE + 64, device: PAGE + 128 });
    const state = queue.snapshot();
    queue.restore(state);
    expect(queue.snapshot()).toEqual(state);
    for (const wrong of [
      { size: 8 },
      { descriptors: 0 },
      { device: 3 * PAGE },
      { nextAvailable: -1 },
      { nextUsed: 65536 },
      { signalled: 0.5 },
    ]) {
      const restore = (): void => queue.restore({ ...state, ...wrong });
      expect(restore).toThrow(
        expect.objectContaining({ code: 'SNAPSHOT_INVALID' } as Partial<ArmatureError>),
      );
    }
  });

  test('sizes that no queue has are refused', () => {
    for (const size of [0, 3, 65536, 0.5]) {
      expect(() => new Virtqueue(0, size, host)).toThrow(/cannot have/);
    }
  });
});
