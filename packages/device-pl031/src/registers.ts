/**
 * Registers of the PrimeCell Real Time Clock (PL031).
 *
 * @spec DDI 0224, Summary of registers
 */

/** Byte offsets of the registers from the device's base. */
export const PL031_REGISTER = {
  RTCDR: 0x000 /* RO: the time, in seconds */,
  RTCMR: 0x004 /* RW: match, the time of the alarm */,
  RTCLR: 0x008 /* RW: load, sets the time */,
  RTCCR: 0x00c /* RW: control */,
  RTCIMSC: 0x010 /* RW: interrupt mask set/clear */,
  RTCRIS: 0x014 /* RO: raw interrupt status */,
  RTCMIS: 0x018 /* RO: masked interrupt status */,
  RTCICR: 0x01c /* WO: interrupt clear */,
  RTCPeriphID0: 0xfe0 /* RO: eight identification registers up to RTCPCellID3 */,
} as const;

/** Bit 0 of RTCCR: the counter counts. */
export const START = 1;
/** The one bit of RTCIMSC, RTCRIS, RTCMIS and RTCICR. */
export const RTC_INTERRUPT = 1;

/** RTCPeriphID0 to 3 and RTCPCellID0 to 3: the revision that QEMU identifies as. */
export const IDENTIFICATION: readonly number[] = [0x31, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1];
