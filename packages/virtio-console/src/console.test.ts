import type { Part, PartContext } from '@armature/core';
import type { VirtioBus, VirtioDevice } from '@armature/virtio';
import { GuestDriver, type GuestQueue } from '@armature/virtio/contract';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  VirtioConsole,
  type VirtioConsoleConfig,
  type VirtioConsoleOptions,
  virtioConsole,
} from './index.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function begin(config: VirtioConsoleConfig = {}) {
  const sent: string[] = [];
  const device = new VirtioConsole({ onTransmit: (bytes) => sent.push(decode(bytes)), ...config });
  const guest = new GuestDriver(device);
  const [receive, transmit] = guest.start();
  /** Offers receive buffers, without notifying. */
  const offer = (...lengths: number[]): number[] =>
    lengths.map((length) => {
      const address = guest.allocate(length);
      receive.submit([], [[address, length]]);
      return address;
    });
  const received = (addresses: number[]): string[] =>
    receive.collect().map(({ written }, index) => decode(guest.memory.read(addresses[index], written)));
  return { device, guest, receive, transmit, sent, offer, received };
}

describe('transmit', () => {
  test('what the guest sends arrives, piece by piece and to keep', () => {
    const { transmit, sent } = begin();
    expect(transmit.exchange([text('hello '), text('world')], [])?.written).toBe(0);
    expect(sent.join('')).toBe('hello world');
  });

  test('nobody needs to listen', () => {
    const guest = new GuestDriver(new VirtioConsole());
    const [, transmit] = guest.start();
    expect(transmit.exchange([text('x')], [])?.written).toBe(0);
  });

  test('the bytes are the listener’s', () => {
    const kept: Uint8Array[] = [];
    const { transmit, guest } = begin({ onTransmit: (bytes) => kept.push(bytes) });
    transmit.exchange([text('abc')], []);
    guest.memory.fill(0x4000_0000, 65536, 0);
    expect(decode(kept[0])).toBe('abc');
  });

  test('an emergency write needs no queue', () => {
    const sent: string[] = [];
    const guest = new GuestDriver(new VirtioConsole({ onTransmit: (bytes) => sent.push(decode(bytes)) }));
    guest.transport.write(0x108, 4, 0x41);
    guest.transport.write(0x108, 1, 0x42);
    guest.transport.write(0x100, 4, 0x43);
    expect(sent).toEqual(['A']);
    expect(guest.transport.read(0x108, 4)).toBe(0);
  });
});

describe('receive', () => {
  test('input goes to the buffers that wait, and interrupts', () => {
    const { device, guest, receive, offer, received } = begin();
    const places = offer(4, 4, 4);
    receive.notify();
    expect(guest.takeInterrupt()).toBe(0);
    device.receive(text('abcdef'));
    expect(guest.takeInterrupt()).toBe(1);
    expect(received(places)).toEqual(['abcd', 'ef']);
    expect(device.pendingInput).toBe(0);
    device.receive(text('g'));
    expect(received(places.slice(2))).toEqual(['g']);
  });

  test('input waits for buffers, without limit', () => {
    const { device, receive, offer, received } = begin();
    device.receive(text('first '));
    device.receive(text('second'));
    device.receive(new Uint8Array(0));
    expect(device.pendingInput).toBe(12);
    const places = offer(8, 8);
    receive.notify();
    expect(received(places)).toEqual(['first se', 'cond']);
    expect(device.pendingInput).toBe(0);
  });

  test('input before there is a driver', () => {
    const device = new VirtioConsole();
    device.receive(text('early'));
    const guest = new GuestDriver(device);
    device.receive(text('!'));
    const [receive] = guest.start();
    expect(decode(receive.exchange([], [6])!.bytes)).toBe('early!');
  });

  test('input stays when the guest resets the device', () => {
    const { device, guest } = begin();
    device.receive(text('stay'));
    const [receive] = guest.start();
    expect(receive.exchange([], [16])?.written).toBe(4);
  });

  test('the guest is asked for notifications only while input waits', () => {
    const device = new VirtioConsole();
    const guest = new GuestDriver(device);
    const [receive] = guest.start({ accept: (offered) => offered & ~(1n << 29n) });
    const isSilent = (queue: GuestQueue): boolean => (guest.memory.readU32(queue.used) & 1) === 1;
    expect(isSilent(receive)).toBe(false);
    receive.notify();
    expect(isSilent(receive)).toBe(true);
    device.receive(text('x'));
    expect(isSilent(receive)).toBe(false);
    receive.exchange([], [4]);
    expect(isSilent(receive)).toBe(true);
  });

  test('a buffer that cannot be written fails the device', () => {
    const { device, guest, receive } = begin();
    receive.submit([text('readable')], []);
    receive.notify();
    expect(guest.needsReset).toBe(false);
    device.receive(text('x'));
    expect(guest.needsReset).toBe(true);
    expect(guest.takeInterrupt()).toBe(2);
    expect(device.pendingInput).toBe(1);
  });
});

describe('size', () => {
  test('is told when there is one, and when it changes', () => {
    const { device, guest } = begin({ size: { columns: 80, rows: 25 } });
    expect(guest.offered() & 1n).toBe(1n);
    expect(guest.transport.read(0x100, 4)).toBe((25 << 16) | 80);
    device.resize({ columns: 132, rows: 50 });
    expect(guest.transport.read(0x100, 4)).toBe((50 << 16) | 132);
    expect(guest.takeInterrupt()).toBe(2);
  });

  test('is not offered without', () => {
    const { device, guest } = begin();
    expect(guest.offered() & 1n).toBe(0n);
    expect(() => device.resize({ columns: 1, rows: 1 })).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED' }),
    );
  });

  test.each([-1, 65536, 0.5, Number.NaN])('of %d columns is refused', (columns) => {
    const invalid = expect.objectContaining({ code: 'CONFIG_INVALID' });
    expect(() => virtioConsole({ size: { columns, rows: 25 } })).toThrow(invalid);
    const { device } = begin({ size: { columns: 80, rows: 25 } });
    expect(() => device.resize({ columns: 80, rows: columns })).toThrow(invalid);
  });
});

test('a snapshot has the input that waits', () => {
  const config = { size: { columns: 80, rows: 25 } };
  const { device, guest, receive, offer } = begin(config);
  offer(3);
  device.receive(text('abcdefg'));
  device.receive(text('hij'));
  device.resize({ columns: 100, rows: 30 });
  const snapshot = structuredClone(guest.transport.snapshot());
  const other = new VirtioConsole(config);
  const restored = new GuestDriver(other);
  restored.memory.bytes.set(guest.memory.bytes);
  restored.transport.restore(snapshot);
  expect(other.pendingInput).toBe(7);
  expect(restored.transport.read(0x100, 4)).toBe((30 << 16) | 100);
  expect(decode(other.snapshot().state.waiting)).toBe('defghij');
  expect(receive.exchange([], [16])?.written).toBe(7);
  const sizeless = new GuestDriver(new VirtioConsole());
  expect(() => sizeless.transport.restore(snapshot)).toThrow(
    expect.objectContaining({ code: 'SNAPSHOT_INVALID' }),
  );
});

describe('virtioConsole()', () => {
  test('gives the capability, and takes a slot', async () => {
    const direct: string[] = [];
    const part = virtioConsole({
      onTransmit: (bytes) => direct.push(decode(bytes)),
      size: { columns: 80, rows: 25 },
    });
    const attached: VirtioDevice[] = [];
    const bus: VirtioBus = { attach: (device) => attached.push(device) };
    const component = await part.create({ use: () => bus } as unknown as PartContext<'virtio-mmio'>);
    const line = component.capabilities!['virtio-console'];
    const guest = new GuestDriver(attached[0]);
    const [receive, transmit] = guest.start();
    const heard: string[] = [];
    const stop = line.listen((bytes) => heard.push(decode(bytes)));
    transmit.exchange([text('a')], []);
    stop();
    transmit.exchange([text('b')], []);
    expect([direct, heard]).toEqual([['a', 'b'], ['a']]);
    line.write(text('in'));
    expect(decode(receive.exchange([], [2])!.bytes)).toBe('in');
    line.resize({ columns: 1, rows: 2 });
    expect(guest.transport.read(0x100, 4)).toBe(0x2_0001);
    expect(part.toJSON!()).toEqual({ part: 'virtio-console', size: { columns: 80, rows: 25 } });
  });

  test('its type says what it offers and needs', () => {
    expectTypeOf(virtioConsole()).toEqualTypeOf<Part<'virtio-console', 'virtio-mmio'>>();
    expectTypeOf(virtioConsole({ slot: 3 })).toEqualTypeOf<Part<'virtio-console', 'virtio-mmio'>>();
    expectTypeOf(virtioConsole({ console: false })).toEqualTypeOf<Part<never, 'virtio-mmio'>>();
    const unknown: VirtioConsoleOptions = {};
    expectTypeOf(virtioConsole(unknown)).toEqualTypeOf<Part<'virtio-console', 'virtio-mmio'>>();
    expect(virtioConsole({ console: false }).provides).toEqual([]);
  });
});
