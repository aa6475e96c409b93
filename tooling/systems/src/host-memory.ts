/** What the host's memory manager says about this process. Only on Linux hosts. */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { PAGE_SIZE } from '@armature/core';

/** Bit 63 of an entry: the page is present. @spec Linux, Documentation/admin-guide/mm/pagemap.rst */
const PRESENT_BYTE = 7;
const PRESENT = 0x80;
const ENTRY = 8;

/** Bytes of the host's memory that the process has. @spec proc(5), /proc/pid/statm */
export function residentBytes(): number {
  return Number(readFileSync('/proc/self/statm', 'latin1').split(' ')[1]) * PAGE_SIZE;
}

/**
 * Pages of a WebAssembly memory that the host backs, one byte each: 1 where there is one.
 *
 * @throws Error when there is no mapping of its size, or several
 */
export function residentPages(memory: WebAssembly.Memory): Uint8Array {
  const size = memory.buffer.byteLength;
  const mappings = readFileSync('/proc/self/maps', 'latin1')
    .split('\n')
    .map((line) => /^([0-9a-f]+)-([0-9a-f]+) rw-p /.exec(line))
    .filter((match) => match !== null)
    .map(([, start, end]) => ({ start: Number.parseInt(start, 16), end: Number.parseInt(end, 16) }))
    .filter(({ start, end }) => end - start === size);
  if (mappings.length !== 1) throw new Error(`${mappings.length} mappings of ${size} bytes`);
  const pages = size / PAGE_SIZE;
  const entries = Buffer.alloc(pages * ENTRY);
  const file = openSync('/proc/self/pagemap', 'r');
  try {
    const from = (mappings[0].start / PAGE_SIZE) * ENTRY;
    for (let at = 0; at < entries.length; ) {
      const read = readSync(file, entries, at, entries.length - at, from + at);
      if (read === 0) throw new Error('the page map ends early');
      at += read;
    }
  } finally {
    closeSync(file);
  }
  return Uint8Array.from({ length: pages }, (_, page) =>
    (entries[page * ENTRY + PRESENT_BYTE] & PRESENT) === 0 ? 0 : 1,
  );
}

/** How many of some pages are resident. @param from,to bytes from the start of the memory */
export function countPages(pages: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let page = from / PAGE_SIZE; page < to / PAGE_SIZE; page++) count += pages[page];
  return count;
}
