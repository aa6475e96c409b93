/**
 * The half of a virtio device that all kinds and all transports share: status, features, configuration, queues.
 *
 * @spec Virtual I/O Device (VIRTIO) Version 1.2, Basic Facilities of a Virtio Device; General Initialization And
 *   Device Operation
 */
import { ArmatureError, type Clock, checkSnapshot, type PhysicalMemory, type Snapshot } from '@armature/core';
import { featureSet, VIRTIO_FEATURE, VIRTIO_STATUS } from './definitions.ts';
import type { VirtioDevice, VirtioHost } from './device.ts';
import { type QueueHost, type QueueLayout, Virtqueue, type VirtqueueState } from './virtqueue.ts';

const SNAPSHOT_VERSION = 1;
/** What a read beyond the configuration space gives, by bytes. */
const ALL_ONES: Readonly<Record<number, number>> = { 1: 0xff, 2: 0xffff, 4: 0xffff_ffff };
/** Nanoseconds of machine time after which a deferred queue is handled again. */
const DEFERRAL = 1000;

const { DRIVER_OK, FEATURES_OK, DEVICE_NEEDS_RESET } = VIRTIO_STATUS;

/** Ways from a device to its driver that the transport has. */
export interface VirtioTransport {
  /** Buffers of a queue were used. */
  queueInterrupt(queue: number): void;
  /** The configuration changed, or the device needs a reset. */
  configurationInterrupt(): void;
}

export interface VirtioCoreConfig {
  readonly memory: PhysicalMemory;
  readonly transport: VirtioTransport;
  /** The transport carries features above bit 31, so the device can offer VERSION_1. */
  readonly modern: boolean;
  /** Brings back queues whose driver kept the device busy; without it they wait for the next notification. */
  readonly clock?: Clock;
  readonly trace?: (message: () => string) => void;
}

/** The state in a snapshot. */
export interface VirtioCoreState {
  readonly status: number;
  readonly features: bigint;
  readonly generation: number;
  readonly failed: boolean;
  readonly queues: readonly VirtqueueState[];
  /** Queues to be handled again. */
  readonly deferred: readonly number[];
  readonly device: Snapshot | null;
}

export class VirtioCore implements VirtioHost, QueueHost {
  readonly device: VirtioDevice;
  readonly memory: PhysicalMemory;
  readonly queues: readonly Virtqueue[];
  /** Features that the driver may accept. */
  readonly offeredFeatures: bigint;

  private readonly config: VirtioCoreConfig;
  private readonly configuration: DataView;
  private statusBits = 0;
  private features = 0n;
  private generation = 0;
  private failed = false;
  private usesEvents = false;
  private readonly deferred = new Map<number, () => void>();

  constructor(device: VirtioDevice, config: VirtioCoreConfig) {
    this.device = device;
    this.config = config;
    this.memory = config.memory;
    const { ANY_LAYOUT, RING_INDIRECT_DESC, RING_EVENT_IDX, VERSION_1 } = VIRTIO_FEATURE;
    this.offeredFeatures =
      device.features |
      featureSet(RING_INDIRECT_DESC, RING_EVENT_IDX, config.modern ? VERSION_1 : ANY_LAYOUT);
    const { buffer, byteOffset, length } = device.configuration;
    this.configuration = new DataView(buffer, byteOffset, length);
    this.queues = device.queueSizes.map((size, index) => new Virtqueue(index, size, this));
    device.attach(this);
  }

  get status(): number {
    return this.statusBits;
  }

  /** Counts changes of the configuration, modulo 2^32. */
  get configurationGeneration(): number {
    return this.generation;
  }

  get usesEventIndex(): boolean {
    return this.usesEvents;
  }

  /** Legacy drivers use queues before they say that they are ready; others must not. */
  get isRunning(): boolean {
    if (this.failed) return false;
    return !this.config.modern || (this.statusBits & DRIVER_OK) !== 0;
  }

  hasFeature(bit: number): boolean {
    return ((this.features >> BigInt(bit)) & 1n) === 1n;
  }

  /** Features that the driver accepted, as far as they were offered. */
  get acceptedFeatures(): bigint {
    return this.features;
  }

  /**
   * The driver accepts features. Later than FEATURES_OK it cannot.
   *
   * @returns false when they cannot work together with what was offered
   */
  acceptFeatures(features: bigint): boolean {
    if (this.statusBits & FEATURES_OK) return false;
    this.features = features & this.offeredFeatures;
    this.usesEvents = this.hasFeature(VIRTIO_FEATURE.RING_EVENT_IDX);
    this.device.negotiated?.();
    const isSubset = this.features === features;
    return isSubset && (!this.config.modern || this.hasFeature(VIRTIO_FEATURE.VERSION_1));
  }

  /**
   * The driver writes the status. Zero resets the device.
   *
   * @param accepted the features that the driver chose: FEATURES_OK stays clear when they are not possible; without
   *   them, as on legacy transports, they were accepted before
   */
  writeStatus(value: number, accepted?: bigint): void {
    let status = value & 0xff & ~DEVICE_NEEDS_RESET;
    if (status === 0) {
      this.reset();
      return;
    }
    if (accepted !== undefined && status & FEATURES_OK && !(this.statusBits & FEATURES_OK)) {
      if (!this.acceptFeatures(accepted)) {
        this.trace(() => `${this.device.name}: features ${accepted.toString(16)} are not possible`);
        status &= ~FEATURES_OK;
      }
    }
    const isStarting = (status & ~this.statusBits & DRIVER_OK) !== 0;
    this.statusBits = status | (this.statusBits & DEVICE_NEEDS_RESET);
    if (!isStarting) return;
    // Drivers may have notified of buffers before they said that they are ready.
    for (const queue of this.queues) if (queue.hasAvailable) this.device.handle(queue);
  }

  /** @param size 1, 2 or 4 bytes */
  readConfiguration(offset: number, size: number): number {
    if (offset + size > this.configuration.byteLength) return ALL_ONES[size];
    if (size === 1) return this.configuration.getUint8(offset);
    if (size === 2) return this.configuration.getUint16(offset, true);
    return this.configuration.getUint32(offset, true);
  }

  /** @param size 1, 2 or 4 bytes */
  writeConfiguration(offset: number, size: number, value: number): void {
    if (offset + size > this.configuration.byteLength) return;
    this.device.writeConfiguration?.(offset, size, value >>> 0);
  }

  enableQueue(index: number, layout: QueueLayout): boolean {
    return this.queues[index]?.enable(layout) ?? false;
  }

  disableQueue(index: number): void {
    this.queues[index]?.disable();
  }

  /** The driver notifies the device of buffers in a queue. */
  notify(index: number): void {
    const queue = this.queues[index];
    if (queue?.isEnabled && this.isRunning) this.device.handle(queue);
  }

  configurationChanged(): void {
    this.generation = (this.generation + 1) >>> 0;
    if (this.statusBits & DRIVER_OK) this.config.transport.configurationInterrupt();
  }

  interrupt(queue: number): void {
    this.config.transport.queueInterrupt(queue);
  }

  fail(reason: string): void {
    if (this.failed) return;
    this.failed = true;
    this.trace(() => `${this.device.name}: ${reason}; the device needs a reset`);
    // The legacy interface has no such status bit: its driver sees a device that no longer answers.
    if (!this.config.modern) return;
    this.statusBits |= DEVICE_NEEDS_RESET;
    if (this.statusBits & DRIVER_OK) this.config.transport.configurationInterrupt();
  }

  defer(queue: number): void {
    const { clock } = this.config;
    if (clock === undefined || this.deferred.has(queue)) return;
    const cancel = clock.schedule(clock.now() + DEFERRAL, () => {
      this.deferred.delete(queue);
      this.notify(queue);
    });
    this.deferred.set(queue, cancel);
  }

  trace(message: () => string): void {
    this.config.trace?.(message);
  }

  reset(): void {
    for (const cancel of this.deferred.values()) cancel();
    this.deferred.clear();
    this.statusBits = 0;
    this.features = 0n;
    this.usesEvents = false;
    this.generation = 0;
    this.failed = false;
    for (const queue of this.queues) queue.disable();
    this.device.reset();
  }

  snapshot(): Snapshot<VirtioCoreState> {
    return {
      type: this.device.name,
      version: SNAPSHOT_VERSION,
      state: {
        status: this.statusBits,
        features: this.features,
        generation: this.generation,
        failed: this.failed,
        queues: this.queues.map((queue) => queue.snapshot()),
        deferred: [...this.deferred.keys()],
        device: this.device.snapshot?.() ?? null,
      },
    };
  }

  /** @throws SNAPSHOT_INVALID */
  restore(snapshot: Snapshot): void {
    checkSnapshot(snapshot, this.device.name, SNAPSHOT_VERSION);
    const state = snapshot.state as VirtioCoreState;
    if (state.queues.length !== this.queues.length || (state.features & ~this.offeredFeatures) !== 0n) {
      throw new ArmatureError('SNAPSHOT_INVALID', `${this.device.name} had other queues or features`, {
        context: { queues: state.queues.length, features: state.features },
        hint: 'Restore it in a device with the same options.',
      });
    }
    this.reset();
    this.statusBits = state.status;
    this.features = state.features;
    this.usesEvents = this.hasFeature(VIRTIO_FEATURE.RING_EVENT_IDX);
    this.generation = state.generation;
    this.failed = state.failed;
    for (const [index, queue] of this.queues.entries()) queue.restore(state.queues[index]);
    this.device.negotiated?.();
    if (state.device !== null) this.device.restore?.(state.device);
    for (const queue of state.deferred) this.defer(queue);
  }
}
