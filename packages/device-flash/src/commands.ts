/**
 * The Intel command set of parallel NOR flash.
 *
 * @spec Numonyx StrataFlash Embedded Memory (P30), Command Set; Status Register
 */

/** Commands: the low byte of a write. */
export const FLASH_COMMAND = {
  READ_ARRAY: 0xff,
  READ_STATUS: 0x70,
  CLEAR_STATUS: 0x50,
  READ_ID: 0x90,
  CFI_QUERY: 0x98,
  PROGRAM: 0x40,
  PROGRAM_ALTERNATE: 0x10,
  BUFFERED_PROGRAM: 0xe8,
  BLOCK_ERASE: 0x20,
  CONFIRM: 0xd0,
  SUSPEND: 0xb0,
  LOCK_SETUP: 0x60,
} as const;

/** Second cycles after LOCK_SETUP; unlocking is CONFIRM. */
export const LOCK_COMMAND = { LOCK: 0x01, SET_READ_CONFIGURATION: 0x03, LOCK_DOWN: 0x2f } as const;

/** Bits of the status register. */
export const FLASH_STATUS = {
  READY: 0x80,
  ERASE_ERROR: 0x20,
  PROGRAM_ERROR: 0x10,
  LOCKED: 0x02,
  /** An impossible sequence of commands sets both errors. */
  SEQUENCE_ERROR: 0x30,
} as const;

/** Bits of a block's lock status in the identification. */
export const LOCK_BIT = { LOCKED: 1, LOCKED_DOWN: 2 } as const;

/** Identification: Intel, and the device code that QEMU gives. */
export const MANUFACTURER = 0x89;
export const DEVICE_CODE = 0x18;

/** Bytes of the bus, and of each of the two chips on it. */
export const BUS_WIDTH = 4;
export const CHIP_WIDTH = 2;
export const CHIP_COUNT = BUS_WIDTH / CHIP_WIDTH;

/** log2 of the bytes of one chip's write buffer, and the bytes of both. */
export const BUFFER_SHIFT = 11;
export const BUFFER_SIZE = CHIP_COUNT << BUFFER_SHIFT;
