/**
 * Registers of the memory-mapped transport.
 *
 * @spec Virtual I/O Device (VIRTIO) Version 1.2, MMIO Device Register Layout; Legacy interface
 */
export const VIRTIO_MMIO_REGISTER = {
  MagicValue: 0x000 /* RO: "virt" */,
  Version: 0x004 /* RO: 2, or 1 for the legacy interface */,
  DeviceID: 0x008 /* RO: kind of device, 0 where there is none */,
  VendorID: 0x00c /* RO */,
  DeviceFeatures: 0x010 /* RO: the word that DeviceFeaturesSel chooses */,
  DeviceFeaturesSel: 0x014 /* WO */,
  DriverFeatures: 0x020 /* WO: the word that DriverFeaturesSel chooses */,
  DriverFeaturesSel: 0x024 /* WO */,
  GuestPageSize: 0x028 /* WO, legacy: unit of QueuePFN */,
  QueueSel: 0x030 /* WO: the queue that the following are about */,
  QueueNumMax: 0x034 /* RO */,
  QueueNum: 0x038 /* WO */,
  QueueAlign: 0x03c /* WO, legacy: alignment of the used ring */,
  QueuePFN: 0x040 /* RW, legacy: page of the queue */,
  QueueReady: 0x044 /* RW */,
  QueueNotify: 0x050 /* WO */,
  InterruptStatus: 0x060 /* RO */,
  InterruptACK: 0x064 /* WO */,
  Status: 0x070 /* RW */,
  QueueDescLow: 0x080 /* WO */,
  QueueDescHigh: 0x084 /* WO */,
  QueueDriverLow: 0x090 /* WO */,
  QueueDriverHigh: 0x094 /* WO */,
  QueueDeviceLow: 0x0a0 /* WO */,
  QueueDeviceHigh: 0x0a4 /* WO */,
  SHMSel: 0x0ac /* WO */,
  SHMLenLow: 0x0b0 /* RO: all ones, there are no shared memory regions */,
  SHMLenHigh: 0x0b4 /* RO */,
  SHMBaseLow: 0x0b8 /* RO */,
  SHMBaseHigh: 0x0bc /* RO */,
  ConfigGeneration: 0x0fc /* RO */,
  Config: 0x100 /* RW: the device's configuration space */,
} as const;

/** Bytes of a transport's registers. */
export const VIRTIO_MMIO_SIZE = 0x200;

/** "virt", little-endian. */
export const MAGIC_VALUE = 0x7472_6976;
/** "QEMU": what drivers find on the board that this one is like. */
export const VENDOR_ID = 0x554d_4551;

/** Bits of InterruptStatus and InterruptACK. */
export const INTERRUPT = { USED_BUFFER: 1 << 0, CONFIGURATION: 1 << 1 } as const;
