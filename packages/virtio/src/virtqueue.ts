/**
 * Split virtqueues: the device's side.
 *
 * A queue is three tables in guest memory, which the driver places and the device maps when the queue is enabled.
 * The driver puts heads of descriptor chains into the available ring (the "driver area"); the device takes them,
 * works on their memory, and returns them by the used ring (the "device area"). Nothing that the driver writes is
 * believed: each index, address and length is checked before use, and what cannot be right fails the device.
 *
 * @spec Virtual I/O Device (VIRTIO) Version 1.2, Split Virtqueues
 */
import { ArmatureError, formatAddress, type PhysicalMemory } from '@armature/core';
import { DescriptorChain } from './chain.ts';
import {
  AVAILABLE_NO_INTERRUPT,
  DESCRIPTOR_BYTES,
  DESCRIPTOR_FLAG,
  QUEUE_SIZE_LIMIT,
  USED_ELEMENT_BYTES,
  USED_NO_NOTIFY,
} from './definitions.ts';
import { GuestTable } from './guest-table.ts';

/** Segments that one chain may have, tables of indirect descriptors included. */
const SEGMENT_LIMIT = 1024;
/** Bytes that the buffer of one chain may have. */
const CHAIN_LIMIT = 2 ** 32;
/** Bytes of buffers after which a queue is served no further at once. */
const SERVICE_LIMIT = 2 ** 28;

/** What a queue needs of its device and transport. */
export interface QueueHost {
  readonly memory: PhysicalMemory;
  /** The feature VIRTIO_F_EVENT_IDX was negotiated. */
  readonly usesEventIndex: boolean;
  /** The device may take buffers: it has not failed, and the driver is ready. */
  readonly isRunning: boolean;
  /** Tells the driver that buffers were used. */
  interrupt(queue: number): void;
  /** The driver broke the rules: nothing goes on until it resets the device. */
  fail(reason: string): void;
  /** Handles the queue again soon, after the guest had time to run. */
  defer(queue: number): void;
}

/** Where the driver placed a queue: guest physical addresses. */
export interface QueueLayout {
  /** Descriptors that the queue has. */
  readonly size: number;
  readonly descriptors: number;
  /** The driver area: the available ring. */
  readonly driver: number;
  /** The device area: the used ring. */
  readonly device: number;
}

/** A queue in a snapshot. */
export interface VirtqueueState extends QueueLayout {
  readonly enabled: boolean;
  readonly nextAvailable: number;
  readonly nextUsed: number;
  /** The used index that the driver was last interrupted for, or null. */
  readonly signalled: number | null;
  readonly wantsNotifications: boolean;
}

export class Virtqueue {
  readonly index: number;
  readonly maximumSize: number;

  private readonly host: QueueHost;
  private readonly free: DescriptorChain[] = [];
  private current: QueueLayout;
  private enabled = false;
  private nextAvailable = 0;
  private nextUsed = 0;
  private signalled: number | null = null;
  private wantsNotifications = true;
  /** Mapped while enabled. */
  private readonly descriptorTable: GuestTable;
  private readonly availableRing: GuestTable;
  private readonly usedRing: GuestTable;
  /** Of the chain that is followed. */
  private readonly indirectTable: GuestTable;

  /** @throws CONFIG_INVALID when the size is not a power of two from 1 to 32768 */
  constructor(index: number, maximumSize: number, host: QueueHost) {
    if (!isQueueSize(maximumSize, QUEUE_SIZE_LIMIT)) {
      throw new ArmatureError('CONFIG_INVALID', `a virtqueue cannot have ${maximumSize} descriptors`, {
        context: { queue: index, size: maximumSize },
        hint: `Give a power of two from 1 to ${QUEUE_SIZE_LIMIT}.`,
      });
    }
    this.index = index;
    this.maximumSize = maximumSize;
    this.host = host;
    this.descriptorTable = new GuestTable(host.memory);
    this.availableRing = new GuestTable(host.memory);
    this.usedRing = new GuestTable(host.memory);
    this.indirectTable = new GuestTable(host.memory);
    this.current = { size: maximumSize, descriptors: 0, driver: 0, device: 0 };
  }

  get isEnabled(): boolean {
    return this.enabled;
  }

  /** Where the queue is, if it is enabled. */
  get layout(): QueueLayout {
    return this.current;
  }

  /** The driver made buffers available that the device did not take. */
  get hasAvailable(): boolean {
    if (!this.enabled || !this.host.isRunning) return false;
    return this.availableRing.u16(2) !== this.nextAvailable;
  }

  /**
   * Starts the queue where the driver placed it. A layout that is not in memory fails the device.
   *
   * @returns whether the queue is enabled now
   */
  enable(layout: QueueLayout): boolean {
    this.disable();
    const fault = this.map(layout);
    if (fault !== undefined) {
      this.host.fail(fault);
      return false;
    }
    this.enabled = true;
    return true;
  }

  /** Stops the queue and forgets where it was. */
  disable(): void {
    this.enabled = false;
    this.nextAvailable = 0;
    this.nextUsed = 0;
    this.signalled = null;
    this.wantsNotifications = true;
    this.current = { size: this.maximumSize, descriptors: 0, driver: 0, device: 0 };
  }

  /**
   * Takes the next buffer. The device returns it by {@link push}.
   *
   * @returns undefined when the driver made none available, or broke the rules
   */
  pop(): DescriptorChain | undefined {
    if (!this.enabled || !this.host.isRunning) return undefined;
    const { size } = this.current;
    const available = this.availableRing.u16(2);
    const waiting = (available - this.nextAvailable) & 0xffff;
    if (waiting === 0) return undefined;
    if (waiting > size) {
      return this.violation(`its available index moved from ${this.nextAvailable} to ${available}`);
    }
    const slot = this.nextAvailable & (size - 1);
    const head = this.availableRing.u16(4 + 2 * slot);
    if (head >= size) return this.violation(`descriptor ${head} was made available`);
    const chain = this.free.pop() ?? new DescriptorChain(this.host.memory);
    chain.begin(head);
    const fault = this.follow(chain, head);
    if (fault !== undefined) {
      this.free.push(chain);
      return this.violation(fault);
    }
    this.nextAvailable = (this.nextAvailable + 1) & 0xffff;
    return chain;
  }

  /**
   * Returns a buffer to the driver, which hears of it at the next {@link signal}.
   *
   * @param written bytes that the device wrote, from the start of the writable part
   */
  push(chain: DescriptorChain, written: number): void {
    this.free.push(chain);
    if (!this.enabled) return;
    const { size } = this.current;
    const element = 4 + USED_ELEMENT_BYTES * (this.nextUsed & (size - 1));
    this.usedRing.setPair(element, chain.head, written);
    this.nextUsed = (this.nextUsed + 1) & 0xffff;
    this.usedRing.setU16(2, this.nextUsed);
  }

  /** Interrupts the driver if it wants to know of the buffers returned since the last time. */
  signal(): void {
    if (!this.enabled) return;
    const before = this.signalled;
    if (before === this.nextUsed || (before === null && this.nextUsed === 0)) return;
    this.signalled = this.nextUsed;
    if (this.isInterruptWanted(before)) this.host.interrupt(this.index);
  }

  /**
   * Serves the queue: takes buffers and returns them, then interrupts the driver if it wants that. What is taken at
   * once has limits, so that a driver cannot keep the host here; the rest is deferred.
   *
   * @param serve works on a buffer and gives the bytes written
   * @param isWanted asked before each buffer
   */
  serve(serve: (chain: DescriptorChain) => number, isWanted: () => boolean = () => true): void {
    let buffers = this.current.size;
    let bytes = 0;
    while (isWanted()) {
      if (buffers-- === 0 || bytes > SERVICE_LIMIT) {
        if (this.hasAvailable) this.host.defer(this.index);
        break;
      }
      const chain = this.pop();
      if (chain === undefined) break;
      bytes += chain.readableBytes + chain.writableBytes;
      const written = serve(chain);
      // A device that failed returns nothing any more.
      if (!this.host.isRunning) break;
      this.push(chain, written);
    }
    this.askForNotifications();
    this.signal();
  }

  /** Says whether the driver should notify the device of buffers that it makes available; at first it should. */
  setNotifications(wanted: boolean): void {
    this.wantsNotifications = wanted;
    this.askForNotifications();
  }

  snapshot(): VirtqueueState {
    const { enabled, nextAvailable, nextUsed, signalled, wantsNotifications } = this;
    return { ...this.current, enabled, nextAvailable, nextUsed, signalled, wantsNotifications };
  }

  /** @throws SNAPSHOT_INVALID when the queue is not in this machine's memory */
  restore(state: VirtqueueState): void {
    const { size, descriptors, driver, device } = state;
    this.disable();
    const fault = state.enabled ? this.map({ size, descriptors, driver, device }) : undefined;
    const isIndex = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= 0xffff;
    const indexes = [state.nextAvailable, state.nextUsed, state.signalled ?? 0];
    if (fault !== undefined || !indexes.every(isIndex)) {
      throw new ArmatureError(
        'SNAPSHOT_INVALID',
        `virtqueue ${this.index}: ${fault ?? 'an index is wrong'}`,
        {
          context: { state },
        },
      );
    }
    this.enabled = state.enabled;
    this.nextAvailable = state.nextAvailable;
    this.nextUsed = state.nextUsed;
    this.signalled = state.signalled;
    this.wantsNotifications = state.wantsNotifications;
  }

  /** Maps the tables; gives the reason when that is impossible. */
  private map(layout: QueueLayout): string | undefined {
    const { size, descriptors, driver, device } = layout;
    if (!isQueueSize(size, this.maximumSize)) return `a queue of ${size} descriptors`;
    // The rings' last two bytes are the event indexes, which legacy layouts have as well.
    const event = 2;
    if (!this.descriptorTable.map(descriptors, DESCRIPTOR_BYTES * size)) {
      return `a descriptor table at ${formatAddress(descriptors)}`;
    }
    if (!this.availableRing.map(driver, 4 + 2 * size + event)) {
      return `an available ring at ${formatAddress(driver)}`;
    }
    const used = this.usedRing.map(device, 4 + USED_ELEMENT_BYTES * size + event);
    if (!used || this.host.memory.regionAt(device)?.kind !== 'ram') {
      return `a used ring at ${formatAddress(device)}`;
    }
    this.host.memory.touch(device, 4 + USED_ELEMENT_BYTES * size + event);
    this.current = layout;
    return undefined;
  }

  /** Collects the memory of a chain; gives the reason when the chain is not a proper one. */
  private follow(chain: DescriptorChain, head: number): string | undefined {
    let table = this.descriptorTable;
    let entries = this.current.size;
    let isIndirect = false;
    let index = head;
    let steps = 0;
    let segments = 0;
    for (;;) {
      if (index >= entries) return `descriptor ${index} of a table of ${entries}`;
      if (steps++ === entries) return 'a chain of descriptors without end';
      const at = DESCRIPTOR_BYTES * index;
      const address = table.u32(at) + 2 ** 32 * table.u32(at + 4);
      const length = table.u32(at + 8);
      const flags = table.u16(at + 12);
      const hasNext = (flags & DESCRIPTOR_FLAG.NEXT) !== 0;
      if (flags & DESCRIPTOR_FLAG.INDIRECT) {
        if (isIndirect) return 'an indirect descriptor in a table of indirect descriptors';
        if (hasNext) return 'an indirect descriptor that continues';
        if (length === 0 || length % DESCRIPTOR_BYTES !== 0) return `an indirect table of ${length} bytes`;
        table = this.indirectTable;
        if (!table.map(address, length)) return `an indirect table at ${formatAddress(address)}`;
        entries = length / DESCRIPTOR_BYTES;
        isIndirect = true;
        index = 0;
        steps = 0;
        continue;
      }
      if (++segments > SEGMENT_LIMIT) return `a chain of more than ${SEGMENT_LIMIT} descriptors`;
      const fault = this.addSegment(chain, address, length, (flags & DESCRIPTOR_FLAG.WRITE) !== 0);
      if (fault !== undefined) return fault;
      if (!hasNext) return undefined;
      index = table.u16(at + 14);
    }
  }

  /** Adds one descriptor's memory, which may continue from one region into the next. */
  private addSegment(
    chain: DescriptorChain,
    address: number,
    length: number,
    writable: boolean,
  ): string | undefined {
    if (length === 0) return 'a descriptor of no bytes';
    if (!writable && chain.writableBytes > 0) return 'a readable descriptor after a writable one';
    if (chain.readableBytes + chain.writableBytes + length > CHAIN_LIMIT)
      return 'a buffer of more than 4 GiB';
    let at = address;
    let left = length;
    while (left > 0) {
      const region = this.host.memory.regionAt(at);
      if (region === undefined || (writable && region.kind !== 'ram')) {
        return `${writable ? 'writable' : 'readable'} bytes at ${formatAddress(at)}`;
      }
      const part = Math.min(left, region.base + region.size - at);
      const offset = this.host.memory.fixedOffset(at, part);
      // Should there be no frame left, that is found before the device does anything.
      if (writable && offset < 0) this.host.memory.touch(at, part);
      chain.add(at, offset, part, writable);
      at += part;
      left -= part;
    }
    return undefined;
  }

  private isInterruptWanted(before: number | null): boolean {
    if (!this.host.usesEventIndex) {
      return (this.availableRing.u16(0) & AVAILABLE_NO_INTERRUPT) === 0;
    }
    if (before === null) return true;
    const event = this.availableRing.u16(4 + 2 * this.current.size);
    return ((this.nextUsed - event - 1) & 0xffff) < ((this.nextUsed - before) & 0xffff);
  }

  /** Writes what the driver reads before it notifies. */
  private askForNotifications(): void {
    if (!this.enabled || !this.host.isRunning) return;
    const { size } = this.current;
    if (this.host.usesEventIndex) {
      // An event index that the driver passed already is not reached again for 65536 buffers.
      const event = this.wantsNotifications ? this.nextAvailable : this.nextAvailable - 1;
      this.store(4 + USED_ELEMENT_BYTES * size, event & 0xffff);
    } else {
      this.store(0, this.wantsNotifications ? 0 : USED_NO_NOTIFY);
    }
  }

  private store(at: number, value: number): void {
    if (this.usedRing.u16(at) !== value) this.usedRing.setU16(at, value);
  }

  private violation(what: string): undefined {
    this.host.fail(`queue ${this.index}: ${what}`);
    return undefined;
  }
}

function isQueueSize(size: number, limit: number): boolean {
  return Number.isInteger(size) && size >= 1 && size <= limit && (size & (size - 1)) === 0;
}
