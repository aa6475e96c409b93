/**
 * Layout of QEMU's firmware configuration device.
 *
 * @spec QEMU Firmware Configuration (fw_cfg) Device
 */

/** Byte offsets of the registers from the device's base, as on Arm boards. */
export const FWCFG_REGISTER = {
  DATA: 0x00 /* RO, 1 to 8 bytes: the next bytes of the selected item, in memory order */,
  SELECTOR: 0x08 /* WO, 2 bytes, big-endian: selects an item and goes to its start */,
  DMA: 0x10 /* 8 bytes, big-endian: signature when read; a descriptor's address when written, high half first */,
} as const;

/** Bytes of the device's region. */
export const FWCFG_SIZE = 0x18;

/** Keys of the items that have fixed ones. */
export const FWCFG_KEY = {
  SIGNATURE: 0x00,
  ID: 0x01,
  UUID: 0x02,
  CPU_COUNT: 0x05,
  KERNEL_SIZE: 0x08,
  INITRD_SIZE: 0x0b,
  KERNEL_DATA: 0x11,
  INITRD_DATA: 0x12,
  COMMAND_LINE_SIZE: 0x14,
  COMMAND_LINE_DATA: 0x15,
  FILE_DIRECTORY: 0x19,
  FIRST_FILE: 0x20,
} as const;

/** Bits of a key that say where it is; bit 14, the write channel, is not one of them. */
export const KEY_MASK = 0xbfff;
/** Bits of a key within its space; bit 15 chooses the architecture's own space. */
export const KEY_INDEX = 0x3fff;

/** Bits of FWCFG_KEY.ID: the device has the selector and data registers, and the DMA interface. */
export const ID_VALUE = 0b11;

/** What the DMA register reads as, by bytes. */
export const DMA_SIGNATURE = 'QEMU CFG';

/** Bits of a DMA descriptor's control field; its upper half is a key. */
export const DMA_CONTROL = { ERROR: 1, READ: 2, SKIP: 4, SELECT: 8, WRITE: 16 } as const;

/** Bytes of a DMA descriptor: control, length, address. */
export const DESCRIPTOR_SIZE = 16;

/** Bytes of an entry of the file directory, and of the name in it with its final zero. */
export const DIRECTORY_ENTRY_SIZE = 64;
export const NAME_SIZE = 56;
