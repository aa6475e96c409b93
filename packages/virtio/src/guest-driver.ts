import {
  ArmatureError,
  type Clock,
  type IrqLine,
  type MmioDevice,
  PhysicalMemory,
  unconnectedLine,
} from '@armature/core';
import { DESCRIPTOR_BYTES, DESCRIPTOR_FLAG, USED_ELEMENT_BYTES, VIRTIO_STATUS } from './definitions.ts';
import type { VirtioDevice } from './device.ts';
import { VirtioMmio } from './mmio.ts';
import { VIRTIO_MMIO_REGISTER as REGISTER } from './registers.ts';

/** Guest physical addresses of the memory that a {@link GuestDriver} makes. */
export const GUEST_RAM = 0x4000_0000;
export const GUEST_ROM = 0x1000;
/** Bytes of RAM. */
export const GUEST_RAM_BYTES = 0x10_0000;

const ROM_BYTES = 0x1000;
/** Machine memory around the guest's, which no device may touch. */
const GUARD_BYTES = 0x1_0000;
const PAGE = 4096;

export interface GuestDriverOptions {
  /** Use the legacy interface. Default false. */
  readonly legacy?: boolean;
  readonly clock?: Clock;
  /** Memory with RAM at {@link GUEST_RAM}, 1 MiB, and ROM at {@link GUEST_ROM}. Default: each in one piece. */
  readonly memory?: PhysicalMemory;
}

/** A buffer that the device returned. */
export interface UsedBuffer {
  readonly head: number;
  /** Bytes that the device says it wrote. */
  readonly written: number;
}

/** The guest's side of one queue: rings in guest memory, written as a driver does, or as none should. */
export class GuestQueue {
  readonly index: number;
  readonly size: number;
  /** Guest physical addresses. */
  readonly descriptors: number;
  readonly available: number;
  readonly used: number;
  private readonly driver: GuestDriver;
  private nextFree = 0;
  private nextAvailable = 0;
  private nextUsed = 0;

  constructor(driver: GuestDriver, index: number, size: number) {
    this.driver = driver;
    this.index = index;
    this.size = size;
    // The legacy layout serves both interfaces.
    this.descriptors = driver.allocate(PAGE * 2 + DESCRIPTOR_BYTES * size * 2, PAGE);
    this.available = this.descriptors + DESCRIPTOR_BYTES * size;
    this.used = Math.ceil((this.available + 6 + 2 * size) / PAGE) * PAGE;
  }

  /** Address of the index that the driver writes to say when it wants to be interrupted. */
  get usedEvent(): number {
    return this.available + 4 + 2 * this.size;
  }

  /** Address of the index that the device writes to say when it wants to be notified. */
  get availableEvent(): number {
    return this.used + 4 + USED_ELEMENT_BYTES * this.size;
  }

  describe(index: number, address: number, length: number, flags: number, next = 0): void {
    writeDescriptor(
      this.driver.memory,
      this.descriptors + DESCRIPTOR_BYTES * index,
      address,
      length,
      flags,
      next,
    );
  }

  /** Makes a chain available, without notifying the device. */
  offer(head: number): void {
    const { memory } = this.driver;
    memory.write(this.available + 4 + 2 * (this.nextAvailable & (this.size - 1)), u16(head));
    this.nextAvailable = (this.nextAvailable + 1) & 0xffff;
    memory.write(this.available + 2, u16(this.nextAvailable));
  }

  /**
   * Makes a buffer of these pieces available.
   *
   * @param readable what the device reads
   * @param writable addresses and lengths of what it writes
   * @returns the head of the chain
   */
  submit(
    readable: readonly Uint8Array[],
    writable: readonly (readonly [address: number, length: number])[],
    options: { readonly indirect?: boolean } = {},
  ): number {
    const { memory } = this.driver;
    const pieces = [
      ...readable.map((bytes) => {
        const address = this.driver.allocate(bytes.length);
        memory.write(address, bytes);
        return { address, length: bytes.length, flags: 0 };
      }),
      ...writable.map(([address, length]) => ({ address, length, flags: DESCRIPTOR_FLAG.WRITE })),
    ];
    const next = (flags: number, last: boolean): number => flags | (last ? 0 : DESCRIPTOR_FLAG.NEXT);
    if (options.indirect) {
      const table = this.driver.allocate(DESCRIPTOR_BYTES * pieces.length);
      for (const [index, { address, length, flags }] of pieces.entries()) {
        const at = table + DESCRIPTOR_BYTES * index;
        writeDescriptor(memory, at, address, length, next(flags, index === pieces.length - 1), index + 1);
      }
      const head = this.nextFree++ % this.size;
      this.describe(head, table, DESCRIPTOR_BYTES * pieces.length, DESCRIPTOR_FLAG.INDIRECT);
      this.offer(head);
      return head;
    }
    const head = this.nextFree % this.size;
    for (const [index, { address, length, flags }] of pieces.entries()) {
      const at = this.nextFree++ % this.size;
      const last = index === pieces.length - 1;
      this.describe(at, address, length, next(flags, last), this.nextFree % this.size);
    }
    this.offer(head);
    return head;
  }

  notify(): void {
    this.driver.write(REGISTER.QueueNotify, this.index);
  }

  /** Buffers that the device returned since the last time. */
  collect(): UsedBuffer[] {
    const { memory } = this.driver;
    const end = memory.readU32(this.used) >>> 16;
    const found: UsedBuffer[] = [];
    while (this.nextUsed !== end && found.length <= this.size) {
      const at = this.used + 4 + USED_ELEMENT_BYTES * (this.nextUsed & (this.size - 1));
      found.push({ head: memory.readU32(at), written: memory.readU32(at + 4) });
      this.nextUsed = (this.nextUsed + 1) & 0xffff;
    }
    return found;
  }

  /** Submits one buffer, notifies, and gives what the device wrote; undefined when it did not return the buffer. */
  exchange(
    readable: readonly Uint8Array[],
    writable: readonly number[],
    options: { readonly indirect?: boolean } = {},
  ): { readonly written: number; readonly bytes: Uint8Array } | undefined {
    const places = writable.map((length) => [this.driver.allocate(length), length] as const);
    const head = this.submit(readable, places, options);
    this.notify();
    const used = this.collect().find((buffer) => buffer.head === head);
    if (used === undefined) return undefined;
    const bytes = places.flatMap(([address, length]) => [...this.driver.memory.read(address, length)]);
    return { written: used.written, bytes: Uint8Array.from(bytes) };
  }
}

function memoryInPieces(): PhysicalMemory {
  const pages = Math.ceil((3 * GUARD_BYTES + GUEST_RAM_BYTES + ROM_BYTES) / 65536);
  return new PhysicalMemory(new WebAssembly.Memory({ initial: pages }), [
    { name: 'rom', base: GUEST_ROM, size: ROM_BYTES, kind: 'rom', hostOffset: GUARD_BYTES },
    { name: 'ram', base: GUEST_RAM, size: GUEST_RAM_BYTES, kind: 'ram', hostOffset: 2 * GUARD_BYTES },
  ]);
}

/**
 * A guest for tests of virtio devices: 1 MiB of RAM at {@link GUEST_RAM}, a page of ROM at {@link GUEST_ROM}, and a
 * driver that finds the device behind a memory-mapped transport.
 */
export class GuestDriver {
  readonly memory: PhysicalMemory;
  readonly transport: MmioDevice & Pick<VirtioMmio, 'snapshot' | 'restore' | 'reset'>;
  readonly irq: IrqLine = unconnectedLine();
  readonly legacy: boolean;
  readonly messages: string[] = [];
  private cursor = GUEST_RAM;
  private floor = GUEST_RAM;

  constructor(device: VirtioDevice, options: GuestDriverOptions = {}) {
    const { legacy = false, clock } = options;
    this.memory = options.memory ?? memoryInPieces();
    this.legacy = legacy;
    this.transport = new VirtioMmio({
      device,
      memory: this.memory,
      irq: this.irq,
      legacy,
      trace: (message) => this.messages.push(message()),
      ...(clock && { clock }),
    });
  }

  get status(): number {
    return this.read(REGISTER.Status);
  }

  get needsReset(): boolean {
    return (this.status & VIRTIO_STATUS.DEVICE_NEEDS_RESET) !== 0;
  }

  read(register: number): number {
    return this.transport.read(register, 4);
  }

  write(register: number, value: number): void {
    this.transport.write(register, 4, value >>> 0);
  }

  /** Features that the device offers. */
  offered(): bigint {
    this.write(REGISTER.DeviceFeaturesSel, 0);
    const low = this.read(REGISTER.DeviceFeatures);
    this.write(REGISTER.DeviceFeaturesSel, 1);
    return (BigInt(this.read(REGISTER.DeviceFeatures)) << 32n) | BigInt(low);
  }

  /**
   * Does what a driver does at the start: reset, status, features, queues.
   *
   * @param options.accept the features to accept out of those offered, default all
   * @param options.queueSizes descriptors of each queue, default what the device has at most, or 0 to leave it out
   */
  start(
    options: { readonly accept?: (offered: bigint) => bigint; readonly queueSizes?: readonly number[] } = {},
  ): GuestQueue[] {
    const { ACKNOWLEDGE, DRIVER, FEATURES_OK, DRIVER_OK } = VIRTIO_STATUS;
    if (this.legacy) this.write(REGISTER.GuestPageSize, PAGE);
    this.write(REGISTER.Status, 0);
    this.write(REGISTER.Status, ACKNOWLEDGE);
    this.write(REGISTER.Status, ACKNOWLEDGE | DRIVER);
    const offered = this.offered();
    const accepted = options.accept?.(offered) ?? offered;
    this.write(REGISTER.DriverFeaturesSel, 0);
    this.write(REGISTER.DriverFeatures, Number(accepted & 0xffff_ffffn));
    let status = ACKNOWLEDGE | DRIVER;
    if (!this.legacy) {
      this.write(REGISTER.DriverFeaturesSel, 1);
      this.write(REGISTER.DriverFeatures, Number(accepted >> 32n));
      status |= FEATURES_OK;
      this.write(REGISTER.Status, status);
      if (this.status !== status) throw misbehaved(`features ${accepted.toString(16)} were refused`);
    }
    const queues: GuestQueue[] = [];
    for (let index = 0; ; index++) {
      this.write(REGISTER.QueueSel, index);
      const most = this.read(REGISTER.QueueNumMax);
      if (most === 0) break;
      const size = options.queueSizes?.[index] ?? most;
      const queue = new GuestQueue(this, index, size || most);
      if (size > 0) this.enable(queue);
      queues.push(queue);
    }
    this.write(REGISTER.Status, status | DRIVER_OK);
    this.floor = this.cursor;
    return queues;
  }

  /** Tells the device where a queue is. */
  enable(queue: GuestQueue): void {
    this.write(REGISTER.QueueSel, queue.index);
    this.write(REGISTER.QueueNum, queue.size);
    if (this.legacy) {
      this.write(REGISTER.QueueAlign, PAGE);
      this.write(REGISTER.QueuePFN, queue.descriptors / PAGE);
      return;
    }
    this.write(REGISTER.QueueDescLow, queue.descriptors);
    this.write(REGISTER.QueueDescHigh, 0);
    this.write(REGISTER.QueueDriverLow, queue.available);
    this.write(REGISTER.QueueDriverHigh, 0);
    this.write(REGISTER.QueueDeviceLow, queue.used);
    this.write(REGISTER.QueueDeviceHigh, 0);
    this.write(REGISTER.QueueReady, 1);
  }

  /** Guest memory for a buffer; it comes round when all was given out. */
  allocate(length: number, alignment = 16): number {
    const place = (from: number): number => Math.ceil(from / alignment) * alignment;
    const end = GUEST_RAM + GUEST_RAM_BYTES;
    if (place(this.cursor) + length > end) this.cursor = this.floor;
    const address = place(this.cursor);
    if (address + length > end) throw misbehaved(`the test's guest has no room for ${length} bytes`);
    this.cursor = address + length;
    return address;
  }

  /** Gives back all memory, queues included, and clears what queues lie in; {@link start} makes them again. */
  recycle(): void {
    if (this.floor > GUEST_RAM) this.memory.fill(GUEST_RAM, this.floor - GUEST_RAM, 0);
    this.cursor = GUEST_RAM;
    this.floor = GUEST_RAM;
  }

  /** Takes what InterruptStatus says, and acknowledges it. */
  takeInterrupt(): number {
    const causes = this.read(REGISTER.InterruptStatus);
    this.write(REGISTER.InterruptACK, causes);
    return causes;
  }

  /** Whether machine memory outside the guest's is still as it was: untouched. */
  isContained(): boolean {
    const { bytes } = this.memory;
    const first = new Uint32Array(bytes.buffer, 0, GUARD_BYTES / 4);
    const between = new Uint32Array(bytes.buffer, GUARD_BYTES + ROM_BYTES, (GUARD_BYTES - ROM_BYTES) / 4);
    const after = 2 * GUARD_BYTES + GUEST_RAM_BYTES;
    const last = new Uint32Array(bytes.buffer, after, (bytes.length - after) / 4);
    return [first, between, last].every((guard) => guard.every((word) => word === 0));
  }
}

const u16 = (value: number): Uint8Array => Uint8Array.of(value & 0xff, (value >> 8) & 0xff);

export function writeDescriptor(
  memory: PhysicalMemory,
  at: number,
  address: number,
  length: number,
  flags: number,
  next: number,
): void {
  memory.writeU32(at, address % 2 ** 32);
  memory.writeU32(at + 4, Math.floor(address / 2 ** 32));
  memory.writeU32(at + 8, length);
  memory.writeU32(at + 12, (flags & 0xffff) | ((next & 0xffff) << 16));
}

export function misbehaved(message: string, context: Record<string, unknown> = {}): ArmatureError {
  return new ArmatureError('DEVICE_MISBEHAVED', message, { context });
}
