/**
 * For tests of virtio devices: a driver, and the suite that every device should pass, as cases that any test runner
 * can loop over.
 *
 * @example
 * import { test } from 'vitest';
 * for (const { name, run } of virtioDeviceContract(() => new MyDevice())) test(name, run);
 */
import { VIRTIO_FEATURE } from './definitions.ts';
import type { VirtioDevice } from './device.ts';
import { GuestDriver, misbehaved } from './guest-driver.ts';
import { generator, type HostileOutcome, offerHostileChains, writeHostileRegisters } from './hostile.ts';
import { VIRTIO_MMIO_REGISTER } from './registers.ts';

export {
  GUEST_RAM,
  GUEST_RAM_BYTES,
  GUEST_ROM,
  GuestDriver,
  type GuestDriverOptions,
  GuestQueue,
  type UsedBuffer,
  writeDescriptor,
} from './guest-driver.ts';
export {
  type HostileOptions,
  type HostileOutcome,
  offerHostileChains,
  writeHostileRegisters,
} from './hostile.ts';

/** One case of the suite. */
export interface VirtioContractCase {
  readonly name: string;
  /** @throws ArmatureError `DEVICE_MISBEHAVED` with what was expected and what was found */
  run(): void;
}

export interface VirtioContractOptions {
  /** Cases of each hostile driver: one of chains and one of registers, on either interface. Default 50,000. */
  readonly hostileCases?: number;
}

/**
 * The cases.
 *
 * @param make makes a fresh device, the same one each time
 */
export function virtioDeviceContract(
  make: () => VirtioDevice,
  options: VirtioContractOptions = {},
): VirtioContractCase[] {
  const { hostileCases = 50_000 } = options;
  const cases: Record<string, () => void> = {
    'it names itself, its queues and its features': () => checkIdentity(make()),
    'its configuration reads the same in bytes and in words': () => checkConfiguration(make()),
    'it starts with every feature, and with none': () => {
      for (const legacy of [false, true]) {
        new GuestDriver(make(), { legacy }).start();
        const needed = legacy ? 0n : 1n << BigInt(VIRTIO_FEATURE.VERSION_1);
        new GuestDriver(make(), { legacy }).start({ accept: () => needed });
      }
    },
    'after a reset it is like a fresh one': () => {
      const guest = new GuestDriver(make());
      const fresh = contents(guest);
      guest.start();
      guest.transport.reset();
      expectEqual('its snapshot after a reset', contents(guest), fresh);
    },
    'a snapshot is plain data, and puts the device back': () => checkSnapshots(make),
  };
  for (const legacy of [false, true]) {
    const kind = legacy ? 'legacy' : 'modern';
    cases[`hostile chains on a ${kind} transport`] = () => {
      const seed = legacy ? 0x1eca_c1e5 : 0x0dd5_eed5;
      const outcome = offerHostileChains(make(), { cases: hostileCases, seed, legacy });
      expectDepth(outcome, hostileCases);
    };
    cases[`hostile registers on a ${kind} transport`] = () => {
      writeHostileRegisters(make(), { cases: hostileCases, seed: legacy ? 77 : 78, legacy });
    };
  }
  return Object.entries(cases).map(([name, run]) => ({ name, run }));
}

function checkIdentity(device: VirtioDevice): void {
  const isId = Number.isInteger(device.deviceId) && device.deviceId > 0;
  if (!isId || device.name === '') throw misbehaved(`${device.name} is device ${device.deviceId}`);
  for (const size of device.queueSizes) {
    if (size < 1 || size > 32768 || (size & (size - 1)) !== 0) throw misbehaved(`a queue of ${size}`);
  }
  // Bits 24 to 40 are those of queues and transports.
  const foreign = device.features & (((1n << 41n) - 1n) ^ ((1n << 24n) - 1n));
  expectEqual('features that are not the device’s own', foreign, 0n);
}

function checkConfiguration(device: VirtioDevice): void {
  const guest = new GuestDriver(device);
  const at = VIRTIO_MMIO_REGISTER.Config;
  const { length } = device.configuration;
  for (let offset = 0; offset + 4 <= length; offset++) {
    let joined = 0;
    for (let byte = 3; byte >= 0; byte--) {
      joined = joined * 256 + guest.transport.read(at + offset + byte, 1);
    }
    expectEqual(`configuration at ${offset}`, guest.transport.read(at + offset, 4), joined);
  }
  expectEqual('what lies beyond the configuration', guest.transport.read(at + length, 1), 0xff);
}

function checkSnapshots(make: () => VirtioDevice): void {
  const original = new GuestDriver(make());
  const restored = new GuestDriver(make());
  const queues = original.start();
  const random = generator(5);
  for (const queue of queues) {
    queue.submit([Uint8Array.from({ length: 16 }, () => random() & 0xf)], [[original.allocate(64), 64]]);
    queue.notify();
  }
  const snapshot = structuredClone(original.transport.snapshot());
  const { bytes } = restored.memory;
  bytes.set(original.memory.bytes);
  restored.transport.restore(snapshot);
  expectEqual('snapshot of the restored device', contents(restored), contents(original));
  expectEqual('interrupt of the restored device', restored.irq.level, original.irq.level);
  for (const guest of [original, restored]) {
    guest.write(VIRTIO_MMIO_REGISTER.InterruptACK, 3);
    for (const queue of queues) guest.write(VIRTIO_MMIO_REGISTER.QueueNotify, queue.index);
  }
  expectEqual('snapshot after both went on', contents(restored), contents(original));
}

function expectDepth(outcome: HostileOutcome, cases: number): void {
  if (outcome.completed > cases / 100 && outcome.failures > cases / 100) return;
  throw misbehaved('the hostile driver did not get far enough to be of use', { ...outcome });
}

function contents(guest: GuestDriver): string {
  return JSON.stringify(guest.transport.snapshot(), (_key, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`;
    return ArrayBuffer.isView(value) ? Array.from(value as Uint8Array) : value;
  });
}

function expectEqual(what: string, found: unknown, expected: unknown): void {
  if (found === expected) return;
  throw misbehaved(`${what}: expected ${String(expected)}, found ${String(found)}`, { found, expected });
}
