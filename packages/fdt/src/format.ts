/**
 * Constants of the flattened format.
 *
 * @spec Devicetree Specification v0.4, Flattened Devicetree (DTB) Format
 */

export const FDT_MAGIC = 0xd00d_feed;
/** The version the writer produces. */
export const FDT_VERSION = 17;
/** The oldest version a reader needs to understand what the writer produces. */
export const FDT_LAST_COMPATIBLE_VERSION = 16;
/** Size of a version 17 header, bytes. */
export const HEADER_SIZE = 40;
/** Size of a version 16 header, which lacks `size_dt_struct`, bytes. */
export const HEADER_SIZE_V16 = 36;
/** Size of one memory reservation entry, bytes. */
export const RESERVATION_SIZE = 16;

/** Byte offsets of the header's big-endian 32-bit words. */
export const HEADER = {
  magic: 0x00,
  totalsize: 0x04,
  off_dt_struct: 0x08,
  off_dt_strings: 0x0c,
  off_mem_rsvmap: 0x10,
  version: 0x14,
  last_comp_version: 0x18,
  boot_cpuid_phys: 0x1c,
  size_dt_strings: 0x20,
  size_dt_struct: 0x24,
} as const;

/** Tokens of the structure block. */
export const TOKEN = {
  FDT_BEGIN_NODE: 1,
  FDT_END_NODE: 2,
  FDT_PROP: 3,
  FDT_NOP: 4,
  FDT_END: 9,
} as const;

/** Longest node or property name, characters. The specification asks for 31, which real trees pass. */
export const MAX_NAME_LENGTH = 255;
/** Deepest nesting by default, the root being level 1. Linux has the same limit. */
export const DEFAULT_MAX_DEPTH = 64;
/** Largest blob by default, bytes. Linux maps no more than this. */
export const DEFAULT_MAX_SIZE = 0x20_0000;

/** Rounds up to a multiple of `alignment`, a power of two. */
export function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}

/** Whether the character code may appear in a name: letters, digits and `,._+*#?@-`. */
export function isNameCharacter(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x40 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x2a && code <= 0x2e) ||
    code === 0x23 ||
    code === 0x3f ||
    code === 0x5f
  );
}
