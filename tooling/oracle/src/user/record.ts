import { CODE_PAGES, PAGE_SIZE, WINDOW } from '../layout.ts';

/**
 * Cases of single instructions at EL0, and their results, which have the same form, as `harness.c` reads and writes
 * them. Offsets in bytes; little-endian.
 */
export const RECORD = {
  word: 0,
  nzcv: 4,
  fpcr: 8,
  fpsr: 12,
  /** X0 to X30, then SP. */
  x: 16,
  sp: 264,
  /** V0 to V31. */
  v: 272,
  /** In a result: the address that the signal names. */
  faultAddress: 784,
  /** In a result: a {@link FAULT}. */
  fault: 792,
  /** In a result: how many of the changes of memory are used. */
  changeCount: 796,
  /** 1 when the writable pages are to be looked through. */
  mayStore: 800,
  /** Which slot of the code pages holds the word. */
  slot: 804,
  /** Changed granules: offset in the window (4 bytes, 4 unused), 16 bytes of content. */
  changes: 808,
  changeSize: 24,
  maxChanges: 6,
  size: 952,
} as const;

/** How a case ended: well, or in a signal. */
export const FAULT = { none: 0, undefined: 1, access: 2, alignment: 3 } as const;

/** Bytes of a slot in the code pages of the window; the word of a case is the second of its slot. */
export const SLOT_SIZE = 16;
export const SLOTS = (CODE_PAGES * PAGE_SIZE) / SLOT_SIZE;

/** Address of the word in a slot. */
export const wordAddress = (slot: number): number => WINDOW + SLOT_SIZE * slot + 4;

type Field32 = 'word' | 'nzcv' | 'fpcr' | 'fpsr' | 'fault' | 'changeCount' | 'mayStore' | 'slot';

/** A list of cases, or of their results, over one buffer. */
export class Records {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly words: Int32Array<ArrayBuffer>;
  readonly count: number;

  constructor(source: number | Uint8Array<ArrayBuffer>) {
    this.bytes = typeof source === 'number' ? new Uint8Array(source * RECORD.size) : source;
    this.words = new Int32Array(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength / 4);
    this.count = this.bytes.length / RECORD.size;
  }

  /** Index in `words` of a byte offset in a record. */
  at(index: number, offset: number): number {
    return (index * RECORD.size + offset) >> 2;
  }

  /** A field of 32 bits, unsigned. */
  get(index: number, field: Field32): number {
    return this.words[this.at(index, RECORD[field])]! >>> 0;
  }

  set(index: number, field: Field32, value: number): void {
    this.words[this.at(index, RECORD[field])] = value;
  }

  /** Sixteen hexadecimal digits of the 64 bits at an offset. */
  hex64(index: number, offset: number): string {
    const at = this.at(index, offset);
    const half = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
    return half(this.words[at + 1]!) + half(this.words[at]!);
  }

  /** Sets X0 to X30, or SP as 31, to a whole number that a double holds. */
  setX(index: number, register: number, value: number): void {
    const at = this.at(index, RECORD.x + 8 * register);
    this.words[at] = (value % 2 ** 32) | 0;
    this.words[at + 1] = Math.floor(value / 2 ** 32);
  }

  /** Where the run of cases with ascending slots that begins at `from` ends: these run without new words. */
  roundEnd(from: number): number {
    let end = from + 1;
    while (end < this.count && this.get(end, 'slot') > this.get(end - 1, 'slot')) end++;
    return end;
  }

  /** The bytes of one record. */
  record(index: number): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(index * RECORD.size, (index + 1) * RECORD.size);
  }

  /** Some of the records, in the same memory. */
  slice(from: number, to: number): Records {
    return new Records(this.bytes.subarray(from * RECORD.size, to * RECORD.size));
  }

  copy(): Records {
    return new Records(this.bytes.slice());
  }
}
