import { CODE_PAGE, type PhysicalMemory, type SystemRegisters } from '@armature/core';
import { decode, type Feature } from '@armature/isa';
import type { Fields } from '../emitter/emitter.ts';
import type { CodePages } from '../interpreter/code-pages.ts';
import { HANDLER_OFFSET } from '../interpreter/record.ts';
import { inlineAccess } from '../registers/inline-access.ts';
import { type Batch, WORD_FLAG } from './batch-compiler.ts';

/** What the compiler gets to see of the machine's memory. */
export interface CodeRead extends Omit<Batch, 'firstSlot'> {
  /** The host page that each page is. */
  readonly hostPages: readonly number[];
  /** The record of each place. */
  readonly records: readonly number[];
}

export interface CodeReaderOptions {
  readonly memory: PhysicalMemory;
  readonly codePages: CodePages;
  readonly features: ReadonlySet<Feature>;
  readonly registers: SystemRegisters;
}

const PAGE_WORDS = CODE_PAGE.recordCount;
/** System instructions among the instruction words. */
const SYSTEM_MASK = 0xffc0_0000 | 0;
const SYSTEM = 0xd500_0000 | 0;

/** Reads pages of code for the compiler, and says later whether they are still the same. */
export class CodeReader {
  private readonly options: CodeReaderOptions;
  private readonly words: Int32Array;
  private readonly handlers: Uint16Array;
  private readonly accesses = new Map<number, Fields | undefined>();

  constructor(options: CodeReaderOptions) {
    const { buffer } = options.memory.memory;
    this.options = options;
    this.words = new Int32Array(buffer);
    this.handlers = new Uint16Array(buffer);
  }

  /** Reads the pages of records, without those whose page is none of code any more. */
  read(wanted: readonly number[]): CodeRead {
    const { codePages } = this.options;
    const firsts: number[] = [];
    const hostPages: number[] = [];
    const places: number[] = [];
    const records: number[] = [];
    for (const record of wanted) {
      const host = codePages.hostOffset(record);
      const hostPage = host >>> 12;
      const index = (host & 0xfff) >>> 2;
      const first = record - index * CODE_PAGE.recordSize;
      if (codePages.find(hostPage) !== first) continue;
      let page = hostPages.indexOf(hostPage);
      if (page < 0) {
        page = hostPages.push(hostPage) - 1;
        firsts.push(first);
      }
      places.push(page * PAGE_WORDS + index);
      records.push(record);
    }
    const words = new Int32Array(firsts.length * PAGE_WORDS);
    const flags = new Uint8Array(words.length);
    const systemAccesses = new Map<number, Fields>();
    for (const [page, hostPage] of hostPages.entries()) {
      const at = page * PAGE_WORDS;
      words.set(this.words.subarray(hostPage * PAGE_WORDS, (hostPage + 1) * PAGE_WORDS), at);
      this.readFlags(firsts[page], flags.subarray(at, at + PAGE_WORDS), words.subarray(at), systemAccesses);
    }
    return {
      pages: Int32Array.from(firsts),
      words,
      flags,
      places: Int32Array.from(places),
      systemAccesses,
      hostPages,
      records,
    };
  }

  /** Whether words of a page that was read, given as bits, are what they were. */
  isUnchanged(read: CodeRead, page: number, bits: Uint32Array): boolean {
    if (!this.isThere(read, page)) return false;
    const now = read.hostPages[page] * PAGE_WORDS;
    const then = page * PAGE_WORDS;
    for (let index = 0; index < PAGE_WORDS; index++) {
      const isPart = (bits[index >>> 5] & (1 << (index & 31))) !== 0;
      if (isPart && this.words[now + index] !== read.words[then + index]) return false;
    }
    return true;
  }

  /** Whether a page that was read still has its records. */
  isThere({ hostPages, pages }: CodeRead, page: number): boolean {
    return this.options.codePages.find(hostPages[page]) === pages[page];
  }

  private readFlags(
    records: number,
    flags: Uint8Array,
    words: Int32Array,
    systemAccesses: Map<number, Fields>,
  ): void {
    const heat = this.options.codePages.heatOf(records) >>> 2;
    for (let index = 0; index < PAGE_WORDS; index++) {
      if (this.words[heat + index] < 0) flags[index] |= WORD_FLAG.entry;
      const record = records + index * CODE_PAGE.recordSize;
      if (this.handlers[(record + HANDLER_OFFSET) >>> 1] !== 0) flags[index] |= WORD_FLAG.warm;
      const word = words[index];
      if ((word & SYSTEM_MASK) !== SYSTEM) continue;
      const access = this.access(word);
      if (access !== undefined) systemAccesses.set(word, access);
    }
  }

  private access(word: number): Fields | undefined {
    if (this.accesses.has(word)) return this.accesses.get(word);
    const row = decode(word, this.options.features);
    const access = row === undefined ? undefined : inlineAccess(row.id, word, this.options.registers);
    this.accesses.set(word, access);
    return access;
  }
}
