/**
 * The reader. The bytes are untrusted: each offset and length is checked before it is used, the work is linear
 * in the size of the blob, and whatever is wrong becomes an {@link FdtError} that names the byte offset.
 *
 * @spec Devicetree Specification v0.4, Flattened Devicetree (DTB) Format
 */
import { FdtError, type FdtErrorCode } from './errors.ts';
import {
  alignUp,
  DEFAULT_MAX_DEPTH,
  DEFAULT_MAX_SIZE,
  FDT_LAST_COMPATIBLE_VERSION,
  FDT_MAGIC,
  FDT_VERSION,
  HEADER,
  HEADER_SIZE,
  HEADER_SIZE_V16,
  isNameCharacter,
  MAX_NAME_LENGTH,
  RESERVATION_SIZE,
  TOKEN,
} from './format.ts';
import type { DeviceTree, FdtNode, MemoryReservation } from './tree.ts';

/** Options of {@link parseFdt}. */
export interface ParseOptions {
  /** Deepest nesting, the root being level 1. Default 64. */
  readonly maxDepth?: number;
  /** Largest `totalsize` to accept, bytes. Default 2 MiB. */
  readonly maxSize?: number;
}

/** The fields of a blob's header; offsets and sizes in bytes. */
export interface FdtHeader {
  readonly totalSize: number;
  readonly structureOffset: number;
  readonly structureSize: number;
  readonly stringsOffset: number;
  readonly stringsSize: number;
  readonly reservationsOffset: number;
  readonly version: number;
  readonly lastCompatibleVersion: number;
  readonly bootCpuId: number;
}

/** A node whose FDT_END_NODE has not come yet. */
class OpenNode {
  readonly properties = new Map<string, Uint8Array>();
  readonly children: FdtNode[] = [];
  readonly #childNames = new Set<string>();
  readonly node: FdtNode;

  constructor(name: string) {
    this.node = { name, properties: this.properties, children: this.children };
  }

  /** Adds a child unless one has its name. */
  add(child: FdtNode): boolean {
    if (this.#childNames.has(child.name)) return false;
    this.#childNames.add(child.name);
    this.children.push(child);
    return true;
  }
}

/**
 * Reads a flattened device tree blob of version 16 or 17.
 *
 * The tree shares no memory with `bytes`. Bytes after the blob's `totalsize` are ignored.
 *
 * @throws FdtError with the byte offset, for anything that is not a valid blob within the limits
 * @example
 * const tree = parseFdt(blob);
 * tree.root.properties.get('compatible');
 */
export function parseFdt(bytes: Uint8Array, options: ParseOptions = {}): DeviceTree {
  const header = parseFdtHeader(bytes, options);
  const view = new DataView(bytes.buffer, bytes.byteOffset, header.totalSize);
  // A plain array: slice() of a subclass such as Node's Buffer may share memory.
  const blob = new Uint8Array(bytes.buffer, bytes.byteOffset, header.totalSize);
  return {
    root: readStructure(blob, view, header, options.maxDepth ?? DEFAULT_MAX_DEPTH),
    memoryReservations: readReservations(view, header),
    bootCpuId: header.bootCpuId,
  };
}

/**
 * Reads and checks the header alone: enough to learn a blob's size from its first 40 bytes and more.
 *
 * @throws FdtError `FDT_TRUNCATED`, `FDT_BAD_MAGIC`, `FDT_BAD_VERSION`, `FDT_BAD_LAYOUT`, `FDT_TOO_LARGE`
 */
export function parseFdtHeader(bytes: Uint8Array, options: ParseOptions = {}): FdtHeader {
  const maxSize = options.maxSize ?? DEFAULT_MAX_SIZE;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (offset: number): number => {
    if (offset + 4 > bytes.length)
      fail('FDT_TRUNCATED', `${bytes.length} bytes do not hold a header`, offset);
    return view.getUint32(offset);
  };
  const magic = word(HEADER.magic);
  if (magic !== FDT_MAGIC) fail('FDT_BAD_MAGIC', `the magic is ${hex(magic)}`, HEADER.magic, magic);
  const totalSize = word(HEADER.totalsize);
  if (totalSize > maxSize) {
    throw new FdtError('FDT_TOO_LARGE', `the blob has ${totalSize} bytes, more than ${maxSize}`, {
      offset: HEADER.totalsize,
      value: totalSize,
      limit: maxSize,
    });
  }
  const version = word(HEADER.version);
  const lastCompatibleVersion = word(HEADER.last_comp_version);
  if (version < FDT_LAST_COMPATIBLE_VERSION) {
    fail('FDT_BAD_VERSION', `version ${version} is older than 16`, HEADER.version, version);
  }
  if (lastCompatibleVersion > FDT_VERSION || lastCompatibleVersion > version) {
    fail(
      'FDT_BAD_VERSION',
      `version ${version} asks for a reader of version ${lastCompatibleVersion}`,
      HEADER.last_comp_version,
      lastCompatibleVersion,
    );
  }
  const headerSize = version >= FDT_VERSION ? HEADER_SIZE : HEADER_SIZE_V16;
  const structureOffset = word(HEADER.off_dt_struct);
  const stringsOffset = word(HEADER.off_dt_strings);
  const reservationsOffset = word(HEADER.off_mem_rsvmap);
  const stringsSize = word(HEADER.size_dt_strings);
  // Version 16 does not give the size, so the structure block may reach up to the strings or the end.
  const structureSize =
    version >= FDT_VERSION
      ? word(HEADER.size_dt_struct)
      : (stringsOffset > structureOffset ? stringsOffset : totalSize) - structureOffset;

  const block = (name: string, field: number, offset: number, size: number, alignment: number): void => {
    if (offset % alignment !== 0) {
      fail(
        'FDT_BAD_LAYOUT',
        `the ${name} block at ${hex(offset)} is not aligned to ${alignment}`,
        field,
        offset,
      );
    }
    if (offset < headerSize || size < 0 || offset + size > totalSize) {
      fail('FDT_BAD_LAYOUT', `the ${name} block at ${hex(offset)} is outside the blob`, field, offset);
    }
  };
  block('memory reservation', HEADER.off_mem_rsvmap, reservationsOffset, RESERVATION_SIZE, 8);
  block('structure', HEADER.off_dt_struct, structureOffset, structureSize, 4);
  block('strings', HEADER.off_dt_strings, stringsOffset, stringsSize, 1);
  if (structureOffset < stringsOffset + stringsSize && stringsOffset < structureOffset + structureSize) {
    fail('FDT_BAD_LAYOUT', 'the structure and strings blocks overlap', HEADER.off_dt_strings, stringsOffset);
  }
  if (totalSize > bytes.length) {
    fail('FDT_TRUNCATED', `${totalSize} bytes are announced, ${bytes.length} given`, bytes.length, totalSize);
  }
  return {
    totalSize,
    structureOffset,
    structureSize,
    stringsOffset,
    stringsSize,
    reservationsOffset,
    version,
    lastCompatibleVersion,
    bootCpuId: word(HEADER.boot_cpuid_phys),
  };
}

function readReservations(view: DataView, header: FdtHeader): MemoryReservation[] {
  const reservations: MemoryReservation[] = [];
  for (let offset = header.reservationsOffset; ; offset += RESERVATION_SIZE) {
    if (offset + RESERVATION_SIZE > header.totalSize) {
      fail('FDT_BAD_LAYOUT', 'the memory reservation block does not end', offset);
    }
    const address = view.getBigUint64(offset);
    const size = view.getBigUint64(offset + 8);
    if (address === 0n && size === 0n) return reservations;
    reservations.push({ address, size });
  }
}

function readStructure(bytes: Uint8Array, view: DataView, header: FdtHeader, maxDepth: number): FdtNode {
  const end = header.structureOffset + header.structureSize;
  const strings = new PropertyNames(bytes, header);
  const open: OpenNode[] = [];
  let root: FdtNode | undefined;
  let at = header.structureOffset;

  const word = (): number => {
    if (at + 4 > end) fail('FDT_BAD_STRUCTURE', 'the structure block ends inside a token', at);
    const value = view.getUint32(at);
    at += 4;
    return value;
  };

  for (;;) {
    const tokenOffset = at;
    const token = word();
    const current = open.at(-1);
    switch (token) {
      case TOKEN.FDT_BEGIN_NODE: {
        const name = readName(bytes, at, end, 'FDT_BAD_STRUCTURE');
        if (open.length >= maxDepth) {
          throw new FdtError('FDT_TOO_DEEP', `the tree is deeper than ${maxDepth} levels`, {
            offset: tokenOffset,
            limit: maxDepth,
          });
        }
        const opened = new OpenNode(name);
        if (current === undefined) {
          if (root !== undefined) fail('FDT_BAD_STRUCTURE', 'there is a second root node', tokenOffset);
          root = opened.node;
        }
        if ((name === '') !== (current === undefined)) {
          fail('FDT_BAD_NAME', 'the root alone has an empty name', at);
        }
        if (current?.add(opened.node) === false) {
          throw new FdtError('FDT_DUPLICATE', `node ${current.node.name || '/'} has two children ${name}`, {
            offset: tokenOffset,
            name,
          });
        }
        open.push(opened);
        at = alignUp(at + name.length + 1, 4);
        break;
      }
      case TOKEN.FDT_END_NODE:
        if (open.pop() === undefined) {
          fail('FDT_BAD_STRUCTURE', 'FDT_END_NODE without an open node', tokenOffset);
        }
        break;
      case TOKEN.FDT_PROP: {
        if (current === undefined) {
          return fail('FDT_BAD_STRUCTURE', 'FDT_PROP outside a node', tokenOffset);
        }
        if (current.children.length > 0) {
          fail('FDT_BAD_STRUCTURE', 'a property follows a child node', tokenOffset);
        }
        const length = word();
        const nameOffsetField = at;
        const name = strings.at(word(), nameOffsetField);
        if (length > end - at) {
          fail('FDT_BAD_STRUCTURE', `property ${name} leaves the structure block`, tokenOffset + 4, length);
        }
        if (current.properties.has(name)) {
          throw new FdtError('FDT_DUPLICATE', `node ${current.node.name || '/'} has two properties ${name}`, {
            offset: tokenOffset,
            name,
          });
        }
        current.properties.set(name, bytes.slice(at, at + length));
        at = alignUp(at + length, 4);
        break;
      }
      case TOKEN.FDT_NOP:
        break;
      case TOKEN.FDT_END:
        if (root === undefined || open.length > 0) {
          return fail('FDT_BAD_STRUCTURE', 'FDT_END before the end of the root node', tokenOffset);
        }
        return root;
      default:
        fail('FDT_BAD_STRUCTURE', `${hex(token)} is not a token`, tokenOffset, token);
    }
  }
}

/** The strings block. Each offset is decoded once. */
class PropertyNames {
  readonly #bytes: Uint8Array;
  readonly #header: FdtHeader;
  readonly #known = new Map<number, string>();

  constructor(bytes: Uint8Array, header: FdtHeader) {
    this.#bytes = bytes;
    this.#header = header;
  }

  at(offset: number, fieldOffset: number): string {
    const known = this.#known.get(offset);
    if (known !== undefined) return known;
    const { stringsOffset, stringsSize } = this.#header;
    if (offset >= stringsSize) {
      fail('FDT_BAD_STRING', `name offset ${hex(offset)} is outside the strings block`, fieldOffset, offset);
    }
    const start = stringsOffset + offset;
    const name = readName(this.#bytes, start, stringsOffset + stringsSize, 'FDT_BAD_STRING');
    if (name === '') throw new FdtError('FDT_BAD_NAME', 'a property has no name', { offset: start, name });
    this.#known.set(offset, name);
    return name;
  }
}

/** Reads a name that ends with NUL before `end`. */
function readName(bytes: Uint8Array, start: number, end: number, unterminated: FdtErrorCode): string {
  let name = '';
  for (let at = start; at < end; at++) {
    const code = bytes[at]!;
    if (code === 0) return name;
    if (!isNameCharacter(code)) {
      fail('FDT_BAD_NAME', `byte ${hex(code)} is not allowed in a name`, at, code);
    }
    if (name.length === MAX_NAME_LENGTH) {
      throw new FdtError('FDT_BAD_NAME', `a name is longer than ${MAX_NAME_LENGTH} characters`, {
        offset: start,
        limit: MAX_NAME_LENGTH,
      });
    }
    name += String.fromCharCode(code);
  }
  return fail(unterminated, 'a name does not end inside its block', start);
}

function fail(code: FdtErrorCode, message: string, offset: number, value?: number): never {
  throw new FdtError(code, `${message} (at byte ${hex(offset)})`, {
    offset,
    ...(value === undefined ? {} : { value }),
  });
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
