import {
  DEVICE,
  HOLE,
  PAGE,
  PHYSICAL,
  RAM,
  SPECIAL,
  SPECIAL_PAGES,
  type SpecialPage,
  TWIN,
  VIEW,
} from './layout.ts';

/** Tables, in pages from {@link PHYSICAL.tables}: two sets, one for each address space. */
const TABLES_PER_SPACE = 5;
export const TABLE_PAGES = 2 * TABLES_PER_SPACE;
const LEVEL = { one: 0, two: 1, kernel: 2, special: 3, user: 4 } as const;

/** @spec DDI 0487, VMSAv8-64 translation table format descriptors */
const TABLE_OR_PAGE = 3n;
const DEVICE_MEMORY = 1n << 2n;
const USER = 1n << 6n;
const READ_ONLY = 1n << 7n;
const INNER_SHAREABLE = 3n << 8n;
const ACCESSED = 1n << 10n;
const NOT_GLOBAL = 1n << 11n;
const PXN = 1n << 53n;
const UXN = 1n << 54n;
const PAGE_BITS = TABLE_OR_PAGE | INNER_SHAREABLE | ACCESSED;

const ATTRIBUTES: Readonly<Record<SpecialPage['attributes'], bigint>> = {
  kernel: PAGE_BITS,
  user: PAGE_BITS | USER,
  'read-only': PAGE_BITS | READ_ONLY | PXN | UXN,
  'user-read-only': PAGE_BITS | USER | READ_ONLY,
  device: PAGE_BITS | USER | PXN | UXN | DEVICE_MEMORY,
  'no-access-flag': TABLE_OR_PAGE | INNER_SHAREABLE | USER,
};

/** Physical address of a table of an address space. */
const table = (space: number, level: number): number =>
  PHYSICAL.tables + (space * TABLES_PER_SPACE + level) * PAGE;

/** TTBR0_EL1 of the two address spaces: they differ in ASID and in the twin page. */
export const SPACES = [0, 1].map((space) => BigInt(table(space, LEVEL.one)) | (BigInt(space + 1) << 48n)) as [
  bigint,
  bigint,
];

/** Attribute 0 is Normal Write-Back, attribute 1 Device-nGnRE. */
export const MAIR = 0x04ffn;
/** 39-bit addresses in both halves, 4 KiB granule, 16-bit ASID, 40-bit physical addresses. */
export const TCR = 25n | (25n << 16n) | (2n << 30n) | (2n << 32n) | (1n << 36n);

/** Physical address of the level-3 table of the special pages of the first address space. */
export const SPECIAL_TABLE = table(0, LEVEL.special);
/** From it to that of the second address space. */
export const SPECIAL_TABLE_DISTANCE = table(1, LEVEL.special) - SPECIAL_TABLE;

/** Descriptors that the handler puts in for the pages mapped on demand: pages 8 on of the data region. */
export const lazyDescriptor = (page: number): bigint =>
  BigInt(PHYSICAL.data + (8 + page) * PAGE) | ATTRIBUTES.user;

function target({ to }: SpecialPage): number | undefined {
  if (to === 'nothing') return undefined;
  if (to === 'hole') return HOLE;
  return to === 'device' ? DEVICE.base : PHYSICAL.data + to * PAGE;
}

/** The translation tables of both address spaces, to be placed at {@link PHYSICAL.tables}. */
export function translationTables(): Uint8Array {
  const bytes = new Uint8Array(TABLE_PAGES * PAGE);
  const view = new DataView(bytes.buffer);
  for (const space of [0, 1]) {
    const put = (level: number, index: number, descriptor: bigint): void =>
      view.setBigUint64(table(space, level) - PHYSICAL.tables + 8 * index, descriptor, true);
    put(LEVEL.one, RAM.base >>> 30, BigInt(table(space, LEVEL.two)) | TABLE_OR_PAGE);
    for (const [base, level] of [
      [VIEW.kernel, LEVEL.kernel],
      [SPECIAL, LEVEL.special],
      [VIEW.user, LEVEL.user],
    ] as const) {
      put(LEVEL.two, (base >>> 21) & 511, BigInt(table(space, level)) | TABLE_OR_PAGE);
    }
    for (let page = 0; page < RAM.pages; page++) {
      const physical = BigInt(RAM.base + page * PAGE);
      put(LEVEL.kernel, page, physical | ATTRIBUTES.kernel);
      // Handlers and tables are not for programs at EL0.
      if (RAM.base + page * PAGE >= PHYSICAL.stack - PAGE * 8)
        put(LEVEL.user, page, physical | ATTRIBUTES.user);
    }
    put(LEVEL.kernel, (DEVICE.base >>> 12) & 511, BigInt(DEVICE.base) | ATTRIBUTES.device);
    SPECIAL_PAGES.forEach((page, index) => {
      const to = target(page);
      if (to !== undefined) put(LEVEL.special, index, BigInt(to) | ATTRIBUTES[page.attributes]);
    });
    put(LEVEL.special, (TWIN.va >>> 12) & 511, BigInt(TWIN.pages[space]!) | ATTRIBUTES.kernel | NOT_GLOBAL);
  }
  return bytes;
}
