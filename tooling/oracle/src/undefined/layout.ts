import { BRK } from '../layout.ts';

/**
 * How the sweep of instruction words is laid out in memory, for QEMU's program and for our machine alike.
 *
 * Each word stands with a BRK behind it. All general registers hold one value, an address at which nothing is
 * mapped, so that no load or store reaches memory; a write to a register that the run depends on finds that
 * register's present value in them instead.
 */

/** Physical addresses, which are also the virtual ones at EL1, except that words run at {@link CODE}. */
export const SWEEP = {
  ram: 0x4000_0000,
  program: 0x4010_0000,
  tables: 0x4020_0000,
  header: 0x4030_0000,
  /** One byte per word: see {@link tagOf}. */
  tags: 0x4100_0000,
  /** One byte per word: the exception class that ended it. */
  results: 0x4200_0000,
  words: 0x4400_0000,
  end: 0x4600_0000,
} as const;

/** Words in one run of QEMU. */
export const BATCH = 2 ** 21;

/** Virtual address of the first word: readable and executable at EL0 and EL1, written by nobody. */
export const CODE = 0x8000_0000;
/** Bytes from one word to the next. */
export const STRIDE = 8;

/** Where the vector table stands in the program. */
export const VECTORS = SWEEP.program + 2048;

/** First bytes of the header, in bytes; the name of the result file follows the register values. */
export const HEADER = { count: 0, nameLength: 8, values: 16, name: 16 + 8 * 16, size: 1024 } as const;

/** Nothing is mapped here, nor at small distances, nor where this is added to itself, extended or shifted. */
export const NOWHERE = 0x2a2a_2a2a_2000n;

const SCTLR_RES1 = 0x3080_0800 | (1 << 28) | (1 << 29) | (1 << 20);
/** M, C, I, SA, SA0, UMA, DZE, UCT, UCI; nTWI and nTWE clear, so that EL0 doesn't wait. @spec DDI 0487, SCTLR_EL1 */
const SCTLR = SCTLR_RES1 | 0b1_1101 | (1 << 9) | (1 << 12) | (1 << 14) | (1 << 15) | (1 << 26);

/** KDE and SS: software step, at EL1 too. @spec DDI 0487, MDSCR_EL1 */
const MDSCR_STEP = (1n << 13n) | 1n;

/** What the control registers hold while words run; an MSR of one of them writes the same again. */
export const CONTROL = {
  SCTLR_EL1: BigInt(SCTLR >>> 0),
  // 48-bit addresses, 4 KiB granule, write-back walks, no high half (EPD1), 40 bits of physical address.
  TCR_EL1: 16n | (0x35n << 8n) | (16n << 16n) | (1n << 23n) | (2n << 30n) | (2n << 32n),
  TTBR0_EL1: BigInt(SWEEP.tables),
  TTBR1_EL1: 0n,
  MAIR_EL1: 0xffn,
  VBAR_EL1: BigInt(VECTORS),
  CPACR_EL1: 3n << 20n,
  MDSCR_EL1: MDSCR_STEP,
  OSLAR_EL1: 0n,
} as const;

export type ControlRegister = keyof typeof CONTROL;

/** op0 (low bit), op1, CRn, CRm, op2 as bits 19 to 5 of MRS and MSR hold them. */
const key = (op0: number, op1: number, crn: number, crm: number, op2: number): number =>
  ((op0 & 1) << 14) | (op1 << 11) | (crn << 7) | (crm << 3) | op2;

const CONTROL_KEYS: Readonly<Record<ControlRegister, number>> = {
  SCTLR_EL1: key(3, 0, 1, 0, 0),
  TCR_EL1: key(3, 0, 2, 0, 2),
  TTBR0_EL1: key(3, 0, 2, 0, 0),
  TTBR1_EL1: key(3, 0, 2, 0, 1),
  MAIR_EL1: key(3, 0, 10, 2, 0),
  VBAR_EL1: key(3, 0, 12, 0, 0),
  CPACR_EL1: key(3, 0, 1, 0, 2),
  MDSCR_EL1: key(2, 0, 0, 2, 2),
  OSLAR_EL1: key(2, 0, 1, 0, 4),
};

/** Values that all registers can have: {@link NOWHERE}, then those of the control registers. */
export function registerValues(control: Readonly<Record<ControlRegister, bigint>>): bigint[] {
  return [NOWHERE, ...CONTROL_NAMES.map((name) => control[name])];
}

const CONTROL_NAMES = Object.keys(CONTROL_KEYS) as ControlRegister[];
const VALUE_OF_KEY: ReadonlyMap<number, number> = new Map(
  CONTROL_NAMES.map((name, index) => [CONTROL_KEYS[name], index + 1]),
);

export type Level = 0 | 1;

const isSystemWrite = (word: number): boolean => (word & 0xfff0_0000) >>> 0 === 0xd510_0000;
const controlValue = (word: number): number =>
  isSystemWrite(word) ? (VALUE_OF_KEY.get((word >>> 5) & 0x7fff) ?? 0) : 0;

const HLT_SEMIHOSTING = 0xd45e_0000;
const WFI = 0xd503_207f;
const WFE = 0xd503_205f;

/** Which words run at EL0 only: at EL1 they wait, or call the semihosting host. */
const onlyAtEl0 = (word: number): boolean => word === HLT_SEMIHOSTING || word === WFI || word === WFE;

/** The level at which a word runs, given the one wanted. */
export const levelOf = (word: number, wanted: Level): Level => (onlyAtEl0(word) ? 0 : wanted);

/** A word's tag: bit 0 set for EL0, then the index of the value that registers hold. */
export const tagOf = (word: number, level: Level): number =>
  (controlValue(word) << 1) | (level === 0 ? 1 : 0);

/** Words that can't be tried: zero in a register that the run depends on. */
export const untried = (word: number): boolean => (word & 31) === 31 && controlValue(word) !== 0;

/** SPSR_EL1 with which a word is entered: EL1h or EL0t, interrupts masked, debug exceptions not. */
export const ENTRY_PSTATE = { el1: 0b0101 | (7 << 6), el0: 7 << 6 } as const;
/** SPSR_EL1.SS. */
export const STEP = 1 << 21;

/** The words of a batch as they stand in memory. */
export function codeImage(words: Uint32Array): Uint32Array {
  const image = new Uint32Array(2 * words.length);
  for (let index = 0; index < words.length; index++) {
    image[2 * index] = words[index]!;
    image[2 * index + 1] = BRK;
  }
  return image;
}

/** Descriptor bits. @spec DDI 0487, VMSAv8-64 translation table format descriptors */
const TABLE = 3n;
const BLOCK = 1n;
const USER = 1n << 6n;
const READ_ONLY = 1n << 7n;
const INNER_SHAREABLE = 3n << 8n;
const ACCESSED = 1n << 10n;
const UXN = 1n << 54n;

/** The translation tables: RAM at its own address for EL1, the words at {@link CODE} for both levels. */
export function sweepTables(): Uint8Array {
  const tables = new BigUint64Array(3 * 512);
  const at = (table: number): bigint => BigInt(SWEEP.tables + 4096 * table);
  const gigabyte = 2 ** 30;
  tables[0] = at(1) | TABLE;
  tables[512 + SWEEP.ram / gigabyte] = BigInt(SWEEP.ram) | BLOCK | ACCESSED | INNER_SHAREABLE | UXN;
  tables[512 + CODE / gigabyte] = at(2) | TABLE;
  for (let block = 0; block < (BATCH * STRIDE) / 2 ** 21; block++) {
    const physical = BigInt(SWEEP.words + block * 2 ** 21);
    tables[1024 + block] = physical | BLOCK | ACCESSED | INNER_SHAREABLE | USER | READ_ONLY;
  }
  return new Uint8Array(tables.buffer);
}
