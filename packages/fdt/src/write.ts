/**
 * The writer: version 17 blobs, compatible with version 16 readers.
 *
 * @spec Devicetree Specification v0.4, Flattened Devicetree (DTB) Format
 */
import { FdtError } from './errors.ts';
import {
  alignUp,
  DEFAULT_MAX_DEPTH,
  DEFAULT_MAX_SIZE,
  FDT_LAST_COMPATIBLE_VERSION,
  FDT_MAGIC,
  FDT_VERSION,
  HEADER,
  HEADER_SIZE,
  isNameCharacter,
  MAX_NAME_LENGTH,
  RESERVATION_SIZE,
  TOKEN,
} from './format.ts';
import { isPhandleNumber, Phandle } from './phandle.ts';
import type { DeviceTreeSource, MemoryReservation, NodeSource, PropertyValue } from './tree.ts';
import { partsOf } from './values.ts';

/** Options of {@link writeFdt}. */
export interface WriteOptions {
  /** Free bytes to add after the strings block for firmware that edits the blob in place. Default 0. */
  readonly padding?: number;
  /** Deepest nesting, the root being level 1. Default 64. */
  readonly maxDepth?: number;
  /** Largest blob, bytes. Default 2 MiB, which is the most that Linux takes. */
  readonly maxSize?: number;
}

/**
 * Writes a tree as a flattened device tree blob.
 *
 * The blocks follow the header in the order memory reservations, structure, strings. Every block starts on
 * 8 bytes and the size is a multiple of 8. The same tree gives the same bytes.
 *
 * @throws FdtError `FDT_BAD_NAME`, `FDT_DUPLICATE`, `FDT_BAD_PHANDLE`, `FDT_BAD_VALUE`, `FDT_TOO_DEEP`,
 *   `FDT_TOO_LARGE`
 * @example
 * const blob = writeFdt({ root: node('', { compatible: string('linux,dummy-virt') }) });
 */
export function writeFdt(source: DeviceTreeSource, options: WriteOptions = {}): Uint8Array {
  const { padding = 0, maxDepth = DEFAULT_MAX_DEPTH, maxSize = DEFAULT_MAX_SIZE } = options;
  if (!Number.isSafeInteger(padding) || padding < 0) {
    throw new FdtError('FDT_BAD_VALUE', `padding ${padding} is not a byte count`, { value: padding });
  }
  const bootCpuId = source.bootCpuId ?? 0;
  if (!Number.isInteger(bootCpuId) || bootCpuId < 0 || bootCpuId > 0xffff_ffff) {
    throw new FdtError('FDT_BAD_VALUE', `boot CPU id ${bootCpuId} is not an unsigned 32-bit integer`, {
      value: bootCpuId,
    });
  }
  const phandles = new PhandleTable();
  checkNode(source.root, '', 1, maxDepth, phandles);
  phandles.assign();

  const reservations = source.memoryReservations ?? [];
  const reservationsOffset = alignUp(HEADER_SIZE, 8);
  const structureOffset = reservationsOffset + (reservations.length + 1) * RESERVATION_SIZE;
  const out = new ByteSink(maxSize);
  out.skip(reservationsOffset);
  for (const reservation of reservations) writeReservation(out, reservation);
  out.skip(RESERVATION_SIZE);

  const strings = new StringTable();
  writeNode(out, strings, phandles, source.root);
  out.u32(TOKEN.FDT_END);
  const structureSize = out.length - structureOffset;

  out.align(8);
  const stringsOffset = out.length;
  for (const name of strings.names) out.text(name);
  const stringsSize = out.length - stringsOffset;
  out.skip(padding);
  out.align(8);

  const blob = out.finish();
  const header = new DataView(blob.buffer);
  header.setUint32(HEADER.magic, FDT_MAGIC);
  header.setUint32(HEADER.totalsize, blob.length);
  header.setUint32(HEADER.off_dt_struct, structureOffset);
  header.setUint32(HEADER.off_dt_strings, stringsOffset);
  header.setUint32(HEADER.off_mem_rsvmap, reservationsOffset);
  header.setUint32(HEADER.version, FDT_VERSION);
  header.setUint32(HEADER.last_comp_version, FDT_LAST_COMPATIBLE_VERSION);
  header.setUint32(HEADER.boot_cpuid_phys, bootCpuId);
  header.setUint32(HEADER.size_dt_strings, stringsSize);
  header.setUint32(HEADER.size_dt_struct, structureSize);
  return blob;
}

/** Checks names, uniqueness and depth, and collects the phandles that nodes define. */
function checkNode(
  node: NodeSource,
  path: string,
  depth: number,
  maxDepth: number,
  phandles: PhandleTable,
): void {
  const where = path || '/';
  if (depth > maxDepth) {
    throw new FdtError('FDT_TOO_DEEP', `the tree is deeper than ${maxDepth} levels`, { limit: maxDepth });
  }
  if (depth === 1 && node.name !== '') {
    throw new FdtError('FDT_BAD_NAME', `the root's name must be empty, not "${node.name}"`, {
      name: node.name,
    });
  }
  for (const [name, value] of node.properties) {
    checkName(name, where, 'property');
    if (name === 'phandle') phandles.define(value, where);
  }
  const seen = new Set<string>();
  for (const child of node.children) {
    checkName(child.name, where, 'node');
    if (seen.has(child.name)) {
      throw new FdtError('FDT_DUPLICATE', `${where} has two children ${child.name}`, {
        path: where,
        name: child.name,
      });
    }
    seen.add(child.name);
    checkNode(child, `${path}/${child.name}`, depth + 1, maxDepth, phandles);
  }
}

function checkName(name: string, path: string, kind: 'node' | 'property'): void {
  const allowed =
    name.length > 0 &&
    name.length <= MAX_NAME_LENGTH &&
    Array.from({ length: name.length }, (_, index) => name.charCodeAt(index)).every(isNameCharacter);
  if (!allowed) {
    throw new FdtError('FDT_BAD_NAME', `"${name}" in ${path} is not a ${kind} name`, { path, name });
  }
}

function writeReservation(out: ByteSink, { address, size }: MemoryReservation): void {
  for (const value of [address, size]) {
    if (value < 0n || value >= 1n << 64n) {
      throw new FdtError(
        'FDT_BAD_VALUE',
        `a memory reservation's ${value} is not an unsigned 64-bit integer`,
        {
          value,
        },
      );
    }
  }
  // An all-zero entry ends the block, so it would hide the ones after it.
  if (address === 0n && size === 0n) {
    throw new FdtError('FDT_BAD_VALUE', 'a memory reservation of nothing at address 0 cannot be written', {
      value: 0n,
    });
  }
  out.u64(address);
  out.u64(size);
}

function writeNode(out: ByteSink, strings: StringTable, phandles: PhandleTable, node: NodeSource): void {
  out.u32(TOKEN.FDT_BEGIN_NODE);
  out.text(node.name);
  out.align(4);
  for (const [name, value] of node.properties) {
    const parts = partsOf(value);
    out.u32(TOKEN.FDT_PROP);
    out.u32(parts.reduce((size, part) => size + (part instanceof Phandle ? 4 : part.length), 0));
    out.u32(strings.offsetOf(name));
    for (const part of parts) {
      if (part instanceof Phandle) out.u32(phandles.numberOf(part, name));
      else out.bytes(part);
    }
    out.align(4);
  }
  for (const child of node.children) writeNode(out, strings, phandles, child);
  out.u32(TOKEN.FDT_END_NODE);
}

/** The phandles of one tree. */
class PhandleTable {
  readonly #paths = new Map<Phandle, string>();
  readonly #numbers = new Map<Phandle, number>();
  readonly #used = new Map<number, string>();

  /** Notes what the `phandle` property of the node at `path` defines. */
  define(value: PropertyValue, path: string): void {
    const parts = partsOf(value);
    const [part] = parts;
    if (part instanceof Phandle && parts.length === 1) {
      const other = this.#paths.get(part);
      if (other !== undefined) {
        throw new FdtError('FDT_BAD_PHANDLE', `${path} and ${other} both define phandle ${part.label}`, {
          path,
          name: part.label,
        });
      }
      this.#paths.set(part, path);
      if (part.fixed !== undefined) {
        this.#reserve(part.fixed, path);
        this.#numbers.set(part, part.fixed);
      }
    } else if (part instanceof Uint8Array && parts.length === 1 && part.length === 4) {
      this.#reserve(new DataView(part.buffer, part.byteOffset).getUint32(0), path);
    } else {
      throw new FdtError('FDT_BAD_PHANDLE', `the phandle property of ${path} is not one cell`, { path });
    }
  }

  #reserve(value: number, path: string): void {
    const other = this.#used.get(value);
    if (!isPhandleNumber(value) || other !== undefined) {
      const reason = other === undefined ? 'is reserved' : `is also that of ${other}`;
      throw new FdtError('FDT_BAD_PHANDLE', `the phandle ${value} of ${path} ${reason}`, { path, value });
    }
    this.#used.set(value, path);
  }

  /** Numbers the phandles that have no fixed number, lowest first. */
  assign(): void {
    let next = 1;
    for (const [phandle, path] of this.#paths) {
      if (this.#numbers.has(phandle)) continue;
      while (this.#used.has(next)) next++;
      this.#used.set(next, path);
      this.#numbers.set(phandle, next);
    }
  }

  numberOf(phandle: Phandle, property: string): number {
    const number = this.#numbers.get(phandle);
    if (number === undefined) {
      throw new FdtError('FDT_BAD_PHANDLE', `${property} refers to ${phandle.label}, which no node defines`, {
        name: phandle.label,
      });
    }
    return number;
  }
}

/** The strings block: each property name once, in order of first use. */
class StringTable {
  readonly #offsets = new Map<string, number>();
  #size = 0;

  get names(): Iterable<string> {
    return this.#offsets.keys();
  }

  offsetOf(name: string): number {
    const known = this.#offsets.get(name);
    if (known !== undefined) return known;
    const offset = this.#size;
    this.#offsets.set(name, offset);
    this.#size += name.length + 1;
    return offset;
  }
}

/** A growing big-endian byte buffer with a limit. */
class ByteSink {
  readonly #limit: number;
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Makes room for `size` more bytes and returns the offset of the first. */
  skip(size: number): number {
    const at = this.length;
    const end = at + size;
    if (end > this.#limit) {
      throw new FdtError('FDT_TOO_LARGE', `the blob is larger than ${this.#limit} bytes`, {
        limit: this.#limit,
      });
    }
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.length = end;
    return at;
  }

  align(alignment: number): void {
    this.skip(alignUp(this.length, alignment) - this.length);
  }

  u32(value: number): void {
    const at = this.skip(4);
    this.#view.setUint32(at, value);
  }

  u64(value: bigint): void {
    const at = this.skip(8);
    this.#view.setBigUint64(at, value);
  }

  bytes(value: Uint8Array): void {
    const at = this.skip(value.length);
    this.#bytes.set(value, at);
  }

  /** ASCII text with a terminating NUL. */
  text(value: string): void {
    const at = this.skip(value.length + 1);
    for (let index = 0; index < value.length; index++) this.#bytes[at + index] = value.charCodeAt(index);
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.length);
  }
}
