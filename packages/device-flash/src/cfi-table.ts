import { BUFFER_SHIFT, CHIP_COUNT } from './commands.ts';

/** Sizes of a bank, in bytes: both chips together. */
export interface FlashGeometry {
  readonly size: number;
  readonly sectorSize: number;
}

/**
 * What one chip answers to a CFI query, a byte for each address of the chip; the values are those of QEMU's
 * pflash_cfi01.
 *
 * @spec JEDEC JESD68.01, Common Flash Interface; JEP137B, vendor-specific tables
 */
export function cfiTable({ size, sectorSize }: FlashGeometry): Uint8Array {
  const table = new Uint8Array(0x52);
  const put = (at: number, ...bytes: number[]): void => table.set(bytes, at);
  const text = (value: string): number[] => Array.from(value, (character) => character.charCodeAt(0));
  const half = (value: number): [number, number] => [value & 0xff, (value >>> 8) & 0xff];
  put(0x10, ...text('QRY'));
  put(0x13, ...half(0x0001) /* Intel command set */, ...half(0x31) /* address of its table */);
  put(0x1b, 0x45, 0x55 /* supply, 4.5 V to 5.5 V; there is no programming supply */);
  put(0x1f, 0x07, 0x07, 0x0a, 0x00 /* log2 of typical times: word, buffer (us), block, chip (ms) */);
  put(0x23, 0x04, 0x04, 0x04, 0x00 /* log2 of the longest times, as multiples of those */);
  put(0x27, Math.log2(size / CHIP_COUNT), ...half(0x0002) /* x8 and x16 */, ...half(BUFFER_SHIFT));
  const sectors = size / sectorSize - 1;
  put(0x2c, 1 /* erase regions */, ...half(sectors), ...half(sectorSize / CHIP_COUNT / 256));
  put(0x31, ...text('PRI10'));
  put(0x3f, 1 /* protection registers */);
  return table;
}
