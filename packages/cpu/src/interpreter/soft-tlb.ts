import {
  CPU_BLOCK,
  CPU_STATE,
  type CpuState,
  FETCH_TLB,
  PERMISSION,
  type PhysicalMemory,
  SOFT_TLB,
  sharedRegisterOffset,
  TLB_CONTEXT,
  TLB_CONTEXT_COUNT,
  type TranslationObserver,
  type TranslationResult,
} from '@armature/core';
import type { CodePages } from './code-pages.ts';

const ENTRY_WORDS = SOFT_TLB.entrySize >> 2;
const FETCH_WORDS = FETCH_TLB.entrySize >> 2;
const WRITE_TAG = SOFT_TLB.writeTag >> 2;
const ADDEND = SOFT_TLB.addend >> 2;
const CODE = SOFT_TLB.codePage >> 2;

const TTBR0_EL1 = sharedRegisterOffset('TTBR0_EL1');
const TTBR1_EL1 = sharedRegisterOffset('TTBR1_EL1');
/** Words that name an address space: TTBR0_EL1 and TTBR1_EL1. */
const KEY_WORDS = 4;
/** Bit 55 of an address chooses TTBR1_EL1. */
const HIGH_HALF = 1 << 23;
/** The kernel's entries that hold for one address space or one PSTATE.PAN only; more are forgotten at once. */
const VOLATILE_LIMIT = 256;
/** Larger ranges have more pages than there are entries. */
const PAGEWISE_BITS = 12 + Math.log2(SOFT_TLB.entryCount);
const NO_ASID = -1;
const UNBOUND = -1;

/**
 * The soft TLBs of one CPU, seen from TypeScript: filled on a miss, searched by compiled code.
 *
 * Terms: a *context* is a set of translations that are true together: one for EL1, and one for each of the
 * address spaces of EL0 that were used last, which is *bound* when first needed after a change; a *tag* is the
 * virtual page address, with flags in its low bits, that compiled code compares; a *volatile* entry of the
 * kernel's context is true for one address space or one PSTATE.PAN only.
 *
 * Invariants: an entry never outlives the translation it came from; a page with predecoded code never has a
 * plain write tag, so every store to it is seen; the empty context stays empty.
 */
export class SoftTlb implements TranslationObserver {
  /** Fills since it was made. */
  fills = 0;
  private readonly cpu: CpuState;
  private readonly words: Int32Array;
  private readonly codePages: CodePages;
  private readonly currentAsid: () => number;
  /** By host page, bits of the contexts with entries that let write to it: searched when code appears in it. */
  private readonly writableIn: Uint16Array;
  /** By context: whether it holds anything, anything global, anything of a block; and of which ASID it is. */
  private readonly dirty = new Uint8Array(TLB_CONTEXT_COUNT);
  private readonly hasGlobal = new Uint8Array(TLB_CONTEXT_COUNT);
  private readonly hasBlocks = new Uint8Array(TLB_CONTEXT_COUNT);
  private readonly asids = new Int32Array(TLB_CONTEXT_COUNT).fill(NO_ASID);
  private readonly keys = new Int32Array(TLB_CONTEXT_COUNT * KEY_WORDS).fill(-1);
  private readonly lastUse = new Float64Array(TLB_CONTEXT_COUNT);
  private uses = 0;
  private userContext: number = UNBOUND;
  /** First words of the kernel's volatile entries: tags to clear. */
  private readonly volatileEntries = new Int32Array(VOLATILE_LIMIT);
  private volatileCount = 0;

  constructor(options: {
    cpu: CpuState;
    memory: PhysicalMemory;
    codePages: CodePages;
    currentAsid: () => number;
  }) {
    const { buffer } = options.memory.memory;
    this.cpu = options.cpu;
    this.codePages = options.codePages;
    this.currentAsid = options.currentAsid;
    this.words = new Int32Array(buffer);
    this.writableIn = new Uint16Array(buffer.byteLength >>> 12);
    this.dirty.fill(1);
    this.allStale();
    options.memory.onVisibilityChange((_, visible) => {
      if (!visible) this.allStale();
    });
  }

  /** The context for accesses with EL0's rights; binds one to the address space when there is none. */
  user(): number {
    return this.userContext === UNBOUND ? this.bind() : this.userContext;
  }

  /** As {@link user}, or the empty context while none is bound. */
  get userIfBound(): number {
    return this.userContext === UNBOUND ? TLB_CONTEXT.empty : this.userContext;
  }

  /** Offset of a context's soft TLB in machine memory. */
  data(context: number): number {
    return this.cpu.block + CPU_BLOCK.softTlb(context);
  }

  fetch(context: number): number {
    return this.cpu.block + CPU_BLOCK.fetchTlb(context);
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
      this.writableIn[hostPage] |= 1 << context;
    }
    words[at + ADDEND] = (hostPage * 4096 - page) | 0;
    words[at + CODE] = code;
    this.filled(context, vaHi, at, translation);
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
    this.words[at + 3] = translation.guarded ? 1 : 0;
    this.filled(context, vaHi, at, translation);
  }

  /** Stores to a host page must be seen from now on: it has predecoded code. */
  trackWrites(hostPage: number, records: number): void {
    const contexts = this.writableIn[hostPage];
    if (contexts === 0) return;
    const words = this.words;
    for (let context = 0; context < TLB_CONTEXT_COUNT; context++) {
      if (this.dirty[context] === 0 || ((contexts >>> context) & 1) === 0) continue;
      let at = this.data(context) >> 2;
      for (let index = 0; index < SOFT_TLB.entryCount; index++, at += ENTRY_WORDS) {
        const tag = words[at + WRITE_TAG];
        if (tag === -1 && words[at + WRITE_TAG + 1] === -1) continue;
        if ((words[at + ADDEND] + (tag & ~0xfff)) >>> 12 !== hostPage) continue;
        words[at + WRITE_TAG] = tag | SOFT_TLB.hasCode;
        words[at + CODE] = records;
      }
    }
  }

  /** A page has no records any more. */
  dropRecords(records: number): void {
    const { words } = this;
    for (let context = 0; context < TLB_CONTEXT_COUNT; context++) {
      if (this.dirty[context] === 0) continue;
      let at = this.data(context) >> 2;
      for (let index = 0; index < SOFT_TLB.entryCount; index++, at += ENTRY_WORDS) {
        if (words[at + CODE] === records) this.clearEntry(at);
      }
      at = this.fetch(context) >> 2;
      for (let index = 0; index < FETCH_TLB.entryCount; index++, at += FETCH_WORDS) {
        if (words[at + 2] === records) this.clearFetchEntry(at);
      }
    }
  }

  allStale(): void {
    for (let context = 0; context < TLB_CONTEXT_COUNT; context++) this.flushContext(context);
    this.asids.fill(NO_ASID);
    this.addressSpaceChanged();
  }

  asidStale(asid: number): void {
    for (let context: number = TLB_CONTEXT.firstUser; context < TLB_CONTEXT_COUNT; context++) {
      if (this.asids[context] === asid) this.flushContext(context);
    }
    this.dropVolatile();
  }

  rangeStale(vaLo: number, vaHi: number, bits: number, asid: number): void {
    for (let context = 0; context < TLB_CONTEXT_COUNT; context++) {
      if (this.dirty[context] === 0) continue;
      const ofOther = context >= TLB_CONTEXT.firstUser && asid !== -1 && this.asids[context] !== asid;
      if (ofOther && this.hasGlobal[context] === 0) continue;
      if (bits <= 12) this.dropPage(context, vaLo);
      else if (this.hasBlocks[context] || bits > PAGEWISE_BITS) {
        this.dropRange(context, vaLo, vaHi, bits);
      } else this.dropPages(context, vaLo, bits);
    }
  }

  addressSpaceChanged(): void {
    this.userContext = UNBOUND;
    this.cpu.setLo(CPU_STATE.unprivilegedTlb, this.data(TLB_CONTEXT.empty));
    this.dropVolatile();
  }

  /** PSTATE.PAN changed, or the kernel's volatile entries are untrue for another reason. */
  dropVolatile(): void {
    const { words } = this;
    for (let index = 0; index < this.volatileCount; index++) {
      const at = this.volatileEntries[index];
      words[at] = -1;
      words[at + 1] = -1;
      if (at < this.fetch(0) >> 2) this.clearEntry(at);
    }
    this.volatileCount = 0;
  }

  private dataEntry(context: number, vaLo: number): number {
    const index = (vaLo >>> 12) & (SOFT_TLB.entryCount - 1);
    return (this.cpu.block + CPU_BLOCK.softTlb(context) + index * SOFT_TLB.entrySize) >> 2;
  }

  private fetchEntry(context: number, vaLo: number): number {
    const index = (vaLo >>> 12) & (FETCH_TLB.entryCount - 1);
    return (this.cpu.block + CPU_BLOCK.fetchTlb(context) + index * FETCH_TLB.entrySize) >> 2;
  }

  private filled(context: number, vaHi: number, at: number, translation: TranslationResult): void {
    this.dirty[context] = 1;
    if (translation.blockBits > 12) this.hasBlocks[context] = 1;
    if (context !== TLB_CONTEXT.kernel) {
      if (translation.global) this.hasGlobal[context] = 1;
      return;
    }
    if (translation.global && !translation.unprivileged && vaHi & HIGH_HALF) return;
    if (this.volatileCount === VOLATILE_LIMIT) this.dropVolatile();
    this.volatileEntries[this.volatileCount++] = at;
  }

  /** Finds the context of the address space, or takes the one that was unused for longest. */
  private bind(): number {
    const { cpu, keys } = this;
    const low0 = cpu.lo(TTBR0_EL1);
    const high0 = cpu.hi(TTBR0_EL1);
    const low1 = cpu.lo(TTBR1_EL1);
    const high1 = cpu.hi(TTBR1_EL1);
    let chosen: number = TLB_CONTEXT.firstUser;
    let found = false;
    for (let context: number = TLB_CONTEXT.firstUser; context < TLB_CONTEXT_COUNT; context++) {
      const at = context * KEY_WORDS;
      if (
        keys[at] === low0 &&
        keys[at + 1] === high0 &&
        keys[at + 2] === low1 &&
        keys[at + 3] === high1 &&
        this.asids[context] !== NO_ASID
      ) {
        chosen = context;
        found = true;
        break;
      }
      if (this.lastUse[context] < this.lastUse[chosen]) chosen = context;
    }
    if (!found) {
      this.flushContext(chosen);
      const at = chosen * KEY_WORDS;
      keys[at] = low0;
      keys[at + 1] = high0;
      keys[at + 2] = low1;
      keys[at + 3] = high1;
      this.asids[chosen] = this.currentAsid();
    }
    this.lastUse[chosen] = ++this.uses;
    this.userContext = chosen;
    return chosen;
  }

  private flushContext(context: number): void {
    if (this.dirty[context] === 0) return;
    const data = this.data(context) >> 2;
    this.words.fill(-1, data, data + SOFT_TLB.entryCount * ENTRY_WORDS);
    this.flushCode(context);
    this.dirty[context] = 0;
    this.hasBlocks[context] = 0;
    this.hasGlobal[context] = 0;
  }

  private flushCode(context: number): void {
    const fetch = this.fetch(context) >> 2;
    this.words.fill(-1, fetch, fetch + FETCH_TLB.entryCount * FETCH_WORDS);
  }

  /** Forgets a page, and those that differ from it in the upper half of their address, where tags may be. */
  private dropPage(context: number, vaLo: number): void {
    const { words } = this;
    const page = vaLo & ~0xfff;
    const data = this.dataEntry(context, vaLo);
    if ((words[data] & ~0xfff) === page || (words[data + WRITE_TAG] & ~0xfff) === page) this.clearEntry(data);
    const fetch = this.fetchEntry(context, vaLo);
    if (words[fetch] === page) this.clearFetchEntry(fetch);
  }

  /** Every page of a range that has no more of them than there are entries, in a context that has no blocks. */
  private dropPages(context: number, vaLo: number, bits: number): void {
    const pages = 1 << (bits - 12);
    const first = vaLo & (-1 << bits);
    for (let page = 0; page < pages; page++) this.dropPage(context, (first + page * 4096) | 0);
  }

  /** Searches a context for entries in a range. */
  private dropRange(context: number, vaLo: number, vaHi: number, bits: number): void {
    const { words } = this;
    const maskLo = bits >= 32 ? 0 : -1 << bits;
    const maskHi = bits > 32 ? -1 << (bits - 32) : -1;
    const inRange = (at: number): boolean =>
      ((words[at] ^ vaLo) & maskLo & ~0xfff) === 0 && ((words[at + 1] ^ vaHi) & maskHi) === 0;
    let at = this.data(context) >> 2;
    for (let index = 0; index < SOFT_TLB.entryCount; index++, at += ENTRY_WORDS) {
      if (inRange(at) || inRange(at + WRITE_TAG)) this.clearEntry(at);
    }
    at = this.fetch(context) >> 2;
    for (let index = 0; index < FETCH_TLB.entryCount; index++, at += FETCH_WORDS) {
      if (inRange(at)) this.clearFetchEntry(at);
    }
  }

  private clearEntry(at: number): void {
    this.words[at] = -1;
    this.words[at + 1] = -1;
    this.words[at + WRITE_TAG] = -1;
    this.words[at + WRITE_TAG + 1] = -1;
  }

  private clearFetchEntry(at: number): void {
    this.words[at] = -1;
    this.words[at + 1] = -1;
  }
}
