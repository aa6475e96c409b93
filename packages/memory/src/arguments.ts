/** Checks of what callers pass in, from typed code or not. Each gives the value in its internal form or a failure. */
import { formatAddress, type MappingAttributes, PAGE_SIZE } from '@armature/core';
import { type MemoryFailure, refuse } from './results.ts';

/** Bits of a virtual address that translation looks at. */
const VA_BITS = 48n;
const PHYSICAL_LIMIT = 2 ** 48;
const HALF_PAGES = 2 ** 36;
/** Page number of the first page of the upper half. */
const HIGH_START = 2 ** 52 - HALF_PAGES;

/** Virtual pages, as numbers: addresses of 64 bits divided by the page size fit 2^52 exactly. */
export interface PageRange {
  readonly page: number;
  readonly pages: number;
}

export const addressOfPage = (page: number): bigint => BigInt(page) << 12n;

export function isHigh(page: number): boolean {
  return page >= HIGH_START;
}

/** A count of pages or bytes: a whole number above zero. */
export function checkCount(value: unknown, unit: 'pages' | 'bytes'): MemoryFailure | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return undefined;
  return refuse('INVALID_SIZE', `${String(value)} is not a number of ${unit} above zero`);
}

/** The address as 64 unsigned bits, or a failure. */
export function checkVirtualAddress(value: unknown): bigint | MemoryFailure {
  const address =
    typeof value === 'bigint' ? value : Number.isSafeInteger(value) ? BigInt(value as number) : undefined;
  if (address === undefined || address < 0n || address >= 1n << 64n) {
    return refuse('INVALID_ADDRESS', `${String(value)} is not a virtual address`);
  }
  const upper = address >> VA_BITS;
  if (upper !== 0n && upper !== 0xffffn) {
    return refuse('INVALID_ADDRESS', `${formatAddress(address)} is in neither half of the address space`);
  }
  return address;
}

/** Whole virtual pages within one half of the address space. */
export function checkPageRange(va: unknown, pages: unknown): PageRange | MemoryFailure {
  const address = checkVirtualAddress(va);
  if (typeof address === 'object') return address;
  const refused = checkCount(pages, 'pages');
  if (refused) return refused;
  if (address % BigInt(PAGE_SIZE) !== 0n) {
    return refuse('INVALID_ADDRESS', `${formatAddress(address)} is not the start of a page`);
  }
  const page = Number(address >> 12n);
  const end = isHigh(page) ? 2 ** 52 : HALF_PAGES;
  if (page + (pages as number) > end) {
    return refuse(
      'INVALID_ADDRESS',
      `${String(pages)} pages from ${formatAddress(address)} pass the end of the address space`,
    );
  }
  return { page, pages: pages as number };
}

/** A page-aligned physical address with room for `pages` below 2^48. */
export function checkPhysicalRange(pa: unknown, pages: number): number | MemoryFailure {
  const address = typeof pa === 'bigint' && pa >= 0n && pa < PHYSICAL_LIMIT ? Number(pa) : pa;
  if (typeof address !== 'number' || !Number.isSafeInteger(address) || address < 0) {
    return refuse('INVALID_ADDRESS', `${String(pa)} is not a physical address`);
  }
  if (address % PAGE_SIZE !== 0) {
    return refuse('INVALID_ADDRESS', `${formatAddress(address)} is not the start of a page`);
  }
  if (address + pages * PAGE_SIZE > PHYSICAL_LIMIT) {
    return refuse('INVALID_ADDRESS', `${pages} pages from ${formatAddress(address)} pass 48 bits`);
  }
  return address;
}

/** Rights that this manager gives: never writable and executable together. */
export function checkAttributes(value: unknown): MappingAttributes | MemoryFailure {
  const attributes = value as Partial<Record<keyof MappingAttributes, unknown>> | null | undefined;
  const required = [attributes?.write, attributes?.execute, attributes?.user];
  const optional = [attributes?.device ?? false, attributes?.global ?? false];
  if (![...required, ...optional].every((flag) => typeof flag === 'boolean')) {
    return refuse('INVALID_ATTRIBUTES', 'attributes are the booleans write, execute and user');
  }
  if (attributes!.execute && (attributes!.write || attributes!.device)) {
    const other = attributes!.write ? 'writable' : 'device memory';
    return refuse('INVALID_ATTRIBUTES', `a mapping is not executable and ${other}`);
  }
  return { ...(attributes as unknown as MappingAttributes) };
}
