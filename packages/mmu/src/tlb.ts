import { ArmatureError } from '@armature/core';
import type { TableWalker } from './walker.ts';

/*
 * Entries are eight words each:
 *   0  virtual address of the block, low word, with log2 of its size in the low 12 bits; -1 when empty
 *   1  virtual address, high word
 *   2  ASID, or -1 for a global entry
 *   3  physical address of the block, low word
 *   4  physical address, high word
 *   5  rights (6 bits), level (2 bits, from 6), SH (2 bits, from 8), AttrIndx (3 bits, from 10), clean (bit 13),
 *      guarded (bit 14)
 * An address may be covered by entries of several sizes, so a lookup probes each size that is in use.
 */
const ENTRY_WORDS = 8;
const EMPTY = -1;
const GLOBAL = -1;
const CLEAN = 1 << 13;
const GUARDED = 1 << 14;

export const TLB_NO_ENTRY = -1;

/** Translations of one CPU, direct-mapped, tagged with ASIDs, aware of block sizes. Nothing in it allocates. */
export class Tlb {
  private readonly words: Int32Array;
  private readonly indexMask: number;
  /** Block sizes in use since the last clear, as log2. */
  private readonly sizes = new Int32Array(8);
  private sizeCount = 0;

  /** @param entries a power of two, at least 16. @throws CONFIG_INVALID */
  constructor(entries: number) {
    if (!Number.isInteger(entries) || entries < 16 || entries > 1 << 20 || (entries & (entries - 1)) !== 0) {
      throw new ArmatureError(
        'CONFIG_INVALID',
        `a TLB of ${entries} entries; it takes a power of two from 16 to 1048576`,
        { context: { entries } },
      );
    }
    this.words = new Int32Array(entries * ENTRY_WORDS).fill(EMPTY);
    this.indexMask = entries - 1;
  }

  /** The entry for an address, or {@link TLB_NO_ENTRY}. */
  lookup(vaLo: number, vaHi: number, asid: number): number {
    const { words, sizes } = this;
    for (let i = 0; i < this.sizeCount; i++) {
      const bits = sizes[i];
      const at = this.slot(vaLo, vaHi, bits);
      if (words[at] !== ((vaLo & (-1 << bits)) | bits) || words[at + 1] !== vaHi) continue;
      const owner = words[at + 2];
      if (owner === asid || owner === GLOBAL) return at;
    }
    return TLB_NO_ENTRY;
  }

  /** Enters the leaf that a walker found. */
  insert(vaLo: number, vaHi: number, asid: number, leaf: TableWalker, rights: number): number {
    const bits = leaf.blockBits;
    this.noteSize(bits);
    const { words } = this;
    const at = this.slot(vaLo, vaHi, bits);
    words[at] = (vaLo & (-1 << bits)) | bits;
    words[at + 1] = vaHi;
    words[at + 2] = leaf.global ? GLOBAL : asid;
    words[at + 3] = leaf.baseLo;
    words[at + 4] = leaf.baseHi;
    words[at + 5] =
      rights |
      (leaf.level << 6) |
      (leaf.shareability << 8) |
      (leaf.attrIndex << 10) |
      (leaf.clean ? CLEAN : 0) |
      (leaf.guarded ? GUARDED : 0);
    return at;
  }

  /** log2 of the size of an entry's block. */
  blockBits(entry: number): number {
    return this.words[entry] & 0xfff;
  }

  /** The physical address of a virtual one that an entry covers. */
  physicalAddress(entry: number, vaLo: number): number {
    const { words } = this;
    const low = words[entry + 3] | (vaLo & ~(-1 << (words[entry] & 0xfff)));
    return words[entry + 4] * 0x1_0000_0000 + (low >>> 0);
  }

  isGlobal(entry: number): boolean {
    return this.words[entry + 2] === GLOBAL;
  }

  rights(entry: number): number {
    return this.words[entry + 5] & 0x3f;
  }

  level(entry: number): number {
    return (this.words[entry + 5] >>> 6) & 3;
  }

  shareability(entry: number): number {
    return (this.words[entry + 5] >>> 8) & 3;
  }

  attrIndex(entry: number): number {
    return (this.words[entry + 5] >>> 10) & 7;
  }

  /** True when a write must mark the leaf as dirty first. */
  isClean(entry: number): boolean {
    return (this.words[entry + 5] & CLEAN) !== 0;
  }

  drop(entry: number): void {
    this.words[entry] = EMPTY;
  }

  isGuarded(entry: number): boolean {
    return (this.words[entry + 5] & GUARDED) !== 0;
  }

  clear(): void {
    if (this.sizeCount === 0) return;
    this.words.fill(EMPTY);
    this.sizeCount = 0;
  }

  /** Drops the entries that cover an address: of one ASID and global ones, or with `asid` -1 of any. */
  dropAddress(vaLo: number, vaHi: number, asid: number): void {
    const { words } = this;
    for (let i = 0; i < this.sizeCount; i++) {
      const bits = this.sizes[i];
      const at = this.slot(vaLo, vaHi, bits);
      if (words[at] !== ((vaLo & (-1 << bits)) | bits) || words[at + 1] !== vaHi) continue;
      const owner = words[at + 2];
      if (asid === -1 || owner === asid || owner === GLOBAL) words[at] = EMPTY;
    }
  }

  /** Drops an ASID's entries; global ones stay. */
  dropAsid(asid: number): void {
    const { words } = this;
    for (let at = 0; at < words.length; at += ENTRY_WORDS) {
      if (words[at + 2] === asid) words[at] = EMPTY;
    }
  }

  /** Entries in use, counted: for reports and tests. */
  get used(): number {
    let count = 0;
    for (let at = 0; at < this.words.length; at += ENTRY_WORDS) if (this.words[at] !== EMPTY) count++;
    return count;
  }

  private slot(vaLo: number, vaHi: number, bits: number): number {
    const block = (vaLo >>> bits) | (vaHi << (32 - bits));
    return ((block ^ (block >>> 9) ^ vaHi ^ bits) & this.indexMask) * ENTRY_WORDS;
  }

  private noteSize(bits: number): void {
    for (let i = 0; i < this.sizeCount; i++) if (this.sizes[i] === bits) return;
    this.sizes[this.sizeCount++] = bits;
  }
}
