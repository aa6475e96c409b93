/**
 * Registers of the PrimeCell UART (PL011).
 *
 * @spec DDI 0183, Summary of registers
 */

/** Byte offsets of the registers from the device's base. */
export const PL011_REGISTER = {
  UARTDR: 0x000 /* RW: data, with the status of the character read */,
  UARTRSR: 0x004 /* RW: receive status when read, error clear (UARTECR) when written */,
  UARTFR: 0x018 /* RO: flags */,
  UARTILPR: 0x020 /* RW: IrDA low-power counter */,
  UARTIBRD: 0x024 /* RW: integer baud rate */,
  UARTFBRD: 0x028 /* RW: fractional baud rate */,
  UARTLCR_H: 0x02c /* RW: line control */,
  UARTCR: 0x030 /* RW: control */,
  UARTIFLS: 0x034 /* RW: interrupt FIFO level select */,
  UARTIMSC: 0x038 /* RW: interrupt mask set/clear */,
  UARTRIS: 0x03c /* RO: raw interrupt status */,
  UARTMIS: 0x040 /* RO: masked interrupt status */,
  UARTICR: 0x044 /* WO: interrupt clear */,
  UARTDMACR: 0x048 /* RW: DMA control */,
  UARTPeriphID0: 0xfe0 /* RO: eight identification registers up to UARTPCellID3 */,
} as const;

/** Status of a received character, in bits 11 to 8 of UARTDR. UARTRSR has them in bits 3 to 0. */
export const DATA_STATUS = { FE: 1 << 8, PE: 1 << 9, BE: 1 << 10, OE: 1 << 11 } as const;

/** Bits of UARTFR. */
export const FLAG = {
  CTS: 1 << 0,
  DSR: 1 << 1,
  DCD: 1 << 2,
  BUSY: 1 << 3,
  RXFE: 1 << 4,
  TXFF: 1 << 5,
  RXFF: 1 << 6,
  TXFE: 1 << 7,
  RI: 1 << 8,
} as const;

/** Bits of UARTLCR_H. WLEN is two bits: 0 is five data bits, 3 is eight. */
export const LINE_CONTROL = {
  BRK: 1 << 0,
  PEN: 1 << 1,
  EPS: 1 << 2,
  STP2: 1 << 3,
  FEN: 1 << 4,
  wlenShift: 5,
  SPS: 1 << 7,
} as const;

/** Bits of UARTCR. */
export const CONTROL = {
  UARTEN: 1 << 0,
  SIREN: 1 << 1,
  SIRLP: 1 << 2,
  LBE: 1 << 7,
  TXE: 1 << 8,
  RXE: 1 << 9,
  DTR: 1 << 10,
  RTS: 1 << 11,
  Out1: 1 << 12,
  Out2: 1 << 13,
  RTSEn: 1 << 14,
  CTSEn: 1 << 15,
} as const;

/** Bits of UARTIMSC, UARTRIS, UARTMIS and UARTICR. */
export const INTERRUPT_BIT = {
  RI: 1 << 0,
  CTS: 1 << 1,
  DCD: 1 << 2,
  DSR: 1 << 3,
  RX: 1 << 4,
  TX: 1 << 5,
  RT: 1 << 6,
  FE: 1 << 7,
  PE: 1 << 8,
  BE: 1 << 9,
  OE: 1 << 10,
} as const;

/** Bits that a write changes. */
export const WRITE_MASK = {
  UARTILPR: 0xff,
  UARTIBRD: 0xffff,
  UARTFBRD: 0x3f,
  UARTLCR_H: 0xff,
  UARTCR: 0xff87,
  UARTIFLS: 0x3f,
  UARTIMSC: 0x7ff,
  UARTDMACR: 0x7,
} as const;

/** Reset values that are not zero. */
export const RESET_VALUE = { UARTCR: CONTROL.TXE | CONTROL.RXE, UARTIFLS: 0x12 } as const;

/** Trigger levels by UARTIFLS field, as eighths of the FIFO; reserved encodings act as the highest. */
export const TRIGGER_EIGHTHS: readonly number[] = [1, 2, 4, 6, 7, 7, 7, 7];

/** FIFO depth and identification by revision of the PrimeCell. */
export const REVISION = {
  r1p4: { depth: 16, identification: [0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1] },
  r1p5: { depth: 32, identification: [0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1] },
} as const;

export type Pl011Revision = keyof typeof REVISION;
