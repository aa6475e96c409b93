import type { MappingAttributes } from '@armature/core';

/*
 * Descriptors as the builder writes them: 4 KiB granule, 48-bit addresses, one MAIR layout. As 64-bit values,
 * for this is host code that does not run often.
 */

/** MAIR_EL1 of the tables made here: Attr0 is Normal write-back, Attr1 Device-nGnRE. */
export const TABLE_MAIR = 0x04ffn;
const NORMAL_INDEX = 0n;
const DEVICE_INDEX = 1n;

const VALID = 1n << 0n;
const TABLE_OR_PAGE = 1n << 1n;
const EL0 = 1n << 6n;
const READ_ONLY = 1n << 7n;
const INNER_SHAREABLE = 3n << 8n;
const OUTER_SHAREABLE = 2n << 8n;
const ACCESS_FLAG = 1n << 10n;
const NOT_GLOBAL = 1n << 11n;
const PXN = 1n << 53n;
const UXN = 1n << 54n;
const ADDRESS = 0x0000_ffff_ffff_f000n;
const ATTR_INDEX_SHIFT = 2n;

export const ENTRIES_PER_TABLE = 512;
export const LAST_LEVEL = 3;

/** log2 of the address range that one entry of a table covers. */
export function entryBits(level: number): number {
  return 39 - 9 * level;
}

/** Position of an address in the table of a level. */
export function tableIndex(va: bigint, level: number): number {
  return Number((va >> BigInt(entryBits(level))) & 511n);
}

export function isValid(descriptor: bigint): boolean {
  return (descriptor & VALID) !== 0n;
}

/** True for a table descriptor; at level 3 there is none. */
export function isTable(descriptor: bigint, level: number): boolean {
  return level < LAST_LEVEL && (descriptor & (VALID | TABLE_OR_PAGE)) === (VALID | TABLE_OR_PAGE);
}

/** The physical address in a table descriptor or leaf. */
export function addressOf(descriptor: bigint): number {
  return Number(descriptor & ADDRESS);
}

export function tableDescriptor(address: number): bigint {
  return BigInt(address) | TABLE_OR_PAGE | VALID;
}

/** A block or page descriptor. */
export function leafDescriptor(address: number, level: number, attributes: MappingAttributes): bigint {
  const { write, execute, user, device = false, global = !user } = attributes;
  return (
    BigInt(address) |
    VALID |
    (level === LAST_LEVEL ? TABLE_OR_PAGE : 0n) |
    ((device ? DEVICE_INDEX : NORMAL_INDEX) << ATTR_INDEX_SHIFT) |
    (device ? OUTER_SHAREABLE : INNER_SHAREABLE) |
    ACCESS_FLAG |
    (user ? EL0 : 0n) |
    (write ? 0n : READ_ONLY) |
    (global ? 0n : NOT_GLOBAL) |
    // Code runs at the level that the mapping is for, and at no other.
    (execute && user ? 0n : UXN) |
    (execute && !user ? 0n : PXN)
  );
}

/** The attributes that {@link leafDescriptor} was given, every one of them said. */
export function attributesOf(descriptor: bigint): Required<MappingAttributes> {
  const user = (descriptor & EL0) !== 0n;
  return {
    write: (descriptor & READ_ONLY) === 0n,
    execute: (descriptor & (user ? UXN : PXN)) === 0n,
    user,
    device: ((descriptor >> ATTR_INDEX_SHIFT) & 7n) === DEVICE_INDEX,
    global: (descriptor & NOT_GLOBAL) === 0n,
  };
}

/** The leaf at `index` of the table that replaces a block: the same mapping in 512 parts. */
export function splitLeaf(block: bigint, blockLevel: number, index: number): bigint {
  const level = blockLevel + 1;
  const part = block | (BigInt(index) << BigInt(entryBits(level)));
  return level === LAST_LEVEL ? part | TABLE_OR_PAGE : part;
}

/** A leaf with other attributes and the same address. */
export function withAttributes(leaf: bigint, level: number, attributes: MappingAttributes): bigint {
  return leafDescriptor(addressOf(leaf), level, attributes);
}
