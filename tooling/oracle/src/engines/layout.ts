/*
 * Addresses of the machines on which engines are compared.
 *
 * Physical: 1 MiB of RAM, and a device. Virtual: 39-bit addresses, one level-1 table for both halves. The
 * kernel's view has RAM at its own addresses, so that programs run on when the MMU is switched off; beside it there
 * are the user's view of the same pages, and pages of every other kind.
 */

export const PAGE = 4096;

export const RAM = { base: 0x4000_0000, pages: 256, size: 0x10_0000 } as const;
/** The device of these machines, in the kernel's view at its own address. */
export const DEVICE = { base: 0x401f_0000, size: PAGE } as const;

/** Physical addresses of what never changes its place. */
export const PHYSICAL = {
  vectors: RAM.base,
  boot: RAM.base + 0x1000,
  save: RAM.base + 0x2000,
  tables: RAM.base + 0x4000,
  stack: RAM.base + 0x1_8000,
  code: RAM.base + 0x2_0000,
  data: RAM.base + 0x8_0000,
} as const;

/** Pages that programs may lie in, and those of their data. */
export const CODE_PAGES = 96;
export const DATA_PAGES = 64;

/** Bases of the views. A physical address is at the same distance from `RAM.base`. */
export const VIEW = {
  /** EL1 reads and writes, both levels execute. */
  kernel: RAM.base,
  /** Both levels read and write, EL0 executes. */
  user: 0x4040_0000,
  /** As `kernel`, by TTBR1_EL1. */
  high: 0xffff_ff80_4000_0000n,
} as const;

/** Virtual address at which a view has a physical address. */
export const inView = (view: 'kernel' | 'user', physical: number): number => physical - RAM.base + VIEW[view];

/** The special pages: one of each kind after the other, from here. */
export const SPECIAL = 0x4020_0000;

/** How a special page is mapped: what it leads to, and the attributes. */
export interface SpecialPage {
  readonly name: string;
  /** Page of the data region, the device, or what is no memory at all. */
  readonly to: number | 'device' | 'nothing' | 'hole';
  readonly attributes: 'kernel' | 'user' | 'read-only' | 'user-read-only' | 'device' | 'no-access-flag';
}

/** Pages that the handler maps when they are missing. */
export const LAZY_PAGES = 8;

/** In the order of their addresses. */
export const SPECIAL_PAGES: readonly SpecialPage[] = [
  ...Array.from({ length: LAZY_PAGES }, (_, page) => ({
    name: `mapped on demand ${page}`,
    to: 'nothing' as const,
    attributes: 'user' as const,
  })),
  { name: 'unmapped', to: 'nothing', attributes: 'user' },
  { name: 'read-only', to: 3, attributes: 'read-only' },
  { name: 'alias of the read-only page', to: 3, attributes: 'user' },
  { name: 'read-only to both', to: 4, attributes: 'user-read-only' },
  { name: 'device memory', to: 5, attributes: 'device' },
  { name: 'the device', to: 'device', attributes: 'device' },
  { name: 'alias of data 1', to: 1, attributes: 'user' },
  { name: 'alias of data 0', to: 0, attributes: 'user' },
  { name: 'alias of data 2 without access flag', to: 2, attributes: 'no-access-flag' },
  { name: 'of the kernel', to: 6, attributes: 'kernel' },
  { name: 'no memory behind it', to: 'hole', attributes: 'user' },
];

/** Virtual address of a special page. */
export function specialPage(name: string): number {
  const index = SPECIAL_PAGES.findIndex((page) => page.name === name);
  if (index < 0) throw new Error(`no special page ${name}`);
  return SPECIAL + index * PAGE;
}

/** A physical address with nothing behind it, in the range of the tables. */
export const HOLE = RAM.base + RAM.size + 0x1_0000;

/**
 * A page of code that the two address spaces map to different physical pages, at the same virtual address: the
 * function of the one is the second page of the code region's end, that of the other the last.
 */
export const TWIN = { va: SPECIAL + 0x10_0000, pages: [RAM.base + 0x7_e000, RAM.base + 0x7_f000] } as const;

/** Offsets in the page that handlers keep things in. */
export const SAVE = {
  /** X26 to X29 while a handler runs. */
  registers: 0,
  /** A hash of all exceptions: syndromes, addresses, places. */
  log: 32,
  /** Where execution goes on after a jump to nowhere, and with which SPSR_EL1. */
  recoverPc: 40,
  recoverMode: 48,
  /** Ticks until the next timer interrupt; 0 for none. */
  interval: 56,
  /** Exceptions by class. */
  counts: 64,
  irqs: 576,
  fiqs: 584,
  interruptLog: 592,
  /** Descriptors of the pages mapped on demand. */
  lazy: 608,
  /** TTBR0_EL1 of one address space exclusive-or that of the other. */
  otherSpace: 672,
} as const;

/** Registers of the device, by offset. Others read as a number that follows from all accesses before. */
export const DEVICE_REGISTER = {
  /** Write: the host writes memory, as a bus master would. */
  transfer: 0xd00,
  /** Write: the line goes up. */
  raiseIrq: 0xe00,
  raiseFiq: 0xe08,
  /** Write: the engine is asked to stop. */
  stop: 0xe10,
  /** Write: the line goes down. */
  lowerIrq: 0xf00,
  lowerFiq: 0xf08,
  /** From here on accesses are refused. */
  refused: 0xf80,
} as const;
