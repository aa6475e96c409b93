/**
 * Where everything is while a case runs, and the form of cases and results. The harness that runs under QEMU and
 * the driver of our own engine use the same addresses, the same translation tables and the same records.
 */

/** Physical addresses. RAM begins at 0x4000_0000, as on QEMU's `virt`. */
export const PHYSICAL = {
  ram: 0x4000_0000,
  harness: 0x4010_0000,
  tables: 0x4020_0000,
  window: 0x4040_0000,
  /** A copy of the window, from which changed bytes are restored. */
  pristine: 0x4060_0000,
  cases: 0x4400_0000,
  results: 0x4800_0000,
} as const;

/** Added to a physical address it gives the address at which the harness reaches it, at EL1 only. */
export const HIGH = 0xffff_0000_0000_0000n;

/** First virtual address of the window: all of the low half that is mapped. */
export const WINDOW = 0x12_3460_0000;
export const PAGE_SIZE = 4096;

export type PageKind =
  /** Executable and readable at EL1 and EL0. */
  | 'code'
  /** Readable and writable at EL1 and EL0, never executable. */
  | 'data'
  | 'read-only'
  /** Readable and writable at EL1 only. */
  | 'privileged'
  /** As data, but the access flag is clear. */
  | 'not-accessed'
  | 'unmapped';

const repeat = (count: number, kind: PageKind): PageKind[] => new Array<PageKind>(count).fill(kind);

/** The window, page by page. Each kind borders on an unmapped page and on another kind. */
export const WINDOW_PAGES: readonly PageKind[] = [
  ...repeat(16, 'code'),
  'unmapped',
  'data',
  'data',
  'unmapped',
  'privileged',
  'data',
  'read-only',
  'unmapped',
  'not-accessed',
  'unmapped',
];

export const CODE_PAGES = WINDOW_PAGES.filter((kind) => kind === 'code').length;
export const WINDOW_SIZE = WINDOW_PAGES.length * PAGE_SIZE;

/** Bytes of the window that stores can change: looked through after a case that may store. */
export const WRITABLE_FROM = WINDOW_PAGES.indexOf('data') * PAGE_SIZE;
export const WRITABLE_TO = (WINDOW_PAGES.lastIndexOf('data') + 1) * PAGE_SIZE;

/** `BRK #0`: fills the code pages, and ends a case. */
export const BRK = 0xd420_0000;

/** Words at a case's first address: those given, then BRK. */
export const CASE_WORDS = 4;

/** A case, in 32-bit words. 64-bit values are low half first. */
export const CASE = {
  words: 0,
  /** Address of the first word. */
  pc: 4,
  spEl0: 6,
  spEl1: 8,
  /** SPSR_ELx form of PSTATE with NZCV. */
  pstate: 10,
  /** 1 when the writable pages are to be looked through. */
  mayStore: 12,
  tpidrEl0: 14,
  /** X0 to X30. */
  x: 16,
  size: 80,
} as const;

/** What became of a case, in 32-bit words. */
export const RESULT = {
  /** Exception vector taken, 0 to 15. */
  vector: 0,
  changeCount: 1,
  x: 2,
  spEl0: 64,
  spEl1: 66,
  spsr: 68,
  elr: 70,
  esr: 72,
  far: 74,
  tpidrEl0: 76,
  /** Changed 16-byte granules: offset in the window (two words), then four words of content. */
  changes: 78,
  changeSize: 6,
  maxChanges: 8,
  size: 128,
} as const;

/** First bytes of a case file: count, SCTLR_EL1, length of the name of the result file, the name. */
export const HEADER = { count: 0, sctlr: 8, nameLength: 16, name: 24, size: 512 } as const;

/** Settings of SCTLR_EL1. @spec DDI 0487, SCTLR_EL1 */
const SCTLR = {
  RES1: 0x3080_0800 | (1 << 28) | (1 << 29) | (1 << 20),
  M: 1 << 0,
  A: 1 << 1,
  C: 1 << 2,
  SA: 1 << 3,
  SA0: 1 << 4,
  UMA: 1 << 9,
  I: 1 << 12,
  DZE: 1 << 14,
  UCT: 1 << 15,
  nTWI: 1 << 16,
  nTWE: 1 << 18,
  UCI: 1 << 26,
} as const;

const enabled = SCTLR.RES1 | SCTLR.M | SCTLR.C | SCTLR.I;

const usual =
  enabled | SCTLR.SA | SCTLR.SA0 | SCTLR.UMA | SCTLR.DZE | SCTLR.UCT | SCTLR.nTWI | SCTLR.nTWE | SCTLR.UCI;

/** Settings of SCTLR_EL1 under which cases run; each case file has one. */
export const CONFIGURATIONS = {
  /** What an operating system uses: EL0 may do what can be allowed to it, SP must be aligned. */
  usual,
  /** Alignment checked for data, not for SP; EL0 traps whatever can be trapped. */
  strict: enabled | SCTLR.A,
  /** As usual, but on a CPU with all features. */
  max: usual,
} as const;

export type Configuration = keyof typeof CONFIGURATIONS;

/** The CPU of a configuration, on QEMU and on ours. */
export const cpuOf = (configuration: Configuration): 'cortex-a72' | 'max' =>
  configuration === 'max' ? 'max' : 'cortex-a72';

/** Control registers under which cases run. 48-bit addresses in both halves, 4 KiB granule, no tag bytes. */
export const CONTROL = {
  MAIR_EL1: 0xffn,
  TCR_EL1:
    16n |
    (16n << 16n) | // T0SZ, T1SZ
    (2n << 30n) | // TG1: 4 KiB
    (0b01n << 8n) |
    (0b01n << 10n) |
    (0b11n << 12n) | // walks of the low half: write-back, inner shareable
    (0b01n << 24n) |
    (0b01n << 26n) |
    (0b11n << 28n) |
    (0b010n << 32n), // IPS: 40 bits
} as const;
