import { describe, expect, test } from 'vitest';
import {
  GUEST_RAM,
  GUEST_RAM_BYTES,
  GUEST_ROM,
  GuestDriver,
  type GuestQueue,
  writeDescriptor,
} from '../src/contract.ts';
import { VIRTIO_MMIO_REGISTER as REGISTER, VIRTIO_STATUS } from '../src/index.ts';
import { Echo } from './echo.ts';

const NEXT = 1;
const WRITE = 2;
const INDIRECT = 4;

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

function begin(options: { legacy?: boolean } = {}) {
  const device = new Echo();
  const guest = new GuestDriver(device, { legacy: options.legacy ?? false });
  const [queue] = guest.start();
  return { device, guest, queue };
}

describe('what a driver must not do', () => {
  const data = GUEST_RAM + GUEST_RAM_BYTES / 2;
  const table = data + 4096;
  /** Each makes one thing wrong; the queue has 64 descriptors. */
  const wrongs: Record<string, (queue: GuestQueue, guest: GuestDriver) => void> = {
    'a chain that comes back to itself': (queue) => {
      queue.describe(0, data, 4, NEXT, 1);
      queue.describe(1, data, 4, NEXT, 0);
      queue.offer(0);
    },
    'a descriptor that follows itself': (queue) => {
      queue.describe(5, data, 4, NEXT, 5);
      queue.offer(5);
    },
    'a next descriptor outside the table': (queue) => {
      queue.describe(0, data, 4, NEXT, 64);
      queue.offer(0);
    },
    'a head outside the table': (queue) => queue.offer(64),
    'an available index that jumps': (queue, guest) => guest.memory.write(queue.available + 2, bytes(65, 0)),
    'an available index that goes back': (queue, guest) =>
      guest.memory.write(queue.available + 2, bytes(0xff, 0xff)),
    'a buffer of no bytes': (queue) => {
      queue.describe(0, data, 0, WRITE);
      queue.offer(0);
    },
    'a readable piece after a writable one': (queue) => {
      queue.describe(0, data, 4, WRITE | NEXT, 1);
      queue.describe(1, data, 4, 0);
      queue.offer(0);
    },
    'bytes outside memory': (queue) => {
      queue.describe(0, 0x1_0000_0000, 4, 0);
      queue.offer(0);
    },
    'bytes at the end of all addresses': (queue) => {
      queue.describe(0, 2 ** 64 - 2048, 0xffff_ffff, 0);
      queue.offer(0);
    },
    'bytes that leave memory': (queue) => {
      queue.describe(0, GUEST_RAM + GUEST_RAM_BYTES - 4, 5, 0);
      queue.offer(0);
    },
    'bytes of a device': (queue) => {
      queue.describe(0, 0x0a00_0000, 4, 0);
      queue.offer(0);
    },
    'writable bytes in ROM': (queue) => {
      queue.describe(0, GUEST_ROM, 4, WRITE);
      queue.offer(0);
    },
    'more than 4 GiB': (queue) => {
      queue.describe(0, data, 4, NEXT, 1);
      queue.describe(1, data, 0xffff_ffff, 0);
      queue.offer(0);
    },
    'more than 1024 pieces': (queue, guest) => {
      queue.describe(0, table, 1025 * 16, INDIRECT);
      for (let index = 0; index < 1025; index++) {
        writeDescriptor(guest.memory, table + 16 * index, data, 1, index < 1024 ? NEXT : 0, index + 1);
      }
      queue.offer(0);
    },
    'an indirect table in an indirect table': (queue, guest) => {
      queue.describe(0, table, 16, INDIRECT);
      writeDescriptor(guest.memory, table, table, 16, INDIRECT, 0);
      queue.offer(0);
    },
    'an indirect descriptor that continues': (queue, guest) => {
      queue.describe(0, table, 16, INDIRECT | NEXT, 1);
      writeDescriptor(guest.memory, table, data, 4, 0, 0);
      queue.offer(0);
    },
    'an indirect table of no entries': (queue) => {
      queue.describe(0, table, 0, INDIRECT);
      queue.offer(0);
    },
    'an indirect table of half an entry': (queue) => {
      queue.describe(0, table, 24, INDIRECT);
      queue.offer(0);
    },
    'an indirect table outside memory': (queue) => {
      queue.describe(0, GUEST_RAM + GUEST_RAM_BYTES - 16, 32, INDIRECT);
      queue.offer(0);
    },
    'a loop in an indirect table': (queue, guest) => {
      queue.describe(0, table, 32, INDIRECT);
      writeDescriptor(guest.memory, table, data, 4, NEXT, 1);
      writeDescriptor(guest.memory, table + 16, data, 4, NEXT, 0);
      queue.offer(0);
    },
    'a next entry outside an indirect table': (queue, guest) => {
      queue.describe(0, table, 32, INDIRECT);
      writeDescriptor(guest.memory, table, data, 4, NEXT, 2);
      queue.offer(0);
    },
  };

  test.each(Object.entries(wrongs))('%s', (_name, doWrong) => {
    const { queue, guest, device } = begin();
    doWrong(queue, guest);
    queue.notify();
    expect(queue.collect()).toEqual([]);
    expect(guest.needsReset).toBe(true);
    expect(guest.takeInterrupt()).toBe(2);
    expect(guest.messages).toHaveLength(1);
    expect(guest.messages[0]).toMatch(/^virtio-echo: queue 0: .*; the device needs a reset$/);
    expect(guest.isContained()).toBe(true);
    // Nothing goes on, in any queue, until the reset.
    guest.write(REGISTER.Status, VIRTIO_STATUS.ACKNOWLEDGE);
    expect(guest.needsReset).toBe(true);
    guest.write(REGISTER.QueueNotify, 1);
    expect(device.handled).toEqual([0]);
    const [again] = guest.start();
    expect(again.exchange([bytes(4)], [1])?.bytes).toEqual(bytes(4));
  });

  test.each(Object.entries(wrongs))('%s, on a legacy transport', (_name, doWrong) => {
    const { queue, guest } = begin({ legacy: true });
    doWrong(queue, guest);
    queue.notify();
    expect(queue.collect()).toEqual([]);
    expect(guest.needsReset).toBe(false);
    expect(guest.takeInterrupt()).toBe(0);
    expect(guest.messages).toHaveLength(1);
    expect(queue.exchange([bytes(1)], [1])).toBeUndefined();
    const [again] = guest.start();
    expect(again.exchange([bytes(4)], [1])?.bytes).toEqual(bytes(4));
  });

  const layouts: Record<
    string,
    Partial<
      Record<'QueueNum' | 'QueueDescLow' | 'QueueDriverLow' | 'QueueDeviceLow' | 'QueueDeviceHigh', number>
    >
  > = {
    'a queue of no descriptors': { QueueNum: 0 },
    'a size that is no power of two': { QueueNum: 3 },
    'a size beyond the device’s': { QueueNum: 128 },
    'a size of all ones': { QueueNum: 0xffff_ffff },
    'descriptors outside memory': { QueueDescLow: GUEST_RAM + GUEST_RAM_BYTES - 512 },
    'descriptors at 0': { QueueDescLow: 0 },
    'an available ring outside memory': { QueueDriverLow: 0xffff_ffff },
    'a used ring outside memory': { QueueDeviceHigh: 0xffff_ffff },
    'a used ring that leaves memory': { QueueDeviceLow: GUEST_RAM + GUEST_RAM_BYTES - 4 },
    'a used ring in ROM': { QueueDeviceLow: GUEST_ROM },
  };
  test.each(Object.entries(layouts))('%s', (_name, registers) => {
    const device = new Echo();
    const guest = new GuestDriver(device);
    const [queue] = guest.start({ queueSizes: [0, 8] });
    for (const [name, value] of Object.entries({
      QueueSel: 0,
      QueueNum: queue.size,
      QueueDescLow: queue.descriptors,
      QueueDriverLow: queue.available,
      QueueDeviceLow: queue.used,
      ...registers,
    })) {
      guest.write(REGISTER[name as keyof typeof REGISTER], value);
    }
    guest.write(REGISTER.QueueReady, 1);
    expect(guest.read(REGISTER.QueueReady)).toBe(0);
    expect(guest.needsReset).toBe(true);
    expect(guest.takeInterrupt()).toBe(2);
  });
});
