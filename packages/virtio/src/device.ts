import type { Snapshot } from '@armature/core';
import type { Virtqueue } from './virtqueue.ts';

/** What a device finds around it: its queues, and the way to its driver. It does not know the transport. */
export interface VirtioHost {
  /** In the order of {@link VirtioDevice.queueSizes}. */
  readonly queues: readonly Virtqueue[];
  /** Whether both sides agreed on a feature, by the number of its bit. */
  hasFeature(bit: number): boolean;
  /** Tells the driver that the configuration changed. */
  configurationChanged(): void;
  /** The driver broke the device's rules: nothing goes on until it resets the device. */
  fail(reason: string): void;
  /** Reports something worth seeing. The message is built only when someone listens. */
  trace(message: () => string): void;
}

/**
 * A virtio device of some kind: features, queues and configuration. Transports (memory-mapped, PCI) put it into a
 * machine.
 *
 * @spec Virtual I/O Device (VIRTIO) Version 1.2, Device Types
 */
export interface VirtioDevice {
  /** `virtio-blk`: for messages, and to know the device again in a snapshot. */
  readonly name: string;
  /** Device identifier: 2 is a block device. */
  readonly deviceId: number;
  /** Features that the device offers; those of queues and transports are added. */
  readonly features: bigint;
  /** The largest size of each queue, powers of two. */
  readonly queueSizes: readonly number[];
  /** Configuration space, little-endian, as the driver reads it now. */
  readonly configuration: Uint8Array;
  /** Called once, before anything else. */
  attach(host: VirtioHost): void;
  /** The driver settled the features. */
  negotiated?(): void;
  /**
   * The driver writes configuration. Without this, nothing there is writable.
   *
   * @param size 1, 2 or 4 bytes, inside the configuration space
   */
  writeConfiguration?(offset: number, size: number, value: number): void;
  /** The driver made buffers available in a queue. */
  handle(queue: Virtqueue): void;
  /** Back to the state before the driver came; what connects the device to the host stays. */
  reset(): void;
  snapshot?(): Snapshot;
  /** @throws SNAPSHOT_INVALID */
  restore?(snapshot: Snapshot): void;
}
