/**
 * ELF64 for AArch64, little-endian.
 *
 * @spec Tool Interface Standard, Executable and Linking Format; ELF for the Arm 64-bit Architecture (AAELF64)
 */
import { ArmatureError, formatAddress } from '@armature/core';

const EM_AARCH64 = 183;
const MACHINE_NAMES: Readonly<Record<number, string>> = {
  2: 'SPARC',
  3: 'x86 (32-bit)',
  8: 'MIPS',
  20: 'PowerPC',
  21: 'PowerPC64',
  22: 'S/390',
  40: 'Arm (32-bit)',
  62: 'x86-64',
  243: 'RISC-V',
  247: 'eBPF',
  258: 'LoongArch',
};

const TYPE_NAMES = ['none', 'relocatable', 'executable', 'shared object', 'core'] as const;
export type ElfType = (typeof TYPE_NAMES)[number];

const PT_LOAD = 1;
const PT_INTERP = 3;
const SHT_PROGBITS = 1;
const SHT_SYMTAB = 2;
const SHF_EXECINSTR = 4;
const HEADER_SIZE = 64;
const PROGRAM_HEADER_SIZE = 56;
const SECTION_HEADER_SIZE = 64;
const SYMBOL_SIZE = 24;

/** A PT_LOAD program header. */
export interface ElfSegment {
  /** p_vaddr. */
  readonly virtualAddress: bigint;
  /** p_paddr: where it is loaded. */
  readonly physicalAddress: bigint;
  /** p_offset, bytes. */
  readonly offset: number;
  /** p_filesz, bytes. */
  readonly fileSize: number;
  /** p_memsz, bytes; what the file does not fill is zero. */
  readonly memorySize: number;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly executable: boolean;
}

export interface ElfSymbol {
  readonly name: string;
  readonly value: bigint;
  readonly size: number;
  readonly type: 'function' | 'object' | 'section' | 'file' | 'none' | 'other';
  readonly binding: 'local' | 'global' | 'weak' | 'other';
}

/** A section that holds code. */
export interface ElfCode {
  readonly name: string;
  /** sh_addr. */
  readonly address: bigint;
  /** sh_offset, bytes. */
  readonly offset: number;
  readonly size: number;
}

export interface ElfImage {
  readonly type: ElfType;
  /** e_entry, a virtual address. */
  readonly entry: bigint;
  readonly segments: readonly ElfSegment[];
  /** It names a program interpreter: a program of an operating system. */
  readonly interpreted: boolean;
}

function invalid(message: string, context: Record<string, unknown> = {}): never {
  throw new ArmatureError('IMAGE_INVALID', `the ELF file is damaged: ${message}`, {
    context,
    hint: 'Check the file with readelf -a, or copy it again.',
  });
}

function wrongMachine(message: string, context: Record<string, unknown>): never {
  throw new ArmatureError('IMAGE_WRONG_MACHINE', message, {
    context,
    hint: 'Build it for AArch64 little-endian, as aarch64-linux-gnu-gcc does.',
  });
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A 64-bit file offset or size; what no file can hold is clamped, and so refused by every bounds check. */
function extent(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
}

function checkIdentification(bytes: Uint8Array): DataView {
  if (bytes.length < 20) invalid(`${bytes.length} bytes do not hold a header`);
  const elfClass = bytes[4];
  const encoding = bytes[5];
  const view = viewOf(bytes);
  const machine = view.getUint16(18, encoding !== 2);
  const name = MACHINE_NAMES[machine] ?? `machine ${machine}`;
  if (machine !== EM_AARCH64) {
    wrongMachine(`the ELF file is for ${name}, this machine runs AArch64`, { machine });
  }
  if (encoding !== 1) {
    if (encoding !== 2) invalid(`data encoding ${encoding}`, { encoding });
    wrongMachine('the ELF file is big-endian, this machine is little-endian', { encoding });
  }
  if (elfClass !== 2) {
    if (elfClass !== 1) invalid(`class ${elfClass}`, { elfClass });
    wrongMachine('the ELF file is of 32-bit class (ILP32), this machine loads 64-bit ones', { elfClass });
  }
  if (bytes.length < HEADER_SIZE) invalid(`${bytes.length} bytes do not hold a header`);
  return view;
}

/**
 * Reads the headers of an ELF file.
 *
 * @throws IMAGE_WRONG_MACHINE for another machine, class or byte order; IMAGE_INVALID when it is damaged
 */
export function parseElf(bytes: Uint8Array): ElfImage {
  const view = checkIdentification(bytes);
  const type = TYPE_NAMES[view.getUint16(16, true)];
  if (type === undefined) invalid(`type ${view.getUint16(16, true)}`);
  const tableOffset = extent(view, 32);
  const entrySize = view.getUint16(54, true);
  const count = view.getUint16(56, true);
  if (count > 0 && entrySize < PROGRAM_HEADER_SIZE) invalid(`program headers of ${entrySize} bytes`);
  if (tableOffset + count * entrySize > bytes.length) {
    invalid(`the program headers at ${tableOffset} end after the file`, { tableOffset, count });
  }
  const segments: ElfSegment[] = [];
  let interpreted = false;
  for (let index = 0; index < count; index++) {
    const at = tableOffset + index * entrySize;
    const kind = view.getUint32(at, true);
    if (kind === PT_INTERP) interpreted = true;
    if (kind === PT_LOAD) {
      const segment = readSegment(view, at, index, bytes.length);
      if (segment.memorySize > 0) segments.push(segment);
    }
  }
  return { type, entry: view.getBigUint64(24, true), segments, interpreted };
}

function readSegment(view: DataView, at: number, index: number, fileLength: number): ElfSegment {
  const flags = view.getUint32(at + 4, true);
  const segment: ElfSegment = {
    virtualAddress: view.getBigUint64(at + 16, true),
    physicalAddress: view.getBigUint64(at + 24, true),
    offset: extent(view, at + 8),
    fileSize: extent(view, at + 32),
    memorySize: extent(view, at + 40),
    readable: (flags & 4) !== 0,
    writable: (flags & 2) !== 0,
    executable: (flags & 1) !== 0,
  };
  const where = `segment ${index} at ${formatAddress(segment.physicalAddress)}`;
  if (segment.offset + segment.fileSize > fileLength) {
    invalid(
      `${where} takes bytes ${segment.offset} to ${segment.offset + segment.fileSize} of ${fileLength}`,
      {
        segment: index,
        offset: segment.offset,
        fileSize: segment.fileSize,
      },
    );
  }
  if (segment.fileSize > segment.memorySize) {
    invalid(`${where} has ${segment.fileSize} bytes in the file and ${segment.memorySize} in memory`, {
      segment: index,
    });
  }
  return segment;
}

/** Physical address of the entry point: segments may be linked at other addresses than they are loaded at. */
export function elfPhysicalEntry({ entry, segments }: ElfImage): bigint | undefined {
  for (const { virtualAddress, physicalAddress, memorySize } of segments) {
    if (entry >= virtualAddress && entry < virtualAddress + BigInt(memorySize)) {
      return entry - virtualAddress + physicalAddress;
    }
  }
  return undefined;
}

/** A section header. */
interface Section {
  readonly nameOffset: number;
  readonly type: number;
  readonly flags: number;
  readonly address: bigint;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

function readSections(bytes: Uint8Array, view: DataView): Section[] {
  const tableOffset = extent(view, 40);
  const entrySize = view.getUint16(58, true);
  const count = view.getUint16(60, true);
  if (count === 0) return [];
  if (entrySize < SECTION_HEADER_SIZE || tableOffset + count * entrySize > bytes.length) {
    invalid(`the section headers at ${tableOffset} end after the file`, { tableOffset, count });
  }
  return Array.from({ length: count }, (_, index): Section => {
    const at = tableOffset + index * entrySize;
    return {
      nameOffset: view.getUint32(at, true),
      type: view.getUint32(at + 4, true),
      flags: view.getUint32(at + 8, true),
      address: view.getBigUint64(at + 16, true),
      offset: extent(view, at + 24),
      size: extent(view, at + 32),
      link: view.getUint32(at + 40, true),
    };
  });
}

function sectionBytes(bytes: Uint8Array, { offset, size }: Section): Uint8Array {
  if (offset + size > bytes.length) invalid(`the section at ${offset} ends after the file`, { offset });
  return bytes.subarray(offset, offset + size);
}

function stringAt(strings: Uint8Array, offset: number): string {
  const end = strings.indexOf(0, offset);
  return new TextDecoder().decode(strings.subarray(offset, end < 0 ? strings.length : end));
}

/**
 * The sections that hold code, by address; none in a file without section headers.
 *
 * @throws IMAGE_WRONG_MACHINE, IMAGE_INVALID
 */
export function elfCode(bytes: Uint8Array): ElfCode[] {
  const view = checkIdentification(bytes);
  const sections = readSections(bytes, view);
  const names = sections[view.getUint16(62, true)];
  const strings = names === undefined ? new Uint8Array(0) : sectionBytes(bytes, names);
  return sections
    .filter(({ flags, size, type }) => type === SHT_PROGBITS && (flags & SHF_EXECINSTR) !== 0 && size > 0)
    .map((section) => {
      sectionBytes(bytes, section);
      const { address, nameOffset, offset, size } = section;
      return { name: stringAt(strings, nameOffset), address, offset, size };
    })
    .sort((a, b) => (a.address < b.address ? -1 : 1));
}

const SYMBOL_TYPES = ['none', 'object', 'function', 'section', 'file'] as const;
const SYMBOL_BINDINGS = ['local', 'global', 'weak'] as const;

/**
 * The named symbols of an ELF file, in the order of its symbol table; none when it was stripped.
 *
 * @throws IMAGE_WRONG_MACHINE, IMAGE_INVALID
 */
export function elfSymbols(bytes: Uint8Array): ElfSymbol[] {
  const view = checkIdentification(bytes);
  const sections = readSections(bytes, view);
  const table = sections.find(({ type }) => type === SHT_SYMTAB);
  if (table === undefined) return [];
  const strings = sections[table.link];
  if (strings === undefined) invalid(`its symbols name section ${table.link} of ${sections.length}`);
  sectionBytes(bytes, table);
  return readSymbols(view, table, sectionBytes(bytes, strings));
}

function readSymbols(
  view: DataView,
  table: { offset: number; size: number },
  strings: Uint8Array,
): ElfSymbol[] {
  const symbols: ElfSymbol[] = [];
  for (let at = table.offset; at + SYMBOL_SIZE <= table.offset + table.size; at += SYMBOL_SIZE) {
    const nameOffset = view.getUint32(at, true);
    if (nameOffset === 0 || nameOffset >= strings.length) continue;
    const info = view.getUint8(at + 4);
    symbols.push({
      name: stringAt(strings, nameOffset),
      value: view.getBigUint64(at + 8, true),
      size: extent(view, at + 16),
      type: SYMBOL_TYPES[info & 15] ?? 'other',
      binding: SYMBOL_BINDINGS[info >> 4] ?? 'other',
    });
  }
  return symbols;
}
