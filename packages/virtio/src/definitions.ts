/**
 * Bits and identifiers that all virtio devices share.
 *
 * @spec Virtual I/O Device (VIRTIO) Version 1.2, Basic Facilities of a Virtio Device
 */

/** Bits of the device status field. */
export const VIRTIO_STATUS = {
  ACKNOWLEDGE: 1 << 0,
  DRIVER: 1 << 1,
  DRIVER_OK: 1 << 2,
  FEATURES_OK: 1 << 3,
  /** Set by the device: it met an error from which only a reset leads out. */
  DEVICE_NEEDS_RESET: 1 << 6,
  FAILED: 1 << 7,
} as const;

/** Numbers of the feature bits that belong to queues and transports, not to a kind of device. */
export const VIRTIO_FEATURE = {
  /** Legacy: buffers may be split among descriptors in any way. */
  ANY_LAYOUT: 27,
  /** Descriptors may refer to tables of descriptors. */
  RING_INDIRECT_DESC: 28,
  /** Both sides say by index when they want to be notified. */
  RING_EVENT_IDX: 29,
  /** The device and its driver follow version 1 of the specification, not the legacy interface. */
  VERSION_1: 32,
} as const;

/** Device identifiers. */
export const VIRTIO_DEVICE_ID = {
  NETWORK: 1,
  BLOCK: 2,
  CONSOLE: 3,
  ENTROPY: 4,
  FILE_SYSTEM_9P: 9,
} as const;

/** Flags of a descriptor. */
export const DESCRIPTOR_FLAG = { NEXT: 1, WRITE: 2, INDIRECT: 4 } as const;

/** In the driver's ring: do not interrupt when buffers are used. */
export const AVAILABLE_NO_INTERRUPT = 1;
/** In the device's ring: do not notify when buffers are made available. */
export const USED_NO_NOTIFY = 1;

/** Bytes of a descriptor, and of an element of the used ring. */
export const DESCRIPTOR_BYTES = 16;
export const USED_ELEMENT_BYTES = 8;

/** The most descriptors that a queue may have. */
export const QUEUE_SIZE_LIMIT = 32768;

/** A set of features from the numbers of their bits. */
export function featureSet(...bits: readonly number[]): bigint {
  return bits.reduce((set, bit) => set | (1n << BigInt(bit)), 0n);
}
