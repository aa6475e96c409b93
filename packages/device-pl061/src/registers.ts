/**
 * Registers of the PrimeCell General Purpose Input/Output (PL061).
 *
 * @spec DDI 0190, Summary of registers
 */

/** Byte offsets of the registers from the device's base. */
export const PL061_REGISTER = {
  GPIODATA: 0x000 /* RW: levels; address bits 9:2 choose the pins that an access concerns */,
  GPIODIR: 0x400 /* RW: 1 is an output */,
  GPIOIS: 0x404 /* RW: interrupt sense, 1 is a level */,
  GPIOIBE: 0x408 /* RW: 1 is both edges */,
  GPIOIEV: 0x40c /* RW: interrupt event, 1 is rising or high */,
  GPIOIE: 0x410 /* RW: interrupt mask, 1 is enabled */,
  GPIORIS: 0x414 /* RO: raw interrupt status */,
  GPIOMIS: 0x418 /* RO: masked interrupt status */,
  GPIOIC: 0x41c /* WO: clears edges */,
  GPIOAFSEL: 0x420 /* RW: pins that an alternate function controls */,
  GPIOPeriphID0: 0xfe0 /* RO: eight identification registers up to GPIOPCellID3 */,
} as const;

/** Offset of GPIODATA for the pins of a mask. */
export const dataOffset = (mask: number): number => PL061_REGISTER.GPIODATA + 4 * (mask & 0xff);

/** GPIOPeriphID0 to 3 and GPIOPCellID0 to 3. */
export const IDENTIFICATION: readonly number[] = [0x61, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1];

/** Pins of the device. */
export const PIN_COUNT = 8;
