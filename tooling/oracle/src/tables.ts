import {
  BRK,
  HIGH,
  PAGE_SIZE,
  type PageKind,
  PHYSICAL,
  WINDOW,
  WINDOW_PAGES,
  WINDOW_SIZE,
} from './layout.ts';
import { Random } from './random.ts';

/** Offsets of the tables from {@link PHYSICAL.tables}. */
const TABLE = {
  /** Low half while the MMU is turned on: the first GiB of RAM where it is. */
  boot0: 0x0000,
  boot1: 0x1000,
  /** Low half while cases run. */
  low0: 0x2000,
  low1: 0x3000,
  low2: 0x4000,
  low3: 0x5000,
  /** High half: the first GiB of RAM at {@link HIGH}, for EL1. */
  high0: 0x6000,
  high1: 0x7000,
  size: 0x8000,
} as const;

export const ROOT = {
  boot: PHYSICAL.tables + TABLE.boot0,
  low: PHYSICAL.tables + TABLE.low0,
  high: PHYSICAL.tables + TABLE.high0,
} as const;

/** Descriptor bits. @spec DDI 0487, VMSAv8-64 translation table format descriptors */
const TABLE_OR_PAGE = 3n;
const BLOCK = 1n;
const USER = 1n << 6n;
const READ_ONLY = 1n << 7n;
const INNER_SHAREABLE = 3n << 8n;
const ACCESSED = 1n << 10n;
const PXN = 1n << 53n;
const UXN = 1n << 54n;

const PAGE_BITS: Readonly<Record<PageKind, bigint | undefined>> = {
  code: ACCESSED | USER | READ_ONLY,
  data: ACCESSED | USER | PXN | UXN,
  'read-only': ACCESSED | USER | READ_ONLY | PXN | UXN,
  privileged: ACCESSED | PXN | UXN,
  'not-accessed': USER | PXN | UXN,
  unmapped: undefined,
};

/** The translation tables, to be placed at {@link PHYSICAL.tables}. */
export function translationTables(): Uint8Array {
  const bytes = new Uint8Array(TABLE.size);
  const view = new DataView(bytes.buffer);
  const put = (table: number, index: number, descriptor: bigint): void =>
    view.setBigUint64(table + 8 * index, descriptor, true);
  const link = (table: number, index: number, next: number): void =>
    put(table, index, BigInt(PHYSICAL.tables + next) | TABLE_OR_PAGE);
  const index = (address: number, level: number): number => Math.floor(address / 2 ** (39 - 9 * level)) % 512;

  const firstGigabyte = BigInt(PHYSICAL.ram) | BLOCK | ACCESSED | INNER_SHAREABLE | UXN;
  for (const [level0, level1] of [
    [TABLE.boot0, TABLE.boot1],
    [TABLE.high0, TABLE.high1],
  ] as const) {
    link(level0, index(PHYSICAL.ram, 0), level1);
    put(level1, index(PHYSICAL.ram, 1), firstGigabyte);
  }

  link(TABLE.low0, index(WINDOW, 0), TABLE.low1);
  link(TABLE.low1, index(WINDOW, 1), TABLE.low2);
  link(TABLE.low2, index(WINDOW, 2), TABLE.low3);
  WINDOW_PAGES.forEach((kind, page) => {
    const bits = PAGE_BITS[kind];
    if (bits === undefined) return;
    const physical = BigInt(PHYSICAL.window + page * PAGE_SIZE);
    put(TABLE.low3, index(WINDOW + page * PAGE_SIZE, 3), physical | bits | INNER_SHAREABLE | TABLE_OR_PAGE);
  });
  return bytes;
}

/** What the window holds before each case: BRK in code pages, random bytes elsewhere. */
export function windowContent(): Uint8Array {
  const words = new Uint32Array(WINDOW_SIZE / 4);
  const random = new Random(0x0c0ffee);
  for (let word = 0; word < words.length; word++) {
    const kind = WINDOW_PAGES[Math.floor((4 * word) / PAGE_SIZE)];
    words[word] = kind === 'code' ? BRK : random.next();
  }
  return new Uint8Array(words.buffer);
}

/** Address at which EL1 reaches a physical address while cases run. */
export const high = (physical: number): bigint => HIGH + BigInt(physical);
