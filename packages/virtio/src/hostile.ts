import { manualClock, type PhysicalMemory } from '@armature/core';
import { DESCRIPTOR_FLAG, VIRTIO_STATUS } from './definitions.ts';
import type { VirtioDevice } from './device.ts';
import {
  GUEST_RAM,
  GUEST_RAM_BYTES,
  GUEST_ROM,
  GuestDriver,
  type GuestQueue,
  misbehaved,
} from './guest-driver.ts';
import { VIRTIO_MMIO_REGISTER as REGISTER } from './registers.ts';

/** A driver's ideas of what memory might be: right, at the edges, and nowhere. */
const STRANGE_ADDRESSES = [
  0,
  1,
  GUEST_ROM,
  GUEST_ROM + 4090,
  0x0a00_0000,
  GUEST_RAM - 8,
  GUEST_RAM + GUEST_RAM_BYTES - 1,
  GUEST_RAM + GUEST_RAM_BYTES - 16,
  GUEST_RAM + GUEST_RAM_BYTES,
  0xffff_fff0,
  2 ** 32,
  2 ** 48,
  2 ** 63,
  2 ** 64 - 2048,
];
const STRANGE_LENGTHS = [
  0, 1, 15, 16, 17, 511, 513, 4096, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_ffff,
];
const STRANGE_SIZES = [0, 1, 2, 3, 8, 64, 127, 128, 256, 1024, 32768, 65536, 0x8000_0000, 0xffff_ffff];
/** Descriptors that a case writes. */
const DESCRIPTORS = 6;
/** Cases between two looks at memory that is not the guest's. */
const INSPECTION = 2000;

type Random = () => number;

/** xorshift32: unsigned words. */
export function generator(seed: number): Random {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

const pick = <Item>(random: Random, items: readonly Item[]): Item => items[random() % items.length];

export interface HostileOptions {
  readonly cases: number;
  readonly seed: number;
  readonly legacy: boolean;
  /** As a {@link GuestDriver} takes it. */
  readonly memory?: PhysicalMemory;
}

/** What happened: so that a test can tell that the cases went deep enough. */
export interface HostileOutcome {
  /** Buffers that the device returned. */
  readonly completed: number;
  /** Times that the device failed and was reset. */
  readonly failures: number;
}

/**
 * Offers a device chains of descriptors that are partly right: any address, length, flag and order, loops, tables
 * in tables, rings that buffers lie over, indexes that jump.
 *
 * @throws DEVICE_MISBEHAVED when the device touches memory that is not the guest's
 */
export function offerHostileChains(device: VirtioDevice, options: HostileOptions): HostileOutcome {
  const { cases, seed, legacy, memory } = options;
  const random = generator(seed);
  const clock = manualClock();
  const guest = new GuestDriver(device, { legacy, clock, ...(memory && { memory }) });
  let queues: GuestQueue[] = [];
  let completed = 0;
  let failures = 0;
  let isStale = true;
  for (let count = 0; count < cases; count++) {
    if (isStale) {
      guest.recycle();
      const accepted = random() | 0;
      queues = guest.start({
        accept: (offered) => offered & (0xffff_ffff_0000_0000n | BigInt(accepted >>> 0)),
        queueSizes: device.queueSizes.map((most) => Math.min(most, 2 ** (random() % 8 || 8))),
      });
      isStale = false;
    }
    const queue = pick(random, queues);
    const used = guest.memory.readU32(queue.used) >>> 16;
    scribble(guest, queue, random);
    for (let chains = random() % 3; chains >= 0; chains--) {
      queue.offer(anIndex(queue, random));
    }
    if (random() % 64 === 0) guest.memory.writeU32(queue.available, random());
    queue.notify();
    clock.advanceTo(clock.now() + (random() % 4) * 1000);
    completed += Math.min(queue.size, ((guest.memory.readU32(queue.used) >>> 16) - used) & 0xffff);
    guest.takeInterrupt();
    const hasFailed =
      guest.messages.length > 0 && guest.messages.some((line) => line.includes('needs a reset'));
    guest.messages.length = 0;
    if (hasFailed) failures++;
    isStale = hasFailed || random() % 128 === 0;
    if (count % INSPECTION === 0) inspect(guest, count);
  }
  inspect(guest, cases);
  return { completed, failures };
}

/**
 * Writes a transport's registers in any order with any values, notifications and configuration included.
 *
 * @throws DEVICE_MISBEHAVED for a read that is no value of its size, or memory touched that is not the guest's
 */
export function writeHostileRegisters(device: VirtioDevice, options: HostileOptions): void {
  const { cases, seed, legacy } = options;
  const random = generator(seed);
  const guest = new GuestDriver(device, { legacy, clock: manualClock() });
  const registers = Object.values(REGISTER);
  const statuses = Object.values(VIRTIO_STATUS);
  for (let count = 0; count < cases; count++) {
    const register = pick(random, registers);
    const offset = random() % 16 === 0 ? random() % 0x200 : register;
    const size = random() % 8 === 0 ? pick(random, [1, 2] as const) : 4;
    guest.transport.write(offset, size, registerValue(register, random, statuses) >>> 0);
    const value = guest.transport.read(offset, size);
    if (!(Number.isInteger(value) && value >= 0 && value < 2 ** (8 * size))) {
      throw misbehaved(`a ${size}-byte read at ${offset} gave ${value}`, { offset, size, seed, count });
    }
    if (random() % 32 === 0) guest.memory.writeU32(GUEST_RAM + 4 * (random() % 65536), random());
    if (random() % 512 === 0) {
      guest.recycle();
      guest.start();
    }
    if (count % INSPECTION === 0) inspect(guest, count);
  }
  inspect(guest, cases);
}

function registerValue(register: number, random: Random, statuses: readonly number[]): number {
  switch (register) {
    case REGISTER.Status:
      return random() % 8 === 0 ? random() : pick(random, statuses) | pick(random, statuses);
    case REGISTER.QueueSel:
    case REGISTER.QueueNotify:
      return random() % 8 === 0 ? random() : random() % 3;
    case REGISTER.QueueNum:
    case REGISTER.QueueAlign:
    case REGISTER.GuestPageSize:
      return pick(random, STRANGE_SIZES);
    case REGISTER.QueuePFN:
      return random() % 2 === 0 ? GUEST_RAM / 4096 + (random() % 256) : random();
    case REGISTER.QueueReady:
      return random() % 4 === 0 ? 0 : 1;
    case REGISTER.QueueDescLow:
    case REGISTER.QueueDriverLow:
    case REGISTER.QueueDeviceLow:
      return GUEST_RAM + 16 * (random() % 65536);
    case REGISTER.QueueDescHigh:
    case REGISTER.QueueDriverHigh:
    case REGISTER.QueueDeviceHigh:
      return random() % 4 === 0 ? random() : 0;
    default:
      return random() & random();
  }
}

/** Writes descriptors, and something at the start of the memory that they name. */
function scribble(guest: GuestDriver, queue: GuestQueue, random: Random): void {
  const { NEXT, WRITE, INDIRECT } = DESCRIPTOR_FLAG;
  for (let index = 0; index < Math.min(DESCRIPTORS, queue.size); index++) {
    const address = anAddress(queue, random);
    const length = aLength(random);
    // A writable one tends to be last, as in requests that are right.
    const flags =
      random() % 8 === 0 ? random() % 8 : index < 2 ? NEXT : WRITE | (random() % 3 === 0 ? NEXT : 0);
    const next = random() % 16 === 0 ? random() % 0x10000 : (index + 1) % queue.size;
    queue.describe(index, address, length, flags & ~(random() % 4 === 0 ? 0 : INDIRECT), next);
    if (!guest.memory.contains(address, 16)) continue;
    // A request's type, its sector, and ranges of such requests are small numbers.
    guest.memory.writeU32(address, random() % 16);
    guest.memory.writeU32(address + 8, random() % 256);
    guest.memory.writeU32(address + 12, random() % 16 === 0 ? random() : 0);
  }
}

/** A head: often the first descriptor, where requests that are right begin. */
function anIndex(queue: GuestQueue, random: Random): number {
  if (random() % 32 === 0) return random() % 0x10000;
  return random() % 2 === 0 ? 0 : random() % Math.min(queue.size, DESCRIPTORS);
}

function anAddress(queue: GuestQueue, random: Random): number {
  switch (random() % 32) {
    case 0:
      return pick(random, STRANGE_ADDRESSES);
    case 1:
      return pick(random, [queue.descriptors, queue.available, queue.used]) + (random() % 64);
    default:
      return GUEST_RAM + 4 * (random() % (GUEST_RAM_BYTES / 4 - 2048));
  }
}

function aLength(random: Random): number {
  switch (random() % 32) {
    case 0:
      return pick(random, STRANGE_LENGTHS);
    case 1:
      return random() % 4096;
    case 2:
      return 1;
    default:
      return pick(random, [16, 16, 32, 48, 512, 512, 1024, 4096, 513]);
  }
}

function inspect(guest: GuestDriver, count: number): void {
  if (guest.isContained()) return;
  throw misbehaved('the device wrote memory that is not the guest’s', { case: count });
}
