/**
 * Encoding of property values.
 *
 * @spec Devicetree Specification v0.4, Property Values
 */
import { FdtError } from './errors.ts';
import { Phandle } from './phandle.ts';
import type { CompositeValue, PropertyValue } from './tree.ts';

function checkU32(value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
    throw new FdtError('FDT_BAD_VALUE', `${value} is not an unsigned 32-bit integer`, { value });
  }
  return value;
}

/** `<empty>`: a property whose presence is its value, e.g. `dma-coherent`. */
export function empty(): Uint8Array {
  return new Uint8Array(0);
}

/**
 * `<u32>`: one big-endian cell.
 *
 * @throws FdtError `FDT_BAD_VALUE` when `value` is not an unsigned 32-bit integer
 */
export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, checkU32(value));
  return bytes;
}

/**
 * `<u64>`: two cells, the more significant one first.
 *
 * @throws FdtError `FDT_BAD_VALUE` when `value` is not an unsigned 64-bit integer, or is a number that is not
 *   a safe integer
 */
export function u64(value: number | bigint): Uint8Array {
  return wide(value, 2);
}

/** `value` in `count` cells, most significant first. */
function wide(value: number | bigint, count: number): Uint8Array {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new FdtError('FDT_BAD_VALUE', `${value} is not a safe integer; pass a bigint`, { value });
  }
  let rest = BigInt(value);
  const bytes = new Uint8Array(count * 4);
  const view = new DataView(bytes.buffer);
  if (rest >= 0n) {
    for (let index = count - 1; index >= 0; index--) {
      view.setUint32(index * 4, Number(rest & 0xffff_ffffn));
      rest >>= 32n;
    }
  }
  if (rest !== 0n) {
    throw new FdtError('FDT_BAD_VALUE', `${value} does not fit ${count} cells`, { value, limit: count });
  }
  return bytes;
}

/**
 * A sequence of cells. A {@link Phandle} stands for the number the writer gives it.
 *
 * @throws FdtError `FDT_BAD_VALUE` when a number is not an unsigned 32-bit integer
 * @example
 * cells(0, 1, 4); // interrupts = <0 1 4>
 * cells(clock, clock); // clocks = <&clock &clock>
 */
export function cells(...values: readonly (number | Phandle)[]): CompositeValue {
  return { parts: values.map((value) => (value instanceof Phandle ? value : u32(value))) };
}

/**
 * `reg`-shaped pairs of address and size.
 *
 * @param entries address and size of each range, bytes
 * @param addressCells the parent's `#address-cells`
 * @param sizeCells the parent's `#size-cells`; with 0 every size must be 0
 * @throws FdtError `FDT_BAD_VALUE` when a value does not fit its cells, or a cell count is not 0 to 4
 * @spec Devicetree Specification v0.4, reg
 */
export function reg(
  entries: readonly (readonly [address: number | bigint, size: number | bigint])[],
  addressCells = 2,
  sizeCells = 2,
): Uint8Array {
  for (const count of [addressCells, sizeCells]) {
    if (!Number.isInteger(count) || count < 0 || count > 4) {
      throw new FdtError('FDT_BAD_VALUE', `a cell count of ${count} is not 0 to 4`, {
        value: count,
        limit: 4,
      });
    }
  }
  return joinBytes(
    entries.flatMap(([address, size]) => [wide(address, addressCells), wide(size, sizeCells)]),
  );
}

/**
 * `<string>`: UTF-8 text with a terminating NUL.
 *
 * @throws FdtError `FDT_BAD_VALUE` when the text contains a NUL
 */
export function string(text: string): Uint8Array {
  if (text.includes('\0')) {
    throw new FdtError('FDT_BAD_VALUE', 'a string value must not contain NUL', { value: text });
  }
  return new TextEncoder().encode(`${text}\0`);
}

/**
 * `<stringlist>`: strings one after the other, each with a terminating NUL.
 *
 * @throws FdtError `FDT_BAD_VALUE` when a text contains a NUL
 */
export function stringList(...texts: readonly string[]): Uint8Array {
  return joinBytes(texts.map(string));
}

/** `<prop-encoded-array>` of raw bytes. The bytes are copied. */
export function bytes(values: Iterable<number>): Uint8Array {
  const list = Array.from(values);
  for (const value of list) {
    if (!Number.isInteger(value) || value < 0 || value > 0xff) {
      throw new FdtError('FDT_BAD_VALUE', `${value} is not a byte`, { value });
    }
  }
  return Uint8Array.from(list);
}

/** Values one after the other, as DTS writes them with commas. */
export function concat(...values: readonly PropertyValue[]): CompositeValue {
  return { parts: values.flatMap((value) => [...partsOf(value)]) };
}

/** The pieces of a value. */
export function partsOf(value: PropertyValue): readonly (Uint8Array | Phandle)[] {
  return value instanceof Uint8Array || value instanceof Phandle ? [value] : value.parts;
}

function joinBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((total, piece) => total + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
