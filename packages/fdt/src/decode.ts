/**
 * Decoding of property values.
 *
 * @spec Devicetree Specification v0.4, Property Values
 */
import { FdtError } from './errors.ts';

/** One entry of a `reg` property. */
export interface RegEntry {
  /** Address in the parent bus's address space. */
  readonly address: bigint;
  /** Length, bytes; 0 when the parent's `#size-cells` is 0. */
  readonly size: bigint;
}

/** @throws FdtError `FDT_BAD_VALUE` when the value is not 4 bytes */
export function decodeU32(value: Uint8Array): number {
  expectLength(value, 4, '<u32>');
  return viewOf(value).getUint32(0);
}

/** @throws FdtError `FDT_BAD_VALUE` when the value is not 8 bytes */
export function decodeU64(value: Uint8Array): bigint {
  expectLength(value, 8, '<u64>');
  return viewOf(value).getBigUint64(0);
}

/** @throws FdtError `FDT_BAD_VALUE` when the length is not a multiple of 4 */
export function decodeCells(value: Uint8Array): number[] {
  if (value.length % 4 !== 0) {
    throw new FdtError('FDT_BAD_VALUE', `${value.length} bytes are not whole cells`, { value: value.length });
  }
  const view = viewOf(value);
  return Array.from({ length: value.length / 4 }, (_, index) => view.getUint32(index * 4));
}

/**
 * Decodes one string.
 *
 * @throws FdtError `FDT_BAD_VALUE` when the value is not UTF-8 text with exactly one NUL, at its end
 */
export function decodeString(value: Uint8Array): string {
  const [text, ...more] = decodeStringList(value);
  if (text === undefined || more.length > 0) {
    throw new FdtError('FDT_BAD_VALUE', 'the value is not one string', { value: value.length });
  }
  return text;
}

/**
 * Decodes a list of strings; an empty value is an empty list.
 *
 * @throws FdtError `FDT_BAD_VALUE` when the value is not UTF-8 text that ends with NUL
 */
export function decodeStringList(value: Uint8Array): string[] {
  if (value.length === 0) return [];
  if (value.at(-1) !== 0) {
    throw new FdtError('FDT_BAD_VALUE', 'the strings do not end with NUL', { value: value.length });
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value.subarray(0, -1));
  } catch {
    throw new FdtError('FDT_BAD_VALUE', 'the strings are not UTF-8', { value: value.length });
  }
  return text.split('\0');
}

/**
 * Decodes a `reg` property.
 *
 * @param addressCells the parent's `#address-cells`
 * @param sizeCells the parent's `#size-cells`
 * @throws FdtError `FDT_BAD_VALUE` when a cell count is not 0 to 4 or the length is not a whole number of entries
 * @spec Devicetree Specification v0.4, reg
 */
export function decodeReg(value: Uint8Array, addressCells = 2, sizeCells = 1): RegEntry[] {
  return decodeTuples(value, [addressCells, sizeCells]).map(([address, size]) => ({
    address: address!,
    size: size!,
  }));
}

/** Decodes entries of several numbers, each of the given number of cells. */
export function decodeTuples(value: Uint8Array, widths: readonly number[]): bigint[][] {
  for (const width of widths) {
    if (!Number.isInteger(width) || width < 0 || width > 4) {
      throw new FdtError('FDT_BAD_VALUE', `a cell count of ${width} is not 0 to 4`, {
        value: width,
        limit: 4,
      });
    }
  }
  const stride = widths.reduce((total, width) => total + width * 4, 0);
  if (value.length === 0) return [];
  if (stride === 0 || value.length % stride !== 0) {
    throw new FdtError('FDT_BAD_VALUE', `${value.length} bytes are not whole entries of ${stride} bytes`, {
      value: value.length,
    });
  }
  const view = viewOf(value);
  let at = 0;
  const number = (width: number): bigint => {
    let result = 0n;
    for (let cell = 0; cell < width; cell++, at += 4) result = (result << 32n) | BigInt(view.getUint32(at));
    return result;
  };
  return Array.from({ length: value.length / stride }, () => widths.map(number));
}

function viewOf(value: Uint8Array): DataView {
  return new DataView(value.buffer, value.byteOffset, value.byteLength);
}

function expectLength(value: Uint8Array, length: number, form: string): void {
  if (value.length !== length) {
    throw new FdtError('FDT_BAD_VALUE', `${value.length} bytes are not ${form}`, { value: value.length });
  }
}
