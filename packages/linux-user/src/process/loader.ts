import { PAGE_SIZE } from '@armature/core';
import { fail } from '../errno.ts';
import { type AddressSpace, USER_PAGES } from '../memory/address-space.ts';
import { PROT } from '../memory/areas.ts';
import type { PageObject } from '../memory/page-object.ts';
import type { UserMemory } from '../memory/user-memory.ts';
import { type ElfProgram, fitsAt } from './elf.ts';

/** Where programs that can move are put. */
const RELOCATED_BASE = 0xaaaa_aaaa_0000;
/** The end of the stack; the mappings begin below its largest size. */
const STACK_TOP = 0xffff_f000_0000;
export const STACK_BYTES = 8 * 2 ** 20;
const STACK_GAP = 2 ** 20;
/** A page, above the stack, with the code that signal handlers return to. */
export const TRAMPOLINE = STACK_TOP + 2 * PAGE_SIZE;

/** Where a program was put. */
export interface LoadedProgram {
  readonly entry: number;
  /** Address of the program headers in memory, 0 when no segment holds them. */
  readonly headers: number;
  readonly headerCount: number;
  readonly stackTop: number;
}

/**
 * Maps a program's segments, its heap's start and its stack into an empty address space. Pages of its file are read
 * when they are touched.
 *
 * @param trampoline frame of the code that signal handlers return to
 * @throws ENOEXEC when it does not lie where programs may, ENOMEM
 */
export function loadProgram(
  space: AddressSpace,
  memory: UserMemory,
  program: ElfProgram,
  image: PageObject,
  trampoline: PageObject,
  name: string,
): LoadedProgram {
  const base = program.relocatable ? RELOCATED_BASE : 0;
  if (!fitsAt(program, base)) fail('ENOEXEC');
  let end = 0;
  let headers = 0;
  for (const { address, offset, fileBytes, memoryBytes, rights } of program.segments) {
    const start = base + address;
    const page = Math.floor(start / PAGE_SIZE);
    const fileEnd = fileBytes === 0 ? page : Math.ceil((start + fileBytes) / PAGE_SIZE);
    const memoryEnd = Math.ceil((start + memoryBytes) / PAGE_SIZE);
    if (fileEnd > page) {
      const objectPage = Math.floor(offset / PAGE_SIZE);
      space.map({ start: page, end: fileEnd, rights, shared: false, object: image, objectPage, name });
    }
    if (memoryEnd > fileEnd) {
      space.map({
        start: fileEnd,
        end: memoryEnd,
        rights,
        shared: false,
        object: undefined,
        objectPage: 0,
        name: '',
      });
    }
    clearTail(space, memory, start + fileBytes, Math.min(start + memoryBytes, fileEnd * PAGE_SIZE), rights);
    if (program.headerOffset >= offset && program.headerOffset < offset + fileBytes) {
      headers = start + (program.headerOffset - offset);
    }
    end = memoryEnd;
  }
  space.heapStart = end * PAGE_SIZE;
  space.heapEnd = space.heapStart;
  addStack(space, program.executableStack);
  space.map({
    start: TRAMPOLINE / PAGE_SIZE,
    end: TRAMPOLINE / PAGE_SIZE + 1,
    rights: PROT.read | PROT.execute,
    shared: false,
    object: trampoline,
    objectPage: 0,
    name: '[sigreturn]',
  });
  return { entry: base + program.entry, headers, headerCount: program.headerCount, stackTop: STACK_TOP };
}

function addStack(space: AddressSpace, executable: boolean): void {
  const end = STACK_TOP / PAGE_SIZE;
  const start = end - STACK_BYTES / PAGE_SIZE;
  const rights = PROT.read | PROT.write | (executable ? PROT.execute : 0);
  space.map({ start, end, rights, shared: false, object: undefined, objectPage: 0, name: '[stack]' });
  space.mappingTop = start - STACK_GAP / PAGE_SIZE;
}

/** The rest of the last page of a segment's file is zero when the segment says that memory follows. */
function clearTail(space: AddressSpace, memory: UserMemory, from: number, to: number, rights: number): void {
  if (to <= from || from % PAGE_SIZE === 0) return;
  const page = Math.floor(from / PAGE_SIZE);
  if (rights & PROT.write) {
    memory.clear(from, to - from);
    return;
  }
  space.protect(page, page + 1, rights | PROT.write);
  try {
    memory.clear(from, to - from);
  } finally {
    space.protect(page, page + 1, rights);
  }
}

/** Keys of the auxiliary vector. @spec Linux, include/uapi/linux/auxvec.h */
const AT = {
  NULL: 0,
  PHDR: 3,
  PHENT: 4,
  PHNUM: 5,
  PAGESZ: 6,
  BASE: 7,
  FLAGS: 8,
  ENTRY: 9,
  UID: 11,
  EUID: 12,
  GID: 13,
  EGID: 14,
  PLATFORM: 15,
  HWCAP: 16,
  CLKTCK: 17,
  SECURE: 23,
  RANDOM: 25,
  HWCAP2: 26,
  EXECFN: 31,
  MINSIGSTKSZ: 51,
} as const;

const PROGRAM_HEADER_BYTES = 56;
const CLOCK_TICKS = 100;
/** What arguments and environment may take: a quarter of the stack. */
const MOST_ARGUMENT_BYTES = STACK_BYTES / 4;
/** A signal frame, with room to spare. */
const MINIMUM_SIGNAL_STACK = 5120;

export interface StackContents {
  readonly arguments: readonly Uint8Array[];
  readonly environment: readonly Uint8Array[];
  /** What the program was started as: AT_EXECFN. */
  readonly path: Uint8Array;
  readonly program: LoadedProgram;
  readonly hwcap: readonly [bigint, bigint];
  /** 16 bytes. */
  readonly random: Uint8Array;
  readonly identity: { readonly uid: number; readonly gid: number };
}

/**
 * Writes what a program finds on its stack: argc, argv, envp, the auxiliary vector, and what they point to.
 *
 * @returns the stack pointer to start with
 * @throws E2BIG
 */
export function writeStack(memory: UserMemory, contents: StackContents): number {
  const { program } = contents;
  let cursor = program.stackTop - 16;
  const push = (bytes: Uint8Array, zero: boolean): number => {
    cursor -= bytes.length + (zero ? 1 : 0);
    if (program.stackTop - cursor > MOST_ARGUMENT_BYTES) fail('E2BIG');
    memory.write(cursor, bytes);
    return cursor;
  };
  const path = push(contents.path, true);
  const environment = contents.environment.map((text) => push(text, true));
  const argv = contents.arguments.map((text) => push(text, true));
  const platform = push(new TextEncoder().encode('aarch64'), true);
  const random = push(contents.random, false);
  const { uid, gid } = contents.identity;
  const auxiliary: [number, number | bigint][] = [
    [AT.HWCAP, contents.hwcap[0]],
    [AT.PAGESZ, PAGE_SIZE],
    [AT.CLKTCK, CLOCK_TICKS],
    [AT.PHDR, program.headers],
    [AT.PHENT, PROGRAM_HEADER_BYTES],
    [AT.PHNUM, program.headerCount],
    [AT.BASE, 0],
    [AT.FLAGS, 0],
    [AT.ENTRY, program.entry],
    [AT.UID, uid],
    [AT.EUID, uid],
    [AT.GID, gid],
    [AT.EGID, gid],
    [AT.SECURE, 0],
    [AT.RANDOM, random],
    [AT.HWCAP2, contents.hwcap[1]],
    [AT.EXECFN, path],
    [AT.PLATFORM, platform],
    [AT.MINSIGSTKSZ, MINIMUM_SIGNAL_STACK],
    [AT.NULL, 0],
  ];
  const words: bigint[] = [
    BigInt(argv.length),
    ...argv.map(BigInt),
    0n,
    ...environment.map(BigInt),
    0n,
    ...auxiliary.flatMap(([key, value]) => [BigInt(key), BigInt(value)]),
  ];
  const sp = Math.floor((cursor - 8 * words.length) / 16) * 16;
  if (program.stackTop - sp > MOST_ARGUMENT_BYTES) fail('E2BIG');
  memory.write(sp, new Uint8Array(BigUint64Array.from(words).buffer));
  return sp;
}

/** The highest page a program's heap may reach. */
export const HEAP_LIMIT = USER_PAGES * PAGE_SIZE;
