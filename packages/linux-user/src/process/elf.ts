/**
 * ELF programs, read with suspicion: every count, offset and size in a header is a program's claim.
 *
 * @spec Tool Interface Standard, Executable and Linking Format; ELF for the Arm 64-bit Architecture (AAELF64)
 */
import { PAGE_SIZE } from '@armature/core';
import { fail } from '../errno.ts';
import { LOWEST_PAGE, USER_PAGES } from '../memory/address-space.ts';
import { PROT } from '../memory/areas.ts';

const EM_AARCH64 = 183;
const ET_EXEC = 2;
const ET_DYN = 3;
const PT_LOAD = 1;
const PT_INTERP = 3;
const PT_GNU_STACK = 0x6474_e551;
const HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
const MOST_PROGRAM_HEADERS = 512;
const PF = { execute: 1, write: 2, read: 4 } as const;

/** A PT_LOAD, in pages. */
export interface LoadSegment {
  readonly address: number;
  readonly offset: number;
  readonly fileBytes: number;
  readonly memoryBytes: number;
  readonly rights: number;
}

export interface ElfProgram {
  /** Moves as a whole: a static position-independent executable. */
  readonly relocatable: boolean;
  readonly entry: number;
  readonly segments: readonly LoadSegment[];
  /** File offset, size and number of the program headers, for the auxiliary vector. */
  readonly headerOffset: number;
  readonly headerCount: number;
  readonly executableStack: boolean;
}

/** True for the first bytes of an ELF file. */
export function isElf(bytes: Uint8Array): boolean {
  return (
    bytes.length >= 4 && bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46
  );
}

/**
 * Reads a program's headers.
 *
 * @throws ENOEXEC for what is no 64-bit AArch64 program, ELIBBAD for one that needs a dynamic linker
 */
export function parseProgram(bytes: Uint8Array): ElfProgram {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES || !isElf(bytes)) fail('ENOEXEC');
  const type = view.getUint16(16, true);
  const isProgram = type === ET_EXEC || type === ET_DYN;
  if (bytes[4] !== 2 || bytes[5] !== 1 || view.getUint16(18, true) !== EM_AARCH64 || !isProgram)
    fail('ENOEXEC');
  const headerOffset = field(view, 32);
  const headerCount = view.getUint16(56, true);
  if (view.getUint16(54, true) !== PROGRAM_HEADER_BYTES) fail('ENOEXEC');
  if (headerCount === 0 || headerCount > MOST_PROGRAM_HEADERS) fail('ENOEXEC');
  if (headerOffset + headerCount * PROGRAM_HEADER_BYTES > bytes.length) fail('ENOEXEC');
  const segments: LoadSegment[] = [];
  let executableStack = false;
  for (let index = 0; index < headerCount; index++) {
    const at = headerOffset + index * PROGRAM_HEADER_BYTES;
    const kind = view.getUint32(at, true);
    const flags = view.getUint32(at + 4, true);
    if (kind === PT_INTERP) fail('ELIBBAD');
    if (kind === PT_GNU_STACK) executableStack = (flags & PF.execute) !== 0;
    if (kind === PT_LOAD) {
      const segment = readSegment(view, at, flags, bytes.length);
      if (segment !== undefined) segments.push(segment);
    }
  }
  checkSegments(segments);
  return {
    relocatable: type === ET_DYN,
    entry: field(view, 24),
    segments,
    headerOffset,
    headerCount,
    executableStack,
  };
}

function readSegment(view: DataView, at: number, flags: number, length: number): LoadSegment | undefined {
  const offset = field(view, at + 8);
  const address = field(view, at + 16);
  const fileBytes = field(view, at + 32);
  const memoryBytes = field(view, at + 40);
  if (memoryBytes === 0) return undefined;
  if (fileBytes > memoryBytes || offset + fileBytes > length) fail('ENOEXEC');
  if (address % PAGE_SIZE !== offset % PAGE_SIZE) fail('ENOEXEC');
  if (address + memoryBytes > USER_PAGES * PAGE_SIZE) fail('ENOEXEC');
  const rights =
    (flags & PF.read ? PROT.read : 0) |
    (flags & PF.write ? PROT.write : 0) |
    (flags & PF.execute ? PROT.execute : 0);
  return { address, offset, fileBytes, memoryBytes, rights };
}

/** Segments are in order and share no page; neither is required of a file that was linked in haste, both of ours. */
function checkSegments(segments: readonly LoadSegment[]): void {
  if (segments.length === 0) fail('ENOEXEC');
  let end = 0;
  for (const { address, memoryBytes } of segments) {
    const first = Math.floor(address / PAGE_SIZE);
    if (first < end) fail('ENOEXEC');
    end = Math.ceil((address + memoryBytes) / PAGE_SIZE);
  }
}

/** True when a program lies where programs may. */
export function fitsAt(program: ElfProgram, base: number): boolean {
  const first = program.segments[0];
  const last = program.segments[program.segments.length - 1];
  const end = base + last.address + last.memoryBytes;
  return Math.floor((base + first.address) / PAGE_SIZE) >= LOWEST_PAGE && end < USER_PAGES * PAGE_SIZE;
}

/** A 64-bit field; what no file or address space holds becomes enormous, and is refused by every check. */
function field(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}
