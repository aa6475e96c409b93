import {
  CPU_BLOCK,
  FETCH_TLB,
  PERMISSION,
  type PhysicalMemory,
  SOFT_TLB,
  TLB_CONTEXT_COUNT,
  type TranslationResult,
} from '@armature/core';
import type { CodePages } from './code-pages.ts';

const ENTRY_WORDS = SOFT_TLB.entrySize >> 2;
const WRITE_TAG = SOFT_TLB.writeTag >> 2;
const ADDEND = SOFT_TLB.addend >> 2;
const CODE = SOFT_TLB.codePage >> 2;

/**
 * The soft TLBs of one CPU, seen from TypeScript: filled on a miss, searched by compiled code.
 *
 * Terms: a *context* is one exception level's translation of data; a *tag* is the virtual page address, with
 * flags in its low bits, that compiled code compares. Invariants: an entry never outlives the translation it
 * came from; a page with predecoded code never has a plain write tag, so every store to it is seen.
 */
export class SoftTlb {
  /** Fills since reset. */
  fills = 0;
  private readonly words: Int32Array;
  private readonly base: number;
  private readonly codePages: CodePages;
  /** Host pages that some entry lets write directly: only those are searched when code appears in them. */
  private readonly writableHostPages: Uint8Array;
  /** Contexts that hold anything. */
  private readonly dirty = new Uint8Array(TLB_CONTEXT_COUNT);
  private blocksCached = false;

  constructor(memory: PhysicalMemory, base: number, codePages: CodePages) {
    this.words = new Int32Array(memory.memory.buffer);
    this.base = base;
    this.codePages = codePages;
    this.writableHostPages = new Uint8Array(memory.memory.buffer.byteLength >>> 12);
    this.flush();
  }

  private dataEntry(context: number, vaLo: number): number {
    const index = (vaLo >>> 12) & (SOFT_TLB.entryCount - 1);
    return (this.base + CPU_BLOCK.softTlb(context) + index * SOFT_TLB.entrySize) >> 2;
  }

  private fetchEntry(context: number, vaLo: number): number {
    const index = (vaLo >>> 12) & (FETCH_TLB.entryCount - 1);
    return (this.base + CPU_BLOCK.fetchTlb(context) + index * FETCH_TLB.entrySize) >> 2;
  }

  /** Enters a page of memory. `hostPage` is its page number in machine memory. */
  fill(
    context: number,
    vaLo: number,
    vaHi: number,
    hostPage: number,
    writable: boolean,
    alignedOnly: boolean,
    translation: TranslationResult,
  ): void {
    const at = this.dataEntry(context, vaLo);
    const words = this.words;
    const page = vaLo & ~0xfff;
    const flags = alignedOnly ? SOFT_TLB.alignedOnly : 0;
    const code = this.codePages.find(hostPage);
    this.clearEntry(at);
    if (translation.permissions & PERMISSION.read) {
      words[at] = page | flags;
      words[at + 1] = vaHi;
    }
    if (writable && translation.permissions & PERMISSION.write) {
      words[at + WRITE_TAG] = page | flags | (code === 0 ? 0 : SOFT_TLB.hasCode);
      words[at + WRITE_TAG + 1] = vaHi;
      this.writableHostPages[hostPage] = 1;
    }
    words[at + ADDEND] = (hostPage * 4096 - page) | 0;
    words[at + CODE] = code;
    this.dirty[context] = 1;
    if (translation.blockBits > 12) this.blocksCached = true;
    this.fills++;
  }

  /** Records of a virtual page, 0 when the fetch TLB does not know it. */
  findCode(context: number, vaLo: number, vaHi: number): number {
    const at = this.fetchEntry(context, vaLo);
    return this.words[at] === (vaLo & ~0xfff) && this.words[at + 1] === vaHi ? this.words[at + 2] : 0;
  }

  fillCode(
    context: number,
    vaLo: number,
    vaHi: number,
    records: number,
    translation: TranslationResult,
  ): void {
    const at = this.fetchEntry(context, vaLo);
    this.words[at] = vaLo & ~0xfff;
    this.words[at + 1] = vaHi;
    this.words[at + 2] = records;
    this.dirty[context] = 1;
    if (translation.blockBits > 12) this.blocksCached = true;
  }

  /** Stores to a host page must be seen from now on: it has predecoded code. */
  trackWrites(hostPage: number, records: number): void {
    if (this.writableHostPages[hostPage] === 0) return;
    const words = this.words;
    for (let context = 0; context < TLB_CONTEXT_COUNT; context++) {
      if (this.dirty[context] === 0) continue;
      let at = (this.base + CPU_BLOCK.softTlb(context)) >> 2;
      for (let index = 0; index < SOFT_TLB.entryCount; index++, at += ENTRY_WORDS) {
        const tag = words[at + WRITE_TAG];
        if (tag === -1 && words[at + WRITE_TAG + 1] === -1) continue;
        if ((words[at + ADDEND] + (tag & ~0xfff)) >>> 12 !== hostPage) continue;
        words[at + WRITE_TAG] = tag | SOFT_TLB.hasCode;
        words[at + CODE] = records;
      }
    }
  }

  /** Drops everything. */
  flush(): void {
    for (let context = 0; context < TLB_CONTEXT_COUNT; context++) this.flushContext(context);
    this.blocksCached = false;
  }

  flushContext(context: number): void {
    const data = (this.base + CPU_BLOCK.softTlb(context)) >> 2;
    this.words.fill(-1, data, data + SOFT_TLB.entryCount * ENTRY_WORDS);
    this.flushCode(context);
    this.dirty[context] = 0;
  }

  /** Drops what the fetch TLBs know: record pages are about to be reused. */
  flushAllCode(): void {
    for (let context = 0; context < TLB_CONTEXT_COUNT; context++) this.flushCode(context);
  }

  private flushCode(context: number): void {
    const fetch = (this.base + CPU_BLOCK.fetchTlb(context)) >> 2;
    this.words.fill(-1, fetch, fetch + FETCH_TLB.entryCount * (FETCH_TLB.entrySize >> 2));
  }

  /** Drops one virtual page in every context; everything when an entry may come from a larger block. */
  flushPage(vaLo: number): void {
    if (this.blocksCached) {
      this.flush();
      return;
    }
    for (let context = 0; context < TLB_CONTEXT_COUNT; context++) {
      this.clearEntry(this.dataEntry(context, vaLo));
      const at = this.fetchEntry(context, vaLo);
      this.words[at] = -1;
      this.words[at + 1] = -1;
    }
  }

  private clearEntry(at: number): void {
    this.words[at] = -1;
    this.words[at + 1] = -1;
    this.words[at + WRITE_TAG] = -1;
    this.words[at + WRITE_TAG + 1] = -1;
  }
}
